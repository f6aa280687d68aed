"""The command `cohort` on the made-up repository: real zips, real processes, killed and begun again."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
import zipfile

import pexpect
import pytest

from graders.engine.cohort.writers.everything import read_back
from tests.support.course import files, kept, solved


def test_a_canvas_export_becomes_grades_feedback_and_a_page(course):
    course.hand_in(
        {
            "Right, Rita": solved(),
            "Wrong, Will": solved(double="x * x"),
            "Broken, Bo": {**solved(), "halve": "def halve(x:\n"},
            "Absent, Abe": {},
        }
    )
    said = course.grade()
    assert "3 attempts of 3 students found, as exported by canvas." in said
    assert course.finals() == {"Right, Rita": "15", "Wrong, Will": "10", "Broken, Bo": "10", "Absent, Abe": "0"}
    canvas = course.rows("canvas.csv")
    assert [row["Arithmetic (77)"] for row in canvas] == ["15", "15", "10", "10", ""]
    assert [row["ID"] for row in canvas] == ["", "101", "102", "103", "104"]
    named = {s.person.name: s.exercises for s in course.results().students}
    assert named["Wrong, Will"][0].diagnosis == ["the argument is squared"]
    assert [e.outcome for e in named["Broken, Bo"]] == ["passed", "invalid", "passed"]
    feedback = {path.name.rsplit("-", 1)[0]: path.read_text() for path in (course.out / "feedback").iterdir()}
    assert set(feedback) == {"right-rita", "wrong-will", "broken-bo"}
    assert "the argument is squared" in feedback["wrong-will"]
    page = (course.out / "cohort.html").read_text()
    assert "Absent, Abe" in page
    remarks = course.rows("remarks.csv")
    assert [(row["kind"], row["where"]) for row in remarks] == [("missing", "104")]


def test_a_run_that_is_killed_goes_on_and_writes_the_same_bytes(course):
    students = {f"Student, Number {n}": solved(**({"halve": f"x * {n}"} if n % 3 else {})) for n in range(40)}
    course.hand_in(students)
    running = subprocess.Popen(
        course.command("--seed", "5"), cwd=course.repository.root, env=course.repository.environment()
    )
    store = course.out / ".cohort" / "results.sqlite"
    while kept(store) < 20:
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    before = kept(store)
    assert before < 40 + 27
    assert not (course.out / "results.json").exists()
    said = course.grade("--seed", "5")
    assert int(re.search(r"(\d+) verdicts to reach, of 120", said)[1]) < 120
    whole = course.folder / "whole"
    course.grade("--seed", "5", out=whole)
    assert files(course.out) == files(whole)


def test_the_second_run_grades_only_what_changed_and_tells_who_moved(course):
    course.hand_in({"Right, Rita": solved(), "Wrong, Will": solved(double="x * x")})
    course.grade()
    course.hand_in({"Right, Rita": solved(square="x + 1"), "Wrong, Will": solved(double="x * x")})
    said = course.grade()
    assert "1 verdict to reach, of 6." in said
    assert "Right, Rita: arithmetic/square from 5 to 0\nRight, Rita: total from 15 to 10\n" in said
    assert "Wrong, Will" not in said
    said = course.grade()
    assert "There is nothing to grade" in said
    assert "Nobody moved" in said


def test_a_changed_grader_is_graded_again_and_a_changed_policy_is_not(course):
    course.hand_in({"Right, Rita": solved(), "Wrong, Will": solved(double="x * x")})
    course.grade()
    grader = course.repository.root / "graders/arithmetic/square.py"
    grader.write_text(grader.read_text() + "\n# another edition\n")
    assert "2 verdicts to reach, of 6." in course.grade()
    course.assign('[points]\n"arithmetic/double" = 70\n')
    said = course.grade()
    assert "There is nothing to grade" in said
    assert "Right, Rita: total from 15 to 80" in said
    assert course.finals() == {"Right, Rita": "80", "Wrong, Will": "10"}


def test_the_seed_is_secret_kept_and_recorded(course):
    course.hand_in({"Right, Rita": solved()})
    course.grade()
    first = course.results().seed
    assert first > 2**32
    path = course.out / ".cohort" / "seed.json"
    assert json.loads(path.read_text()) == {"seed": first}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "nothing to grade" in course.grade()
    assert course.results().seed == first
    other = course.folder / "other"
    course.grade(out=other)
    assert read_back((other / "results.json").read_bytes()).seed != first
    feedback = next((course.out / "feedback").iterdir())
    assert str(first) not in feedback.read_text()


def test_hostile_students_get_their_own_outcomes_and_harm_nobody(course):
    hostile = '<script>alert(1)</script>, =cmd|"x"'
    course.hand_in(
        {
            "Right, Rita": solved(),
            hostile: solved(double="print('<img src=x onerror=alert(2)>') or 1 / 0"),
            "Quick, Quentin": {**solved(), "double": "import os\nos._exit(0)\n"},
            "Right, Rob": solved(),
        }
    )
    course.grade()
    results = {s.person.name: s for s in course.results().students}
    assert results["Right, Rita"].final == results["Right, Rob"].final == 15
    assert results["Quick, Quentin"].exercises[0].outcome == "crashed"
    assert results[hostile].final == 10
    written = {name: data for name, data in files(course.out).items() if name.endswith(".html")}
    assert len(written) == 5
    assert not [name for name, data in written.items() if b"<script>alert" in data or b"<img src=x" in data]


def test_two_runs_do_not_work_in_one_folder(course):
    course.hand_in({"Right, Rita": solved()})
    course.grade()
    import fcntl

    with open(course.out / ".cohort" / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert course.grade(status=2).startswith(f"another run works in {course.out}: wait for it")


@pytest.mark.skipif(os.getuid() != 0, reason="only root may forbid namespaces here")
def test_less_than_full_isolation_is_refused_unless_it_is_named(course):
    course.hand_in({"Right, Rita": solved()})
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"'
    inside = ["unshare", "--user", "--map-root-user", "sh", "-c", forbid, "sh"]
    refused = subprocess.run(
        [*inside, *course.command()], cwd=course.repository.root, capture_output=True, text=True, timeout=60
    )
    assert refused.returncode == 2
    assert refused.stderr.startswith("A cohort is graded at full isolation, which does not work here: ")
    assert not course.out.exists()
    course.grade("--isolation", "process")
    assert course.results().isolation == "process"


def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(course):
    course.hand_in({f"Student, Number {n}": solved(halve=f"x * {n}") for n in range(3, 30)})
    limited = ["sh", "-c", 'ulimit -f 120; exec "$@"', "sh", *course.command("--seed", "1")]
    ended = subprocess.run(
        limited, cwd=course.repository.root, env=course.repository.environment(), capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert "results.sqlite cannot be used" in ended.stderr or "cannot be written" in ended.stderr
    assert not (course.out / "results.json").exists()
    course.grade("--seed", "1")
    whole = course.folder / "whole"
    course.grade("--seed", "1", out=whole)
    assert files(course.out) == files(whole)


def test_ctrl_c_leaves_no_process_and_what_was_graded(course):
    course.hand_in({f"Student, Number {n}": {"double": f"while {n} < 9:\n    pass\n"} for n in range(6)})
    running = subprocess.Popen(
        course.command(),
        cwd=course.repository.root,
        env=course.repository.environment(),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while len(group(running.pid)) < 5:
        assert running.poll() is None
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGINT)
    assert running.communicate(timeout=120)[1] == "Interrupted: nothing more was graded.\n"
    assert running.returncode == 130
    deadline = time.monotonic() + 60  # a sandbox that was just starting ends by itself, once it is there
    while group(running.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not group(running.pid)


def group(pid):
    listed = subprocess.run(["ps", "-o", "pid=,stat=", "-g", str(pid)], capture_output=True, text=True).stdout
    return [line for line in listed.splitlines() if "Z" not in line]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.zip", "--out", "o"], "nowhere.zip: there is no such file or folder"),
        (["exercises", "--out", "o", "--assignment", "none.toml"], "none.toml"),
        (["exercises", "--out", "/dev/null/o"], "/dev/null/o cannot be used: Not a directory"),
        (["exercises", "--out", "o", "--workers", "0"], "argument --workers: invalid"),
        (["exercises"], "--out"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(repository, arguments, said):
    command = [sys.executable, "-m", "graders", "cohort", *arguments]
    ended = subprocess.run(command, cwd=repository.root, env=repository.environment(), capture_output=True, text=True)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_the_handed_in_texts_can_be_graded_by_hand(course):
    course.hand_in({"Right, Rita": solved()})
    course.grade("--seed", "4")
    (folder,) = (course.out / "submissions").iterdir()
    ended = course.repository.grade("--submission", folder, "--seed", "4")
    assert ended.returncode == 0
    assert "15 of 15 points" in ended.stdout


def test_who_is_gone_has_no_feedback_left(course):
    course.hand_in({"Right, Rita": solved(), "Wrong, Will": solved(double="x")})
    course.grade()
    course.hand_in({"Right, Rita": solved()})
    course.grade()
    assert [path.name.rsplit("-", 1)[0] for path in (course.out / "feedback").iterdir()] == ["right-rita"]
    assert len(list((course.out / "submissions").iterdir())) == 1


def test_one_text_of_many_students_is_graded_once(course):
    course.hand_in({f"Student, Number {n}": solved() for n in range(5)})
    assert "3 verdicts to reach, of 15." in course.grade()
    assert set(course.finals().values()) == {"15"}


def test_a_group_shares_its_grade_and_late_days_cost(course):
    course.hand_in({"Right, Rita": solved(), "Wrong, Will": solved(double="x * x")})
    root = course.folder / "export" / "assignment_5_export"
    for number, texts in (("71", solved()), ("72", solved(double="x * x"))):
        for name, text in texts.items():
            path = root / f"submission_{number}" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    (root / "submission_metadata.yml").write_text(GRADESCOPE)
    course.export = course.folder / "export"
    course.assign("[due]\ntime = 2026-03-01T12:00:00Z\n[late]\npercent_a_day = 10\n")
    course.grade()
    assert course.finals() == {"Right, Rita": "12", "Wrong, Will": "12"}
    assert {row["late"] for row in course.rows()} == {"1 d 1 h"}
    told = [json.loads(path.read_text()) for path in (course.out / "gradescope").iterdir()]
    assert [record["score"] for record in told] == [12, 12]


GRADESCOPE = """
submission_71:
  :submitters:
  - :name: Rita Right
    :sid: S101
    :email: rita@example.org
  - :name: Will Wrong
    :sid: S102
    :email: will@example.org
  :created_at: 2026-03-02 13:00:00 Z
  :score: 0
  :history: []
"""


def test_a_moodle_worksheet_is_filled_in(course):
    header = "ID,Vollständiger Name,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,"
    header += "Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung)\r\n"
    rows = [
        f'Teilnehmer/in {n},{name},Abgegeben,,"30,00",Ja,"Montag, 2. März 2026, 12:00",-\r\n'
        for n, name in ((657737, "Rita Right"), (657738, "Ümit Şen"))
    ]
    (course.folder / "roster.csv").write_bytes(("\ufeff" + header + "".join(rows)).encode())
    with zipfile.ZipFile(course.export, "w") as zipped:
        for name, text in solved().items():
            zipped.writestr(f"Rita Right_657737_assignsubmission_file_/{name}.py", text)
        for name, text in solved(double="x * x").items():
            zipped.writestr(f"Ümit Şen_657738_assignsubmission_file_/arithmetic/{name}.py", text)
    course.grade()
    filled = (course.out / "moodle.csv").read_bytes().decode()
    expected = [row.replace(",,", f',"{grade}",', 1) for row, grade in zip(rows, ("30", "20"), strict=True)]
    assert filled.replace('"', "") == ("\ufeff" + header + "".join(expected)).replace('"', "")


def test_a_dask_cluster_gives_the_same_grades(course):
    course.hand_in({"Right, Rita": solved(), "Wrong, Will": solved(double="x * x")})
    course.grade("--seed", "3")
    here = files(course.out)
    address = start_cluster(course)
    other = course.folder / "other"
    course.grade("--seed", "3", "--cluster", next(address), out=other)
    assert files(other) == here
    next(address, None)
    nobody = course.grade("--seed", "4", "--cluster", "tcp://127.0.0.1:9", status=2)
    assert nobody.startswith("there is no Dask scheduler at tcp://127.0.0.1:9")


def start_cluster(course):
    """Yield the address of a scheduler with one worker, which end afterwards."""
    dask = [sys.executable, "-m", "dask"]
    place = {"cwd": course.repository.root, "env": course.repository.environment(PYTHONPATH="."), "text": True}
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with subprocess.Popen([*dask, "scheduler", *options], stderr=subprocess.PIPE, **place) as scheduler:
        address = next(filter(None, (re.search(r"Scheduler at:\s+(tcp://\S+)", line) for line in scheduler.stderr)))[1]
        local = ["--nthreads", "1", "--no-nanny", "--local-directory", str(course.folder)]
        with subprocess.Popen([*dask, "worker", address, *local], stderr=subprocess.DEVNULL, **place) as worker:
            yield address
            worker.kill()
        scheduler.kill()


def test_similarity_is_a_page_of_its_own_and_no_part_of_a_grade(course):
    lines = "".join(f"    part_{n} = x * {n} + (x - {n}) ** 2\n" for n in range(40))
    copied = f"import numpy as np\n\n\ndef double(x):\n{lines}    return x + x\n"
    students = {f"Student, Number {n}": solved(halve=f"x / 2 + {n} - {n}") for n in range(8)}
    for name in list(students)[:2]:
        students[name]["double"] = copied
    course.hand_in(students)
    course.grade("--similarity")
    page = (course.out / "similarity.html").read_text()
    assert "Student, Number 0" in page
    assert "Student, Number 5" not in page
    course.grade()
    assert not (course.out / "similarity.html").exists()  # else it would be that of other texts one day
    assert set(course.finals().values()) == {"15"}


def test_a_terminal_shows_how_far_it_is_how_fast_and_the_time_left(course):
    course.hand_in({f"Student, Number {n}": solved(halve=f"x * {n}") for n in range(3, 40)})
    first, *rest = course.command()
    environment = course.repository.environment(TERM="xterm", COLUMNS="100")
    process = pexpect.spawn(
        first, rest, cwd=course.repository.root, env=environment, encoding="utf-8", dimensions=(24, 100), timeout=120
    )
    process.expect(r"Grading.*?[1-9]\d*/111.*?\d\.\d/s.*?0:\d\d:\d\d")
    process.expect("37 students, 37 of them with a grade.")
    process.expect(pexpect.EOF)
    process.close()
    assert process.exitstatus == 0
