"""The wire format: what goes in comes out, and what is no message is refused before it costs anything."""

import contextlib
import math
import struct

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from graders.engine import protocol
from graders.engine.compare import EXACT, difference
from graders.engine.protocol import Decoder, Encoder, ProtocolError, Unsendable


def refuse(*_: object) -> object:
    raise ProtocolError("nothing special here")


def unsendable(value: object) -> object:
    raise Unsendable(f"an object of type {type(value).__name__}")


def reader(data: bytes):
    """Return a `read(n)` over `data` that raises Closed at its end."""
    position = 0

    def read(count: int) -> bytearray:
        nonlocal position
        if position + count > len(data):
            raise protocol.Closed
        position += count
        return bytearray(data[position - count : position])

    return read


def through_the_wire(value: object, trusted: bool = False) -> object:
    """Return `value` as it arrives on the other side."""
    encoder = Encoder(unsendable, strides=trusted)
    pieces = protocol.frame(["value", encoder.encode(value)], encoder.buffers)
    message, buffers = protocol.read_frame(reader(b"".join(map(bytes, pieces))))
    return Decoder(buffers, refuse, trusted).decode(message[1])


def decode(node: object, buffers: tuple[bytes, ...] = ()) -> object:
    return Decoder([bytearray(b) for b in buffers], refuse).decode(node)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.text(alphabet=st.characters(categories=["Cs", "Lu"]))
    | st.binary()
    | st.complex_numbers()
    | arrays.arrays(st.sampled_from(["f8", "f4", "f2", "i8", "u1", "?", "c16"]), arrays.array_shapes(min_dims=0)),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)


@given(plain)
def test_plain_values_arrive_as_they_were(value: object) -> None:
    assert difference(through_the_wire(value), value, EXACT) is None


@pytest.mark.parametrize("count", [63, 64, 5000])
def test_long_lists_of_numbers_arrive_as_they_were(count: int) -> None:
    for numbers in (list(range(-5, count - 5)), [math.sqrt(i) for i in range(count)], [2**70] * count):
        assert through_the_wire(numbers) == numbers


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64, torch.int64, torch.bool])
def test_tensors_keep_dtype_shape_and_values(dtype: torch.dtype) -> None:
    tensor = torch.arange(6).reshape(2, 3).to(dtype)
    got = through_the_wire(tensor)
    assert got.dtype == dtype
    assert torch.equal(got, tensor)


def test_a_trusted_side_keeps_strides_and_gradients() -> None:
    tensor = torch.arange(24.0).reshape(2, 3, 4).transpose(0, 2).requires_grad_()
    got = through_the_wire(tensor, trusted=True)
    assert got.stride() == tensor.stride()
    assert got.requires_grad
    array = np.arange(12.0).reshape(3, 4)[:, ::2].T
    got = through_the_wire(array, trusted=True)
    assert got.strides == array.strides
    assert (got == array).all()


def test_views_that_overlap_arrive_with_the_right_values() -> None:
    tensor = torch.arange(3.0).expand(4, 3)
    assert torch.equal(through_the_wire(tensor, trusted=True), tensor)
    array = np.lib.stride_tricks.sliding_window_view(np.arange(6.0), 3)
    assert (through_the_wire(array, trusted=True) == array).all()


def test_what_comes_back_is_never_laid_out_by_the_other_sides_strides() -> None:
    with pytest.raises(ProtocolError, match="strides"):
        decode([protocol.ARRAY, 0, "<f8", [1], [1 << 40]], (b"x" * 8,))


def test_subclasses_of_plain_types_arrive_as_the_plain_type() -> None:
    class Count(int):
        pass

    assert type(through_the_wire(Count(3))) is int


@pytest.mark.parametrize(
    "value",
    [object(), np.array([object()]), np.array(["text"]), {"f": lambda: 0}, np.zeros(1, ">f8")],
    ids=["an object", "an array of objects", "an array of text", "a function in a dict", "the other byte order"],
)
def test_what_the_protocol_does_not_know_is_not_sent(value: object) -> None:
    with pytest.raises(Unsendable):
        through_the_wire(value)


def test_deep_nesting_is_neither_sent_nor_read() -> None:
    value: list = []
    for _ in range(protocol.MAX_DEPTH + 1):
        value = [value]
    with pytest.raises(Unsendable, match="nested"):
        through_the_wire(value)
    node: list = [protocol.LIST, []]
    for _ in range(protocol.MAX_DEPTH + 1):
        node = [protocol.LIST, [node]]
    with pytest.raises(ProtocolError):
        decode(node)


LIES = {
    "dtype object": [protocol.ARRAY, 0, "|O", [1], None],
    "structured dtype": [protocol.ARRAY, 0, [["a", "<f8"]], [1], None],
    "void dtype": [protocol.ARRAY, 0, "|V8", [1], None],
    "shape too large": [protocol.ARRAY, 0, "<f8", [10**6], None],
    "negative shape": [protocol.ARRAY, 0, "<f8", [-1], None],
    "two negative axes": [protocol.ARRAY, 0, "<f8", [-1, -1], None],
    "shape of floats": [protocol.ARRAY, 0, "<f8", [1.0], None],
    "shape of bools": [protocol.ARRAY, 0, "<f8", [True], None],
    "shape is text": [protocol.ARRAY, 0, "<f8", "1", None],
    "sixty-four axes": [protocol.ARRAY, 0, "<f8", [1] * 64, None],
    "buffer -1": [protocol.ARRAY, -1, "<f8", [1], None],
    "buffer 7": [protocol.ARRAY, 7, "<f8", [1], None],
    "bfloat16 array": [protocol.ARRAY, 0, "bf16", [4], None],
    "bfloat16 of another size": [protocol.TENSOR, 0, "bf16", [3], None, False],
    "too few fields": [protocol.ARRAY, 0],
    "scalar of another size": [protocol.SCALAR, "<f8", b"1234"],
    "scalar of text": [protocol.SCALAR, "<f8", "12345678"],
    "digits with an underscore": [protocol.BIG_INT, "1_0"],
    "digits of another script": [protocol.BIG_INT, "\u0661"],
    "too many digits": [protocol.BIG_INT, "9" * 4001],
    "two signs": [protocol.BIG_INT, "--1"],
    "complex of text": [protocol.COMPLEX, "1", "2"],
    "unhashable key": [protocol.DICT, [[[protocol.LIST, [1]], 1]]],
    "unhashable member": [protocol.SET, [[protocol.LIST, [1]]]],
    "pairs that are triples": [protocol.DICT, [[1, 2, 3]]],
    "ints that are no multiple of 8": [protocol.INTS, 1],
    "text that is no UTF-8": [protocol.TEXT, 2],
    "unknown tag": [77, 1],
    "tag true": [True, [1]],
    "no tag": [],
    "a dtype that is a path": [protocol.TORCH_DTYPE, "load"],
    "a handle": [protocol.HANDLE, 0, "x"],
    "a callback": [protocol.CALLBACK, 0],
    "msgpack extension": msgspec.msgpack.Ext(1, b"x"),
    "msgpack map": {"a": 1},
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_are_refused(lie: str) -> None:
    with pytest.raises(ProtocolError):
        decode(LIES[lie], (b"x" * 8, b"x" * 7, b"\xff\xff"))


def test_bools_are_zero_or_one_whatever_the_bytes_are() -> None:
    got = decode([protocol.ARRAY, 0, "|b1", [3], None], (b"\x00\x01\x02",))
    assert got.view("u1").tolist() == [0, 1, 1]


@given(st.recursive(st.integers() | st.text() | st.binary() | st.none() | st.floats(), st.lists, max_leaves=30))
def test_no_structure_makes_the_decoder_raise_anything_but_its_own_error(node: object) -> None:
    with contextlib.suppress(ProtocolError):
        decode(node, (b"12345678", b""))


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_raise_anything_but_its_own_errors(data: bytes) -> None:
    with contextlib.suppress(ProtocolError, protocol.Closed):
        protocol.read_frame(reader(protocol.HEADER.pack(protocol.MAGIC, len(data) // 2, 1) + data))


HEADERS = {
    "another magic": struct.pack("<4sII", b"DML1", 1, 0),
    "a structure over the limit": struct.pack("<4sII", protocol.MAGIC, 0xFFFFFFFF, 0),
    "too many buffers": struct.pack("<4sII", protocol.MAGIC, 1, 0xFFFFFFFF),
    "a buffer over the limit": struct.pack("<4sIIQ", protocol.MAGIC, 1, 1, 1 << 60),
    "buffers over the total": struct.pack("<4sII3Q", protocol.MAGIC, 1, 3, *[protocol.MAX_BUFFER_BYTES] * 3),
}


@pytest.mark.parametrize("header", HEADERS)
def test_sizes_are_refused_before_anything_is_read_or_allocated(header: str) -> None:
    # The reader would raise Closed, and not ProtocolError, if the body were asked for.
    with pytest.raises(ProtocolError):
        protocol.read_frame(reader(HEADERS[header]))


def test_a_message_over_the_limit_is_not_sent() -> None:
    with pytest.raises(Unsendable, match="at most"):
        through_the_wire([[0.5]] * 100_000)
    with pytest.raises(Unsendable, match="at most"):
        through_the_wire(np.zeros((protocol.MAX_BUFFER_BYTES >> 3) + 1))


@given(st.lists(st.integers(0, 200_000), max_size=5), st.integers(1, 100_000))
@settings(max_examples=50, deadline=None)
def test_what_is_read_ahead_is_neither_lost_nor_doubled(lengths: list[int], at_once: int) -> None:
    sent = np.random.default_rng(0).bytes(sum(lengths))
    position = 0

    def receive_into(view: memoryview) -> int:
        nonlocal position
        count = min(len(view), len(sent) - position, at_once + position % 7)
        view[:count] = sent[position : position + count]
        position += count
        return count

    ahead = protocol.ReadAhead(receive_into)
    assert b"".join(ahead.read(length) for length in lengths) == sent
    assert ahead.is_empty


def test_a_small_frame_takes_one_system_call_to_send_and_one_to_read() -> None:
    (piece,) = protocol.frame(["value", [0, [1, 2]]], [bytes(100), bytes(1000)])
    calls: list[int] = []

    def receive_into(view: memoryview) -> int:
        calls.append(len(piece))
        view[: len(piece)] = piece
        return len(piece)

    message, buffers = protocol.read_frame(protocol.ReadAhead(receive_into).read)
    assert (message[1], [len(b) for b in buffers]) == ([0, [1, 2]], [100, 1000])
    assert len(calls) == 1
