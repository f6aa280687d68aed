"""What a watch waits for: keys, saved files, and a terminal that wants to be drawn again."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Self, TypeVar

_STEP_MS = 10  # for watchfiles: it waits that long for more changes, again and again while new files change
_MOST_MS = 200
_POLL_MS = 100  # where the system cannot tell of changes
_PAUSE_SECONDS = 0.02
_PATIENCE = 25  # pauses for a file that is away or empty, as some editors leave it for a moment
Found = TypeVar("Found")


class Event(Enum):
    """Something that is no key."""

    SAVED = b"s"
    REDRAW = b"r"


class Events:
    """Wakes the watch. A `with` statement watches a folder meanwhile."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._stop = threading.Event()
        self._ours, self._theirs = os.pipe()
        os.set_blocking(self._theirs, False)  # when it is full, enough is in it to wake anyone
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        # The thread takes its mask along: a signal that it got would pass by `uninterrupted`.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        self._watcher.start()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._watcher.join()
        os.close(self._ours)
        os.close(self._theirs)

    def tell(self, event: Event) -> None:
        """Add an event, from any thread or signal handler."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._theirs, event.value)

    def wait(self, seconds: float | None) -> tuple[set[Event], bool]:
        """Return what has happened, and whether there are keys; after so many seconds nothing."""
        ready, _, _ = select.select([0, self._ours], [], [], seconds)
        told = os.read(self._ours, 4096) if self._ours in ready else b""
        return {event for event in Event if event.value in told}, 0 in ready

    def wait_for_save(self, reader: int) -> bool:
        """Return True once a file was saved; False once nobody reads any longer what is written to `reader`."""
        poll = select.poll()
        poll.register(self._ours, select.POLLIN)
        poll.register(reader, 0)
        ready = dict(poll.poll())
        if self._ours in ready:
            os.read(self._ours, 4096)
        return reader not in ready

    def _watch(self) -> None:
        from watchfiles import watch

        options = {"watch_filter": None, "debounce": _MOST_MS, "step": _STEP_MS, "rust_timeout": 1000}
        for is_polling in (None, True):  # None: as the system allows; not if it has no watches left, for one
            try:
                for _ in watch(
                    self._folder,
                    stop_event=self._stop,
                    force_polling=is_polling,
                    poll_delay_ms=_POLL_MS,
                    raise_interrupt=False,
                    ignore_permission_denied=True,
                    **options,
                ):
                    self.tell(Event.SAVED)
                return
            except (OSError, RuntimeError):
                continue


def settled(
    read: Callable[[], Found],
    is_current: Callable[[Found], bool],
    is_whole: Callable[[Found], bool],
    pause: Callable[[float], None] = time.sleep,
) -> Found:
    """Return what `read` gives, once what it read has stayed the same for a moment; reading may take as long.

    Args:
        is_current: whether it would find the same again.
        is_whole: whether this can be what somebody meant to save; if not, it gets more time to become that.
    """
    patience = _PATIENCE
    while True:
        started = time.perf_counter()
        found = read()
        pause(max(0.0, _PAUSE_SECONDS - (time.perf_counter() - started)))
        if is_current(found):
            if is_whole(found) or not patience:
                return found
            patience -= 1
