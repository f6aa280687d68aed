"""What graders import: everything that a check needs, and nothing of how it is run.

marks      weight
checking   check, expect, expect_array, expect_number, expect_type, raises, untouched, counted
drawing    normal, sizes, noncontiguous
probes     gradients, count_operations, count_flops, count_lines, peak_memory, repeat, probe
sampling   expect_frequencies
"""

from graders.engine.kit.checking import (
    check,
    counted,
    expect,
    expect_array,
    expect_number,
    expect_type,
    raises,
    untouched,
)
from graders.engine.kit.drawing import noncontiguous, normal, sizes
from graders.engine.kit.marks import weight
from graders.engine.kit.probes import (
    Gradients,
    count_flops,
    count_lines,
    count_operations,
    gradients,
    peak_memory,
    probe,
    repeat,
)
from graders.engine.kit.sampling import expect_frequencies

__all__ = [
    "Gradients",
    "check",
    "count_flops",
    "count_lines",
    "count_operations",
    "counted",
    "expect",
    "expect_array",
    "expect_frequencies",
    "expect_number",
    "expect_type",
    "gradients",
    "noncontiguous",
    "normal",
    "peak_memory",
    "probe",
    "raises",
    "repeat",
    "sizes",
    "untouched",
    "weight",
]
