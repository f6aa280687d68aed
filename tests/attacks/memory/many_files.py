"""Makes more files than the folder for temporary files has room for."""
# exercise: foundations/softmax
# outcome: failed
# denies: 1100 files ENOSPC
# differs at confined: the folder is an ordinary one on the machine's disk, and files are not counted
# denies at confined: nothing
# allows at confined: 1100 files

import os
import tempfile

from exercises.tools.attempt import attempt


def make_files():
    for n in range(1100):
        os.close(os.open(f"{tempfile.gettempdir()}/{n}", os.O_CREAT | os.O_WRONLY))


attempt("1100 files", make_files)


def softmax(x, axis=-1):
    return None


log_softmax = softmax
