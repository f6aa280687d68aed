"""Each result carries a function that hands its derivative on; the order comes from counting uses."""

import math
from collections import deque


class Value:
    def __init__(self, data, sources=()):
        self.data = float(data)
        self.grad = 0.0
        self.sources = sources
        self.hand_on = lambda d: ()

    @staticmethod
    def wrap(x):
        return x if isinstance(x, Value) else Value(x)

    def __add__(self, other):
        other = Value.wrap(other)
        out = Value(self.data + other.data, (self, other))
        out.hand_on = lambda d: (d, d)
        return out

    def __mul__(self, other):
        other = Value.wrap(other)
        out = Value(self.data * other.data, (self, other))
        a, b = self.data, other.data
        out.hand_on = lambda d: (d * b, d * a)
        return out

    def __sub__(self, other):
        other = Value.wrap(other)
        out = Value(self.data - other.data, (self, other))
        out.hand_on = lambda d: (d, -d)
        return out

    def __truediv__(self, other):
        other = Value.wrap(other)
        a, b = self.data, other.data
        out = Value(a / b, (self, other))
        out.hand_on = lambda d: (d / b, -d * a / (b * b))
        return out

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other):
        return Value.wrap(other) - self

    def __rtruediv__(self, other):
        return Value.wrap(other) / self

    def __neg__(self):
        out = Value(-self.data, (self,))
        out.hand_on = lambda d: (-d,)
        return out

    def __pow__(self, n):
        if type(n) not in (int, float):
            raise TypeError("only a constant power")
        base = self.data
        out = Value(base**n, (self,))
        out.hand_on = lambda d: (d * n * base ** (n - 1),)
        return out

    def exp(self):
        out = Value(math.exp(self.data), (self,))
        out.hand_on = lambda d: (d * out.data,)
        return out

    def tanh(self):
        out = Value(math.tanh(self.data), (self,))
        out.hand_on = lambda d: (d * (1 + out.data) * (1 - out.data),)
        return out

    def relu(self):
        out = Value(self.data if self.data > 0 else 0.0, (self,))
        out.hand_on = lambda d: (d if out.data > 0 else 0.0,)
        return out

    def backward(self):
        uses, found = {self: 0}, deque([self])
        while found:
            for source in found.popleft().sources:
                if source not in uses:
                    uses[source] = 0
                    found.append(source)
                uses[source] += 1
        total = dict.fromkeys(uses, 0.0)
        total[self] = 1.0
        ready = [self]
        while ready:
            node = ready.pop()
            for source, part in zip(node.sources, node.hand_on(total[node]), strict=True):
                total[source] += part
                uses[source] -= 1
                if uses[source] == 0:
                    ready.append(source)
        for node, derivative in total.items():
            node.grad += derivative
