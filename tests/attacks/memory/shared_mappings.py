"""Maps memory as shared, which does not count as the heap's."""
# exercise: foundations/softmax
# outcome: failed
# denies: a gigabyte of shared memory ENOMEM

import mmap

from exercises.tools.attempt import attempt

MEGABYTE = 1 << 20
mappings = []


def map_a_gigabyte():
    for _ in range(128):
        mapping = mmap.mmap(-1, 8 * MEGABYTE)
        mappings.append(mapping)
        for place in range(0, 8 * MEGABYTE, mmap.PAGESIZE):
            mapping[place] = 1


attempt("a gigabyte of shared memory", map_a_gigabyte)
mappings.clear()


def softmax(x, axis=-1):
    return None


log_softmax = softmax
