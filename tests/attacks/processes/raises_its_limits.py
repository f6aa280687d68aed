"""Lifts the limits that it runs under."""
# exercise: foundations/softmax
# outcome: failed
# denies: RLIMIT_AS ValueError, RLIMIT_DATA ValueError, RLIMIT_NOFILE ValueError, RLIMIT_FSIZE ValueError
# denies: RLIMIT_STACK ValueError, RLIMIT_CORE ValueError, RLIMIT_MEMLOCK ValueError, RLIMIT_MSGQUEUE ValueError

import resource

from exercises.tools.attempt import attempt

for name in ["AS", "DATA", "NOFILE", "FSIZE", "STACK", "CORE", "MEMLOCK", "MSGQUEUE"]:
    kind = getattr(resource, f"RLIMIT_{name}")
    attempt(f"RLIMIT_{name}", resource.setrlimit, kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def softmax(x, axis=-1):
    return None


log_softmax = softmax
