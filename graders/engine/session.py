"""One submission to one exercise in the sandbox: loading it, calling it, and what came of each call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graders.engine.compare import EXACT, difference
from graders.engine.describe import describe_call
from graders.engine.protocol import CALLBACK, GENERATOR, HANDLE, Decoder, Encoder, ProtocolError, TooLarge, Unsendable
from graders.engine.results import Outcome
from graders.engine.sandbox.child import Budget, Child, ChildDied, Memory
from graders.engine.sandbox.host import Zygote
from graders.engine.sources import Sources, Unreadable

_MOST_ASKED = 20_000  # callbacks of a check
_ROOM_BYTES = 128 << 20  # for all results of one exercise: the judge keeps them until the mistakes are diagnosed
_MOST_TYPES, _MOST_FRAMES, _MESSAGE_CHARACTERS, _FRAME_CHARACTERS = 20, 8, 2000, 200


class LearnerRaised(Exception):
    """The learner's code raised.

    Attributes:
        types: full names of the exception's classes, the nearest first, such as `builtins.ValueError`.
        message: its text, cut.
        frames: (file, line, function, text) of the learner's own frames.
    """

    def __init__(self, types: list[str], message: str, frames: list[tuple[str, int, str, str]]):
        super().__init__(f"{types[0].rpartition('.')[2]}: {message}" if types else message)
        self.types, self.message, self.frames = types, message, frames

    @property
    def name(self) -> str:
        return self.types[0].removeprefix("builtins.") if self.types else "an exception"

    @property
    def outcome(self) -> Outcome:
        return Outcome.OUT_OF_MEMORY if "builtins.MemoryError" in self.types else Outcome.ERROR

    def is_a(self, error: type[BaseException]) -> bool:
        return f"{error.__module__}.{error.__qualname__}" in self.types


class BannedCall(Exception):
    """The learner's code called what the exercise bans."""


class CheckFailed(AssertionError):
    """A check's condition does not hold; the message is for the learner."""


class CannotLoad(Exception):
    """The submission could not be loaded; `outcome` says in what way."""

    def __init__(self, outcome: Outcome, message: str, frames: Sequence = (), printed: str = ""):
        super().__init__(message)
        self.outcome, self.frames, self.printed = outcome, frames, printed


@dataclass(frozen=True)
class Setting:
    """All that decides how one exercise is run, apart from the learner's text."""

    exercise_id: str
    names: tuple[str, ...]  # that the module has to have
    classes: tuple[str, ...]  # those of them whose calls make an object
    bans: tuple[str, ...]
    budget: Budget
    memory_bytes: int
    output_bytes: int
    seed: int  # of the child's global generators while the module is loaded


@dataclass
class Call:
    """One call of a check: what was asked, how it ended (`returned`, `raised` or `died`), and with what."""

    name: str
    arguments: tuple
    keywords: dict
    ending: str = "died"
    result: Any = None
    changed: list[str] = field(default_factory=list)  # descriptions of the arguments that were changed in place
    words: str = ""  # how it is shown, where that is not the name with its arguments

    def __str__(self) -> str:
        return self.words or describe_call(self.name, self.arguments, self.keywords)


class Handle:
    """Names an object that stays in the child. What it can do is said by the subclass that a session is given."""

    def __init__(self, session: Session, handle: int, kind: str):
        # Past __setattr__, which a subclass sends to the child.
        for name, value in (("_session", session), ("_handle", handle), ("_kind", kind)):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"an object of type {self._kind}"


class Session:
    """One submission to one exercise: a child in which it is loaded, replaced when it dies."""

    def __init__(self, zygote: Zygote, sources: Sources, setting: Setting, handle: type[Handle]):
        self.files: list[str] = []  # ids of the learner's files that were asked for
        self.calls: list[Call] = []
        self.printed = ""
        self.memory_at_start: Memory | None = None  # of the child, before it was given the learner's file
        self._zygote = zygote
        self._sources = sources
        self._setting = setting
        self._remote = handle
        self._child: Child | None = None
        self._room = _ROOM_BYTES
        self._seed: int | None = None
        self._asked = 0  # how often this check's calls have called back
        self._callbacks: list[Callable] = []
        self._failure_in_callback: CheckFailed | None = None
        self._is_answering = False  # a callback, for which the child waits

    def begin_check(self, seed: int, budget: Budget | None = None) -> None:
        """Forget the check before, take a fresh child if the last one died, and start its budget.

        Args:
            seed: of the child's global generators, so that a check goes the same way alone and among others.
            budget: in place of the exercise's own.

        Raises:
            CannotLoad: the submission could not be loaded.
        """
        self.calls, self.printed, self._asked, self._failure_in_callback = [], "", 0, None
        self._seed = seed
        if self._child is None:
            self.restart()
        self._child.allow(budget or self._setting.budget)

    def end_check(self) -> None:
        """Make sure that the child has said nothing that it was not asked.

        Raises:
            ChildDied: it has.
        """
        if self._child is not None and not self._child.is_quiet():
            self._drop(self._child.forged("it sent a message that nobody had asked for"))

    def restart(self) -> None:
        """Load the submission in a fresh child, which knows nothing of earlier calls."""
        self.close()
        self._child = self._zygote.spawn()
        self._child.room = self._room
        self.memory_at_start = self._child.memory()
        self._callbacks = []
        self._child.allow(self._setting.budget)
        self._load()

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def memory(self) -> Memory | None:
        """Return the child's memory; None where the system does not tell."""
        return self._child.memory()

    def makes_objects(self, name: str) -> bool:
        """Return whether calling the module's `name` has to give an object that stays in the child."""
        return name in self._setting.classes

    def call(
        self, name: str, target: list, arguments: tuple, keywords: Mapping, times: int | None = None, words: str = ""
    ) -> Any:
        """Call `target` in the child (`times` times, which gives a list) and return what came back.

        Args:
            words: what a learner is told was called, where that is not `name` with its arguments.

        Raises:
            LearnerRaised, BannedCall, ChildDied: it did not return.
            CheckFailed: a callback of the check failed.
        """
        return self._exchange(Call(name, arguments, dict(keywords), words=words), ["call", target, times])

    def probe(self, words: str, name: str, source: str, arguments: tuple, keywords: Mapping) -> Any:
        """Run the function `name` of `source` as function(module, *arguments) in the child; see `call`.

        Args:
            words: what a learner is told was called.
        """
        return self._exchange(Call(name, arguments, dict(keywords), words=words), ["probe", source, name])

    def _exchange(self, call: Call, head: list) -> Any:
        if self._is_answering:
            raise TypeError("an object of the program's own was given to a function that cannot use it")
        self.calls.append(call)
        encoder = Encoder(self._outgoing, strides=True)
        seed, self._seed = self._seed, None  # sent with the check's first call
        message = [*head, seed, encoder.encode(list(call.arguments)), encoder.encode(call.keywords)]
        (kind, *fields), buffers = self._ask(message, encoder.buffers)
        try:
            if kind == "returned":
                value, arguments, printed = fields
                (call.result,), call.ending = self._decode(buffers, value), "returned"
                # Compared and dropped at once, so that they do not count as kept.
                arguments = Decoder(buffers, self._incoming, room=_ROOM_BYTES).decode(arguments)
                call.changed = self._changes(call, arguments)
            elif kind == "raised":
                *raised, printed = fields
                call.result, call.ending = _raised(*raised), "raised"
            elif kind == "banned":
                name, printed = fields
                call.result, call.ending = BannedCall(*_texts([name])), "raised"
            else:
                raise ProtocolError(f"a reply of kind {kind[:20]!r}")
            self._note_printed(*_texts([printed]))
        except TooLarge:
            self._drop(self._child.overflowed())
        except (ProtocolError, ValueError, TypeError) as error:
            self._drop(self._child.forged(f"it broke the protocol: {error}"))
        finally:
            buffers.clear()  # the traceback of an error would keep them
        if self._failure_in_callback is not None:
            failure, self._failure_in_callback = self._failure_in_callback, None
            raise failure
        if call.ending == "raised":
            raise call.result
        return call.result

    def _load(self) -> None:
        setting = self._setting
        text = self._read(setting.exercise_id)
        limits = {"output_bytes": setting.output_bytes}
        if self._zygote.memory is not None:
            heap, mapped = self._zygote.memory
            limits |= {"data_bytes": heap + setting.memory_bytes, "address_bytes": mapped + setting.memory_bytes}
        request = ["load", setting.exercise_id, text, list(setting.bans), limits, setting.seed]
        try:
            (kind, *fields), _ = self._ask(request, [])
            self._judge_load(kind, fields)
        except ChildDied as died:
            raise CannotLoad(Outcome(died.outcome), f"while it was loaded: {died}") from died
        except (ValueError, TypeError) as error:
            raise CannotLoad(Outcome.FORGED, f"while it was loaded it broke the protocol: {error}") from error

    def _judge_load(self, kind: str, fields: list) -> None:
        if kind == "loaded":
            names, printed = fields
            self._note_printed(*_texts([printed]))
            missing = [name for name in self._setting.names if name not in _texts(names)]
            if missing:
                raise self._cannot_load(Outcome.INVALID, f"it does not define {' and '.join(missing)}")
        elif kind == "raised":
            *raised, printed = fields
            error = _raised(*raised)
            self._note_printed(*_texts([printed]))
            outcome = Outcome.INVALID if error.outcome is Outcome.ERROR else error.outcome
            raise self._cannot_load(outcome, f"loading it raised {error}", error.frames)
        elif kind == "banned":
            name, printed = _texts(fields)
            self._note_printed(printed)
            raise self._cannot_load(Outcome.BANNED, f"while it was loaded it called {name}")
        else:
            raise ValueError(f"a reply of kind {kind[:20]!r}")

    def _cannot_load(self, outcome: Outcome, message: str, frames: Sequence = ()) -> CannotLoad:
        self.close()
        return CannotLoad(outcome, message, frames, self.printed)

    def _ask(self, message: list, buffers: list) -> tuple[list, list]:
        try:
            return self._child.exchange(message, buffers, self._answer)
        except ChildDied as died:
            self._drop(died)

    def _drop(self, died: ChildDied) -> None:
        self.close()
        if self.calls:
            self.calls[-1].ending, self.calls[-1].result = "died", died.outcome
        raise died

    def _answer(self, message: list, buffers: list) -> tuple[list, list]:
        """Answer what the child asks for while it works: a source text, or a call of one of the check's functions."""
        kind, *fields = message
        self._asked += 1
        if self._asked > _MOST_ASKED:
            # While it waits for us its CPU time stands still, so a count has to end what its clock would not.
            raise self._child.ended("timed_out", f"it called back more than {_MOST_ASKED:,} times")
        if kind == "source" and len(fields) == 1 and type(fields[0]) is str:
            return ["source", self._read(fields[0]) if _is_exercise_id(fields[0]) else None], []
        if kind != "callback":
            raise self._child.forged("it asked for what there is not")
        encoder = Encoder(self._outgoing, strides=True)
        try:
            number, arguments, keywords = fields
            function, (arguments, keywords) = self._callbacks[number], self._decode(buffers, arguments, keywords)
            keywords = {str(k): v for k, v in keywords.items()}
        except TooLarge as error:
            raise self._child.overflowed() from error
        except (ProtocolError, ValueError, TypeError, IndexError, AttributeError) as error:
            raise self._child.forged(f"it broke the protocol: {error}") from error
        finally:
            buffers.clear()
        self._is_answering = True
        try:
            return ["result", encoder.encode(function(*arguments, **keywords))], encoder.buffers
        except CheckFailed as failure:
            self._failure_in_callback = failure
            return ["throw", "RuntimeError", "the check has failed"], []
        except Exception as error:
            return ["throw", type(error).__name__, str(error)[:500]], []
        finally:
            self._is_answering = False

    def _decode(self, buffers: list, *nodes: object) -> list:
        """Return the values of a message, which take their share of the room that the exercise has."""
        decoder = Decoder(buffers, self._incoming, room=self._room)
        try:
            return [decoder.decode(node) for node in nodes]
        finally:
            self._room = self._child.room = max(0, decoder.room)

    def _read(self, exercise_id: str) -> str | None:
        if exercise_id not in self.files:
            self.files.append(exercise_id)  # also one that is not there: it may be, next time
        try:
            return self._sources.read(exercise_id)
        except Unreadable:
            return None

    def _changes(self, call: Call, arguments: list) -> list[str]:
        sent = [*((f"argument {i + 1}", a) for i, a in enumerate(call.arguments)), *call.keywords.items()]
        if type(arguments) is not list or len(arguments) != len(sent):
            raise ProtocolError("the arguments did not come back")
        return [
            name
            for (name, before), after in zip(sent, arguments, strict=True)
            if after is not None and difference(after, before, EXACT) is not None
        ]

    def _note_printed(self, text: str) -> None:
        room = max(0, self._setting.output_bytes - len(self.printed))
        self.printed += text[:room]

    def _outgoing(self, value: object) -> list:
        if isinstance(value, Handle):
            return [HANDLE, value._handle]
        if isinstance(value, np.random.Generator):
            bits = value.bit_generator
            return [GENERATOR, type(bits).__name__, Encoder(self._outgoing).encode(bits.state)]
        if callable(value):
            self._callbacks.append(value)
            return [CALLBACK, len(self._callbacks) - 1]
        raise Unsendable(f"an object of type {type(value).__name__}")

    def _incoming(self, tag: int, *fields: object) -> object:
        if tag != HANDLE:
            raise ProtocolError("a callback or generator from the child")
        handle, kind = fields
        if type(handle) is not int or type(kind) is not str:
            raise ProtocolError("a handle that is none")
        return self._remote(self, handle, kind[:100])


def _texts(values: object) -> list[str]:
    if type(values) is not list or not all(type(v) is str for v in values):
        raise ValueError("text was due")
    return values


def _raised(types: object, message: object, frames: object) -> LearnerRaised:
    (message,) = _texts([message])
    frames = [_frame(f) for f in frames[:_MOST_FRAMES]]
    return LearnerRaised(_texts(types)[:_MOST_TYPES], message[:_MESSAGE_CHARACTERS], frames)


def _frame(fields: object) -> tuple[str, int, str, str]:
    file, line, function, text = fields
    if type(line) is not int:
        raise ValueError("a line number was due")
    file, function, text = (t[:_FRAME_CHARACTERS] for t in _texts([file, function, text]))
    return file, line, function, text


def _is_exercise_id(value: str) -> bool:
    """Return whether `value` is `topic/exercise` in identifiers: nothing else may reach a file system."""
    parts = value.split("/")
    return len(parts) == 2 and all(part.isascii() and part.isidentifier() for part in parts)
