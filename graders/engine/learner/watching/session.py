"""One watch from start to end: sandboxes, a judge session, and the terminal, each put away whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graders.engine.catalog import Catalog, Exercise
from graders.engine.diagnosis import Diagnosis
from graders.engine.handout import judge
from graders.engine.judge import Grade
from graders.engine.learner import words
from graders.engine.learner.kept import KeptVerdicts
from graders.engine.learner.notes import run_notes
from graders.engine.learner.watching.events import Event, Events
from graders.engine.learner.watching.loop import Watch
from graders.engine.learner.watching.stream import Stream
from graders.engine.learner.watching.terminal import Terminal
from graders.engine.learner.watching.verdicts import Verdicts
from graders.engine.run import Memory, Options, choose_level
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sources import Folder
from graders.engine.terminal.output import Screen, complain


def watch(catalog: Catalog, exercises: Sequence[Exercise], folder: Folder, kept: KeptVerdicts, screen: Screen) -> None:
    """Watch `exercises` on a terminal until the user quits.

    Raises:
        IsolationRefused, JudgeError, SandboxError: nothing can be graded.
    """

    def run(verdicts: Verdicts, events: Events, options: Options) -> None:
        def notes() -> list[str]:
            return list(run_notes(options.isolation, False, kept.error))

        with Terminal(screen, lambda: events.tell(Event.REDRAW)) as terminal:
            Watch(catalog, exercises, verdicts, events, terminal, screen, notes).run()

    screen.write(f"{words.WATCH_STARTS}\n")
    _follow(catalog, exercises, folder, kept, run)


def stream(catalog: Catalog, exercises: Sequence[Exercise], folder: Folder, kept: KeptVerdicts, screen: Screen) -> None:
    """Watch `exercises` and write each verdict as a line of JSON until nobody reads.

    Raises:
        IsolationRefused, JudgeError, SandboxError: nothing can be graded.
    """

    def run(verdicts: Verdicts, events: Events, options: Options) -> None:
        for note in run_notes(options.isolation, False, kept.error):
            complain(note)
        Stream(exercises, verdicts, events, screen, options).run()

    _follow(catalog, exercises, folder, kept, run)


def _follow(
    catalog: Catalog,
    exercises: Sequence[Exercise],
    folder: Folder,
    kept: KeptVerdicts,
    run: Callable[[Verdicts, Events, Options], None],
) -> None:
    options = Options(isolation=choose_level(None), examples=True)
    names = {exercise.topic for exercise in exercises}
    judged = [e for topic in catalog.topics if topic.name in names for e in topic.exercises]
    with Sandboxes(options.isolation) as sandboxes, Events(folder.root) as events:
        for with_torch in {False, *map(catalog.uses_torch, judged)}:
            sandboxes.zygote(with_torch)  # it imports while pytest collects

        def work(grade: Grade) -> None:
            memory = Memory(catalog, options, kept)
            run(Verdicts(grade, Diagnosis(catalog, grade), memory, folder), events, options)

        judge(catalog, judged, sandboxes, options.seed, work)
