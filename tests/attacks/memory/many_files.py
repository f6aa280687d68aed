"""Makes more files than the folder for temporary files has room for."""
# exercise: foundations/softmax
# outcome: failed
# denies: 3000 files ENOSPC
# differs at confined: the folder is an ordinary one on the machine's disk, and files are not counted
# denies at confined: nothing
# allows at confined: 3000 files

import tempfile
from pathlib import Path

from exercises.tools.attempt import attempt


def make_files():
    for n in range(3000):
        Path(tempfile.gettempdir(), f"{n}").touch()


attempt("3000 files", make_files)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
