"""Exercises are found as authors wrote them down, and what does not hold together is named."""

import ast
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.engine.catalog import Catalog, CatalogError, Limits, Mistake, UnknownName

ENTRY = {
    "title": '"Masks"',
    "level": '"easy"',
    "minutes": "15",
    "questions": '["T01"]',
    "source": '"Vaswani et al. 2017"',
    "hints": '["Which?", "How?", "Then what?"]',
}
SOLUTION = '''"""Masks."""

import numpy as np


def masks(n):
    return np.tril(np.ones((n, n)))
'''
GRADER = "def test_masks(submission):\n    submission.masks(3)\n"
SWAPS = [("np.tril", "np.triu"), ("np.ones", "np.zeros"), ("(n, n)", "(n, n + 1)")]


def table(header: str, entries: dict[str, str]) -> str:
    return "\n".join([header, *(f"{key} = {value}" for key, value in entries.items()), ""])


def entry(name: str, **changes: str | None) -> str:
    """Return an entry of a topic.toml with other values, in TOML, or without a key where the value is None."""
    return table(f"[{name}]", {k: v for k, v in (ENTRY | changes).items() if v is not None})


def mistakes(name: str, swaps: list[tuple[str, str]]) -> str:
    return "".join(
        table(f"[[{name}]]", {"why": f'"{find}"', "find": f'"{find}"', "swap": f'"{swap}"'}) for find, swap in swaps
    )


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, "utf-8")


def write_topic(root: Path, *entries: str, topic: str = "attention", order: int = 1) -> Path:
    write(root, f"exercises/{topic}/topic.toml", "\n".join([f'title = "{topic}"', f"order = {order}", *entries]))
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one exercise, attention/masks, in which everything agrees."""
    write_topic(tmp_path, entry("masks"))
    write(tmp_path, "exercises/questions.toml", '[T]\nT01 = { ask = "Why?", exercises = ["attention/masks"] }\n')
    write(tmp_path, "exercises/attention/masks.py", "def masks(n):\n    raise NotImplementedError('masks')\n")
    write(tmp_path, "solutions/attention/masks.py", SOLUTION)
    write(tmp_path, "graders/attention/masks.py", GRADER)
    write(tmp_path, "graders/attention/mistakes.toml", mistakes("masks", SWAPS))
    return tmp_path


def masks(root: Path):
    return Catalog.load(root).exercises["attention/masks"]


def complaint(root: Path) -> str:
    """Return what loading complains of."""
    with pytest.raises(CatalogError) as caught:
        Catalog.load(root)
    return str(caught.value)


# What is read


def test_an_entry_is_read_as_it_is_written(root):
    got = masks(root)
    assert (got.id, got.topic, got.name) == ("attention/masks", "attention", "masks")
    assert (got.title, got.level, got.minutes, got.source) == ("Masks", "easy", 15, "Vaswani et al. 2017")
    assert (got.questions, got.hints) == (("T01",), ("Which?", "How?", "Then what?"))


def test_what_an_entry_may_leave_out_has_a_default(root):
    got = masks(root)
    assert (got.after, got.bans, got.limits) == ((), (), Limits(10, 1024, 64))


def test_what_an_entry_may_leave_out_is_read_where_given(root):
    more = entry(
        "masks",
        after='["attention/other"]',
        bans='["torch.tril"]',
        limits="{ cpu_seconds = 2.5, memory_mb = 512, output_kb = 1 }",
    )
    got = masks(write_topic(root, more))
    assert (got.after, got.bans, got.limits) == (("attention/other",), ("torch.tril",), Limits(2.5, 512, 1))


def test_one_limit_leaves_the_others_as_they_are(root):
    assert masks(write_topic(root, entry("masks", limits="{ memory_mb = 512 }"))).limits == Limits(memory_mb=512)


def test_the_clock_allows_six_times_the_computing_time():
    assert Limits(cpu_seconds=2.5).wall_seconds == 15


@pytest.mark.parametrize(("level", "points"), [("easy", 5.0), ("medium", 10.0), ("hard", 20.0)])
def test_the_level_decides_the_points(root, level, points):
    assert masks(write_topic(root, entry("masks", level=f'"{level}"'))).points == points


def test_points_that_are_given_go_before_the_level(root):
    assert masks(write_topic(root, entry("masks", points="7"))).points == 7.0


def test_the_order_of_study_is_that_of_the_topics_and_then_of_the_file(root):
    write_topic(root, entry("zebra"), entry("ant"), topic="zoo", order=1)
    write_topic(root, entry("masks"), order=2)
    catalog = Catalog.load(root)
    assert list(catalog.exercises) == ["zoo/zebra", "zoo/ant", "attention/masks"]
    assert [(topic.name, topic.title, topic.order) for topic in catalog.topics] == [
        ("zoo", "zoo", 1),
        ("attention", "attention", 2),
    ]


def test_translations_beside_the_topic_are_left_alone(root):
    write(root, "exercises/attention/topic.zh.toml", "not TOML")
    assert list(Catalog.load(root).exercises) == ["attention/masks"]


def test_a_folder_without_a_topic_file_is_no_topic(root):
    write(root, "exercises/scratch/mine.py", "x = 1\n")
    assert [topic.name for topic in Catalog.load(root).topics] == ["attention"]


def test_exercises_are_listed_without_solutions_and_graders(tmp_path):
    assert list(Catalog.load(write_topic(tmp_path, entry("masks"))).exercises) == ["attention/masks"]


def test_the_four_places_of_an_exercise_follow_from_its_id(root):
    catalog = Catalog.load(root)
    exercise = catalog.exercises["attention/masks"]
    assert catalog.stub_path(exercise) == root / "exercises" / "attention" / "masks.py"
    assert catalog.solution_path(exercise) == root / "solutions" / "attention" / "masks.py"
    assert catalog.grader_path(exercise) == root / "graders" / "attention" / "masks.py"
    assert catalog.solution(exercise) == SOLUTION


def test_two_hundred_exercises_load_in_hundredths_of_a_second(tmp_path):
    for order in range(20):
        write_topic(tmp_path, *(entry(f"exercise_{i}") for i in range(10)), topic=f"topic_{order}", order=order)
    times = []
    for _ in range(5):
        started = time.process_time()
        Catalog.load(tmp_path)
        times.append(time.process_time() - started)
    assert min(times) < 0.2  # ten times what it takes


# What is refused

PLACE = "exercises/attention/topic.toml"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"title": None}, "title is missing; it has to be a text"),
        ({"title": "3"}, "title has to be a text (Expected `str`, got `int`)"),
        ({"title": '" "'}, "title has to be a text"),
        ({"level": None}, "level is missing; it has to be easy, medium or hard"),
        ({"level": '"hrad"'}, "level has to be easy, medium or hard (Invalid enum value 'hrad')"),
        ({"minutes": None}, "minutes is missing"),
        ({"minutes": "0"}, "minutes has to be a whole number above 0"),
        ({"minutes": "2.5"}, "minutes has to be a whole number above 0"),
        ({"minutes": "true"}, "minutes has to be a whole number above 0"),
        ({"points": "-1"}, "points has to be a number above 0, up to 1000"),
        ({"points": "nan"}, "points has to be a number above 0, up to 1000"),
        ({"points": "inf"}, "points has to be a number above 0, up to 1000"),
        ({"questions": None}, "questions is missing"),
        ({"questions": '"T01"'}, "questions has to be a list of ids of questions"),
        ({"source": None}, "source is missing"),
        ({"source": '""'}, "source has to be a text"),
        ({"hints": None}, "hints is missing"),
        ({"hints": '["Which?", "", "Then?"]'}, "hints has to be a list of texts, none of them empty"),
        ({"after": '["masks"]'}, "after has to be a list of exercises, each as topic/name"),
        ({"bans": '["softmax"]'}, "bans has to be a list of dotted names"),
        ({"limits": "{ cpu_seconds = -1 }"}, "limits has to be a table"),
        ({"limits": "{ cpu_seconds = inf }"}, "limits has to be a table of cpu_seconds (up to 3600)"),
        ({"limits": "{ memory_mb = 0 }"}, "each above 0 (Expected `int` >= 1 - at `$.memory_mb`)"),
        ({"limits": "{ memory_mb = 0.5 }"}, "(Expected `int`, got `float` - at `$.memory_mb`)"),
        ({"limits": "{ cpu = 3 }"}, "(Object contains unknown field `cpu`)"),
        ({"limits": "10"}, "limits has to be a table"),
        ({"hint": '"Think."'}, "unknown key hint; the keys are title, level, minutes"),
        ({"id": '"attention/other"'}, "unknown key id"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_named_with_the_rule(root, changes, rule):
    (line,) = complaint(write_topic(root, entry("masks", **changes))).splitlines()
    assert line.startswith(f"{PLACE}, [masks]: ")
    assert rule in line


@pytest.mark.parametrize("name", ["Masks", "1st", "with-dash", "class", "_hidden"])
def test_a_name_that_cannot_be_imported_is_refused(root, name):
    assert f"{PLACE}, [{name}]: the name has to be" in complaint(write_topic(root, entry(name)))


def test_a_topic_folder_that_cannot_be_imported_is_refused(root):
    write_topic(root, topic="with-dash", order=2)
    assert "exercises/with-dash/topic.toml: the folder with-dash has to be" in complaint(root)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("order = 1", "title is missing"),
        ('title = "Attention"', "order is missing"),
        ('title = "Attention"\norder = "1"', "order has to be a whole number"),
        ('titel = "Attention"\ntitle = "Attention"\norder = 1', "unknown key titel; the keys are title, order"),
        (
            'title = "Attention"\norder = 1\n[[masks]]\ntitle = "Masks"',
            "unknown key masks; the keys are title, order",
        ),
        ("title = ", "is not TOML: Invalid value (at end of document)"),
        ('title = "A"\ntitle = "B"', "is not TOML: Cannot overwrite a value (at "),
    ],
)
def test_a_topic_file_that_breaks_a_rule_is_named_with_the_rule(root, text, rule):
    write(root, PLACE, text)
    assert f"{PLACE}: {rule}" in complaint(root)


def test_a_topic_file_that_is_not_utf_8_is_named(root):
    (root / PLACE).write_bytes("title = 'Größe'".encode("latin-1"))
    assert f"{PLACE}: is not UTF-8 (byte 11)" in complaint(root)


def test_a_folder_in_place_of_a_topic_file_is_named(root):
    (root / "exercises/tokenization/topic.toml").mkdir(parents=True)
    assert "exercises/tokenization/topic.toml: cannot be read: Is a directory" in complaint(root)


def test_all_that_is_wrong_is_told_at_once(root):
    write_topic(root, entry("masks", level='"hrad"', minutes="0"), entry("rope", source=None))
    write(root, "exercises/tokenization/topic.toml", "order = 1")
    assert [line.partition(": ")[0] for line in complaint(root).splitlines()] == [
        f"{PLACE}, [masks]",
        f"{PLACE}, [masks]",
        f"{PLACE}, [rope]",
        "exercises/tokenization/topic.toml",
    ]


def test_a_folder_that_is_no_repository_is_named(tmp_path):
    assert complaint(tmp_path) == f"{tmp_path / 'exercises'}: there is no <topic>/topic.toml in this folder"


# What a user names


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Two topics: foundations (softmax, autograd_engine), attention (masks, kv_cache)."""
    write_topic(tmp_path, entry("softmax"), entry("autograd_engine"), topic="foundations", order=1)
    write_topic(tmp_path, entry("masks"), entry("kv_cache"), order=2)
    return Catalog.load(tmp_path)


EVERYTHING = ["foundations/softmax", "foundations/autograd_engine", "attention/masks", "attention/kv_cache"]


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        ([], EVERYTHING),
        (["exercises"], EVERYTHING),
        (["exercises/"], EVERYTHING),
        (["attention/masks"], ["attention/masks"]),
        (["attention"], ["attention/masks", "attention/kv_cache"]),
        (["attention/"], ["attention/masks", "attention/kv_cache"]),
        (["attention/masks/"], ["attention/masks"]),
        (["attention/masks.py"], ["attention/masks"]),
        (["exercises/attention/masks.py"], ["attention/masks"]),
        (["exercises/attention/"], ["attention/masks", "attention/kv_cache"]),
        (["./exercises/attention/masks.py"], ["attention/masks"]),
        (["../llm-katas/exercises/attention/masks.py"], ["attention/masks"]),
        (["/home/ada/exercises/llm-katas/exercises/attention/masks.py"], ["attention/masks"]),
        (["attention/kv_cache", "attention", "foundations/softmax"], [EVERYTHING[0], *EVERYTHING[2:]]),
    ],
)
def test_names_mean_exercises_each_once_in_order_of_study(catalog, names, ids):
    assert [exercise.id for exercise in catalog.select(iter(names))] == ids


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("attention/maks", "attention/masks"),
        ("exercises/attention/maks.py", "attention/masks"),
        ("atention", "attention"),
        ("softmax", "foundations/softmax"),
        ("sofmax", "foundations/softmax"),
        ("attention/softmax", "foundations/softmax"),
        ("kv_cache.py", "attention/kv_cache"),
    ],
)
def test_an_unknown_name_comes_with_the_nearest(catalog, name, nearest):
    with pytest.raises(UnknownName) as caught:
        catalog.select([name])
    assert f"{name!r}; did you mean " in str(caught.value)
    assert nearest in str(caught.value)


@pytest.mark.parametrize("name", ["", ".", "/", "..", "attention.masks", "exercises/x", "*"])
def test_what_names_nothing_never_means_everything(catalog, name):
    with pytest.raises(UnknownName):
        catalog.select([name])


def test_a_name_that_is_like_no_other_has_no_nearest(catalog):
    with pytest.raises(UnknownName, match=r"^there is no exercise or topic 'zzz'$"):
        catalog.select(["zzz"])


def test_all_unknown_names_are_told_at_once(catalog):
    with pytest.raises(UnknownName) as caught:
        catalog.select(["zzz", "attention", "softmx"])
    assert caught.value.names == ("zzz", "softmx")
    assert len(str(caught.value).splitlines()) == 2


@given(names=st.lists(st.sampled_from([*EVERYTHING, "attention", "foundations"]), min_size=1))
def test_the_order_and_number_of_names_make_no_difference(tmp_path_factory, names):
    root = tmp_path_factory.getbasetemp() / "select"
    write_topic(root, entry("softmax"), entry("autograd_engine"), topic="foundations", order=1)
    write_topic(root, entry("masks"), entry("kv_cache"), order=2)
    catalog = Catalog.load(root)
    assert catalog.select(names) == catalog.select(sorted(set(names)))


# What solutions and graders say


@pytest.mark.parametrize(
    ("line", "is_torch"),
    [
        ("import torch", True),
        ("import torch.nn.functional as F", True),
        ("from torch import Tensor", True),
        ("from torch.nn import functional", True),
        ("import numpy, torch", True),
        ("def f():\n    if True:\n        import torch", True),
        ("import numpy", False),
        ("import torchlike", False),
        ("from . import torch", False),
        ("from .torch import x", False),
        ("torch = 'import torch'", False),
        ("# import torch", False),
    ],
)
@pytest.mark.parametrize("tree", ["solutions", "graders"])
def test_torch_is_used_where_a_solution_or_grader_imports_it(root, tree, line, is_torch):
    path = root / tree / "attention" / "masks.py"
    path.write_text(path.read_text() + line + "\n")
    assert Catalog.load(root).uses_torch(masks(root)) is is_torch


def test_public_names_are_the_solutions_functions_and_classes_in_order(root):
    text = "import os\nLIMIT = 3\nclass Zoo:\n    def inner(self): ...\ndef _help(): ...\nasync def ant(): ...\n"
    write(root, "solutions/attention/masks.py", text + "def f():\n    def nested(): ...\nclass _Hidden: ...\n")
    assert Catalog.load(root).public_names(masks(root)) == ("Zoo", "ant", "f")


def test_public_names_do_not_depend_on_what_a_learner_wrote(root):
    write(root, "exercises/attention/masks.py", "def something_else(): ...\n")
    assert Catalog.load(root).public_names(masks(root)) == ("masks",)


def test_a_missing_solution_is_named(root):
    (root / "solutions/attention/masks.py").unlink()
    with pytest.raises(CatalogError, match=r"^solutions/attention/masks\.py: there is no such file$"):
        Catalog.load(root).solution(masks(root))


def test_a_solution_that_is_not_python_is_named(root):
    write(root, "solutions/attention/masks.py", "def masks(:\n")
    with pytest.raises(CatalogError, match=r"^solutions/attention/masks\.py: is not Python: .*line 1"):
        Catalog.load(root).public_names(masks(root))


# Mistakes

MISTAKES = "graders/attention/mistakes.toml"


def test_mistakes_are_read_in_order(root):
    got = Catalog.load(root).mistakes(masks(root))
    assert got == tuple(Mistake(find, find, swap) for find, swap in SWAPS)


def test_a_topic_without_a_file_of_mistakes_has_none(root):
    (root / MISTAKES).unlink()
    assert Catalog.load(root).mistakes(masks(root)) == ()


def test_an_exercise_that_the_file_does_not_name_has_none(root):
    write(root, MISTAKES, mistakes("other", SWAPS))
    assert Catalog.load(root).mistakes(masks(root)) == ()


def test_a_mistake_may_take_something_away(root):
    write(root, MISTAKES, mistakes("masks", [("np.tril", "")]))
    assert Catalog.load(root).mistakes(masks(root))[0].apply(SOLUTION) == SOLUTION.replace("np.tril", "")


def test_a_mistake_changes_the_one_place():
    assert Mistake("why", "b", "x").apply("abc") == "axc"


@pytest.mark.parametrize(("source", "count"), [("abcb", 2), ("ac", 0)])
def test_a_mistake_is_not_applied_where_its_place_is_not_one(source, count):
    with pytest.raises(ValueError, match=f"exactly once, not {count} times"):
        Mistake("why", "b", "x").apply(source)


@given(st.text(), st.text(min_size=1), st.text())
def test_a_mistake_that_is_applied_changes_one_place_or_none(source, find, swap):
    try:
        got = Mistake("why", find, swap).apply(source)
    except ValueError:
        assert source.count(find) != 1
    else:
        before, _, after = source.partition(find)
        assert got == before + swap + after


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('[[masks]]\nwhy = "w"\nfind = "np."\nswap = "x"', " number 1: find has to occur exactly once, not 2 times"),
        ('[[masks]]\nwhy = "w"\nfind = "none"\nswap = "x"', " number 1: find has to occur exactly once, not 0 times"),
        ('[[masks]]\nwhy = "w"\nfind = ""\nswap = "x"', " number 1: find has to be a text"),
        ('[[masks]]\nwhy = "w"\nfind = "np.tril"\nswap = "np.tril"', " number 1: swap has to differ from find"),
        ('[[masks]]\nwhy = " "\nfind = "np.tril"\nswap = "x"', " number 1: why has to be a text"),
        ('[[masks]]\nwhy = "w"\nfind = "np.tril"', " number 1: swap is missing"),
        ('[[masks]]\nwhy = "w"\nfind = "np.tril"\nswap = 3', " number 1: swap has to be a text"),
        ('[[masks]]\nwhy = "w"\nfnid = "np.tril"\nswap = "x"', " number 1: unknown key fnid; the keys are why, find"),
        ('[[masks]]\nwhy = "w"\nfind = "np.tril"\nswap = "x"\nwho = "I"', " number 1: unknown key who"),
        ('[masks]\nwhy = "w"\nfind = "np.tril"\nswap = "x"', ": has to have double brackets"),
        ("masks = [3]", " number 1: has to be a table with the keys why, find, swap"),
        (2 * '[[masks]]\nwhy = "w"\nfind = "np.tril"\nswap = "x"\n', ": two mistakes have the why 'w'"),
    ],
)
def test_mistakes_that_break_a_rule_are_named_with_the_rule(root, text, rule):
    write(root, MISTAKES, text)
    catalog = Catalog.load(root)
    with pytest.raises(CatalogError) as caught:
        catalog.mistakes(masks(root))
    assert any(line.startswith(f"{MISTAKES}, [[masks]]{rule}") for line in caught.value.problems)


def test_all_mistakes_that_break_a_rule_are_named(root):
    write(root, MISTAKES, mistakes("masks", [("none", "x"), ("np.tril", "y"), ("nothing", "z")]))
    with pytest.raises(CatalogError) as caught:
        Catalog.load(root).mistakes(masks(root))
    assert [line.partition(": ")[0][-1] for line in caught.value.problems] == ["1", "3"]


def test_a_file_of_mistakes_that_is_not_toml_is_named(root):
    write(root, MISTAKES, "[[masks]")
    with pytest.raises(CatalogError, match=r"^graders/attention/mistakes\.toml: is not TOML: .*line 1"):
        Catalog.load(root).mistakes(masks(root))


def test_the_mistakes_of_another_exercise_do_not_stand_in_the_way(root):
    write(root, MISTAKES, mistakes("masks", SWAPS) + mistakes("other", [("none", "x")]))
    assert len(Catalog.load(root).mistakes(masks(root))) == 3


# Questions

QUESTIONS = "exercises/questions.toml"


def test_questions_are_found_by_id_across_the_collections(root):
    write(root, QUESTIONS, '[T]\nT01 = { ask = "Why?", exercises = [] }\n[P]\nP01 = { ask = "How?", exercises = [] }\n')
    assert Catalog.load(root).questions() == {
        "T01": {"ask": "Why?", "exercises": []},
        "P01": {"ask": "How?", "exercises": []},
    }


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('[T]\nT01 = { ask = "Why?" }', ", [T] T01: exercises is missing"),
        ("[T]\nT01 = { exercises = [] }", ", [T] T01: ask is missing"),
        ('[T]\nT01 = { ask = "Why?", exercises = ["masks"] }', ", [T] T01: exercises has to be a list of exercises"),
        ('[T]\nT01 = "Why?"', ", [T] T01: has to be a table with the keys ask, exercises"),
        ('T01 = "Why?"', ": T01 has to be a table of questions"),
        ("[T", ": is not TOML"),
        (
            '[T]\nT01 = { ask = "Why?", exercises = [] }\n[P]\nT01 = { ask = "How?", exercises = [] }\n',
            ": question T01 is in two collections",
        ),
    ],
)
def test_questions_that_break_a_rule_are_named_with_the_rule(root, text, rule):
    write(root, QUESTIONS, text)
    with pytest.raises(CatalogError) as caught:
        Catalog.load(root).questions()
    assert str(caught.value).startswith(QUESTIONS + rule)


# Whether the trees agree


def problems(root: Path) -> list[str]:
    return Catalog.load(root).problems()


def test_a_repository_in_which_all_agrees_has_no_problems(root):
    assert problems(root) == []


@pytest.mark.parametrize("tree", ["exercises", "solutions", "graders"])
def test_an_entry_without_one_of_its_files_is_a_problem(root, tree):
    (root / tree / "attention" / "masks.py").unlink()
    (line,) = problems(root)
    assert line.startswith(f"{PLACE}, [masks]: has no {tree}/attention/masks.py")


@pytest.mark.parametrize("tree", ["exercises", "solutions", "graders"])
@pytest.mark.parametrize("file", ["attention/rope.py", "rope.py", "attention/deep/rope.py", "attention/masks.txt"])
def test_a_file_without_an_entry_is_a_problem(root, tree, file):
    write(root, f"{tree}/{file}", "x = 1\n")
    (line,) = problems(root)
    assert line.startswith(f"{tree}/{file}: no topic.toml has an entry for it")


@pytest.mark.parametrize(
    "file",
    [
        "solutions/__init__.py",
        "graders/attention/__init__.py",
        "graders/__main__.py",
        "graders/engine/judge.py",
        "graders/engine/kit/marks.py",
        "exercises/README.md",
        "exercises/README.zh-CN.md",
        "exercises/attention/README.md",
        "exercises/attention/topic.zh.toml",
        "exercises/attention/__pycache__/masks.cpython-311.pyc",
        "exercises/.DS_Store",
        "exercises/.ipynb_checkpoints/masks.py",
    ],
)
def test_what_needs_no_entry_is_no_problem(root, file):
    write(root, file, "")
    assert problems(root) == []


def test_a_folder_named_engine_is_exempt_among_the_graders_only(root):
    write(root, "solutions/engine/judge.py", "")
    assert len(problems(root)) == 1


def test_an_exercise_after_one_that_does_not_exist_is_a_problem(root):
    write_topic(root, entry("masks", after='["attention/rope"]'))
    assert problems(root) == [f"{PLACE}, [masks]: after names attention/rope, which does not exist"]


def test_exercises_that_come_after_each_other_are_a_problem(root):
    write_topic(
        root,
        entry("masks", after='["attention/rope"]'),
        entry("rope", after='["attention/heads"]'),
        entry("heads", after='["attention/masks"]'),
    )
    (line,) = [line for line in problems(root) if "circle" in line]
    assert line.startswith(f"{PLACE}, [")
    assert line.count(" before ") == 3


def test_an_exercise_after_itself_is_a_problem(root):
    write_topic(root, entry("masks", after='["attention/masks"]'))
    assert problems(root) == [f"{PLACE}, [masks]: after runs in a circle: attention/masks before attention/masks"]


def test_a_question_that_does_not_exist_is_a_problem(root):
    write_topic(root, entry("masks", questions='["T01", "T99"]'))
    assert problems(root) == [f"{PLACE}, [masks]: question T99 is not in {QUESTIONS}"]


def test_a_question_that_does_not_list_the_exercise_is_a_problem(root):
    write(root, QUESTIONS, '[T]\nT01 = { ask = "Why?", exercises = ["attention/rope"] }\n')
    assert problems(root) == [f"{PLACE}, [masks]: question T01 does not list attention/masks in {QUESTIONS}"]


def test_a_question_that_the_exercise_does_not_name_back_is_a_problem(root):
    write_topic(root, entry("masks", questions="[]"))
    assert problems(root) == [f"{PLACE}, [masks]: questions lacks T01, which lists attention/masks in {QUESTIONS}"]


def test_a_question_may_list_exercises_that_are_yet_to_come(root):
    write(root, QUESTIONS, '[T]\nT01 = { ask = "Why?", exercises = ["attention/masks", "attention/rope"] }\n')
    assert problems(root) == []


def test_a_missing_file_of_questions_is_a_problem(root):
    (root / QUESTIONS).unlink()
    assert problems(root) == [f"{QUESTIONS}: there is no such file"]


def test_two_hints_are_a_problem(root):
    write_topic(root, entry("masks", hints='["Which?", "How?"]'))
    assert problems(root) == [f"{PLACE}, [masks]: has 2 hints, and needs 3"]


def test_two_mistakes_are_a_problem(root):
    write(root, MISTAKES, mistakes("masks", SWAPS[:2]))
    assert problems(root) == [f"{MISTAKES}, [[masks]]: there are 2 mistakes, and 3 are needed"]


def test_a_missing_file_of_mistakes_is_a_problem(root):
    (root / MISTAKES).unlink()
    assert problems(root) == [f"{MISTAKES}, [[masks]]: there are 0 mistakes, and 3 are needed"]


def test_a_mistake_that_breaks_a_rule_is_a_problem(root):
    write(root, MISTAKES, mistakes("masks", [*SWAPS, ("none", "x")]))
    (line,) = problems(root)
    assert line.startswith(f"{MISTAKES}, [[masks]] number 4: find has to occur exactly once")


def test_a_mistake_that_is_no_program_is_a_problem(root):
    write(root, MISTAKES, mistakes("masks", [*SWAPS, ("return", "retrun")]))
    (line,) = problems(root)
    assert line.startswith(f"{MISTAKES}, [[masks]] number 4: swap has to leave the solution valid Python")


def test_mistakes_of_no_exercise_are_a_problem(root):
    write(root, MISTAKES, mistakes("masks", SWAPS) + mistakes("rope", SWAPS))
    assert problems(root) == [f"{MISTAKES}, [[rope]]: there is no exercise attention/rope"]


def test_mistakes_of_no_topic_are_a_problem(root):
    write(root, "graders/tokenization/mistakes.toml", mistakes("wordpiece", SWAPS))
    assert len(problems(root)) == 1


def test_two_topics_of_the_same_order_are_a_problem(root):
    write_topic(root, topic="tokenization", order=1)
    assert problems(root) == ["exercises/tokenization/topic.toml: order 1 is that of attention too; give each its own"]


def test_the_catalog_runs_nothing_of_what_it_reads(root):
    write(root, "solutions/attention/masks.py", SOLUTION + "\nraise SystemExit('run')\n")
    write(root, "graders/attention/masks.py", "raise SystemExit('run')\n")
    catalog = Catalog.load(root)
    assert catalog.public_names(masks(root)) == ("masks",)
    assert catalog.uses_torch(masks(root)) is False
    assert catalog.problems() == []


def test_the_engine_names_no_exercise():
    """The engine is the same whatever there is to grade."""
    root = Path(__file__).resolve().parents[2]
    ids = set(Catalog.load(root).exercises)
    named = {
        node.value
        for path in (root / "graders" / "engine").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert not named & ids
