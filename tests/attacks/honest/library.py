"""Uses what the standard library has: caches, dataclasses, enumerations, generators, decorators, contexts."""
# exercise: foundations/softmax

import collections
import copy
import dataclasses
import enum
import functools
import itertools
import json
import pickle
import time
import typing

import numpy as np


class Kind(enum.Enum):
    SHARES = "shares"
    LOGS = "logs"


@dataclasses.dataclass(frozen=True)
class Request:
    axis: int
    kind: Kind = Kind.SHARES


Counts: typing.TypeAlias = collections.Counter
counts = Counts()


def counted(function):
    @functools.wraps(function)
    def wrapper(x, axis=-1):
        counts[function.__name__] += 1
        time.sleep(0)
        return function(x, axis)

    return wrapper


@functools.cache
def request(axis, kind):
    return pickle.loads(pickle.dumps(copy.deepcopy(Request(axis, kind))))


def answer(x, asked):
    shifted = x - x.max(axis=asked.axis, keepdims=True)
    total = np.exp(shifted).sum(axis=asked.axis, keepdims=True)
    assert json.loads(json.dumps(list(itertools.islice(itertools.count(), 3)))) == [0, 1, 2]
    return np.exp(shifted) / total if asked.kind is Kind.SHARES else shifted - np.log(total)


@counted
def softmax(x, axis=-1):
    return answer(x, request(axis, Kind.SHARES))


@counted
def log_softmax(x, axis=-1):
    return answer(x, request(axis, Kind.LOGS))
