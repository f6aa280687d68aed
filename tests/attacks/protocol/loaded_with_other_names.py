"""Says that it defines names that are no text."""
# exercise: foundations/softmax
# outcome: forged

from exercises.tools import wire

wire.message(["loaded", [["softmax"], {"log_softmax": 1}], ""])
wire.wait()
