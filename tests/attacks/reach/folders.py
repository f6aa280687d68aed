"""Lists folders."""
# exercise: foundations/softmax
# outcome: failed
# denies: / EACCES, /tmp/.. EACCES, /proc EACCES, /root ENOENT, /etc ENOENT, the repository ENOENT, others ENOENT
# differs at confined: the machine's own tree is there, and Landlock refuses to open it
# denies at confined: / EACCES, /tmp/.. EACCES, /proc EACCES, /root EACCES, /etc EACCES, the repository EACCES
# denies at confined: others EACCES

import os

from exercises.tools.attempt import attempt

for place in ("/", "/tmp/..", "/proc", "/root", "/etc"):
    attempt(place, os.listdir, place)
attempt("the repository", os.listdir, "@repository@")
attempt("others", os.listdir, "@others@")


def softmax(x, axis=-1):
    return None


log_softmax = softmax
