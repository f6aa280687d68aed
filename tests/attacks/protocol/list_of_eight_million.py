"""Answers with 64 MB as a list of integers, each of which costs its reader five times that."""
# exercise: foundations/softmax
# outcome: out_of_memory

from exercises.tools import wire


def softmax(*arguments, **keywords):
    wire.zeros(["returned", [12, 0], [0, [None] * (len(arguments) + len(keywords))], ""], 64)
    wire.wait()


log_softmax = softmax
