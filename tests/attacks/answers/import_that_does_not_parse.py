"""Imports another of its own files, which is no Python."""
# exercise: foundations/softmax
# outcome: invalid

from exercises.foundations.early_stopping import softmax

log_softmax = softmax
# file: foundations/early_stopping.py
this is no Python
