"""Says while it is loaded that it called something banned, and not what."""
# exercise: foundations/softmax
# outcome: forged

from exercises.tools import wire

wire.message(["banned"])
wire.wait()
