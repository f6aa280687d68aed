"""What an attack's file says at its head: which exercise it is handed in for, and what has to come of it.

    \"\"\"One sentence: what it tries.\"\"\"
    # exercise: foundations/softmax
    # outcome: failed
    # denies: /etc/passwd ENOENT, a new file EROFS|EACCES
    # denies at confined: /etc/passwd EACCES, a new file EACCES

An attack that tries what is forbidden prints a line for each attempt: `denied: what (reason)` or `ALLOWED: what`. What
it printed has to be what `denies` and `allows` list, no more and no less. Every key may be written again with
`at confined`, which then holds at that level of isolation (`nothing` is an empty list); `differs at confined` says the
difference in words. `if` names what the attack depends on, and is looked up in CONDITIONS.

An attack whose name starts with `honest/` is none: it has to pass, and has no other key than `exercise`.

Lines of the form `# file: <path>` begin another file of the same submission. In every text @repository@, @judge@ and
@others@ stand for the folder of this repository, the judge's process, and a folder with somebody else's submission.
"""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOOLS = HERE / "tools"
_GROUPS = sorted(path for path in HERE.iterdir() if path.is_dir() and path != TOOLS and path.name[0] not in "._")
_KEY = re.compile(r"^# ([a-z ]+?)( at confined)?: (.+)$", re.MULTILINE)
_FILE = re.compile(r"^# file: (\S+)\n", re.MULTILINE)
_ATTEMPT = re.compile(r"^(?:denied: (.+) \((\w+)\)|ALLOWED: (.+))$", re.MULTILINE)

CONDITIONS = {"x86-64": platform.machine() == "x86_64"}


@dataclass(frozen=True)
class Attack:
    """One submission, and what has to come of it at one level of isolation."""

    name: str
    level: str
    exercise: str
    outcomes: frozenset[str]
    attempts: dict[str, set[str]]  # what it tries -> ALLOWED, or the reasons of which one has to be given
    files: dict[str, str]
    applies: bool

    @property
    def is_honest(self) -> bool:
        return self.name.startswith("honest/")

    @classmethod
    def read(cls, path: Path, level: str) -> Attack:
        """Take what the file at `path` says of itself for `level`."""
        name = path.relative_to(HERE).with_suffix("").as_posix()
        text = path.read_text()
        keys = _keys(text, "") | (_keys(text, " at confined") if level == "confined" else {})
        first, *others = _FILE.split(text)
        files = {f"{keys['exercise']}.py": first, **dict(zip(others[::2], others[1::2], strict=True))}
        outcome = "passed" if name.startswith("honest/") else keys["outcome"]
        return cls(
            name,
            level,
            keys["exercise"],
            frozenset(outcome.split(" or ")),
            _denials(keys.get("denies", "")) | {what: {"ALLOWED"} for what in _split(keys.get("allows", ""))},
            files,
            all(CONDITIONS[name] for name in _split(keys.get("if", ""))),
        )

    def write(self, folder: Path, judge: int, others: Path) -> None:
        """Write the submission below `folder`, with the tools that attacks share."""
        tools = {f"tools/{path.name}": path.read_text() for path in TOOLS.glob("*.py")}
        meant = {"@repository@": str(ROOT), "@judge@": str(judge), "@others@": str(others)}
        for place, text in (tools | self.files).items():
            for word, meaning in meant.items():
                text = text.replace(word, meaning)
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_text(text)


def read_all(level: str) -> list[Attack]:
    """Return every attack and honest control that applies to this machine, for one level of isolation."""
    attacks = [Attack.read(path, level) for group in _GROUPS for path in sorted(group.glob("*.py"))]
    return [attack for attack in attacks if attack.applies]


def attempts_in(printed: str) -> dict[str, set[str]]:
    """Return what an attack printed of its attempts: what -> ALLOWED, or the reasons for which it was denied."""
    found: dict[str, set[str]] = {}
    for denied, reason, allowed in _ATTEMPT.findall(printed):
        found.setdefault(denied or allowed, set()).add(reason or "ALLOWED")
    return found


def _keys(text: str, suffix: str) -> dict[str, str]:
    """Return key -> value of the head's lines whose key ends in `suffix`; a key that is repeated adds to its list."""
    keys: dict[str, str] = {}
    for key, ending, value in _KEY.findall(text):
        if ending == suffix:
            keys[key] = f"{keys[key]}, {value}" if key in keys else value
    return keys


def _split(text: str) -> list[str]:
    return [part for part in text.split(", ") if part not in ("", "nothing")]


def _denials(text: str) -> dict[str, set[str]]:
    """Return what -> reasons for each `what REASON|REASON`."""
    entries = (entry.rpartition(" ") for entry in _split(text))
    return {what: set(reasons.split("|")) for what, _, reasons in entries}
