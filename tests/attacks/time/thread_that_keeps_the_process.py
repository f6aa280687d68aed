"""Leaves through sys.exit with a thread that is no daemon, for which an interpreter would wait."""
# exercise: foundations/softmax
# outcome: error

import sys
import threading
import time

threading.Thread(target=time.sleep, args=(1000,)).start()


def softmax(x, axis=-1):
    sys.exit(0)


log_softmax = softmax
