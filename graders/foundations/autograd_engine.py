"""Checks of foundations/autograd_engine: derivatives, shared and deep graphs, repeated passes, numbers as operands."""

import math
import operator

import numpy as np
import pytest

from graders.engine.kit import check, count_lines, expect, probe, raises, weight

DERIVATIVE = "the derivative of the output with respect to each input, over all paths"

# Operation -> (how it is written, its value and its slope in each operand): the truth that the checks count on.
RULES = {
    "a + b": (operator.add, lambda a, b: (a + b, 1.0, 1.0)),
    "a - b": (operator.sub, lambda a, b: (a - b, 1.0, -1.0)),
    "a * b": (operator.mul, lambda a, b: (a * b, b, a)),
    "a / b": (operator.truediv, lambda a, b: (a / b, 1 / b, -a / b**2)),
    "-a": (operator.neg, lambda a: (-a, -1.0)),
    "a ** 2": (lambda a: a**2, lambda a: (a * a, 2 * a)),
    "a ** 3.0": (lambda a: a**3.0, lambda a: (a * a * a, 3 * a * a)),
    "a ** -1": (lambda a: a**-1, lambda a: (1 / a, -1 / (a * a))),
    "a.exp()": (lambda a: a.exp(), lambda a: (math.exp(a), math.exp(a))),
    "a.tanh()": (lambda a: a.tanh(), lambda a: (math.tanh(a), 1 / math.cosh(a) ** 2)),
    "a.relu()": (lambda a: a.relu(), lambda a: (a, 1.0) if a > 0 else (0.0, 0.0)),
}


def away_from_zero(rng, count):
    """Return `count` numbers of either sign whose sizes lie between 0.5 and 2."""
    return [float(n) for n in rng.choice([-1, 1], count) * rng.uniform(0.5, 2.0, count)]


def values(submission, *numbers):
    return [as_value(submission.Value(number), "a Value") for number in numbers]


def as_value(got, what):
    """Require an object of the learner's own and return it: of what is handed over, only such a one can be called."""
    expect(callable(got), f"wanted: {what} as a Value; came back: an object of type {type(got).__name__}")
    return got


def evaluate(module, code, wanted, **numbers):
    """Run `code`, where each of the names is a Value, and return what `wanted` gives. (Shipped as a probe.)"""
    names = {name: module.Value(number) for name, number in numbers.items()}
    exec(code, names)
    return eval(wanted, names)


@weight(4, core=True)
@pytest.mark.parametrize("rule", RULES)
def test_each_operation_has_its_value_and_its_derivative(submission, rng, rule):
    write, truth = RULES[rule]
    numbers = away_from_zero(rng, truth.__code__.co_argcount)
    inputs = values(submission, *numbers)
    output = as_value(write(*inputs), rule)
    value, *slopes = truth(*numbers)
    check(output.data, value, f"{rule}: the value")
    output.backward()
    check([v.grad for v in inputs], slopes, f"{rule}: the derivative with respect to each operand")


@weight(2, core=True)
def test_an_expression_worked_by_hand(submission, rng):
    # z = (x + y) x - w / y: z'(x) = 2 x + y, z'(y) = x + w / y^2, z'(w) = -1 / y.
    x, w = (float(n) for n in rng.integers(2, 40, size=2))
    y = float(rng.choice([-4, -2, 2, 4]))
    code = "z = (x + y) * x - w / y; z.backward()"
    got = probe(submission, evaluate, code, "z.data, x.grad, y.grad, w.grad, z.grad", x=x, y=y, w=w)
    want = ((x + y) * x - w / y, 2 * x + y, x + w / y**2, -1 / y, 1.0)
    check(got, want, "the value of z, and the derivatives with respect to x, y, w and z itself")


def draw_program(rng, inputs, steps):
    """Return a random program: (rule, places of its operands), where each result takes the next place.

    Operands are recent, so that most are used more than once. Each step ends in a tanh, which keeps all of them small.
    """
    program, ready = [], list(range(inputs))
    for _ in range(steps):
        rule = str(rng.choice(["a + b", "a - b", "a * b", "-a", "a ** 2", "a.relu()"]))
        count = RULES[rule][1].__code__.co_argcount
        place = inputs + len(program)
        program += [(rule, [int(i) for i in rng.choice(ready[-4:], size=count)]), ("a.tanh()", [place])]
        ready.append(place + 1)
    return [*program, ("a + b", ready[-2:])]


def carried_forward(numbers, program):
    """Return (value, derivatives) of the last result, with every derivative carried along from the inputs on."""
    results, slopes = list(numbers), list(np.eye(len(numbers)))
    for rule, operands in program:
        result, *partial = RULES[rule][1](*(results[i] for i in operands))
        results.append(result)
        slopes.append(sum(p * slopes[i] for p, i in zip(partial, operands, strict=True)))
    return results[-1], [float(slope) for slope in slopes[-1]]


@weight(4, core=True)
@pytest.mark.parametrize("steps", [3, 7, 12])
def test_random_expressions_agree_with_derivatives_carried_forward(submission, rng, steps):
    numbers = away_from_zero(rng, 3)
    program = draw_program(rng, 3, steps)
    value, slopes = carried_forward(numbers, program)
    inputs = values(submission, *numbers)
    results = list(inputs)
    for rule, operands in program:
        results.append(as_value(RULES[rule][0](*(results[i] for i in operands)), rule))
    check(results[-1].data, value, f"the value of an expression of {len(program)} operations", tolerance=1e-9)
    results[-1].backward()
    check([v.grad for v in inputs], slopes, DERIVATIVE, tolerance=1e-9)


WAYS = {
    "v + n": (lambda v, n: v + n, lambda v, n: 1),
    "n + v": (lambda v, n: n + v, lambda v, n: 1),
    "v - n": (lambda v, n: v - n, lambda v, n: 1),
    "n - v": (lambda v, n: n - v, lambda v, n: -1),
    "v * n": (lambda v, n: v * n, lambda v, n: n),
    "n * v": (lambda v, n: n * v, lambda v, n: n),
    "v / n": (lambda v, n: v / n, lambda v, n: 1 / n),
    "n / v": (lambda v, n: n / v, lambda v, n: -n / v**2),
}


@weight(3)
@pytest.mark.parametrize("kind", ["int", "float"])
@pytest.mark.parametrize("way", WAYS)
def test_numbers_stand_on_either_side(submission, rng, way, kind):
    write, slope = WAYS[way]
    n = int(rng.integers(2, 9)) if kind == "int" else float(rng.uniform(2, 9))
    (start,) = away_from_zero(rng, 1)
    (v,) = values(submission, start)
    output = as_value(write(v, n), way)
    check(output.data, float(write(start, n)), f"{way}, where n is of type {kind}")
    output.backward()
    check(v.grad, float(slope(start, n)), f"the derivative of {way} with respect to v")


@weight(1)
def test_values_may_hold_ints(submission, rng):
    x, y = (int(n) for n in rng.permutation(np.arange(2, 9))[:2])
    code = "z = x/y + x*x + (x - y).relu() + 9 * y**-2; z.backward()"
    got = probe(submission, evaluate, code, "z.data, x.grad, y.grad", x=x, y=-y)
    want = (-x / y + x * x + x + y + 9 / y**2, -1 / y + 2 * x + 1, -x / y**2 - 1 + 18 / y**3)
    check(got, want, "the value of z, and its derivatives with respect to x and y")


SHARED = {
    "x + x": lambda x: 2.0,
    "x * x": lambda x: 2 * x,
    "x - x": lambda x: 0.0,
    "x / x + x": lambda x: 1.0,
    "x * x * x": lambda x: 3 * x**2,
}


@weight(2)
@pytest.mark.parametrize("expression", SHARED)
def test_a_value_used_twice_gets_both_terms(submission, rng, expression):
    (x,) = away_from_zero(rng, 1)
    got = probe(submission, evaluate, f"z = {expression}; z.backward()", "x.grad", x=x)
    check(got, SHARED[expression](x), f"the derivative of {expression}, over all paths", tolerance=1e-12)


@weight(3)
@pytest.mark.parametrize("last", ["long + u", "u + long"])
def test_a_diamond_hands_on_only_when_all_uses_are_counted(submission, rng, last):
    # u = x^2 is used at once, and through three further steps: z = u + 3 (2 u + 1) = 7 x^2 + 3.
    (x,) = away_from_zero(rng, 1)
    code = f"u = x * x; long = (u * 2 + 1) * 3; z = {last}; z.backward()"
    got = probe(submission, evaluate, code, "z.data, u.grad, x.grad", x=x)
    check(got, (7 * x**2 + 3, 7.0, 14 * x), "the value of z, and the derivatives with respect to u and x")


@weight(2)
def test_the_work_grows_with_the_operations_not_with_the_paths(submission, rng):
    lines = []
    for doublings in (8, 16):
        (x,) = (v,) = values(submission, *away_from_zero(rng, 1))
        for _ in range(doublings):
            v = as_value(v + v, "v + v")
        _, ran = count_lines(v.backward)
        check(x.grad, 2.0**doublings, f"the derivative of {doublings} doublings, v = v + v")
        lines.append(ran)
    message = (
        f"wanted: about twice as many lines run for 16 doublings as for 8; {lines[1]:,} were run, and {lines[0]:,}"
    )
    expect(lines[1] <= 6 * lines[0], message)


def run_a_chain(module, start, count):
    """Return (value, derivative) at the end of a chain, with little room for recursion. (Shipped as a probe.)"""
    import sys

    before = sys.getrecursionlimit()
    x = v = module.Value(start)
    for step in range(count):
        v = v * 0.5 + 1 if step % 2 else v - 0.25
    sys.setrecursionlimit(400)
    try:
        v.backward()
    finally:
        sys.setrecursionlimit(before)
    return v.data, x.grad


@weight(2)
@pytest.mark.parametrize("count", [40, 10_000], ids=["40 steps", "10,000 steps"])
def test_a_chain_may_be_long(submission, rng, count):
    (start,) = away_from_zero(rng, 1)
    value = start
    for step in range(count):
        value = value * 0.5 + 1 if step % 2 else value - 0.25
    got = probe(submission, run_a_chain, start, count)
    # Every second step halves the slope, until it is 0 to the last digit.
    check(got, (value, 0.5 ** (count // 2)), f"(value, derivative) at the end of {count:,} steps")


def run_a_sum(module, start, count):
    """Return (value, derivatives) of x0 + x1^2 + x2^2 + ..., added up one by one. (Shipped as a probe.)"""
    leaves = [module.Value(start + n) for n in range(count)]
    total = leaves[0]
    for leaf in leaves[1:]:
        total = total + leaf * leaf
    total.backward()
    return total.data, [leaf.grad for leaf in leaves]


@weight(1)
def test_a_sum_of_thousands_of_terms_is_a_deep_graph_too(submission, rng):
    start, count = float(rng.integers(-9, 9)), 4000
    numbers = [start + n for n in range(count)]
    want = sum(n * n for n in numbers[1:]) + start, [1.0, *(2 * n for n in numbers[1:])]
    check(probe(submission, run_a_sum, start, count), want, "(value, derivatives) of x0 + x1^2 + x2^2 + ...")


@weight(1)
def test_a_gradient_is_zero_before_backward_and_where_nothing_flows(submission, rng):
    x, y = away_from_zero(rng, 2)
    code = "z = x * y; unused = x * aside; before = [v.grad for v in (x, y, z, unused)]; z.backward()"
    wanted = "before, aside.grad, unused.grad, x.data, y.data"
    got = probe(submission, evaluate, code, wanted, x=x, y=y, aside=3.0)
    check(
        got,
        ([0.0] * 4, 0.0, 0.0, x, y),
        "0.0 before, 0.0 after for what z does not depend on, and operands as they were",
    )


@weight(1)
def test_an_input_is_its_own_derivative(submission, rng):
    (v,) = values(submission, float(rng.uniform(1, 9)))
    v.backward()
    check(v.grad, 1.0, "backward() of a Value that was computed from nothing")


@weight(2)
def test_backward_of_a_second_output_adds_to_the_gradients(submission, rng):
    x, y = away_from_zero(rng, 2)
    code = "first = x * y; second = x * 3 - y; first.backward(); second.backward()"
    got = probe(submission, evaluate, code, "x.grad, y.grad", x=x, y=y)
    check(got, (y + 3, x - 1), "the sum of both outputs' derivatives")


@weight(2)
@pytest.mark.parametrize("second", ["z", "u * u"])
def test_what_an_inner_value_got_before_does_not_flow_again(submission, rng, second):
    x, y = away_from_zero(rng, 2)
    code = f"u = x * y; z = u * 5; z.backward(); ({second}).backward()"
    slope = 5.0 if second == "z" else 2 * x * y
    got = probe(submission, evaluate, code, "u.grad, x.grad, y.grad, z.grad", x=x, y=y)
    want = (5 + slope, (5 + slope) * y, (5 + slope) * x, 2.0 if second == "z" else 1.0)
    check(got, want, "for u, x, y and z the sum of what each of the two passes gives by itself")


@weight(1)
def test_a_gradient_may_be_set_back(submission, rng):
    numbers = away_from_zero(rng, 2)
    x, y = values(submission, *numbers)
    output = as_value(x * y, "x * y")
    output.backward()
    x.grad = 0.0
    output.backward()
    want = (numbers[1], 2 * numbers[0])
    check((x.grad, y.grad), want, "one pass for the Value that was set back to 0.0, two for the other")


@weight(2)
@pytest.mark.parametrize("exponent", [2, 3, 5, -1, -2, 3.0, -2.0, 1, 0])
def test_a_negative_base_takes_whole_exponents(submission, rng, exponent):
    base = -float(rng.uniform(0.5, 2.0))
    (v,) = values(submission, base)
    output = as_value(v**exponent, f"v ** {exponent}")
    sign = -1.0 if int(exponent) % 2 else 1.0
    check(output.data, sign * math.exp(exponent * math.log(-base)), f"a negative number to the power {exponent}")
    output.backward()
    slope = -sign * exponent * math.exp((exponent - 1) * math.log(-base))
    check(v.grad, slope, f"n * base ** (n - 1) for a negative base and n = {exponent}")


@weight(1)
@pytest.mark.parametrize("exponent", [0.5, 2.5, -1.5])
def test_a_positive_base_takes_any_exponent(submission, rng, exponent):
    base = float(rng.uniform(0.5, 2.0))
    (v,) = values(submission, base)
    as_value(v**exponent, f"v ** {exponent}").backward()
    check(v.grad, exponent * math.exp((exponent - 1) * math.log(base)), f"n * base ** (n - 1) for n = {exponent}")


@weight(1)
@pytest.mark.parametrize(("exponent", "slope"), [(1, 1.0), (2, 0.0), (1.5, 0.0)])
def test_base_zero_takes_exponents_from_one_up(submission, exponent, slope):
    (v,) = values(submission, 0.0)
    output = as_value(v**exponent, f"v ** {exponent}")
    check(output.data, 0.0, f"0 ** {exponent}")
    output.backward()
    check(v.grad, slope, f"the derivative of v ** {exponent} at 0")


@weight(1)
def test_an_exponent_that_is_no_constant_is_refused(submission, rng):
    x, y = values(submission, *(float(n) for n in rng.uniform(1, 3, size=2)))
    with raises(TypeError):
        x**y


@weight(1)
@pytest.mark.parametrize("number", [0.0, -0.5, 0.25, 2.5, 0])
def test_relu_has_no_slope_at_zero_and_below(submission, number):
    (v,) = values(submission, number)
    output = as_value(v.relu(), "v.relu()")
    output.backward()
    check((output.data, v.grad), (max(number, 0.0), float(number > 0)), f"relu and its derivative at {number}")


@weight(1)
@pytest.mark.parametrize("number", [1000.0, -1000.0])
def test_tanh_is_flat_far_from_zero(submission, number):
    (v,) = values(submission, number)
    output = as_value(v.tanh(), "v.tanh()")
    output.backward()
    check((output.data, v.grad), (math.copysign(1.0, number), 0.0), f"tanh and its derivative at {number}")
