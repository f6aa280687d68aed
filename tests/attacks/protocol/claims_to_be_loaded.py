"""Says that it is loaded, with all names, and goes on sending."""
# exercise: foundations/softmax
# outcome: forged

from exercises.tools import wire

wire.message(["loaded", ["softmax", "log_softmax"], ""])
while True:
    wire.write(b"L")
