"""tokenization/unigram_viterbi against Hugging Face's Unigram model, and against all segmentations of short texts."""

import itertools
import math

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import Unigram

from solutions.tokenization.unigram_viterbi import segment

LETTERS = {"Latin": "abcd", "runs": "aaab", "Chinese and emoji": "中文🙂字"}


def vocabulary(letters: str, rng: np.random.Generator) -> dict[str, float]:
    pieces = {"".join(rng.choice(list(letters), size=rng.integers(2, 6))) for _ in range(40)} | set(letters)
    return {piece: -float(rng.uniform(1, 3 + 2 * len(piece))) for piece in sorted(pieces)}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", LETTERS)
def test_pieces_have_the_score_of_those_of_hugging_face(kind, seed):
    rng = np.random.default_rng(seed)
    log_probs = vocabulary(LETTERS[kind], rng)
    theirs = Tokenizer(Unigram([*log_probs.items(), ("<unk>", -50.0)], unk_id=len(log_probs)))
    for length in range(1, 80):
        text = "".join(rng.choice(list(LETTERS[kind]), size=length))
        pieces, score = segment(text, log_probs)
        their_pieces = theirs.encode(text).tokens
        assert "".join(pieces) == "".join(their_pieces) == text
        assert math.isclose(score, math.fsum(log_probs[piece] for piece in their_pieces), rel_tol=1e-12)
        assert sorted(pieces) == sorted(their_pieces)  # in runs, an order is as good as another


def test_unknown_characters_cost_what_theirs_do():
    # Theirs count with the least value of all minus 10, and come out put together.
    log_probs = {"a": -1.0, "b": -2.0, "ab": -2.5, "ca": -4.0, "<unk>": -7.0}
    theirs = Tokenizer(Unigram(list(log_probs.items()), unk_id=4))
    ours = {piece: value for piece, value in log_probs.items() if piece != "<unk>"}
    for letters in itertools.product("abc", repeat=7):
        pieces, _ = segment("".join(letters), ours, -17.0)
        together = ["".join(g) if u else list(g) for u, g in itertools.groupby(pieces, lambda p: p not in ours)]
        assert [p for g in together for p in ([g] if isinstance(g, str) else g)] == theirs.encode(
            "".join(letters)
        ).tokens


def test_no_segmentation_of_a_short_text_is_better():
    log_probs = {"a": -1.0, "b": -1.5, "ab": -2.25, "ba": -2.5, "aba": -3.25, "bb": -4.0, "abb": -3.75}
    for letters in itertools.product("abc", repeat=7):
        text, best = "".join(letters), (-math.inf, 0)
        for flags in itertools.product([False, True], repeat=6):
            cuts = [0, *(n for n, flag in enumerate(flags, 1) if flag), 7]
            pieces = [text[start:end] for start, end in itertools.pairwise(cuts)]
            values = [log_probs.get(piece, -5.0 if len(piece) == 1 else -math.inf) for piece in pieces]
            best = max(best, (sum(values), -len(pieces)))
        pieces, score = segment(text, log_probs, -5.0)
        assert (score, -len(pieces)) == best
