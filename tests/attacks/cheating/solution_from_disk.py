"""Reads the solution, or the grader, from where it lies, and takes its functions."""
# exercise: foundations/softmax
# outcome: failed
# denies: the solution ENOENT, the grader ENOENT, the mistakes ENOENT
# denies at confined: the solution EACCES, the grader EACCES, the mistakes EACCES

from exercises.tools.attempt import attempt

PLACES = {
    "the solution": "@repository@/solutions/foundations/softmax.py",
    "the grader": "@repository@/graders/foundations/softmax.py",
    "the mistakes": "@repository@/graders/foundations/mistakes.toml",
}


def read(place):
    with open(place) as file:
        return file.read()


texts = {name: attempt(name, read, place) for name, place in PLACES.items()}
space = {}
if texts["the solution"]:
    print("LEAK: the solution")
    exec(texts["the solution"], space)


def softmax(x, axis=-1):
    return space["softmax"](x, axis) if space else None


log_softmax = softmax
