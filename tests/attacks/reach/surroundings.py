"""Looks for what was left of the judge: environment, arguments, modules, objects in memory."""
# exercise: foundations/softmax
# outcome: failed
# denies: the environment NothingThere, a module of ours NothingThere, an object of pytest's NothingThere
# denies: the grader's source NothingThere, the judge's variables NothingThere

import gc
import os
import sys
import types

from exercises.tools.attempt import attempt


class NothingThere(Exception):
    """Nothing was found that a submission has no business with."""


def found(things):
    things = list(things)
    if not things:
        raise NothingThere
    print(f"LEAK: {things[:5]}")


EXPECTED = {
    *("PYTHONPATH", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "LD_LIBRARY_PATH", "HOME", "TMPDIR"),
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MALLOC_ARENA_MAX", "LANG", "USER", "LOGNAME"),
    *("TORCHINDUCTOR_CACHE_DIR", "LC_CTYPE", "KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK", "TORCH_SHOW_CPP_STACKTRACES"),
}
SECRET = ("solutions", "graders.foundations", "graders.engine.judge", "graders.engine.kit", "_pytest", "pytest")

attempt("the environment", lambda: found(os.environ.keys() - EXPECTED))
attempt("a module of ours", lambda: found(name for name in sys.modules if name.startswith(SECRET)))
attempt(
    "an object of pytest's",
    lambda: found(o for o in gc.get_objects() if type(o).__module__.startswith(SECRET)),
)
attempt(
    "the grader's source",
    lambda: found(
        o for o in gc.get_objects() if isinstance(o, types.FunctionType) and "/graders/f" in o.__code__.co_filename
    ),
)
attempt("the judge's variables", lambda: found(n for n in vars(sys.modules["__main__"]) if "judge" in n.lower()))


def softmax(x, axis=-1):
    return None


log_softmax = softmax
