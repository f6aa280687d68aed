"""Never ends, with every signal ignored and every exception caught."""
# exercise: foundations/softmax
# outcome: timed_out

import contextlib
import signal


def softmax(x, axis=-1):
    for number in range(1, signal.NSIG):
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue


log_softmax = softmax
