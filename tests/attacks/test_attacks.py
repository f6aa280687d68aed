"""Every attack scores 0 with its own honest outcome, reaches nothing, and changes nothing for whoever comes next.

The attacks are files in the folders beside this one; attack.py says how to read them, series.py grades them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from graders.engine.catalog import Catalog
from graders.engine.results import Outcome
from graders.engine.sandbox.host import available
from graders.engine.sandbox.lockdown import Isolation
from tests.attacks.attack import ROOT, Attack, attempts_in, read_all
from tests.attacks.series import Short
from tests.support.as_user import command_as_user

SETTINGS = [("full", "root"), ("full", "a user"), ("confined", "a user")]
MOST_MEGABYTES = 300  # that a judge may grow by, whatever is sent to it
SERIES_SECONDS = 900
IS_ROOT = os.getuid() == 0
pytestmark = pytest.mark.xdist_group("attacks")  # the series run once, whichever worker has these tests


class Series:
    """The program that grades all attacks, for one level of isolation and owner; it runs from the start on."""

    def __init__(self, level: str, owner: str):
        command = [sys.executable, "-m", "tests.attacks.series", level]
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the series)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            command if owner == "root" else command_as_user(command),
            stdout=self._output,
            stderr=self._errors,
            cwd=ROOT,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )

    @cached_property
    def records(self) -> dict[str, dict[str, Any]]:
        """What came of each attack, by its name; waits for the end."""
        self._process.wait(SERIES_SECONDS)
        self._output.seek(0)
        records = map(json.loads, self._output)
        return {record["name"]: record for record in records}

    @cached_property
    def trouble(self) -> str:
        """What the program said when it did not end well."""
        last = next(reversed(self.records), "the start")
        self._errors.seek(0)
        words = self._errors.read().decode("utf-8", "replace")
        return f"the judge fell after {last}:\n{words}" if self._process.returncode else ""

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._output.close()
        self._errors.close()


@pytest.fixture(scope="module")
def all_series() -> Iterator[dict[tuple[str, str], Series]]:
    """All series that this user can run, by (level, owner), started at once: they wait for most of their time."""
    started = {setting: Series(*setting) for setting in SETTINGS if IS_ROOT or setting[1] != "root"}
    yield started
    for series in started.values():
        series.close()


@pytest.fixture
def series(all_series: dict[tuple[str, str], Series], level: str, owner: str) -> Series:
    if (level, owner) not in all_series:
        pytest.skip("only root can grade as root")
    return all_series[level, owner]


def each_setting_and_attack() -> list:
    return [
        pytest.param(level, owner, attack, id=f"{level} as {owner}-{attack.name}")
        for level, owner in SETTINGS
        for attack in read_all(level)
    ]


@pytest.mark.parametrize(("level", "owner", "attack"), each_setting_and_attack())
def test_an_attack_gets_what_its_head_says_and_no_more(series: Series, attack: Attack) -> None:
    assert attack.name in series.records, series.trouble
    record = series.records[attack.name]
    words = "\n".join([*record["messages"], *record["printed"]])
    assert record["outcome"] in attack.outcomes, words[:2000]
    assert (record["points"] != 0) == attack.is_honest
    attempts = attempts_in(words)
    assert attempts.keys() == attack.attempts.keys(), words[:5000]
    assert all(endings <= attack.attempts[what] for what, endings in attempts.items()), attempts
    assert not re.search("LEAK|ESCAPED", words), words[:2000]
    assert max(map(len, record["printed"]), default=0) <= Short().output_kb << 10
    assert record["next_is_the_same"], "a good submission was graded otherwise after it than before it"


@pytest.mark.parametrize(("level", "owner"), SETTINGS)
def test_a_judge_outlives_all_attacks_and_stays_small(series: Series) -> None:
    assert not series.trouble
    grown = {record["name"]: record["judge_megabytes"] for record in series.records.values()}
    assert sum(grown.values()) <= MOST_MEGABYTES, sorted(grown.items(), key=lambda entry: -entry[1])[:5]


@pytest.mark.skipif(not IS_ROOT, reason="only root can grade as root")
def test_confined_as_root_works_or_says_why_not() -> None:
    reason = available(Isolation.CONFINED)
    assert reason is None or "confined is refused here" in reason, reason


def test_the_attacks_do_succeed_where_nothing_is_in_their_way() -> None:
    names = ["reach/files", "reach/folders", "reach/sockets"]
    command = [sys.executable, "-m", "tests.attacks.series", "process", *names]
    output = subprocess.run(command_as_user(command), cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    records = [json.loads(line) for line in output.splitlines()]
    assert [record["name"] for record in records] == names
    for record in records:
        assert {"ALLOWED"} in attempts_in("\n".join(record["printed"])).values(), record


def test_heads_name_exercises_and_outcomes_that_there_are() -> None:
    catalog = Catalog.load(ROOT)
    for level in ("full", "confined"):
        for attack in read_all(level):
            assert attack.exercise in catalog.exercises, attack.name
            assert attack.outcomes <= {*Outcome}, attack.name
            assert attack.is_honest or Outcome.PASSED not in attack.outcomes, attack.name


@pytest.mark.parametrize("name", ["answers/escape_sequences", "answers/evil_name", "protocol/control_characters"])
def test_a_report_holds_no_control_characters_of_a_submission(tmp_path: Path, name: str) -> None:
    attack = Attack.read(ROOT / "tests" / "attacks" / f"{name}.py", "full")
    attack.write(tmp_path / "submission", os.getpid(), tmp_path)
    files = {option: tmp_path / option.strip("-") for option in ("--json", "--junit")}
    options = [word for option, file in files.items() for word in (option, str(file))]
    command = [sys.executable, "-m", "graders", "grade", attack.exercise, "--submission", tmp_path / "submission"]
    ended = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, check=False)
    assert ended.returncode == 1, ended.stdout
    for text in ((ended.stdout + ended.stderr).decode(), *(file.read_text() for file in files.values())):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
