"""Appends to a list until nothing is left."""
# exercise: foundations/softmax
# outcome: out_of_memory


def softmax(x, axis=-1):
    taken = []
    while True:
        taken.append(bytearray(1 << 20))


log_softmax = softmax
