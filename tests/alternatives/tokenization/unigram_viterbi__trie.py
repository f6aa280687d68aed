"""Another right solution: forwards through a trie, keeping for each place the best way to it in parallel lists."""

import itertools
import math


def segment(text, log_probs, unk_log_prob=-20.0):
    root = {}
    for piece, log_prob in log_probs.items():
        node = root
        for character in piece:
            node = node.setdefault(character, {})
        node["value"] = log_prob  # no character is called so
    scores = [0.0] + [-math.inf] * len(text)
    counts = [0] * (len(text) + 1)
    before = [None] * (len(text) + 1)

    def reach(start, end, log_prob):
        score, count = scores[start] + log_prob, counts[start] + 1
        if score > scores[end] or (score == scores[end] and count < counts[end]):
            scores[end], counts[end], before[end] = score, count, start

    for start in range(len(text)):
        if text[start] not in log_probs:
            reach(start, start + 1, unk_log_prob)
        node = root
        for place in range(start, len(text)):
            node = node.get(text[place])
            if node is None:
                break
            if "value" in node:
                reach(start, place + 1, node["value"])
    cuts = [len(text)]
    while cuts[-1]:
        cuts.append(before[cuts[-1]])
    cuts.reverse()
    return [text[start:end] for start, end in itertools.pairwise(cuts)], scores[-1]
