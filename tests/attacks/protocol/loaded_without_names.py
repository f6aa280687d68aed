"""Says that it is loaded, and nothing else."""
# exercise: foundations/softmax
# outcome: forged

from exercises.tools import wire

wire.message(["loaded"])
wire.wait()
