"""Writes where what runs next would find it: libraries, the standard library, our own code, devices."""
# exercise: foundations/softmax
# outcome: failed
# denies: / EROFS, beside numpy EROFS, into numpy EROFS|EACCES, beside os EROFS, into os EROFS|EACCES
# denies: into the loop EROFS|EACCES, /dev EROFS, /etc ENOENT, the repository ENOENT, others ENOENT, removing os EROFS
# denies: making a folder EROFS, a link EROFS
# differs at confined: nothing is mounted read-only, and Landlock refuses
# denies at confined: / EACCES, beside numpy EACCES, into numpy EACCES, beside os EACCES, into os EACCES
# denies at confined: into the loop EACCES, /dev EACCES, /etc EACCES, the repository EACCES, others EACCES
# denies at confined: removing os EACCES, making a folder EACCES, a link EACCES

import os
import sys

import numpy as np
from exercises.tools.attempt import attempt

PLACES = {
    "/": "/x",
    "beside numpy": os.path.dirname(np.__path__[0]) + "/sitecustomize.py",
    "into numpy": np.__file__,
    "beside os": os.path.dirname(os.__file__) + "/sitecustomize.py",
    "into os": os.__file__,
    "into the loop": sys.modules["graders.engine.sandbox.worker"].__file__,
    "/dev": "/dev/x",
    "/etc": "/etc/x",
    "the repository": "@repository@/x",
    "others": "@others@/submission.py",
}

for name, place in PLACES.items():
    attempt(name, os.open, place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
attempt("removing os", os.unlink, os.__file__)
attempt("making a folder", os.mkdir, os.path.dirname(np.__path__[0]) + "/x")
attempt("a link", os.symlink, "/tmp", os.path.dirname(np.__path__[0]) + "/x")


def softmax(x, axis=-1):
    return None


log_softmax = softmax
