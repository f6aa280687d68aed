"""The loop of a child: takes requests of the judge, runs the learner's code, replies. It runs locked down.

Nothing here is a boundary: a learner's code can reach all of it. What it can send is what the protocol can carry,
and the judge believes none of it.

Every message has the number of its request after its name, so that no reply is taken for another's.

Requests: inspect(text) · load(id, text, bans, limits, seed) · call(target, times, seed, args, kwargs) · probe(source,
name, seed, args, kwargs).
Replies: outlined · loaded(names) · returned(value, arguments, printed) · raised(...) · banned(name).
While it works the child may ask for `source(id)` and for `callback(number, args, kwargs)`.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import io
import linecache
import operator
import os
import random
import sys
import threading
import traceback
from collections.abc import Callable
from types import CodeType, ModuleType

import numpy as np

from graders.engine import protocol
from graders.engine.protocol import CALLBACK, GENERATOR, HANDLE, Decoder, Encoder, ProtocolError, Unsendable
from graders.engine.sandbox import lockdown
from graders.engine.sandbox.outline import outline

_REQUEST_STRUCTURE_BYTES = 64 << 20  # the judge is trusted
_FRAMES_SHOWN, _MESSAGE_CHARACTERS = 8, 2000
_BIT_GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")


class Channel:
    """The socket to the judge: whole frames, blocking, one exchange at a time."""

    def __init__(self, descriptor: int):
        self._descriptor = descriptor
        self._ahead = protocol.ReadAhead(self._receive_into)
        self._lock = threading.Lock()
        self._number = 0  # of the request that is being served

    def frame(self, message: list, buffers: list) -> list:
        name, *fields = message
        return protocol.frame([name, self._number, *fields], buffers)

    def send(self, message: list, buffers: list | None = None) -> None:
        self.write(self.frame(message, buffers or []))

    def write(self, pieces: list) -> None:
        for piece in pieces:
            view = memoryview(piece).cast("B")
            while view:
                view = view[os.write(self._descriptor, view) :]

    def receive(self) -> tuple[list, list[bytearray]]:
        (name, self._number, *fields), buffers = protocol.read_frame(self._ahead.read, _REQUEST_STRUCTURE_BYTES)
        return [name, *fields], buffers

    def ask(self, message: list, buffers: list | None = None) -> tuple[list, list[bytearray]]:
        with self._lock:
            self.send(message, buffers)
            return self.receive()

    def _receive_into(self, view: memoryview) -> int:
        got = os.readv(self._descriptor, [view])
        if not got:
            os._exit(0)  # the judge has gone
        return got


class Printed(io.BufferedIOBase):
    """Keeps the first `limit` bytes of what a program prints, and counts the rest."""

    def __init__(self, limit: int = 0):
        self.limit = limit
        self._kept = bytearray()
        self._count = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:
        data = bytes(data)
        self._kept += data[: max(0, self.limit - len(self._kept))]
        self._count += len(data)
        return len(data)

    def take(self) -> str:
        text, missing = self._kept.decode("utf-8", "replace"), self._count - len(self._kept)
        self._kept, self._count = bytearray(), 0
        return f"{text}\n[{missing:,} more bytes were printed]" if missing else text


class BannedCall(BaseException):
    """Raised by what stands in the place of a banned function; no `except Exception` swallows it."""


class SubmissionImporter(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports `exercises.<topic>.<name>` from the submission, whose texts the judge sends when they are asked for."""

    def __init__(self, ask: Callable[[str], str | None]):
        self._ask = ask
        self.texts: dict[str, str | None] = {}

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        parts = name.split(".")
        if parts[0] != "exercises" or len(parts) > 3:
            return None
        is_package = len(parts) < 3
        if not is_package and self._text("/".join(parts[1:])) is None:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=is_package)

    def exec_module(self, module: ModuleType) -> None:
        parts = module.__name__.split(".")
        if len(parts) == 3:
            text, file = self._text("/".join(parts[1:])), "/".join(parts) + ".py"
            linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
            module.__file__ = file
            exec(compile(text, file, "exec", dont_inherit=True), module.__dict__)

    def _text(self, exercise_id: str) -> str | None:
        if exercise_id not in self.texts:
            self.texts[exercise_id] = self._ask(exercise_id)
        return self.texts[exercise_id]


class Worker:
    """What one child knows: the learner's module, the objects that stay here, and how to reach the judge."""

    def __init__(self, channel: Channel):
        self._channel = channel
        self._objects: list[object] = []  # handle -> object; handle 0 is the learner's module
        self._handles: dict[int, int] = {}  # id of an object -> its handle
        self._probes: dict[str, CodeType] = {}  # compiled, by their source
        self._banned: list[str] = []
        self._printed = Printed()
        self._importer = SubmissionImporter(self._ask_for_source)

    def serve(self) -> None:
        """Answer requests until the judge ends this process."""
        sys.stdout = sys.stderr = io.TextIOWrapper(self._printed, "utf-8", "replace", write_through=True)
        sys.meta_path.insert(0, self._importer)
        while True:
            message, buffers = self._channel.receive()
            encoder = Encoder(self._handle)
            try:
                reply = self._answer(message, buffers, encoder)
                pieces = self._channel.frame(reply, encoder.buffers)
            except Unsendable as error:
                unusable = TypeError(f"what came back cannot be handed over: {error}")
                pieces = self._channel.frame(self._raised(unusable), [])
            except BaseException as error:
                pieces = self._channel.frame(self._raised(error), [])
            if self._banned:
                pieces = self._channel.frame(["banned", self._banned[0], self._printed.take()], [])
            self._channel.write(pieces)

    def _answer(self, message: list, buffers: list[bytearray], encoder: Encoder) -> list:
        kind, *fields = message
        if kind == "inspect":
            return ["outlined", outline(*fields)]
        if kind == "load":
            return self._load(*fields)
        decode = Decoder(buffers, self._special, trusted=True).decode
        if fields[-3] is not None:
            _seed_global_generators(fields[-3])
        arguments, keywords = decode(fields[-2]), decode(fields[-1])
        if kind == "probe":
            source, name = fields[:2]
            value = self._probe(source, name)(self._objects[0], *arguments, **keywords)
        else:
            target, times = fields[:2]
            function = self._target(target)
            if times is None:
                value = function(*arguments, **keywords)
            else:
                value = [function(*arguments, **keywords) for _ in range(times)]
        changeable = [_changeable(a) for a in (*arguments, *keywords.values())]
        return ["returned", encoder.encode(value), encoder.encode(changeable), self._printed.take()]

    def _load(self, exercise_id: str, text: str, bans: list, limits: dict, seed: int) -> list:
        self._printed.limit = limits["output_bytes"]
        if "data_bytes" in limits:
            lockdown.limit_memory(limits["data_bytes"], limits["address_bytes"])
        _seed_global_generators(seed)
        for name in bans:
            self._ban(name)
        self._importer.texts[exercise_id] = text
        module = importlib.import_module("exercises." + exercise_id.replace("/", "."))
        self._objects.append(module)
        return ["loaded", [name for name in vars(module) if not name.startswith("_")][:10_000], self._printed.take()]

    def _ban(self, name: str) -> None:
        """Put something that raises in the place of `package.module.name`, and of torch's operator of that name."""
        place, _, attribute = name.rpartition(".")

        def banned(*_arguments: object, **_keywords: object) -> None:
            self._banned.append(name)
            raise BannedCall(name)

        owners = [_find(place)]
        if name.startswith("torch.") and "torch" in sys.modules:
            owners.append(sys.modules["torch"].ops.aten)
        for owner in owners:
            if hasattr(owner, attribute):  # of a library that is not in this child there is nothing to call
                setattr(owner, attribute, banned)

    def _target(self, target: list) -> Callable:
        kind, *fields = target
        if kind == "attribute":
            return getattr(self._objects[fields[0]], fields[1])
        name = fields[0]
        return {"getattr": getattr, "setattr": setattr, "len": len, "repr": repr}.get(name) or getattr(operator, name)

    def _probe(self, source: str, name: str) -> Callable:
        if source not in self._probes:
            file = f"<probe {name}>"
            linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
            self._probes[source] = compile(source, file, "exec", dont_inherit=True)
        space: dict = {"__name__": "probe"}
        exec(self._probes[source], space)
        return space[name]

    def _handle(self, value: object) -> list:
        """Keep `value` here and return the node by which the judge can name it."""
        if id(value) not in self._handles:
            self._handles[id(value)] = len(self._objects)
            self._objects.append(value)
        return [HANDLE, self._handles[id(value)], type(value).__name__[:100]]

    def _special(self, tag: int, *fields: object) -> object:
        if tag == HANDLE:
            return self._objects[fields[0]]
        if tag == CALLBACK:
            return self._stand_in(fields[0])
        if tag == GENERATOR:
            name, state = fields
            if name not in _BIT_GENERATORS:
                raise ProtocolError("an unknown bit generator")
            bits = getattr(np.random, name)()
            bits.state = Decoder([], self._special).decode(state)
            return np.random.Generator(bits)
        raise ProtocolError(f"tag {tag}")

    def _stand_in(self, number: int) -> Callable:
        def callback(*arguments: object, **keywords: object) -> object:
            encoder = Encoder(self._handle)
            request = ["callback", number, encoder.encode(list(arguments)), encoder.encode(keywords)]
            (kind, *fields), buffers = self._channel.ask(request, encoder.buffers)
            if kind == "result":
                return Decoder(buffers, self._special, trusted=True).decode(fields[0])
            raise _exception(*fields)

        return callback

    def _ask_for_source(self, exercise_id: str) -> str | None:
        (_, text), _ = self._channel.ask(["source", exercise_id])
        return text

    def _raised(self, error: BaseException) -> list:
        try:
            message = str(error)[:_MESSAGE_CHARACTERS]
        except BaseException:
            message = "(its message cannot be shown)"
        types = [f"{t.__module__}.{t.__qualname__}"[:200] for t in type(error).__mro__[:20]]
        if "can't allocate memory" in message:  # torch raises a RuntimeError
            types.append("builtins.MemoryError")
        return ["raised", types, _sendable(message), _frames(error), self._printed.take()]


def serve(channel: Channel) -> None:
    """Serve the judge on `channel`; does not return."""
    Worker(channel).serve()


_REHEARSAL = """
import sys
import numpy as np

def rehearse(module, array, *tensors):
    results = [np.exp(array - array.max(-1, keepdims=True)) @ array.T, np.einsum("ij,kj->ik", array, array)]
    for tensor in tensors:
        torch = sys.modules["torch"]
        weights = (tensor @ tensor.mT).softmax(-1).masked_fill(torch.ones(3, 3, dtype=torch.bool).triu(1), 0.0)
        torch.einsum("ij,jk->ik", weights, tensor).sum().backward()
        results += [weights, tensor.grad]
    return results
"""


def rehearse() -> None:
    """Answer a request that nobody has made.

    What numpy, torch and this module do at their first use, and the pages that are copied or mapped at their first use
    after a fork, were a quarter of what the isolation of a submission took. A child does it before it is asked.
    """
    array = np.ones((3, 4))
    arguments = [array]
    if "torch" in sys.modules:
        arguments.append(sys.modules["torch"].ones(3, 4, requires_grad=True))
    asking = Encoder(lambda value: None, strides=True)
    request = ["probe", _REHEARSAL, "rehearse", 0, asking.encode(arguments), asking.encode({})]
    written = io.BytesIO(b"".join(protocol.frame(request, asking.buffers)))
    message, buffers = protocol.read_frame(protocol.ReadAhead(written.readinto).read)
    rehearsing = Worker(Channel(-1))  # no socket: it asks for nothing
    rehearsing._objects.append(None)
    encoder = Encoder(rehearsing._handle)
    protocol.frame(rehearsing._answer(message, buffers, encoder), encoder.buffers)


def _find(place: str) -> object:
    """Return the module, or the class in a module, of that dotted name; None where it is not imported."""
    module, _, rest = place.rpartition(".")
    return sys.modules.get(place) or getattr(sys.modules.get(module), rest, None)


def _seed_global_generators(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    if "torch" in sys.modules:
        # Not torch.manual_seed: it takes a millisecond, for devices that are not there.
        sys.modules["torch"].default_generator.manual_seed(seed)


def _changeable(argument: object) -> object:
    """Return what the judge compares to see a change made in place: the argument where it can be changed at all."""
    kinds = (np.ndarray, list, dict, set)
    if "torch" in sys.modules:
        kinds += (sys.modules["torch"].Tensor,)
    return argument if isinstance(argument, kinds) else None


def _exception(name: str, message: str) -> Exception:
    """Return the builtin exception of that name, as a callback of the judge raised it."""
    kind = getattr(sys.modules["builtins"], name, None)
    is_error = isinstance(kind, type) and issubclass(kind, Exception) and kind is not UnicodeDecodeError
    try:
        return kind(message) if is_error else RuntimeError(f"{name}: {message}")
    except TypeError:
        return RuntimeError(f"{name}: {message}")


def _frames(error: BaseException) -> list:
    """Return [file, line, function, text] of the learner's own frames, the outermost and the innermost."""
    found = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if file.startswith("exercises/"):
            found.append([file, line, frame.f_code.co_name[:100], linecache.getline(file, line).strip()[:200]])
    if isinstance(error, SyntaxError) and not found:
        found.append([str(error.filename)[:200], error.lineno or 0, "", (error.text or "").strip()[:200]])
    half = _FRAMES_SHOWN // 2
    return found if len(found) <= _FRAMES_SHOWN else found[:half] + found[-half:]


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
