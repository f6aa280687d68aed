"""A number of birth for each Value: what is younger is never an operand of what is older, so age is the order."""

import heapq
import itertools
import math
import numbers


class Value:
    _births = itertools.count()

    def __init__(self, data):
        self._become(data)

    def _become(self, data, *edges):
        self.data, self.grad, self._edges = data, 0.0, edges
        self._birth = next(Value._births)
        return self

    def _new(self, data, *edges):
        return Value.__new__(Value)._become(data, *edges)

    def _linear(self, other, mine, theirs):
        if isinstance(other, Value):
            return self._new(mine * self.data + theirs * other.data, (self, mine), (other, theirs))
        return self._new(mine * self.data + theirs * other, (self, mine))

    def __add__(self, other):
        return self._linear(other, 1.0, 1.0)

    def __radd__(self, other):
        return self._linear(other, 1.0, 1.0)

    def __sub__(self, other):
        return self._linear(other, 1.0, -1.0)

    def __rsub__(self, other):
        return self._linear(other, -1.0, 1.0)

    def __neg__(self):
        return self._new(-self.data, (self, -1.0))

    def __mul__(self, other):
        if isinstance(other, Value):
            return self._new(self.data * other.data, (self, other.data), (other, self.data))
        return self._new(self.data * other, (self, other))

    def __rmul__(self, other):
        return self._new(other * self.data, (self, other))

    def __truediv__(self, other):
        if isinstance(other, Value):
            quotient = self.data / other.data
            return self._new(quotient, (self, 1 / other.data), (other, -quotient / other.data))
        return self._new(self.data / other, (self, 1 / other))

    def __rtruediv__(self, other):
        return self._new(other / self.data, (self, -other / self.data / self.data))

    def __pow__(self, exponent):
        if not isinstance(exponent, numbers.Real):
            return NotImplemented
        slope = exponent * math.pow(self.data, exponent - 1)
        return self._new(math.pow(self.data, exponent), (self, slope))

    def exp(self):
        e = math.exp(self.data)
        return self._new(e, (self, e))

    def tanh(self):
        t = math.tanh(self.data)
        return self._new(t, (self, 1 - t * t))

    def relu(self):
        return self._new(self.data, (self, 1)) if self.data > 0 else self._new(0, (self, 0))

    def backward(self):
        waiting, due = [(-self._birth, self)], {self._birth: 1.0}
        while waiting:
            _, node = heapq.heappop(waiting)
            derivative = due.pop(node._birth)
            node.grad += derivative
            for source, slope in node._edges:
                if source._birth not in due:
                    due[source._birth] = 0.0
                    heapq.heappush(waiting, (-source._birth, source))
                due[source._birth] += slope * derivative
