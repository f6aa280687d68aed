"""An autograd engine for numbers.

Interview question: How does the chain rule drive gradient descent?

Every operation knows how its result changes with each of its operands. Going back from a result, operation by
operation, the chain rule multiplies these slopes along a path and adds them up over all paths. Reverse mode does it for
all inputs in one pass: a value hands its derivative on only when every use of it has been counted.

Source: Baydin et al. 2018, section 3.2, arXiv:1502.05767.
Written v' below: the derivative of the output with respect to v.

An interviewer goes on: why is reverse mode right for a loss of many parameters, and when is forward mode cheaper? What
has to be kept in memory until the backward pass, and what does checkpointing trade for it? What does torch do when
backward() is called twice?
Read on: Karpathy's micrograd, the same in closures; Griewank and Walther 2008, Evaluating Derivatives; the note
"Autograd mechanics" of torch's documentation.
"""

import math


class Value:
    """A number that remembers what it was computed from.

    `a + b`, `a - b`, `a * b` and `a / b` take two Values, or a Value and an int or float, on either side: `2 * v`,
    `1 - v` and `1 / v` work like `v * 2`, for which Python asks v after the number has declined. `-a` and `a ** n` (n a
    constant) work as well. Every operation returns a new Value and leaves its operands as they were.

    Divisors are not 0, and no result is beyond a float. Operands that are a bool are not looked at.

    Attributes:
        data: the number.
        grad: what backward() has added up here so far; 0.0 in a new Value. It may be set, to 0.0 before the next pass,
            say.

    >>> x, y = Value(3.0), Value(-2.0)
    >>> z = 2 * x * y + x ** 2 - 1 / y
    >>> z.data
    -2.5
    >>> z.backward()
    >>> x.grad, y.grad, z.grad
    (2.0, 6.25, 1.0)
    """

    def __init__(self, data: float) -> None:
        """Begin with a number that nothing was computed for: an int or a float."""
        self.data = data
        self.grad = 0.0
        self._operands: tuple[tuple[Value, float], ...] = ()  # what self was computed from, and its slope in each

    def __add__(self, other: "Value | float") -> "Value":
        """Return self + other."""
        other = _as_value(other)
        return _computed(self.data + other.data, (self, 1.0), (other, 1.0))

    def __sub__(self, other: "Value | float") -> "Value":
        """Return self - other."""
        return self + -other

    def __mul__(self, other: "Value | float") -> "Value":
        """Return self * other."""
        other = _as_value(other)
        return _computed(self.data * other.data, (self, other.data), (other, self.data))

    def __truediv__(self, other: "Value | float") -> "Value":
        """Return self / other."""
        return self * _as_value(other) ** -1

    def __pow__(self, exponent: float) -> "Value":
        """Return self ** exponent; the exponent is a constant.

        Looked at: a positive base with any exponent, a negative base with a whole one (an int, or a float such as 3.0),
        and base 0 with exponents from 1 up, where the derivative is 0, or 1 for the exponent 1.

        Raises:
            TypeError: the exponent is neither an int nor a float; a Value is neither.
        """
        if not isinstance(exponent, int | float):
            raise TypeError(f"the exponent is a constant (int or float), not a {type(exponent).__name__}")
        return _computed(self.data**exponent, (self, exponent * self.data ** (exponent - 1)))

    def __radd__(self, other: float) -> "Value":
        return self + other

    def __rsub__(self, other: float) -> "Value":
        return -self + other

    def __rmul__(self, other: float) -> "Value":
        return self * other

    def __rtruediv__(self, other: float) -> "Value":
        return self**-1 * other

    def __neg__(self) -> "Value":
        """Return -self."""
        return self * -1

    def exp(self) -> "Value":
        """Return e to the power self."""
        result = math.exp(self.data)
        return _computed(result, (self, result))

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent; far from 0 (at 1000 or -1000, say) it is 1 or -1, with the derivative 0."""
        result = math.tanh(self.data)
        return _computed(result, (self, 1 - result**2))

    def relu(self) -> "Value":
        """Return self where it is above 0, and 0 elsewhere; the derivative is 1 above 0, and 0 at 0 and below."""
        return _computed(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self) -> None:
        """Add v' to v.grad for every Value v that self was computed from, for self as well, where v' is 1.

        v' is the derivative over all paths from v to self, so a Value that is used twice gets both terms. Values that
        self was not computed from are left alone.

        Nothing is set back to 0. Calling backward() again, on this output or on another one, adds the derivatives of
        that output, neither more nor less: what was added to an inner Value before does not flow into the new pass.

        A graph may be deep: a chain of 10,000 operations works whatever the recursion limit is. It may have many paths:
        each operation is gone through once, not once for each path, so that v = v + v, 60 times over, is done at once.
        """
        derivatives = {self: 1.0}  # of this pass alone: grad may hold what earlier passes added
        for value in reversed(self._operands_first()):
            value.grad += derivatives[value]
            for operand, slope in value._operands:
                derivatives[operand] = derivatives.get(operand, 0.0) + slope * derivatives[value]

    def _operands_first(self) -> list["Value"]:
        """Return self and all that it was computed from, every Value after its operands.

        Going through this backwards, a Value comes when all of its uses have been counted.
        """
        order, seen, stack = [], set(), [(self, False)]
        while stack:  # a stack of our own, since the depth of a graph is not bounded by Python's recursion limit
            value, operands_are_done = stack.pop()
            if operands_are_done:
                order.append(value)
            elif value not in seen:
                seen.add(value)
                stack.append((value, True))
                stack.extend((operand, False) for operand, _ in value._operands)
        return order


def _as_value(number: Value | float) -> Value:
    return number if isinstance(number, Value) else Value(number)


def _computed(data: float, *operands: tuple[Value, float]) -> Value:
    value = Value(data)
    value._operands = operands
    return value
