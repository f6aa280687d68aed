"""How much a check counts."""

import pytest


def weight(value: float, core: bool = False) -> pytest.MarkDecorator:
    """Mark a check function with its weight, shared equally by its parametrised cases.

    Args:
        value: positive; an exercise is worth its points times the passed share of the weights.
        core: whether this is the definition itself; without a passed core check an exercise is worth nothing.
    """
    if value <= 0:
        raise ValueError(f"a check's weight has to be positive, not {value}")
    return pytest.mark.weight(value, core=core)
