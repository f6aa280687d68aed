"""Imports another of its own files, which imports this one."""
# exercise: foundations/softmax
# outcome: invalid

from exercises.foundations.early_stopping import softmax

log_softmax = softmax
# file: foundations/early_stopping.py
from exercises.foundations.softmax import softmax  # noqa: E402

softmax = softmax
