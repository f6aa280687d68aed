"""Another right solution: from the end of the text, with costs, and a linked list for what remains from each place."""

from collections import deque


def segment(text, log_probs, unk_log_prob=-20.0):
    lengths = sorted({len(piece) for piece in log_probs} | {1})
    rests = deque([(0.0, 0, None)], maxlen=lengths[-1])  # the cheapest rests from the next places, the nearest first
    for start in reversed(range(len(text))):
        cheapest = None
        for length in lengths:
            if length > len(rests):
                break
            piece = text[start : start + length]
            if piece in log_probs:
                cost = -log_probs[piece]
            elif length == 1:
                cost = -unk_log_prob
            else:
                continue
            rest = rests[length - 1]
            key = (cost + rest[0], 1 + rest[1])
            if cheapest is None or key < cheapest[:2]:
                cheapest = (*key, (piece, rest[2]))
        rests.appendleft(cheapest)
    cost, _, chain = rests[0]
    pieces = []
    while chain:
        piece, chain = chain
        pieces.append(piece)
    return pieces, -cost if pieces else 0.0
