"""Fills the folder for temporary files."""
# exercise: foundations/softmax
# outcome: failed
# denies: 24 MB of temporary files ENOSPC
# differs at confined: the folder is an ordinary one on the machine's disk, and only the size of each file is bounded
# denies at confined: nothing
# allows at confined: 24 MB of temporary files

import tempfile
from pathlib import Path

from exercises.tools.attempt import attempt


def fill():
    for n in range(24):
        Path(tempfile.gettempdir(), f"{n}").write_bytes(bytes(1 << 20))


attempt("24 MB of temporary files", fill)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
