"""One watch from start to end: sandboxes, a judge session, and the terminal, each put away whatever happens."""

from __future__ import annotations

from collections.abc import Sequence

from graders.engine.catalog import Catalog, Exercise
from graders.engine.diagnosis import Diagnosis
from graders.engine.judge import Grade, judge
from graders.engine.learner import words
from graders.engine.learner.kept import KeptVerdicts
from graders.engine.learner.notes import run_notes
from graders.engine.learner.watching.events import Event, Events
from graders.engine.learner.watching.loop import Watch
from graders.engine.learner.watching.terminal import Terminal
from graders.engine.learner.watching.verdicts import Verdicts
from graders.engine.run import Memory, Options, choose_level
from graders.engine.sandbox.host import Sandboxes
from graders.engine.sources import Folder
from graders.engine.terminal.output import Screen


def watch(catalog: Catalog, exercises: Sequence[Exercise], folder: Folder, kept: KeptVerdicts, screen: Screen) -> None:
    """Watch `exercises` until the user quits.

    Raises:
        IsolationRefused, JudgeError, SandboxError: nothing can be graded.
    """
    screen.write(f"{words.WATCH_STARTS}\n")
    options = Options(isolation=choose_level(None), examples=True)
    names = {exercise.topic for exercise in exercises}
    judged = [e for topic in catalog.topics if topic.name in names for e in topic.exercises]
    with Sandboxes(options.isolation) as sandboxes, Events(folder.root) as events:
        for with_torch in {False, *map(catalog.uses_torch, judged)}:
            sandboxes.zygote(with_torch)  # it imports while pytest collects

        def work(grade: Grade) -> None:
            verdicts = Verdicts(grade, Diagnosis(catalog, grade), Memory(catalog, options, kept), folder)
            with Terminal(screen, lambda: events.tell(Event.REDRAW)) as terminal:
                Watch(catalog, exercises, verdicts, events, terminal, screen, notes).run()

        def notes() -> list[str]:
            return list(run_notes(options.isolation, False, kept.error))

        judge(catalog, judged, sandboxes, options.seed, work)
