"""The wire format between the judge and a sandboxed child: length-prefixed frames of plain data.

A frame is a header, the byte lengths of its buffers, a msgpack structure, and the buffers (array bytes, long texts).
Decoding builds plain values only. Nothing is unpickled, evaluated, imported or compared, every size is checked
before anything is allocated, and whatever breaks a rule raises `ProtocolError`: the other side is not trusted.

    header = magic "LKP1" | structure bytes u32 | buffer count u32
    frame  = header | buffer lengths u64 each | structure | buffers

In the structure None, bool, int, float, short str and bytes stand for themselves; all else is `[tag, ...]`.
"""

from __future__ import annotations

import math
import struct
import sys
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

MAGIC = b"LKP1"
HEADER = struct.Struct("<4sII")
MAX_STRUCTURE_BYTES = 256 << 10  # 1 MB of empty lists was measured to cost the reader a second
MAX_BUFFERS = 4096
MAX_BUFFER_BYTES = 64 << 20
MAX_TOTAL_BYTES = 128 << 20
MAX_DEPTH = 32
MAX_AXES = 16
MAX_INT_DIGITS = 4000
LONG_TEXT = 1024  # characters from which a text travels as a buffer
LONG_LIST = 64  # elements from which a list of ints or floats travels as a buffer
_ITEM_BYTES, _COMPOUND_BYTES = 40, 256  # what its reader needs, about, for a number in a list; for an empty set
_TEXT_FACTOR, _NUMBER_FACTOR = 4, 5  # for each byte of a long text; of a long list of numbers
_SMALL_FRAME, _READ_AHEAD, _READ_AT_ONCE = 64 << 10, 64 << 10, 1 << 20

LIST, TUPLE, DICT, SET, FROZENSET, ARRAY, TENSOR, SCALAR, BIG_INT, COMPLEX, TEXT, BYTES = range(12)
INTS, FLOATS, DTYPE, TORCH_DTYPE, GENERATOR, HANDLE, CALLBACK = range(12, 19)

_DTYPES = {d: np.dtype(d) for d in "|b1 |i1 |u1 <i2 <u2 <i4 <u4 <i8 <u8 <f2 <f4 <f8 <c8 <c16".split()}
_BFLOAT16 = "bf16"  # NumPy has no such type: its bits travel as int16
_TORCH_DTYPES = "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64 complex128".split()

Node = Any  # what msgpack can carry
Reader = Callable[[int], bytearray]


class ProtocolError(Exception):
    """The bytes are not a message of this protocol."""


class TooLarge(ProtocolError):
    """The values of a message need more memory than the reader gives them."""


class Unsendable(Exception):
    """A value has no place in the protocol, or is too large for it; the message says which and why."""


class Closed(Exception):
    """The other side has gone."""


class Encoder:
    """Turns values into a structure and its buffers.

    Args:
        special: gets every object that is not plain data and returns its node, or raises Unsendable.
        strides: whether arrays keep their strides. Only the trusted side lays out memory on the other.
    """

    def __init__(self, special: Callable[[object], Node], strides: bool = False):
        self.buffers: list[Any] = []
        self._special = special
        self._strides = strides

    def encode(self, value: object, depth: int = 0) -> Node:
        """Return the node that stands for `value`, adding to `buffers` what is long.

        Raises:
            Unsendable: the value is nested too deeply or holds what the protocol does not know.
        """
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is int:
            return value if -(1 << 63) <= value < (1 << 63) else self._big_int(value)
        if kind is str:
            return self._text(value)
        if kind is bytes:
            return value if len(value) < LONG_TEXT else [BYTES, self._buffer(value)]
        if depth >= MAX_DEPTH:
            raise Unsendable(f"a value nested more than {MAX_DEPTH} levels deep")
        return self._compound(value, depth + 1)

    def _compound(self, value: object, depth: int) -> Node:
        if isinstance(value, list):
            return self._packed(value) or [LIST, [self.encode(x, depth) for x in value]]
        if isinstance(value, tuple):
            return [TUPLE, [self.encode(x, depth) for x in value]]
        if isinstance(value, dict):
            return [DICT, [[self.encode(k, depth), self.encode(v, depth)] for k, v in value.items()]]
        if isinstance(value, (set, frozenset)):
            tag = SET if isinstance(value, set) else FROZENSET
            return [tag, [self.encode(x, depth) for x in value]]
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, np.generic):
            return [SCALAR, _known(value.dtype), value.tobytes()]
        if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
            return [DTYPE, _known(np.dtype(value))]
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            return self._tensor(torch, value)
        if torch is not None and isinstance(value, torch.dtype):
            return [TORCH_DTYPE, str(value).removeprefix("torch.")]
        return self._plain_base(value)

    def _plain_base(self, value: object) -> Node:
        """Encode an instance of a subclass of a plain type as that type; anything else is special."""
        for base in (int, float, str, bytes):
            if isinstance(value, base):
                return self.encode(base(value))
        if isinstance(value, complex):
            return [COMPLEX, value.real, value.imag]
        if isinstance(value, bytearray):
            return [BYTES, self._buffer(bytes(value))]
        return self._special(value)

    def _buffer(self, data: Any) -> int:
        self.buffers.append(data)
        return len(self.buffers) - 1

    def _big_int(self, value: int) -> Node:
        if value.bit_length() > MAX_INT_DIGITS * 3:
            raise Unsendable(f"an integer of {value.bit_length()} bits")
        return [BIG_INT, str(value)]

    def _text(self, value: str) -> Node:
        # A lone surrogate has no UTF-8, so it cannot travel in the structure.
        if len(value) < LONG_TEXT and (value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value)):
            return value
        return [TEXT, self._buffer(value.encode("utf-8", "surrogatepass"))]

    def _packed(self, value: list) -> Node | None:
        """Return a long list of only ints or only floats as one buffer, else None."""
        kinds = set(map(type, value)) if len(value) >= LONG_LIST else ()
        if kinds == {float}:
            return [FLOATS, self._buffer(_bytes_of(np.array(value, "<f8")))]
        if kinds == {int} and min(value) >= -(1 << 63) and max(value) < (1 << 63):
            return [INTS, self._buffer(_bytes_of(np.array(value, "<i8")))]
        return None

    def _array(self, value: np.ndarray) -> Node:
        array = np.asarray(value)
        name, strides = _known(array.dtype), None
        if self._strides and not array.flags.c_contiguous and array.size:
            strides = [s // array.itemsize for s in array.strides]
        return [ARRAY, self._buffer(_bytes_of(np.ascontiguousarray(array))), name, list(array.shape), strides]

    def _tensor(self, torch: Any, value: Any) -> Node:
        tensor = value.detach().cpu()
        strides = None
        if self._strides and not tensor.is_contiguous() and tensor.numel():
            strides = list(tensor.stride())
        tensor = tensor.resolve_conj().resolve_neg().contiguous()
        is_bfloat16 = tensor.dtype is torch.bfloat16
        array = (tensor.view(torch.int16) if is_bfloat16 else tensor).numpy()
        name = _BFLOAT16 if is_bfloat16 else _known(array.dtype)
        return [TENSOR, self._buffer(_bytes_of(array)), name, list(value.shape), strides, bool(value.requires_grad)]


class Decoder:
    """Turns a structure and its buffers back into values, trusting neither.

    Args:
        buffers: the frame's buffers; arrays are views of them. Each goes from the list as it is used.
        special: gets the nodes HANDLE, CALLBACK and GENERATOR as (tag, *fields); raises ProtocolError to refuse.
        trusted: whether strides are honoured and tensors may require gradients.
        room: how many bytes of memory the values may take, about.

    Attributes:
        room: what is left of it.
    """

    def __init__(
        self,
        buffers: list[bytearray],
        special: Callable[..., object],
        trusted: bool = False,
        room: float = math.inf,
    ):
        self.room = room
        self._buffers: list[bytearray | None] = buffers
        self._special = special
        self._trusted = trusted

    def decode(self, node: Node, depth: int = 0) -> Any:
        """Return the value that `node` stands for.

        Raises:
            ProtocolError: the node breaks a rule of the protocol.
            TooLarge: its values do not fit into the room that is left.
        """
        if node is None or type(node) in (bool, int, float, str, bytes):
            return node
        if type(node) is not list or not node or type(node[0]) is not int or depth >= MAX_DEPTH:
            raise ProtocolError("not a node, or nested too deeply")
        try:
            return self._compound(node[0], node[1:], depth + 1)
        except (TypeError, ValueError, IndexError, KeyError, OverflowError) as error:
            raise ProtocolError(f"malformed node with tag {node[0]}: {type(error).__name__}") from error

    def _use(self, count: int) -> None:
        self.room -= count
        if self.room < 0:
            raise TooLarge("values that need more memory than they are given")

    def _compound(self, tag: int, fields: list, depth: int) -> Any:
        self._use(_COMPOUND_BYTES)
        if tag in (LIST, TUPLE, SET, FROZENSET):
            (items,) = fields
            _require(type(items) is list, "items that are no list")
            self._use(_ITEM_BYTES * len(items))
            return {LIST: list, TUPLE: tuple, SET: set, FROZENSET: frozenset}[tag](
                [self.decode(x, depth) for x in items]
            )
        if tag == DICT:
            (pairs,) = fields
            self._use(2 * _ITEM_BYTES * len(pairs))
            return {self.decode(k, depth): self.decode(v, depth) for k, v in pairs}
        if tag == ARRAY:
            return self._array(*fields)
        if tag == TENSOR:
            return self._tensor(*fields)
        if tag in (HANDLE, CALLBACK, GENERATOR):
            return self._special(tag, *fields)
        return self._simple(tag, fields)

    def _simple(self, tag: int, fields: list) -> Any:
        if tag == SCALAR:
            name, data = fields
            dtype = _DTYPES[name]
            _require(type(data) is bytes and len(data) == dtype.itemsize, "a scalar of the wrong size")
            return (np.frombuffer(data, "u1") != 0)[0] if name == "|b1" else np.frombuffer(data, dtype)[0]
        if tag == BIG_INT:
            (digits,) = fields
            sign_free = digits.removeprefix("-")
            plain = len(sign_free) <= MAX_INT_DIGITS and sign_free.isascii() and sign_free.isdigit()
            _require(plain, "an integer that is not decimal digits")
            return int(digits)
        if tag == COMPLEX:
            real, imaginary = fields
            _require(type(real) is float and type(imaginary) is float, "a complex of other than floats")
            return complex(real, imaginary)
        if tag in (TEXT, BYTES):
            data = bytes(self._take(*fields, _TEXT_FACTOR))
            return data if tag == BYTES else data.decode("utf-8", "surrogatepass")
        if tag in (INTS, FLOATS):
            return np.frombuffer(self._take(*fields, _NUMBER_FACTOR), "<i8" if tag == INTS else "<f8").tolist()
        if tag == DTYPE:
            return _DTYPES[fields[0]]
        if tag == TORCH_DTYPE:
            _require(fields[0] in _TORCH_DTYPES, "an unknown dtype")
            return getattr(_torch(), fields[0])
        raise ProtocolError(f"unknown tag {tag}")

    def _take(self, index: int, factor: int = 1) -> bytearray:
        """Return a buffer, which goes once: a message that names one a thousand times would grow in its reader.

        Args:
            factor: the memory of what is made of it, in its own bytes.
        """
        _require(type(index) is int and 0 <= index < len(self._buffers), "a buffer that is not there")
        data, self._buffers[index] = self._buffers[index], None
        _require(data is not None, "a buffer that has been used")
        self._use(factor * len(data))
        return data

    def _dense(self, index: int, name: str, shape: list) -> np.ndarray:
        """Return the array of this dtype name and shape whose bytes are buffer `index`."""
        data = self._take(index)
        dtype = np.dtype("<i2") if name == _BFLOAT16 else _DTYPES[name]
        fits = type(shape) is list and len(shape) <= MAX_AXES and all(type(n) is int and n >= 0 for n in shape)
        _require(fits, "a shape that is none")
        _require(math.prod(shape) * dtype.itemsize == len(data), "a shape that does not match the bytes")
        if name == "|b1":  # a raw byte of 2 would be a bool that is neither
            return np.frombuffer(data, np.uint8).reshape(shape).astype(bool)
        return np.frombuffer(data, dtype).reshape(shape)

    def _array(self, index: int, name: str, shape: list, strides: list | None) -> np.ndarray:
        _require(name != _BFLOAT16, "an array of bfloat16")
        dense = self._dense(index, name, shape)
        if not self._lays_out(shape, strides):
            return dense
        base = np.zeros(_extent(shape, strides), dense.dtype)
        view = np.lib.stride_tricks.as_strided(base, shape, [s * dense.itemsize for s in strides])
        view[...] = dense
        return view

    def _tensor(self, index: int, name: str, shape: list, strides: list | None, requires_grad: bool) -> Any:
        torch = _torch()
        dense = torch.from_numpy(self._dense(index, name, shape))
        tensor = dense.view(torch.bfloat16) if name == _BFLOAT16 else dense
        if self._lays_out(shape, strides):
            base = torch.zeros(_extent(shape, strides), dtype=tensor.dtype)
            tensor = base.as_strided(shape, strides).copy_(tensor)
        return tensor.requires_grad_() if self._trusted and requires_grad else tensor

    def _lays_out(self, shape: list, strides: list | None) -> bool:
        """Return whether to lay the array out by `strides`: from a trusted sender, without overlap or much waste."""
        if strides is None:
            return False
        _require(self._trusted and len(strides) == len(shape), "strides where none are taken")
        reached = 0  # the last place that the axes of smaller stride reach
        for stride, n in sorted(zip(strides, shape, strict=True)):
            if n > 1 and stride <= reached:
                return False
            reached += (n - 1) * stride
        return reached < 16 * math.prod(shape)


def _extent(shape: list, strides: list) -> int:
    return 1 + sum((n - 1) * s for n, s in zip(shape, strides, strict=True))


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise ProtocolError(problem)


def _torch() -> Any:
    torch = sys.modules.get("torch")
    _require(torch is not None, "a tensor where torch is not in use")
    return torch


def _known(dtype: np.dtype) -> str:
    name = dtype.newbyteorder("<").str
    if name not in _DTYPES or dtype.str not in _DTYPES:
        raise Unsendable(f"an array of dtype {dtype}")
    return name


def _bytes_of(array: np.ndarray) -> memoryview | bytes:
    return array.reshape(-1).view(np.uint8).data if array.size else b""


def frame(message: Node, buffers: list, max_structure: int = MAX_STRUCTURE_BYTES) -> list:
    """Return the pieces of a frame, ready to be written one after the other; a small frame is one piece.

    Raises:
        Unsendable: the message is larger than the protocol allows.
    """
    structure = msgspec.msgpack.encode(message)
    lengths = [memoryview(b).nbytes for b in buffers]
    if len(structure) > max_structure or len(buffers) > MAX_BUFFERS:
        raise Unsendable(f"a value of {len(structure):,} bytes beside its arrays (at most {max_structure:,})")
    if sum(lengths) > MAX_TOTAL_BYTES or max(lengths, default=0) > MAX_BUFFER_BYTES:
        raise Unsendable(f"arrays or texts of {sum(lengths):,} bytes (at most {MAX_BUFFER_BYTES:,} each)")
    head = HEADER.pack(MAGIC, len(structure), len(buffers)) + struct.pack(f"<{len(lengths)}Q", *lengths)
    pieces = [head + structure, *(b for b, n in zip(buffers, lengths, strict=True) if n)]
    return pieces if sum(lengths) > _SMALL_FRAME else [b"".join(pieces)]


class ReadAhead:
    """Reads exactly as many bytes as are asked for, with few system calls: a small message takes one.

    Args:
        receive_into: fills the start of a memoryview with what there is, waiting for at least one byte, and returns
            how many it were; raises when there will be none.
    """

    def __init__(self, receive_into: Callable[[memoryview], int]):
        self._receive_into = receive_into
        self._ahead = memoryview(bytearray(_READ_AHEAD))
        self._start = self._end = 0  # of what was received and not yet asked for

    @property
    def is_empty(self) -> bool:
        return self._start == self._end

    def read(self, count: int) -> bytearray:
        data = bytearray(count)
        rest = memoryview(data)
        while rest:
            if self.is_empty and len(rest) >= _READ_AHEAD:  # past the copy
                rest = rest[self._receive_into(rest[:_READ_AT_ONCE]) :]
                continue
            if self.is_empty:
                self._start, self._end = 0, self._receive_into(self._ahead)
            taken = min(len(rest), self._end - self._start)
            rest[:taken] = self._ahead[self._start : self._start + taken]
            self._start += taken
            rest = rest[taken:]
        return data


def read_frame(
    read: Reader, max_structure: int = MAX_STRUCTURE_BYTES, room: float = math.inf
) -> tuple[list, list[bytearray]]:
    """Read one frame with `read(n)`, which returns exactly n bytes, and return (message, buffers).

    Raises:
        ProtocolError: the bytes are no frame, or it is larger than allowed.
        TooLarge: its buffers are larger than `room`; they have not been read.
    """
    magic, structure_bytes, count = HEADER.unpack(read(HEADER.size))
    _require(magic == MAGIC and structure_bytes <= max_structure and count <= MAX_BUFFERS, "a bad header")
    lengths = struct.unpack(f"<{count}Q", read(8 * count)) if count else ()
    fits = all(n <= MAX_BUFFER_BYTES for n in lengths) and sum(lengths) <= MAX_TOTAL_BYTES
    _require(fits, "buffers over the limit")
    if sum(lengths) > room:
        raise TooLarge(f"{sum(lengths):,} bytes, where {room:,} are left")
    structure = read(structure_bytes)
    buffers = [read(n) for n in lengths]
    try:
        message = msgspec.msgpack.decode(structure)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ProtocolError(f"a structure that is no msgpack: {type(error).__name__}") from error
    _require(type(message) is list and bool(message) and type(message[0]) is str, "a message without a name")
    return message, buffers
