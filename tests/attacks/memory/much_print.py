"""Prints 20 MB at each call: of it, the first 64 KB are kept."""
# exercise: foundations/softmax
# outcome: failed

TEXT = "x" * (1 << 20)


def softmax(x, axis=-1):
    for _ in range(20):
        print(TEXT)


log_softmax = softmax
