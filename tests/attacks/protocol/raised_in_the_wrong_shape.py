"""Says while it is loaded that it raised, in the wrong shape."""
# exercise: foundations/softmax
# outcome: forged

from exercises.tools import wire

wire.message(["raised", [], "", [[1, 2, 3, 4]], ""])
wire.wait()
