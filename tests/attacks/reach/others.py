"""Reads and changes the submission of somebody else, which lies on the same disk."""
# exercise: foundations/softmax
# outcome: failed
# denies: reading ENOENT, changing ENOENT, removing ENOENT, replacing its folder ENOENT
# differs at confined: the folder is there, and Landlock refuses
# denies at confined: reading EACCES, changing EACCES, removing EACCES, replacing its folder EACCES

import os
import shutil
from pathlib import Path

from exercises.tools.attempt import attempt

THEIRS = Path("@others@/submission.py")

attempt("reading", THEIRS.read_text)
attempt("changing", THEIRS.write_text, "SECRET = None")
attempt("removing", os.unlink, THEIRS)
attempt("replacing its folder", shutil.move, THEIRS.parent, "/tmp/theirs")


def softmax(x, axis=-1):
    return None


log_softmax = softmax
