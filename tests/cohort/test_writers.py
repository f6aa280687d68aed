"""Each writer's file, read back as the system that it is for reads it."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from graders.engine.cohort.assignment import Exports, LatePolicy, Missing, Show
from graders.engine.cohort.gradebook import figures, make_entry, moved
from graders.engine.cohort.records import Person, Remark, RemarkKind
from graders.engine.cohort.roster import read_roster
from graders.engine.cohort.writers import CannotWrite, canvas, everything, gradescope, moodle, table
from graders.engine.results import Outcome
from tests.support.grades import DUE, attempt, entry, make_assignment, result, results, student

DAY = timedelta(days=1)
PLAIN = make_assignment()
LATE = make_assignment(due=DUE, late=LatePolicy(percent_a_day=10.0))
NAMES = ['O\'Neil, "Sam"', "Zoë\nWei", "עומר כהן", "\u202eevil", "🦊 Fox", "a;b\tc", "Ægir, Jr.", ""]


@pytest.fixture
def roster(tmp_path):
    def roster(text, encoding="utf-8"):
        path = tmp_path / "roster.csv"
        path.write_bytes(text.encode(encoding))
        return read_roster(path)

    return roster


def entries_of(found, assignment=PLAIN, **points):
    """An entry for each student of a roster: by key, (double, halve), or None for nothing handed in."""
    made = []
    for who in found.students:
        earned = points.get(f"s{digits(who.key)}", (10.0, 5.0))
        made.append(entry(assignment, who, is_in=False) if earned is None else entry(assignment, who, *earned))
    return made


def digits(text):
    return re.sub(r"\D", "", text)


def rows_of(text):
    return list(csv.reader(io.StringIO(text, newline="")))


class TestTable:
    def test_one_row_a_student(self):
        text = table.grades_csv(LATE, [entry(LATE, student(), 10.0, 10 / 3, DUE + timedelta(hours=26, seconds=1))])
        assert text == (
            "id,name,sums/double,sums/halve,raw,late,penalty,final,flags\r\n"
            "s1,Jane Doe,10,6.67,16.67,1 d 2 h 1 min,3.34,13.33,\r\n"
        )

    def test_a_fault_of_ours_leaves_cells_empty_and_nothing_handed_in_is_zero(self):
        lines = table.grades_csv(
            PLAIN, [entry(PLAIN, student("a"), None, 5.0), entry(PLAIN, student("b"), is_in=False)]
        )
        assert lines.splitlines()[1:] == [
            'a,Jane Doe,,10,,,0,,"no grade: the grader failed, grade again"',
            "b,Jane Doe,0,0,0,,0,0,nothing handed in",
        ]

    @pytest.mark.parametrize("name", NAMES)
    def test_every_name_comes_back(self, name):
        (_, row) = rows_of(table.grades_csv(PLAIN, [entry(PLAIN, student(name=name), 1.0, 1.0)]))
        assert row[1] == name
        assert len(row) == 9

    @pytest.mark.parametrize(
        ("name", "written"),
        [
            ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("\tx", "'\tx"),
            ("\r=x", "'\r'=x"),
            ("a;=x", "a;'=x"),  # where a spreadsheet parts cells at semicolons
            ("a\n=x", "a\n'=x"),
            ("a=x-1@y", "a=x-1@y"),
        ],
    )
    def test_no_cell_begins_a_formula(self, name, written):
        (_, row) = rows_of(table.grades_csv(PLAIN, [entry(PLAIN, student(key=name, name=name), 1.0, 1.0)]))
        assert row[:2] == [written, written]


GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Quiz (11),Sums (12),Final Score\n"
    ",,,,,Manual Posting,,\n"
    "    Points Possible,,,,,10,60,(read only)\n"
    '"Doe, Jane",1,sis1,jdoe,A,9,12.5,80\n'
    '"O\'Neil, ""Sam""",2,sis2,sam,"A, B",8,EX,70\n'
    '"כהן, עומר",3,,omer@x.org,A,,7,60\n'
    '"Wei\nZoë",4,,zoe,A,,7,60\n'
    "=1+1,5,,eve,A,,,\n"
    '"Student, Test",99,,abc,A,,,\n'
)


def as_canvas_reads(text, gradebook=GRADEBOOK):
    """Return title, points possible, and the cell of each student of the course, matched as Canvas matches."""
    course = [row for row in rows_of(gradebook)[1:] if row[1]]
    header, *rows = rows_of(text)
    last = header.index("Section")
    assert header[0] == "Student"
    assert header[1] == "ID"
    assert last == len(header) - 2
    possible, grades = None, {}
    for row in rows:
        assert len(row) == len(header)
        cell = dict(zip(header, row, strict=True))
        if row[0].strip().startswith("Points Possible"):
            possible = float(row[-1])
            continue
        keys = [("ID", 1), ("SIS User ID", 2), ("SIS Login ID", 3), ("Student", 0)]
        found = next(s for name, at in keys if cell.get(name) for s in course if s[at] == cell[name])
        grades[found[1]] = row[-1]
    return header[-1], possible, grades


class TestCanvas:
    def test_the_exported_column_is_filled_in_and_scaled_to_its_points(self, roster):
        found = roster(GRADEBOOK)
        text = canvas.import_csv(found, PLAIN, entries_of(found, s3=(None, 1.0), s4=None, s5=(10.0, 10.0)))
        assert as_canvas_reads(text) == (
            "Sums (12)",
            60.0,
            {"1": "40", "2": "EX", "3": "7", "4": "7", "5": "60"},  # of 30; an open grade keeps what was there
        )

    def test_the_columns_that_identify_stay_as_they_are(self, roster):
        found = roster(GRADEBOOK)
        rows = rows_of(canvas.import_csv(found, PLAIN, entries_of(found)))
        before = rows_of(GRADEBOOK)
        assert [r[:5] for r in rows] == [
            before[0][:5],
            ["    Points Possible", *[""] * 4],
            *(r[:5] for r in before[3:8]),
        ]

    def test_nothing_handed_in_can_be_zero(self, roster):
        found = roster(GRADEBOOK)
        zero = replace(PLAIN, exports=Exports("Sums", Missing.ZERO))
        assert as_canvas_reads(canvas.import_csv(found, zero, entries_of(found, zero, s4=None)))[2]["4"] == "0"

    @pytest.mark.parametrize(
        ("wanted", "title", "possible"),
        [
            ("Sums", "Sums (12)", 60.0),
            ("Renamed since (12)", "Sums (12)", 60.0),
            ("Quiz (11)", "Quiz (11)", 10.0),
            ("Sums (13)", "Sums (13)", 30.0),
            ("New", "New", 30.0),
        ],
    )
    def test_a_column_is_found_by_its_id_or_else_its_title(self, roster, wanted, title, possible):
        found = roster(GRADEBOOK)
        asked = replace(PLAIN, exports=Exports(wanted))
        assert as_canvas_reads(canvas.import_csv(found, asked, entries_of(found)))[:2] == (title, possible)

    def test_two_columns_of_one_title_need_an_id(self, roster):
        found = roster(GRADEBOOK.replace("Quiz (11)", "Sums (11)"))
        with pytest.raises(CannotWrite, match=re.escape("the columns 'Sums (11)', 'Sums (12)' may all be")):
            canvas.import_csv(found, PLAIN, entries_of(found))

    def test_students_who_are_not_in_the_gradebook_are_left_out(self, roster):
        found = roster(GRADEBOOK)
        stranger = entry(PLAIN, student("77"), 1.0, 1.0)
        grades = as_canvas_reads(canvas.import_csv(found, PLAIN, [stranger]))[2]
        assert grades == {"1": "12.5", "2": "EX", "3": "7", "4": "7", "5": ""}

    @pytest.mark.parametrize("name", [n for n in NAMES if n])
    def test_without_a_gradebook_students_are_named_as_well_as_they_are_known(self, name):
        who = student("5", name, login="jd", sis_id="x5")
        text = canvas.import_csv(None, PLAIN, [entry(PLAIN, who, 10.0, 10.0), entry(PLAIN, student("6"), None, 1.0)])
        course = f"Student,ID,SIS User ID,SIS Login ID,Section\n{canvas_row(name)},5,x5,jd,\nJane Doe,6,,,\n"
        assert as_canvas_reads(text, course) == ("Sums", 30.0, {"5": "30", "6": ""})

    def test_a_roster_of_another_system_is_no_gradebook(self, roster):
        found = roster("id,name\n1,Jane\n")
        header, _, row = rows_of(canvas.import_csv(found, PLAIN, entries_of(found)))
        assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Sums"]
        assert row == ["Jane", "1", "", "", "", "20"]


def canvas_row(name):
    return '"' + name.replace('"', '""') + '"'


ENGLISH = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,Last modified (submission),"
    "Last modified (grade),Feedback comments\r\n"
    'Participant 101,"O\'Neil, ""Sam""",sam@x.org,Submitted for grading,,60.00,Yes,'
    '"Sunday, 1 March 2026, 10:15 AM",-,\r\n'
    'Participant 102,"Zoë\nWei",zoe@x.org,No submission,4.00,60.00,Yes,-,"Monday, 2 March 2026, 11:00 PM",Well done\r\n'
    "Participant 103,עומר כהן,omer@x.org,Submitted,50.00,60.00,No,-,-,\r\n"
    "Participant 104,=1+1 🦊,eve@x.org,Submitted,,60.00,Yes,-,-,\r\n"
)
GERMAN = "\ufeff" + (
    "ID;Vollständiger Name;E-Mail-Adresse;Status;Gruppe;Bewertung;Bestwertung;Status der Bewertung;"
    "Bewertung kann geändert werden;Zuletzt geändert (Abgabe);Texteingabe online;Zuletzt geändert (Bewertung);"
    "Feedback als Kommentar\n"
    "Teilnehmer/in101;Jörg Groß;j@x.org;Zur Bewertung abgegeben;A;;100,00;Nicht bewertet;Ja;"
    '"Sonntag, 1. März 2026, 10:15";;-;\n'
    "Teilnehmer/in102;Ute Öz;u@x.org;Keine Abgabe;B;12,50;100,00;Bewertet;Nein;-;;Montag, 2. März 2026, 09:00;Gut\n"
    "Teilnehmer/in103;Ana Ruiz;a@x.org;Zur Bewertung abgegeben;A;12,50;100,00;Nicht bewertet;Ja;-;;-;\n"
)


def as_moodle_reads(data, delimiter=","):
    """Return the grade of each participant that Moodle would import, by place as its headers are in some language."""
    header, *rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))
    german = {"Grade": "Bewertung", "Last modified (grade)": "Zuletzt geändert (Bewertung)"}
    at = {name: header.index(name if name in header else german[name]) for name in german}
    grades = {}
    for row in rows:
        assert len(row) == len(header)
        text = row[at["Grade"]].replace(",", ".")
        assert row[at["Last modified (grade)"]]
        grades[digits(row[0])] = float(text) if text else None
    return grades


class TestMoodle:
    def test_grades_are_filled_in_and_all_else_stays(self, roster):
        found = roster(ENGLISH)
        data = moodle.worksheet(found, PLAIN, entries_of(found, s102=None, s104=(None, 1.0)))
        assert as_moodle_reads(data) == {"101": 40.0, "102": 4.0, "103": 50.0, "104": None}
        assert data.decode() == ENGLISH.replace("Submitted for grading,,", "Submitted for grading,40,")
        assert moodle.locked(found, entries_of(found)) == ("103",)

    def test_german_headers_and_decimal_commas(self, roster):
        found = roster(GERMAN)
        data = moodle.worksheet(found, PLAIN, entries_of(found, s103=(3.33, 3.33)))
        assert as_moodle_reads(data, ";") == {"101": 66.67, "102": 12.5, "103": 33.3}
        changed = GERMAN.replace(";A;;100,00", ";A;66,67;100,00").replace(";A;12,50;", ";A;33,3;")
        assert data.decode() == changed
        assert [digits(key) for key in moodle.locked(found, entries_of(found))] == ["102"]

    def test_headers_of_an_unknown_language_do_not_matter(self, roster):
        header, rest = GERMAN.split("\n", 1)
        odd = "\ufeff" + ";".join(f"x{n}" for n in range(header.count(";") + 1)) + "\n" + rest
        found = roster(odd)
        data = moodle.worksheet(found, PLAIN, entries_of(found))
        assert data.decode() == odd.replace(";A;;100,00", ";A;66,67;100,00").replace(";A;12,50;", ";A;66,67;")

    def test_a_decimal_comma_between_commas_is_quoted(self, roster):
        found = roster(ENGLISH.replace("60.00", '"60,00"'))
        data = moodle.worksheet(found, PLAIN, entries_of(found, s101=(10.0, 0.1)))
        assert as_moodle_reads(data)["101"] == 20.4
        assert b'Submitted for grading,"20,4","60,00"' in data

    def test_nothing_handed_in_can_be_zero(self, roster):
        found = roster(ENGLISH)
        zero = replace(PLAIN, exports=Exports("Sums", Missing.ZERO))
        assert as_moodle_reads(moodle.worksheet(found, zero, entries_of(found, zero, s102=None)))["102"] == 0.0

    def test_comments_are_html_and_others_words_stay(self, roster):
        found = roster(ENGLISH)
        asked = replace(LATE, title="Sums & <b>", exports=Exports("Sums", moodle_comments=True))
        late = [entry(asked, s, 10.0, 5.0, DUE + DAY) for s in found.students]
        data = moodle.worksheet(found, asked, late)
        comments = [row[-1] for row in rows_of(data.decode())[1:]]
        assert (
            comments[0]
            == comments[3]
            == (
                "<p>Sums &amp; &lt;b&gt;</p><p>sums/double: 10 of 10, passed</p><p>sums/halve: 10 of 20, partial</p>"
                "<p>Late by 1 d: 2 points less (10 %)</p>"
            )
        )
        assert comments[1:3] == ["Well done", ""]

    def test_our_own_comment_of_a_run_before_is_replaced(self, roster, tmp_path):
        asked = replace(PLAIN, exports=Exports("Sums", moodle_comments=True))
        found = roster(ENGLISH)
        once = moodle.worksheet(found, asked, entries_of(found, asked, s101=(0.0, 0.0)))
        again = roster(once.decode())
        twice = moodle.worksheet(again, asked, entries_of(again, asked))
        assert rows_of(twice.decode())[1][-1].startswith("<p>Sums</p><p>sums/double: 10 of 10, passed")

    def test_a_worksheet_without_comments_gets_none(self, roster):
        without = re.sub(r",(Feedback comments|Well done|)\r\n", "\r\n", ENGLISH)
        found = roster(without)
        asked = replace(PLAIN, exports=Exports("Sums", moodle_comments=True))
        data = moodle.worksheet(found, asked, entries_of(found, asked))
        assert data.decode() == without.replace("grading,,", "grading,40,").replace(",4.00,", ",40,").replace(
            "Submitted,,", "Submitted,40,"
        )

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("id,name\n1,Jane\n", "is no grading worksheet"),
            (ENGLISH.replace("60.00", "Good"), "maximum grade 'Good' is no number"),
            (
                GERMAN.replace("ID;", "Kennung;").replace("100,00", "Gut"),
                "no column of the worksheet is the maximum grade",
            ),
        ],
    )
    def test_what_cannot_be_filled_in_is_refused(self, roster, text, problem):
        found = roster(text)
        with pytest.raises(CannotWrite, match=problem):
            moodle.worksheet(found, PLAIN, entries_of(found))


_TOP = {"score", "execution_time", "output", "output_format", "test_output_format", "test_name_format", "visibility"}
_TOP |= {"stdout_visibility", "extra_data", "tests", "leaderboard"}
_TEST = {
    "score",
    "max_score",
    "status",
    "name",
    "name_format",
    "number",
    "output",
    "output_format",
    "tags",
    "visibility",
}
_TEST |= {"extra_data"}
_FORMATS = {"text", "html", "simple_format", "md", "ansi"}
_VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}


def as_gradescope_reads(text):
    """Return the record, its total (None for none) and what a student is shown of it, after checking its form."""
    record = json.loads(text)
    assert set(record) <= _TOP
    for test in record["tests"]:
        assert set(test) <= _TEST
        assert isinstance(test["name"], str)
        assert test.get("status") in (None, "passed", "failed")
        assert {test.get(k, "text") for k in ("name_format", "output_format")} <= _FORMATS
        assert test.get("visibility", "visible") in _VISIBILITY
        assert ("score" in test) == ("max_score" in test)
    assert {record.get(k, "text") for k in ("output_format", "test_output_format", "test_name_format")} <= _FORMATS
    assert record["stdout_visibility"] == "hidden"
    scores = [test["score"] for test in record["tests"] if "score" in test]
    total = record.get("score", sum(scores) if scores else None)
    shown = [test for test in record["tests"] if test.get("visibility") != "hidden"]
    if len(shown) < len(record["tests"]):
        shown += [{"total": "hidden"}]
    return record, total, json.dumps([record["output"], shown])


class TestGradescope:
    def test_a_test_an_exercise_with_its_points(self):
        made = entry(PLAIN, student(), 10.0, 10 / 3)
        record, total, _ = as_gradescope_reads(
            gradescope.results_json(PLAIN, made.results, made, seed=7, isolation="full", engine="e")
        )
        assert total == 16.67
        assert [(t["name"], t["score"], t["max_score"], t["status"]) for t in record["tests"]] == [
            ("Double", 10.0, 10.0, "passed"),
            ("Halve", 6.67, 20.0, "failed"),
        ]
        assert "passed: adds up" in record["tests"][1]["output"]
        assert record["extra_data"] == {"llm-katas": {"seed": 7, "isolation": "full", "engine": "e"}}

    def test_the_penalty_is_in_the_total_and_said(self):
        made = entry(LATE, student(), 10.0, 10.0, DUE + DAY)
        record, total, _ = as_gradescope_reads(gradescope.results_json(LATE, made.results, made))
        assert total == 27.0
        assert record["output"] == "Late by 1 d: 3 points less (10 %)"

    def test_without_an_entry_the_total_is_raw(self):
        assert as_gradescope_reads(gradescope.results_json(LATE, results(10.0, 5.0)))[1] == 20.0

    def test_a_fault_of_ours_gives_no_score_at_all(self):
        text = gradescope.results_json(PLAIN, results(None, 10.0))
        record, total, shown = as_gradescope_reads(text)
        assert total is None
        assert '"score"' not in text
        assert record["output"] == gradescope.STAFF
        assert record["tests"][0]["output"] == gradescope.STAFF
        assert "status" not in record["tests"][0]
        assert "staff" in shown

    def test_a_failure_tells_the_staff_alone_why(self):
        _, total, shown = as_gradescope_reads(gradescope.failure_json("isolation full is refused\x1b"))
        assert total is None
        assert "refused" not in shown
        assert "staff" in shown
        assert "refused\\\\x1b" in gradescope.failure_json("isolation full is refused\x1b")

    @pytest.mark.parametrize(
        ("part", "text"),
        [
            (Show.POINTS, '"score"'),
            (Show.OUTCOMES, "leaves x alone"),
            (Show.OUTCOMES, '"status"'),
            (Show.MESSAGES, "wanted: x"),
            (Show.MESSAGES, "not Python"),
            (Show.PRINTED, "hello"),
            (Show.MISTAKES, "the argument is squared"),
        ],
    )
    def test_students_see_what_the_assignment_allows(self, part, text):
        found = tuple(
            replace(r, diagnosis=("the argument is squared",), message="not Python") for r in results(5.0, 10.0)
        )
        only = replace(PLAIN, feedback=frozenset({part}))
        others = replace(PLAIN, feedback=frozenset(Show) - {part})
        assert text in as_gradescope_reads(gradescope.results_json(only, found))[2]
        _, total, shown = as_gradescope_reads(gradescope.results_json(others, found))
        assert text not in shown
        assert total == 25.0

    def test_without_points_the_total_is_hidden(self):
        hidden = replace(PLAIN, feedback=frozenset(Show) - {Show.POINTS})
        assert "total" in as_gradescope_reads(gradescope.results_json(hidden, results(5.0, 5.0)))[2]
        assert "total" not in as_gradescope_reads(gradescope.results_json(PLAIN, results(5.0, 5.0)))[2]

    def test_texts_of_students_are_bounded_and_cannot_hide(self):
        check = result("sums/double", 5.0).checks[1]
        loud = replace(check, printed="\u202e\x1b[2J" + "x" * 100_000)
        found = (result("sums/double", 5.0, checks=(loud,)), result("sums/halve", 5.0))
        record, _, _ = as_gradescope_reads(gradescope.results_json(PLAIN, found))
        output = record["tests"][0]["output"]
        assert "\\u202e\\x1b[2J" in output
        assert len(output) < gradescope.MAX_CHARACTERS + 100
        assert output.endswith("left out")


class TestEverything:
    SEED = 2**52 + 1

    def written(self, entries, assignment=PLAIN):
        return everything.results_json(assignment, entries, seed=self.SEED, isolation="full", engine="abc")

    def entries(self):
        handed = attempt(
            DUE + DAY,
            people=(Person("s1", "Jane"), Person("s2", "עומר")),
            group="G",
            texts={"sums/double": b"\xff"},
            remarks=(Remark(RemarkKind.RENAMED, "a (1).py", "is taken"),),
        )
        loud = results(10.0, 5.0, message="\x00\u202e🦊", outcome=Outcome.FORGED)
        return [
            make_entry(LATE, student("s1", 'O\'Neil, "Sam"\n'), handed, loud),
            entry(LATE, student("s3"), None, 5.0),
            entry(LATE, student("s4"), is_in=False),
        ]

    def test_all_of_it_comes_back(self):
        entries = self.entries()
        found = everything.read_back(self.written(entries, LATE))
        assert (found.version, found.title, found.seed, found.isolation) == (1, "Sums", self.SEED, "full")
        assert (found.engine, found.max_points) == ("abc", 30.0)
        first, second, third = found.students
        assert (first.person.name, first.raw, first.final, first.penalty) == ('O\'Neil, "Sam"\n', 20.0, 18.0, 2.0)
        assert first.late_seconds == 86400
        assert first.attempt.submitted == "2026-03-02T12:00:00+00:00"
        assert [p.name for p in first.attempt.people] == ["Jane", "עומר"]
        assert first.attempt.exercises == ["sums/double"]
        assert first.attempt.remarks[0].kind == "renamed"
        assert first.exercises[0].message == "\x00\u202e🦊"
        assert first.exercises[0].checks[1].printed == "hello"
        assert first.flags[-1] == "forged"
        assert (second.raw, second.final, second.exercises[0].points) == (None, None, None)
        assert (third.attempt, third.exercises, third.final) == (None, [], 0.0)

    def test_what_was_written_is_where_the_next_run_starts(self):
        entries = self.entries()
        figures_before = everything.read_back(self.written(entries, LATE)).figures()
        assert figures_before == {e.student.key: figures(e) for e in entries}
        assert moved(figures_before, entries) == []

    def test_no_time_of_the_machine_is_in_it(self):
        slower = [replace(r, seconds=9.75) for r in results(10.0, 5.0)]
        one = self.written([make_entry(PLAIN, student(), attempt(), results(10.0, 5.0))])
        assert one == self.written([make_entry(PLAIN, student(), attempt(), slower)])

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            (lambda text: text[:-40], "no results of a cohort, or damaged"),
            (lambda text: "[" * 100_000, "no results of a cohort, or damaged"),
            (lambda text: "{}", "no results of a cohort, or damaged"),
            (lambda text: text.encode() + b"\xff", "no results of a cohort, or damaged"),
            (lambda text: text.replace('"final": 20.0', '"final": "20"'), "Expected `float | null`, got `str`"),
            (lambda text: text.replace('"version": 1', '"version": 2'), "version 2, and this program reads 1"),
            (lambda text: text.replace('"key": "b"', '"key": "a"'), "one student twice"),
        ],
        ids=["cut", "deep", "empty", "bytes", "type", "version", "twice"],
    )
    def test_what_is_no_such_file_is_refused(self, change, problem):
        text = self.written([entry(PLAIN, student(key), 10.0, 5.0) for key in "ab"])
        with pytest.raises(everything.NotResults, match=re.escape(problem)):
            everything.read_back(change(text))
