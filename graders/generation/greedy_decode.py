"""Checks of generation/greedy_decode: the path, its ends, and what the model is called with."""

import math

import numpy as np
import pytest

from graders.engine.kit import check, counted, expect, expect_type, raises, untouched, weight


def watched(rng, vocabulary):
    """Return a counted model whose log-probabilities depend on the whole prefix."""
    salt = int(rng.integers(1 << 31))

    def model(prefix):
        expect(isinstance(prefix, tuple), f"wanted: the prefix as a tuple; the model was given {type(prefix).__name__}")
        are_ids = all(isinstance(t, (int, np.integer)) and 0 <= t < vocabulary for t in prefix)
        expect(are_ids, f"wanted: ids from 0 to {vocabulary - 1} in the prefix")
        expect(len(counting.calls) < 500, "wanted: an end; the model has been called 500 times")
        logits = np.random.default_rng([salt, len(prefix), *prefix]).normal(scale=2.0, size=vocabulary)
        return logits - np.log(np.exp(logits).sum())

    counting = counted(model)
    return counting


def greedy(model, prompt, most, eos=None, stop=()):
    """Return (ids, the prefixes that the model is asked for), looking at every ending of the text."""
    stop = {tuple(sequence) for sequence in stop}
    ids, asked = (), []
    for _ in range(most):
        asked.append((*prompt, *ids))
        row = [float(x) for x in model(asked[-1])]
        token = min(range(len(row)), key=lambda t: (-row[t], t))
        if token == eos:
            break
        ids = (*ids, token)
        for start in range(len(ids)):
            if ids[start:] in stop:
                return list(ids[:start]), asked
    return list(ids), asked


def compare(submission, model, prompt, most, eos=None, stop=(), about="the most probable token at each step"):
    """Check the new ids and the calls of one generation."""
    got = submission.generate(model, list(prompt), most, eos, stop)
    asked = list(model.calls)
    want, ours = greedy(model, prompt, most, eos, stop)
    check(got, want, about)
    check(asked, [(prefix,) for prefix in ours], "one call of the model a token, with the prompt and all ids before it")


@weight(4, core=True)
@pytest.mark.parametrize(("vocabulary", "prompt", "most"), [(5, (1, 3), 7), (9, (4,), 1), (3, (), 8), (40, (7, 7), 6)])
def test_each_token_is_the_most_probable_after_all_before_it(submission, rng, vocabulary, prompt, most):
    for _ in range(2):
        compare(submission, watched(rng, vocabulary), prompt, most)


@weight(3, core=True)
def test_a_chain_worked_by_hand(submission, rng):
    # 0 is most often followed by 2, 2 by 1, 1 by 4, 4 by 2 again; 3 by itself.
    after = {0: 2, 2: 1, 1: 4, 4: 2, 3: 3}

    def row(token):
        shares = np.full(5, 0.1)
        shares[after[token]] = 0.6
        return np.log(shares)

    for prompt, ends, want, calls in (
        ([0], {}, [2, 1, 4, 2, 1, 4], 6),
        ([3], {}, [3] * 6, 6),
        ([0], {"eos_id": 4}, [2, 1], 3),
        ([0], {"stop": [[4, 2]]}, [2, 1], 4),
        ([0, 2], {"stop": [[2, 1], [3]]}, [1, 4], 4),
        ([4], {"eos_id": 2}, [], 1),
    ):
        model = counted(lambda prefix: row(prefix[-1]))
        got = submission.generate(model, prompt, 6, **ends)
        check(got, want, "the new ids of a chain of five tokens")
        expect(len(model.calls) == calls, f"wanted: one call a token; the model was called {len(model.calls)} times")


@weight(2)
@pytest.mark.parametrize("length", [0, 1, 5])
def test_eos_ends_the_text_and_is_not_returned(submission, rng, length):
    model = watched(rng, 12)
    path, _ = greedy(model, (3,), 30)
    eos = next(t for t in [*path[length:], *range(12)] if t not in path[:length])
    compare(submission, fresh(model), (3,), 30, eos, about="the ids before eos")


def fresh(model):
    """Return the model with nothing counted yet."""
    model.calls.clear()
    return model


@weight(2)
def test_an_eos_in_the_prompt_means_nothing(submission, rng):
    model = watched(rng, 6)
    path, _ = greedy(model, (2, 5, 2), 6)
    eos = next((t for t in (2, 5) if t not in path), 2)
    compare(submission, fresh(model), (2, 5, 2), 6, eos, about="the new ids, whatever the prompt contains")


@weight(1)
def test_without_eos_no_token_ends_the_text(submission, rng):
    # The most probable token is 0 here, which is as false as None.
    model = counted(lambda prefix: np.log(np.array([0.6, 0.3, 0.1])))
    compare(submission, model, (1,), 4, about="four times the token 0, as no token is eos")
    compare(submission, fresh(model), (1,), 4, 0, about="nothing, as the token 0 is eos")


@weight(3)
@pytest.mark.parametrize(("start", "length"), [(0, 1), (0, 3), (2, 2), (4, 3), (5, 1)])
def test_a_stop_sequence_ends_the_text_and_is_cut_off(submission, rng, start, length):
    for kind in (list, tuple):
        model = watched(rng, 15)
        path, _ = greedy(model, (1, 2), 10)
        stop = [kind(path[start : start + length]), kind([14, 14, 14, 13])]
        compare(submission, fresh(model), (1, 2), 10, None, stop, "the new ids before the stop sequence")


@weight(2)
def test_of_several_stop_sequences_the_longest_is_cut_off(submission, rng):
    for order in ([1, 3, 2], [3, 2, 1], [2, 1, 3]):
        model = watched(rng, 30)
        path, _ = greedy(model, (8,), 6)
        stop = [path[5 - n : 5] for n in order]
        compare(submission, fresh(model), (8,), 6, None, stop, "the new ids before the longest stop sequence")


@weight(2)
def test_a_stop_sequence_that_begins_in_the_prompt_does_not_count(submission, rng):
    model = watched(rng, 20)
    path, _ = greedy(model, (6, 11), 7)
    stop = [[11, path[0]], [6, 11, *path[:2]], [6, 11], [11]]
    compare(submission, fresh(model), (6, 11), 7, None, stop, "stop sequences looked for among the new ids alone")


@weight(1)
def test_a_stop_sequence_within_reach_of_the_limit(submission, rng):
    model = watched(rng, 25)
    path, _ = greedy(model, (0,), 6)
    about = "a stop sequence cut off when its last id is the last allowed, and kept when it is not complete"
    compare(submission, fresh(model), (0,), 6, None, [path[4:]], about)
    compare(submission, fresh(model), (0,), 5, None, [path[4:]], about)


@weight(1)
def test_eos_comes_before_a_stop_sequence(submission, rng):
    model = watched(rng, 25)
    path, _ = greedy(model, (4,), 6)
    compare(submission, fresh(model), (4,), 6, path[3], [path[2:4], path[3:4]], "the ids before eos, none cut off")


@weight(2)
def test_of_equals_the_lowest_id_is_chosen(submission, rng):
    rows = [np.log(np.array(row)) for row in ([0.1, 0.3, 0.3, 0.3], [0.25] * 4, [0.2, 0.2, 0.2, 0.4])]
    for _ in range(3):
        start = int(rng.integers(3))
        model = counted(lambda prefix, start=start: rows[(start + len(prefix)) % 3])
        compare(submission, model, (2,), 6, about="of equally probable tokens the lowest id")


@weight(1)
def test_large_ids_and_long_texts(submission, rng):
    start = int(rng.integers(300, 400))
    model = counted(lambda prefix: -np.abs(np.arange(800.0) - start - len(prefix)))
    compare(submission, model, (7, 7), 9, start + 6, about="the ids before an eos of some hundreds")
    model = counted(lambda prefix: np.log(np.roll([0.5, 0.25, 0.25], len(prefix) % 3)))
    compare(submission, model, (1,), 290, 3, about="a text of 290 ids")


@weight(1)
def test_impossible_tokens_are_never_chosen(submission, rng):
    alone = int(rng.integers(1, 7))

    def model(prefix):
        row = np.full(7, -math.inf)
        row[(alone + len(prefix)) % 7] = 0.0
        return row

    compare(submission, counted(model), (0,), 9, about="the only possible token at each step")


@weight(1)
def test_no_new_tokens_means_no_call(submission, rng):
    model = watched(rng, 4)
    check(submission.generate(model, [1, 2], 0, 3, [[1], [2]]), [], "no new ids")
    expect(not model.calls, "wanted: no call of the model where there is nothing to choose")


@weight(1)
@pytest.mark.parametrize("most", [-1, -7])
def test_a_negative_number_of_tokens_is_refused(submission, rng, most):
    model = watched(rng, 4)
    with raises(ValueError, most):
        submission.generate(model, [1], most)
    expect(not model.calls, "wanted: no call of the model where an argument is refused")


@weight(1)
def test_an_empty_stop_sequence_is_refused(submission, rng):
    model = watched(rng, 4)
    for stop in ([[]], [[1, 2], ()]):
        with raises(ValueError):
            submission.generate(model, [1], 3, None, stop)
    expect(not model.calls, "wanted: no call of the model where an argument is refused")


@weight(1)
def test_new_ids_are_a_list_of_ints_and_arguments_stay_as_they_are(submission, rng):
    model = watched(rng, 8)
    got = expect_type(submission.generate(model, [5, 0, 2], 4, None, [[1, 1, 1, 1, 1]]), list, "the new ids")
    are_ints = all(isinstance(t, (int, np.integer)) and not isinstance(t, bool) for t in got)
    expect(are_ints, "wanted: the new ids as ints")
    untouched(submission)
