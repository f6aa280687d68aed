"""Checks of tokenization/vocabulary_expansion: means of pieces, old rows bit by bit, ties, leaves, 16-bit tables."""

import pytest
import torch

from graders.engine.kit import (
    check,
    expect,
    expect_array,
    expect_type,
    noncontiguous,
    normal,
    probe,
    raises,
    sizes,
    untouched,
    weight,
)

BITS = {2: torch.int16, 4: torch.int32, 8: torch.int64}


def draw_tokens(rng, old, count, longest=6):
    return [rng.integers(old, size=rng.integers(1, longest + 1)).tolist() for _ in range(count)]


def expanded(table, new_tokens):
    """Return the larger table in float64 (and the dtype of a wider one), the mean taken number by number."""
    rows = table.double().tolist()
    for pieces in new_tokens:
        rows.append([sum(rows[piece][feature] for piece in pieces) / len(pieces) for feature in range(len(rows[0]))])
    return torch.tensor(rows, dtype=torch.float64)


def pair(got):
    """Require a pair and return it."""
    got = expect_type(got, tuple)
    expect(len(got) == 2, f"wanted: (embedding, head); came back: a tuple of {len(got)}")
    return got


def check_expanded(got, embedding, head, new_tokens, about):
    for name, table, larger in zip(("embedding", "head"), (embedding, head), pair(got), strict=True):
        want = expanded(table, new_tokens).to(table.dtype)
        check(larger, want, f"{name}: the old rows, then for each new token the mean {about}", work=8)


TOKENS = {
    "one piece each": lambda rng, old: [[int(n)] for n in rng.permutation(old)[:4]],
    "some pieces": lambda rng, old: draw_tokens(rng, old, 5),
    "a piece that comes twice": lambda rng, old: [[0, 0, 1], [old - 1, 2, old - 1, old - 1], [1, 1]],
    "all pieces": lambda rng, old: [list(range(old)), list(range(old))[::-1] * 2],
    "more new tokens than old ones": lambda rng, old: draw_tokens(rng, old, 3 * old),
    "the same pieces for two tokens": lambda rng, old: draw_tokens(rng, old, 3) * 2,
}


@weight(4, core=True)
@pytest.mark.parametrize("case", TOKENS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_a_new_row_is_the_mean_of_its_pieces(submission, rng, case, dtype):
    old, features = sizes(rng, 2, 5, 30)
    embedding, head = normal(rng, old, features, dtype=dtype), normal(rng, old, features, dtype=dtype)
    new_tokens = TOKENS[case](rng, old)
    got = submission.expand_vocabulary(embedding, head, new_tokens)
    check_expanded(got, embedding, head, new_tokens, f"of its pieces' rows in that table ({case})")


@weight(3, core=True)
def test_a_case_worked_by_hand(submission, rng):
    shift, factor = int(rng.integers(1, 9)), int(rng.integers(2, 9))
    embedding = torch.tensor([[0.0, 4.0, -2.0], [2.0, 0.0, 6.0], [6.0, 8.0, 2.0]]) * factor + shift
    head = torch.tensor([[9.0, 0.0, 3.0], [1.0, 2.0, -3.0], [0.0, 6.0, 3.0]]) * factor + shift
    new_rows = torch.tensor([[1.0, 2.0, 2.0], [6.0, 8.0, 2.0], [5.0, 6.0, 3.0]]) * factor + shift
    new_columns = torch.tensor([[5.0, 1.0, 0.0], [0.0, 6.0, 3.0], [0.25, 5.0, 1.5]]) * factor + shift
    got = submission.expand_vocabulary(embedding, head, [[0, 1], [2], [2, 1, 2, 2]])
    check(pair(got)[0], torch.cat([embedding, new_rows]), "embedding: the means of its rows 0 and 1, of 2, of 2 1 2 2")
    check(got[1], torch.cat([head, new_columns]), "head: the means of its rows 0 and 1, of 2, of 2 1 2 2")


@weight(3)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64], ids=str)
def test_old_rows_stay_as_they_are_bit_by_bit(submission, rng, dtype):
    old, features = sizes(rng, 2, 6, 30)
    tables = [normal(rng, old, features, dtype=torch.float64, scale=4.0).to(dtype) for _ in range(2)]
    info = torch.finfo(dtype)
    for table in tables:
        table[0, :4] = torch.tensor([-0.0, info.max, info.tiny, -info.tiny / 4], dtype=dtype)
    new_tokens = [[piece % (old - 1) + 1 for piece in pieces] for pieces in draw_tokens(rng, old, 4)]
    got = pair(submission.expand_vocabulary(*tables, new_tokens))
    for table, larger in zip(tables, got, strict=True):
        expect_array(larger, (old + 4, features), dtype, "a table")
        same = larger[:old].contiguous().view(BITS[dtype.itemsize]) == table.view(BITS[dtype.itemsize])
        expect(same.all(), f"wanted: the old {old} rows bit by bit; {int((~same).any(dim=1).sum())} of them differ")
        want = expanded(table, new_tokens)[old:]
        check(larger[old:], want, "means of the pieces' rows, in the table's dtype", dtype=dtype, work=8)


@weight(2)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_means_of_16_bit_rows_are_taken_in_float32(submission, rng, dtype):
    old, features = sizes(rng, 2, 20, 40)
    # Ten rows near the largest number of float16 add up to more than it holds; 300 rows near 1 lose what is added last.
    embedding = (5e4 + 1e4 * torch.from_numpy(rng.random((old, features)))).to(dtype)
    head = (1 + torch.from_numpy(rng.random((old, features)))).to(dtype)
    new_tokens = [rng.integers(old, size=size).tolist() for size in (10, 300)]
    got = pair(submission.expand_vocabulary(embedding, head, new_tokens))
    for table, larger in zip((embedding, head), got, strict=True):
        check(larger, expanded(table, new_tokens), "means that are exact up to one rounding", dtype=dtype)


@weight(1)
def test_each_table_keeps_its_own_dtype(submission, rng):
    old, features = sizes(rng, 2, 5, 20)
    embedding, head = normal(rng, old, features, dtype=torch.bfloat16), normal(rng, old, features, dtype=torch.float64)
    new_tokens = draw_tokens(rng, old, 4)
    got = pair(submission.expand_vocabulary(embedding, head, new_tokens))
    check(got[0], expanded(embedding, new_tokens), "the embedding, in bfloat16 as before", dtype=torch.bfloat16, work=8)
    check(got[1], expanded(head, new_tokens), "the head, in float64 as before", work=8)


@weight(1)
def test_tables_that_are_not_contiguous(submission, rng):
    old, features = sizes(rng, 2, 5, 20)
    embedding, head = (noncontiguous(normal(rng, old, features, dtype=torch.float32)) for _ in range(2))
    new_tokens = draw_tokens(rng, old, 4)
    got = submission.expand_vocabulary(embedding, head, new_tokens)
    check_expanded(got, embedding, head, new_tokens, "of its pieces' rows")


@weight(1)
def test_a_model_of_one_feature_and_one_token(submission, rng):
    embedding, head = normal(rng, 1, 1, dtype=torch.float64), normal(rng, 1, 1, dtype=torch.float64)
    got = submission.expand_vocabulary(embedding, head, [[0], [0, 0]])
    check_expanded(got, embedding, head, [[0], [0, 0]], "of its pieces' rows")


@weight(1)
def test_no_new_tokens_give_the_same_tables_again(submission, rng):
    old, features = sizes(rng, 2, 5, 20)
    embedding, head = normal(rng, old, features, dtype=torch.float32), normal(rng, old, features, dtype=torch.float32)
    check(submission.expand_vocabulary(embedding, head, []), (embedding, head), "the old tables, with no row more")


def facts(module, embedding, head, new_tokens):
    """Call it beside the learner's code, where tensors are objects, and return what cannot be seen from outside.

    head None stands for the tied pair. What comes back: the tables, then facts by name, or None if it is no pair.
    """
    import torch

    arguments = [embedding, embedding if head is None else head]
    got = module.expand_vocabulary(*arguments, new_tokens)
    if not (isinstance(got, tuple) and len(got) == 2 and all(isinstance(table, torch.Tensor) for table in got)):
        return None
    rows, columns = got
    seen = {
        "same tensor twice": rows is columns,
        "shared between the two": rows.data_ptr() == columns.data_ptr(),
        "leaves": rows.is_leaf and columns.is_leaf,
        "require gradients": rows.requires_grad and columns.requires_grad,
        "shares memory with an argument": any(
            table.untyped_storage().data_ptr() == old.untyped_storage().data_ptr() for table in got for old in arguments
        ),
    }
    return rows.detach(), columns.detach(), seen


def ask(submission, *arguments):
    got = probe(submission, facts, *arguments)
    expect(got is not None, "wanted: a tuple of two tensors (embedding, head)")
    got = expect_type(got, tuple)
    expect(len(got) == 3 and isinstance(got[2], dict), "wanted: a tuple of two tensors (embedding, head)")
    return got


@weight(3)
@pytest.mark.parametrize("grad", [False, True], ids=["plain tensors", "tensors that require gradients"])
@pytest.mark.parametrize("new", [4, 0], ids=["with new tokens", "without new tokens"])
def test_a_tied_pair_stays_one_tensor(submission, rng, grad, new):
    old, features = sizes(rng, 2, 5, 20)
    embedding = normal(rng, old, features, dtype=torch.float32).requires_grad_(grad)
    new_tokens = draw_tokens(rng, old, new)
    rows, columns, seen = ask(submission, embedding, None, new_tokens)
    check_expanded((rows, columns), embedding.detach(), embedding.detach(), new_tokens, "of its pieces' rows")
    expect(seen.get("same tensor twice") is True, "wanted: for a tied pair the same tensor twice; two came back")


@weight(2)
@pytest.mark.parametrize("case", ["different values", "equal values"])
def test_what_was_not_tied_comes_back_as_two_tensors(submission, rng, case):
    old, features = sizes(rng, 2, 5, 20)
    embedding = normal(rng, old, features, dtype=torch.float32)
    head = embedding.clone() if case == "equal values" else normal(rng, old, features, dtype=torch.float32)
    new_tokens = draw_tokens(rng, old, 4)
    rows, columns, seen = ask(submission, embedding, head, new_tokens)
    check_expanded((rows, columns), embedding, head, new_tokens, "of its pieces' rows")
    expect(seen.get("same tensor twice") is False, f"wanted: two tensors where two of {case} are given")
    expect(seen.get("shared between the two") is False, f"wanted: memory for each, where two of {case} are given")


@weight(3)
@pytest.mark.parametrize("case", ["plain tensors", "tensors that require gradients", "no new tokens", "a tied pair"])
def test_the_tables_are_leaves_that_require_gradients(submission, rng, case):
    old, features = sizes(rng, 2, 5, 20)
    tables = [normal(rng, old, features, dtype=torch.float32) for _ in range(2)]
    if case == "tensors that require gradients":
        tables = [table.requires_grad_() for table in tables]
    if case == "a tied pair":
        tables[1] = None
    *_, seen = ask(submission, *tables, draw_tokens(rng, old, 0 if case == "no new tokens" else 4))
    expect(seen.get("leaves") is True, f"wanted: leaves, without a history that leads back to the arguments ({case})")
    expect(seen.get("require gradients") is True, f"wanted: tables that require gradients ({case})")
    expect(seen.get("shares memory with an argument") is False, f"wanted: memory of their own ({case})")


@weight(2)
@pytest.mark.parametrize("place", ["first", "in the middle", "last"])
def test_a_new_token_without_pieces_is_refused(submission, rng, place):
    old, features = sizes(rng, 2, 5, 20)
    table = normal(rng, old, features, dtype=torch.float32)
    new_tokens = draw_tokens(rng, old, 14)
    index = {"first": 0, "in the middle": int(rng.integers(3, 12)), "last": 13}[place]
    new_tokens[index] = []
    with raises(ValueError, index):
        submission.expand_vocabulary(table, table + 1, new_tokens)


@weight(2)
@pytest.mark.parametrize("case", ["-1", "negative", "the first too large", "far too large"])
def test_an_id_that_is_none_is_refused(submission, rng, case):
    old, features = sizes(rng, 2, 12, 20)
    table = normal(rng, old, features, dtype=torch.float32)
    negative = -int(rng.integers(2, 10))
    wrong = {"-1": -1, "negative": negative, "the first too large": old, "far too large": old + 100}[case]
    new_tokens = [*draw_tokens(rng, old, 3), [old - 1, 0, wrong, 1], *draw_tokens(rng, old, 2)]
    with raises(IndexError, wrong, old):
        submission.expand_vocabulary(table, table + 1, new_tokens)


@weight(1)
def test_the_arguments_are_left_unmodified(submission, rng):
    old, features = sizes(rng, 2, 5, 20)
    embedding, head = normal(rng, old, features, dtype=torch.float32), normal(rng, old, features, dtype=torch.float32)
    new_tokens = [sorted(pieces, reverse=True) for pieces in draw_tokens(rng, old, 6)] + [[1, 0, 1]]
    got = submission.expand_vocabulary(embedding, head, new_tokens)
    check_expanded(got, embedding, head, new_tokens, "of its pieces' rows")
    untouched(submission)
