"""Rosters of all systems, the same files with cells filled in, and whose each attempt is."""

import codecs
import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.engine.cohort.reconcile import reconcile
from graders.engine.cohort.records import Attempt, Person, RemarkKind
from graders.engine.cohort.roster import RosterError, read_roster, render


@pytest.fixture
def roster(tmp_path):
    def read(data, encoding="utf-8"):
        path = tmp_path / "roster.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
        return read_roster(path)

    return read


def people(roster):
    return [(s.key, s.person.name, s.row) for s in roster.students]


CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (55)\r\n"
    "    Points Possible,,,,,10.00\r\n"
    '"Doe, Jane",100,S1,jdoe,Sec A,\r\n'
    '"O""Neill, Zoë",101,S2,zoe,"Sec A, and B",EX\r\n'
    '"Student, Test",999,,abc,Sec A,\r\n'
)
WORKSHEET = (
    "\ufeffIdentifier,Full name,ID number,Email address,Status,Group,Grade,Maximum grade,Grade can be changed,"
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\n'
    '"Participant 657737","Jane Doe",S1,jane@example.org,"Submitted for grading - ","Group 7",,10.00,Yes,-,-,\n'
    '"Participant 657738","Zoë O\'Neill",S2,zoe@example.org,"No submission - ","Group 7",,10.00,Yes,-,-,\n'
    '"Participant 657739","Richard Roe",S3,roe@example.org,"No submission - ","Group 8",,10.00,Yes,-,-,\n'
)
GERMAN = (
    "ID;Vollständiger Name;E-Mail-Adresse;Status;Bewertung;Bestwertung;Bewertung kann geändert werden;"
    "Zuletzt geändert (Abgabe);Zuletzt geändert (Bewertung);Feedback als Kommentar\n"
    "Teilnehmer/in 7;Jane Doe;jane@example.org;Keine Abgabe;;10,00;Ja;-;-;\n"
    "Teilnehmer/in 8;Zoë Roe;zoe@example.org;Keine Abgabe;;10,00;Ja;-;-;\n"
)


def test_canvas(roster):
    found = roster(CANVAS)
    assert found.kind == "canvas"
    assert people(found) == [("100", "Doe, Jane", 1), ("101", 'O"Neill, Zoë', 2)]
    second = found.students[1]
    assert (second.person.sis_id, second.person.login, second.section) == ("S2", "zoe", "Sec A, and B")
    assert found.rows[0][5] == "10.00"
    assert [(r.kind, r.source) for r in found.remarks] == [(RemarkKind.IGNORED, "roster, line 5")]


def test_moodle_worksheet(roster):
    found = roster(WORKSHEET)
    assert found.kind == "moodle"
    assert people(found) == [("657737", "Jane Doe", 0), ("657738", "Zoë O'Neill", 1), ("657739", "Richard Roe", 2)]
    assert (found.students[0].person.email, found.students[0].person.sis_id) == ("jane@example.org", "S1")
    assert found.groups == {"group 7": ("657737", "657738"), "group 8": ("657739",)}


def test_moodle_worksheet_in_another_language(roster):
    german = GERMAN.replace("ID;", "Kennung;", 1)
    found = roster(german)
    assert (found.kind, found.delimiter) == ("moodle", ";")
    assert people(found) == [("7", "Jane Doe", 0), ("8", "Zoë Roe", 1)]
    unknown = roster(german.replace("E-Mail-Adresse", "Звязок"))
    assert [s.person.email for s in unknown.students] == ["jane@example.org", "zoe@example.org"]


def test_moodle_worksheet_of_blind_marking_has_no_names(roster):
    lines = [line.split(",") for line in WORKSHEET.splitlines()]
    found = roster("\n".join(",".join([cells[0], *cells[4:]]) for cells in lines))
    assert [(s.key, s.person.name) for s in found.students] == [("657737", ""), ("657738", ""), ("657739", "")]


def test_moodle_participants(roster):
    found = roster("Vorname,Nachname,ID-Nummer,E-Mail-Adresse,Gruppen\nJane,Doe,,jane@x.org,\nZoë,Roe,S2,z@x.org,A\n")
    assert found.kind == "moodle-participants"
    assert people(found) == [("jane@x.org", "Jane Doe", 0), ("S2", "Zoë Roe", 1)]
    assert found.groups == {"a": ("S2",)}


def test_gradescope(roster):
    found = roster("First Name,Last Name,SID,Email,Sections\nJane,Doe,0123,jane@example.org,A\nZoë,Roe,,z@x.org,\n")
    assert found.kind == "gradescope"
    assert people(found) == [("0123", "Jane Doe", 0), ("z@x.org", "Zoë Roe", 1)]
    assert people(roster("Full Name,SID,Email\nJane Doe,0123,j@x.org\n")) == [("0123", "Jane Doe", 0)]


def test_classroom(roster):
    found = roster(
        '"identifier","github_username","github_id","name"\n"S1","jane-doe","77","Jane Doe"\n"S2","","",""\n'
    )
    assert found.kind == "classroom"
    assert [(s.key, s.person.login) for s in found.students] == [("S1", "jane-doe"), ("S2", "")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name,id\nJane,1\n", [("1", "Jane", 0)]),
        ("email\na@x.org\n", [("a@x.org", "", 0)]),
        ("Login;Name\njd;Jane\n\nrr;Roe\n", [("jd", "Jane", 0), ("rr", "Roe", 2)]),
        ("section\tid\nA\t1", [("1", "", 0)]),
        ("id,name,email,login,section\rs1,Jane,,,\rs2\r", [("s1", "Jane", 0), ("s2", "", 1)]),
        ("id,name\ns1,\ns2,\ns3,\n", [("s1", "", 0), ("s2", "", 1), ("s3", "", 2)]),
    ],
)
def test_plain(roster, text, expected):
    found = roster(text)
    assert (found.kind, people(found)) == ("plain", expected)


def test_encodings(roster):
    text = "id,name\r\n1,Zoë\r\n"
    forms = [
        (text.encode(), "utf-8"),
        (codecs.BOM_UTF8 + text.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + text.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + text.encode("utf-16-be"), "utf-16-be"),
        (text.encode("latin-1"), "cp1252"),
        (text.encode("latin-1").replace(b"1,", b"\x81,"), "latin-1"),
    ]
    for data, encoding in forms:
        found = roster(data)
        assert found.encoding == encoding
        assert found.students[0].person.name == "Zoë"
        assert render(found, {}) == data
        assert bool(found.remarks) == (encoding in {"cp1252", "latin-1"})


def test_names_are_composed(roster):
    assert roster("id,name\n1,Zoe\u0308  Roe \n").students[0].person.name == "Zoë Roe"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("name,grade\nJane,1\n", "line 1: no column identifies students, there are name, grade"),
        ("id,name\n", "no students in it"),
        ("id,name\n1,Jane\n,Roe\n", "line 3: Roe has no id, login or email"),
        ('id,name\n1,"a\nb"\n2,x\n1,y\n', "lines 2 and 5 are both 1"),
        ("id,login\n1,x\n,1\n", "lines 2 and 3 are both 1"),
        ('id,name\n1,"Jane\n', "line 2: the quotes do not match"),
        ('id,name\n1,"Jane" Doe\n', "line 2: the quotes do not match"),
        ("id,name\n1,\0\n", "it is no text"),
    ],
)
def test_rosters_that_are_none(roster, text, reason):
    with pytest.raises(RosterError, match=reason):
        roster(text)


def test_a_roster_that_is_not_there(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(RosterError, match=str(path)):
            read_roster(path)


def test_students_who_look_the_same_are_listed(roster):
    found = roster('id,name,email\n1,Jane Doe,a@x.org\n2,"Doe, Jane",A@x.org\n3,Roe,\n')
    assert [(r.kind, r.source) for r in found.remarks] == [(RemarkKind.DUPLICATE, "roster, lines 2, 3")] * 2


# --- written back


def test_cells_are_filled_in_and_all_else_stays(roster):
    found = roster(CANVAS)
    written = render(found, {(1, 5): "9.5", (2, 5): "a, b"})
    assert written == CANVAS.replace("Sec A,\r\n", "Sec A,9.5\r\n", 1).replace("EX", '"a, b"').encode()
    assert render(roster(WORKSHEET), {(0, 6): "7"}).startswith(codecs.BOM_UTF8)
    quoted = 'id,name\n1,"Jane"\n'
    assert render(roster(quoted), {(0, 1): 'J"ne'}) == b'id,name\n1,"J""ne"\n'
    assert render(roster(quoted), {(0, 1): "Bob"}) == b'id,name\n1,"Bob"\n'


def test_columns_are_added_to_each_row_but_not_to_empty_lines(roster):
    found = roster("id,name\r\n1,Jane\r\n\r\n2")
    assert render(found, {}, [("Total", ["5", "", "x;y,z"]), ("B", ["1", "", "2"])]) == (
        b'id,name,Total,B\r\n1,Jane,5,1\r\n\r\n2,,"x;y,z",2'
    )


def test_what_cannot_be_written(roster):
    found = roster("id,name\n1,Zo\xeb\n", "latin-1")
    for cells, extra, reason in [
        ({(0, 2): "x"}, (), "no cell in row 0, column 2"),
        ({(1, 0): "x"}, (), "no cell in row 1, column 0"),
        ({(-1, 0): "x"}, (), "no cell"),
        ({}, [("a", [])], "0 texts for 1 rows"),
        ({(0, 1): "学"}, (), "cannot be written as cp1252"),
    ]:
        with pytest.raises(RosterError, match=reason):
            render(found, cells, extra)
    with pytest.raises(RosterError, match="line 2 has 3 cells, and the header 2"):
        render(roster("id,name\n1,Jane,more\n"), {}, [("a", ["x"])])


cell = st.text(alphabet=st.sampled_from('ab ë"\n,;\t1'), max_size=6)
table = st.lists(st.tuples(cell, cell), min_size=1, max_size=5)


@given(
    table, st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.sampled_from(["utf-8", "utf-16"])
)
def test_unchanged_is_identical_and_the_cells_are_those_of_the_csv_module(
    tmp_path_factory, rows, delimiter, end, quote_all, encoding
):
    buffer = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=quoting)
    full = [(f"k{number}", *row) for number, row in enumerate(rows)]
    writer.writerows([("id", "one", "two"), *full])
    data = buffer.getvalue().encode(encoding)
    path = tmp_path_factory.mktemp("table") / "roster.csv"
    path.write_bytes(data)
    found = read_roster(path)
    assert render(found, {}) == data
    assert list(found.rows) == full
    path.write_bytes(render(found, {(0, 2): 'x"\n,;\t y'}, [("extra", [f" {i};," for i in range(len(rows))])]))
    again = read_roster(path)
    assert again.header == ("id", "one", "two", "extra")
    expected = [(*row, f" {i};,") for i, row in enumerate(full)]
    expected[0] = (*full[0][:2], 'x"\n,;\t y', expected[0][3])
    assert list(again.rows) == expected


# --- whose each attempt is


def attempt(*persons, source="", **fields):
    return Attempt(source or "/".join(p.id or p.name or p.login or p.email for p in persons), persons, **fields)


def owners(found):
    return {s.key: [a.source for a in attempts] for s, attempts in found.students if attempts}


def kinds(found):
    return [r.kind for r in found.remarks if r.kind != RemarkKind.MISSING]


PLAIN = (
    "id,name,login,email,sis id\n"
    '1,"Doe, Jane",jdoe,jane@x.org,S1\n'
    "2,Richard Roe,rroe,roe@x.org,S2\n"
    "3,Zoë Ñu Lee,zoe,zoe@x.org,S3\n"
    "4,Sam Same,sam,sam@x.org,S4\n"
    "5,Sam Same,sam2,sam2@x.org,S5\n"
)


@pytest.mark.parametrize(
    ("person", "key"),
    [
        (Person(id="1"), "1"),
        (Person(id="S2"), "2"),
        (Person(sis_id="s3"), "3"),
        (Person(login="JDoe"), "1"),
        (Person(email="ROE@x.org"), "2"),
        (Person(name="jane doe"), "1"),
        (Person(name="Doe, Jane"), "1"),
        (Person(name="Roe, Richard"), "2"),
        (Person(name="doejane"), "1"),
        (Person(name="leezoëñu"), "3"),
        (Person(name="ñuleezoë"), "3"),
        (Person(name="Zoe\u0308 N\u0303u Lee"), "3"),
        (Person(id="jdoe", login="jdoe", name="jdoe"), "1"),
        (Person(id="4", name="Sam Same"), "4"),
        (Person(id="77", name="Richard Roe"), "2"),
    ],
)
def test_a_person_is_found_by_what_the_system_tells(roster, person, key):
    found = reconcile(roster(PLAIN), [attempt(person, source="x")])
    assert owners(found) == {key: ["x"]}
    assert [s.key for s, _ in found.students] == list("12345")
    assert sum(r.kind == RemarkKind.MISSING for r in found.remarks) == 4


@pytest.mark.parametrize(
    ("person", "kind"),
    [
        (Person(name="Sam Same"), RemarkKind.AMBIGUOUS),
        (Person(id="1", name="Richard Roe"), RemarkKind.AMBIGUOUS),
        (Person(id="1", email="roe@x.org"), RemarkKind.AMBIGUOUS),
        (Person(id="99", name="Nobody Known"), RemarkKind.UNKNOWN),
        (Person(name="Jane"), RemarkKind.UNKNOWN),
        (Person(name="Jane D"), RemarkKind.UNKNOWN),
        (Person(), RemarkKind.UNKNOWN),
    ],
)
def test_nobody_is_guessed(roster, person, kind):
    found = reconcile(roster(PLAIN), [attempt(person, source="x")])
    assert owners(found) == {}
    assert kind in kinds(found)


def test_an_id_that_the_roster_lacks_is_somebody_else_though_the_name_is_the_same(roster):
    jane, stranger = Person(id="1", name="doejane"), Person(id="99", name="roerichard")
    found = reconcile(roster(PLAIN), [attempt(jane), attempt(stranger)])
    assert owners(found) == {"1": ["1"]}
    assert RemarkKind.UNKNOWN in kinds(found)


def test_what_two_students_share_says_nothing_beside_what_they_do_not(roster):
    shared = roster("id,email\n1,lab@x.org\n2,lab@x.org\n")
    assert owners(reconcile(shared, [attempt(Person(id="1", email="lab@x.org"))])) == {"1": ["1"]}
    assert owners(reconcile(shared, [attempt(Person(email="lab@x.org"))])) == {}


def test_a_name_unlike_the_rosters_is_told_where_the_id_decides(roster):
    found = reconcile(roster(PLAIN), [attempt(Person(id="2", name="group7"))])
    assert owners(found) == {"2": ["2"]}
    assert RemarkKind.GROUP in kinds(found)


def test_each_of_a_group_gets_the_attempt_and_a_stranger_is_listed(roster):
    group = attempt(Person(id="1"), Person(id="2"), Person(id="9", name="Who"), source="g")
    found = reconcile(roster(PLAIN), [group])
    assert owners(found) == {"1": ["g"], "2": ["g"]}
    assert {RemarkKind.GROUP, RemarkKind.UNKNOWN} <= set(kinds(found))


def test_a_moodle_group_is_its_members_even_when_its_number_is_a_participants(roster):
    groups = [attempt(Person(id="657739", name="Group 7"), source="seven"), attempt(Person(id="41", name="Group 8"))]
    found = reconcile(roster(WORKSHEET), groups)
    assert owners(found) == {"657737": ["seven"], "657738": ["seven"], "657739": ["41"]}
    assert kinds(found) == [RemarkKind.GROUP] * 2


def test_attempts_are_numbered_by_time_whatever_the_zone(roster):
    first = datetime(2026, 10, 1, 12, tzinfo=timezone(timedelta(hours=5)))
    later = datetime(2026, 10, 1, 9, tzinfo=UTC)
    given_ = [
        attempt(Person(id="1"), source="later", submitted=later),
        attempt(Person(email="jane@x.org"), source="first", submitted=first),
    ]
    (_, attempts), *_ = reconcile(roster(PLAIN), given_).students
    assert [(a.source, a.number) for a in attempts] == [("first", 1), ("later", 2)]
    known = [replace(given_[0], number=5), given_[1]]
    (_, attempts), *_ = reconcile(roster(PLAIN), known).students
    assert [a.number for a in attempts] == [1, 5]


def test_attempts_that_nobody_can_order_are_left(roster):
    same = [attempt(Person(id="1"), source="a"), attempt(Person(name="Jane Doe"), source="b")]
    found = reconcile(roster(PLAIN), same)
    assert owners(found) == {}
    assert RemarkKind.DUPLICATE in kinds(found)


def test_without_a_roster_everybody_is_a_student(tmp_path):
    when = datetime(2026, 10, 1, tzinfo=UTC)
    given_ = [
        attempt(Person(id="2", name="B"), Person(id="1", name="A"), source="g", submitted=when),
        attempt(Person(id="2", name="B"), source="own", submitted=when + timedelta(1)),
        attempt(Person(name="Zoë"), source="z"),
    ]
    found = reconcile(None, given_)
    assert owners(found) == {"1": ["g"], "2": ["g", "own"], "Zoë": ["z"]}
    assert [s.row for s, _ in found.students] == [None] * 3
    assert kinds(found) == [RemarkKind.GROUP]


@given(st.lists(st.tuples(st.sampled_from("123456"), st.sampled_from(["", "Jane Doe", "Sam Same", "x"])), max_size=6))
def test_no_attempt_ever_goes_to_two_students_or_to_another_id(tmp_path_factory, pairs):
    path = tmp_path_factory.mktemp("plain") / "roster.csv"
    path.write_text(PLAIN, encoding="utf-8")
    roster = read_roster(path)
    handed = [attempt(Person(id=i, name=n), source=f"{at}:{i}") for at, (i, n) in enumerate(pairs)]
    found = reconcile(roster, handed)
    sources = [a.source for _, attempts in found.students for a in attempts]
    assert len(sources) == len(set(sources))
    for student, attempts in found.students:
        for one in attempts:
            known = one.people[0].id
            assert known in {student.key, "6"}
    assert found == reconcile(roster, handed)
