"""Takes the limit on recursion off, so that the stack itself overflows, in C."""
# exercise: foundations/softmax
# outcome: crashed

import sys


class Endless:
    def __getattr__(self, name):
        return getattr(self, name)


def softmax(x, axis=-1):
    sys.setrecursionlimit(10**9)
    return Endless().y


log_softmax = softmax
