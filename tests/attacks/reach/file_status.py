"""Finds out by stat, which is not reading, what lies where."""
# exercise: foundations/softmax
# outcome: failed
# denies: /etc/passwd ENOENT, the solutions ENOENT, another submission ENOENT, the judge ENOENT
# denies: where the judge runs ENOENT
# differs at confined: Landlock does not cover stat, so it tells that files exist, how large they are and how old
# denies at confined: where the judge runs EACCES
# allows at confined: /etc/passwd, the solutions, another submission, the judge

import os

from exercises.tools.attempt import attempt

attempt("/etc/passwd", os.stat, "/etc/passwd")
attempt("the solutions", os.stat, "@repository@/solutions")
attempt("another submission", os.stat, "@others@/submission.py")
attempt("the judge", os.stat, "/proc/@judge@")
attempt("where the judge runs", os.readlink, "/proc/@judge@/cwd")


def softmax(x, axis=-1):
    return None


log_softmax = softmax
