"""Writes one file without end."""
# exercise: foundations/softmax
# outcome: failed
# denies: a file of 24 MB EFBIG

import tempfile
from pathlib import Path

from exercises.tools.attempt import attempt

attempt("a file of 24 MB", lambda: Path(tempfile.gettempdir(), "x").write_bytes(bytes(24 << 20)))


def softmax(x, axis=-1):
    return None


log_softmax = softmax
