"""Matches a regular expression that backtracks for ever."""
# exercise: foundations/softmax
# outcome: timed_out

import re


def softmax(x, axis=-1):
    return re.match(r"(a|a)*b", "a" * 60)


log_softmax = softmax
