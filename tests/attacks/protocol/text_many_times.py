"""Sends 64 MB once and names them 10,000 times as text."""
# exercise: foundations/softmax
# outcome: out_of_memory

from exercises.tools import wire


def softmax(*arguments, **keywords):
    wire.zeros(["returned", [0, [[10, 0]] * 10_000], [0, [None] * (len(arguments) + len(keywords))], ""], 64)
    wire.wait()


log_softmax = softmax
