"""Leaves temporary files behind that are hard to remove: a thousand folders deep, and in a folder none may read."""
# exercise: foundations/softmax
# outcome: failed

import os
import tempfile

os.chdir(tempfile.gettempdir())
os.mkdir("unreadable", 0o300)
os.close(os.open("unreadable/file", os.O_CREAT | os.O_WRONLY))
os.mkdir("closed", 0)
for _ in range(1000):
    os.mkdir("deeper")
    os.chdir("deeper")


def softmax(x, axis=-1):
    return None


log_softmax = softmax
