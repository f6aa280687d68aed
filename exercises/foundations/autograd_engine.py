"""An autograd engine for numbers.

Interview question: How does the chain rule drive gradient descent?

Every operation knows how its result changes with each of its operands. Going back from a result, operation by
operation, the chain rule multiplies these slopes along a path and adds them up over all paths. Reverse mode does it for
all inputs in one pass: a value hands its derivative on only when every use of it has been counted.

Source: Baydin et al. 2018, section 3.2, arXiv:1502.05767.
Written v' below: the derivative of the output with respect to v.
"""


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
        raise NotImplementedError("Value.__init__")

    def __add__(self, other: "Value | float") -> "Value":
        """Return self + other."""
        raise NotImplementedError("Value.__add__")

    def __sub__(self, other: "Value | float") -> "Value":
        """Return self - other."""
        raise NotImplementedError("Value.__sub__")

    def __mul__(self, other: "Value | float") -> "Value":
        """Return self * other."""
        raise NotImplementedError("Value.__mul__")

    def __truediv__(self, other: "Value | float") -> "Value":
        """Return self / other."""
        raise NotImplementedError("Value.__truediv__")

    def __pow__(self, exponent: float) -> "Value":
        """Return self ** exponent; the exponent is a constant.

        Looked at: a positive base with any exponent, a negative base with a whole one (an int, or a float such as 3.0),
        and base 0 with exponents from 1 up, where the derivative is 0, or 1 for the exponent 1.

        Raises:
            TypeError: the exponent is neither an int nor a float; a Value is neither.
        """
        raise NotImplementedError("Value.__pow__")

    def __neg__(self) -> "Value":
        """Return -self."""
        raise NotImplementedError("Value.__neg__")

    def exp(self) -> "Value":
        """Return e to the power self."""
        raise NotImplementedError("Value.exp")

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent; far from 0 (at 1000 or -1000, say) it is 1 or -1, with the derivative 0."""
        raise NotImplementedError("Value.tanh")

    def relu(self) -> "Value":
        """Return self where it is above 0, and 0 elsewhere; the derivative is 1 above 0, and 0 at 0 and below."""
        raise NotImplementedError("Value.relu")

    def backward(self) -> None:
        """Add v' to v.grad for every Value v that self was computed from, for self as well, where v' is 1.

        v' is the derivative over all paths from v to self, so a Value that is used twice gets both terms. Values that
        self was not computed from are left alone.

        Nothing is set back to 0. Calling backward() again, on this output or on another one, adds the derivatives of
        that output, neither more nor less: what was added to an inner Value before does not flow into the new pass.

        A graph may be deep: a chain of 10,000 operations works whatever the recursion limit is. It may have many paths:
        each operation is gone through once, not once for each path, so that v = v + v, 60 times over, is done at once.
        """
        raise NotImplementedError("Value.backward")
