"""Takes all memory and ignores the MemoryError, again and again."""
# exercise: foundations/softmax
# outcome: timed_out


def softmax(x, axis=-1):
    taken = []
    while True:
        try:
            taken.append(bytearray(1 << 20))
        except MemoryError:
            continue


log_softmax = softmax
