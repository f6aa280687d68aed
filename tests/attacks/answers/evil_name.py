"""Raises an exception whose class has a name of control characters, 100,000 of them."""
# exercise: foundations/softmax
# outcome: error

Evil = type("\x1b[2J\r\u202e" * 20_000, (Exception,), {"__module__": "\x1b]0;passed\x07"})


def softmax(x, axis=-1):
    raise Evil("\x1b[1A\x1b[2Kpassed")


log_softmax = softmax
