"""Changes modes, owners, times and attributes of what it may read."""
# exercise: foundations/softmax
# outcome: failed
# denies: the mode EPERM, the owner EPERM, the times EPERM, an attribute EPERM, its scratch folder's mode EPERM
# denies: a link into its scratch folder EACCES, a hard link EACCES|EXDEV|EPERM

import os
import tempfile

from exercises.tools.attempt import attempt

SCRATCH = tempfile.gettempdir()

attempt("the mode", os.chmod, os.__file__, 0o777)
attempt("the owner", os.chown, os.__file__, 0, 0)
attempt("the times", os.utime, os.__file__, (0, 0))
attempt("an attribute", os.setxattr, os.__file__, "user.x", b"x")
attempt("its scratch folder's mode", os.chmod, SCRATCH, 0o777)
attempt("a link into its scratch folder", os.symlink, "/etc/passwd", f"{SCRATCH}/link")
attempt("a hard link", os.link, os.__file__, f"{SCRATCH}/os.py")


def softmax(x, axis=-1):
    return None


log_softmax = softmax
