"""JSON and JUnit XML: what they hold, and how they get to where they were asked for."""

import io
import json
import os
import re
import resource
import threading
from pathlib import Path
from xml.etree import ElementTree

import pytest

from graders.engine.learner.junit import to_junit
from graders.engine.results import CheckResult, ExerciseResult, Outcome, Report
from graders.engine.terminal.output import OutputError, Screen, expect_writable, write

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "results.md"
HOSTILE = "\x1b[31m\x00\x08\ud800\ufffe\u202e <&\"']]>"


@pytest.fixture
def screen():
    return Screen(io.TextIOWrapper(io.BytesIO()))


@pytest.fixture(scope="module")
def written(make_repository):
    """What one run wrote: double partly right, halve passed, square not begun."""
    repository = make_repository()
    repository.write("double", "print('hello')\nreturn (x + x).astype('f8')")
    repository.write("halve", "return x / 2")
    ended = repository.grade("--json", "result.json", "--junit", "result.xml", "--seed", 7)
    assert ended.returncode == 1
    assert ended.stderr == ""
    return repository.root, ended


@pytest.fixture(scope="module")
def record(written):
    return json.loads((written[0] / "result.json").read_text())


@pytest.fixture(scope="module")
def suites(written):
    return ElementTree.parse(written[0] / "result.xml").getroot()


# JSON.


def test_the_report_is_shown_beside_the_files(written):
    assert "Twice as much (arithmetic/double): partly passed" in written[1].stdout


def test_json_says_how_it_was_graded(record):
    assert (record["version"], record["seed"], record["isolation"]) == (1, 7, "full")


def test_json_has_every_exercise_in_order_of_study(record):
    assert [(e["id"].removeprefix("arithmetic/"), e["outcome"]) for e in record["exercises"]] == [
        ("double", "partial"),
        ("halve", "passed"),
        ("square", "not_started"),
    ]


def test_json_says_of_each_check_what_the_learner_reads(record):
    checks = {check["name"]: check for check in record["exercises"][0]["checks"]}
    failed = checks["test_keeps_float32"]
    assert failed["outcome"] == "failed"
    assert failed["sentence"] == "A float32 argument gives a float32 result"
    assert failed["message"].startswith("double(float32[7])\n")
    assert failed["printed"] == "hello\n"


def test_the_documented_example_has_exactly_the_keys_that_are_written(record):
    example = json.loads(re.search(r"```json\n(.*?)```", DOCUMENT.read_text(), re.S)[1])
    assert example.keys() == record.keys()
    assert example["exercises"][0].keys() == record["exercises"][0].keys()
    assert example["exercises"][0]["checks"][0].keys() == record["exercises"][0]["checks"][0].keys()


def test_every_key_and_outcome_is_documented(record):
    documented = set(re.findall(r"`(\w+)`", re.sub(r"```.*?```", "", DOCUMENT.read_text(), flags=re.S)))
    exercise = record["exercises"][0]
    assert {*record, *exercise, *exercise["checks"][0], *Outcome} <= documented


# JUnit.


def test_junit_has_a_suite_for_each_exercise_and_a_case_for_each_check(suites):
    assert [(suite.get("name"), len(suite.findall("testcase"))) for suite in suites] == [
        ("arithmetic/double", 6),
        ("arithmetic/halve", 1),
        ("arithmetic/square", 1),
    ]


def test_junit_counts_agree_with_the_cases(suites):
    counted = {"tests": "testcase", "failures": ".//failure", "errors": ".//error", "skipped": ".//skipped"}
    for suite in suites:
        assert {k: suite.get(k) for k in counted} == {k: str(len(suite.findall(tag))) for k, tag in counted.items()}
    assert {k: suites.get(k) for k in counted} == {"tests": "8", "failures": "1", "errors": "0", "skipped": "1"}


def test_junit_says_of_a_failed_check_what_the_learner_reads(suites):
    case = suites.find(".//testcase[failure]")
    assert case.get("classname") == "arithmetic/double"
    assert case.get("name") == "test_keeps_float32"
    assert case.find("failure").get("type") == "failed"
    assert case.find("failure").get("message") == "A float32 argument gives a float32 result"
    assert case.find("failure").text.startswith("double(float32[7])\n")
    assert case.find("system-out").text == "hello\n"


def test_junit_gives_points_seed_and_isolation_as_properties(suites):
    properties = {p.get("name"): p.get("value") for p in suites[1].find("properties")}
    assert properties == {"outcome": "passed", "points": "5.0", "max_points": "5.0", "seed": "7", "isolation": "full"}


def test_junit_names_each_known_mistake_in_a_property():
    result = ExerciseResult("a/b", Outcome.FAILED, 0.0, 5.0, diagnosis=("one", "two"))
    suites = ElementTree.fromstring(to_junit(Report(0, "full", (result,))))
    assert [p.get("value") for p in suites.findall(".//property[@name='diagnosis']")] == ["one", "two"]


def report(outcome, **fields):
    check = CheckResult("test_it", outcome, 1.0, **fields)
    return Report(0, "full", (ExerciseResult("a/b", outcome, None, 5.0, checks=(check,)),))


def test_a_fault_of_ours_is_an_error_and_no_failure_in_junit():
    suites = ElementTree.fromstring(to_junit(report(Outcome.GRADER_ERROR, message="oh")))
    assert suites.find(".//error").text == "oh"
    assert suites.get("failures") == "0"


def test_nothing_that_a_learner_writes_breaks_the_xml():
    check = CheckResult(HOSTILE, Outcome.ERROR, 1.0, sentence=HOSTILE, message=HOSTILE, printed=HOSTILE)
    result = ExerciseResult("a/b", Outcome.ERROR, 0.0, 5.0, diagnosis=(HOSTILE,), checks=(check,))
    document = to_junit(Report(0, "full", (result,)))
    shown = []
    for element in ElementTree.fromstring(document.encode()).iter():
        shown += [element.text, *element.attrib.values()]
    assert shown.count(r"\x1b[31m\x00\x08\ud800\ufffe\u202e <&" + "\"']]>") == 5


# Where they go.


@pytest.mark.parametrize(("option", "begins"), [("--json", '{\n  "version": 1'), ("--junit", "<?xml version=")])
def test_a_dash_writes_to_standard_output_and_nothing_else_goes_there(repository, option, begins):
    ended = repository.grade(option, "-")
    assert ended.stdout.startswith(begins)
    assert "not started." not in ended.stdout
    assert ended.stderr == ""
    (json.loads if option == "--json" else ElementTree.fromstring)(ended.stdout)


@pytest.mark.parametrize(("path", "reason"), [("no/such.json", "there is no folder"), (".", "is a folder")])
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_graded(repository, path, reason):
    ended = repository.grade("--json", path)
    assert ended.returncode == 2
    assert reason in ended.stderr
    assert ended.stdout == ""
    assert not (repository.root / ".grades").exists()


def test_a_folder_in_which_one_may_not_write_is_refused():
    child = os.fork()
    if child == 0:
        if os.getuid() == 0:
            os.setuid(65534)
        try:
            expect_writable("/llm-katas.json")
        except OutputError as error:
            os._exit(3 if "Permission denied" in str(error) else 4)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path, screen):
    target = tmp_path / "result.json"
    target.write_text("the old one, which is longer")
    target.chmod(0o600)
    with target.open() as reader:
        write(str(target), "new", screen)
        assert reader.read() == "the old one, which is longer"
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o600


def test_what_was_there_stays_if_the_disk_is_full(tmp_path, screen):
    target = tmp_path / "result.json"
    target.write_text("old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OutputError, match=r"result\.json' cannot be written: File too large"):
            write(str(target), "x" * 100_000, screen)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_is_followed_and_stays_a_link(tmp_path, screen):
    (tmp_path / "link.json").symlink_to("result.json")
    write(str(tmp_path / "link.json"), "new", screen)
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "result.json").read_text() == "new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path, screen):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    expect_writable(str(pipe))
    write(str(pipe), "new", screen)
    reader.join()
    assert read == ["new"]
    assert pipe.is_fifo()
