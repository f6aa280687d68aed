"""A pytest plugin that turns a grader into an ordinary test file: a fresh pytest, the learner's module in its process.

    python -m pytest -p tests.bench.direct_pytest --submission FILE graders/<topic>/<exercise>.py

Whoever grades with a pytest subprocess a submission pays for this.
"""

import hashlib
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from graders.engine.session import Setting
from graders.engine.sources import Texts
from graders.engine.submission import RemoteObject, Submission
from tests.bench.direct import Direct

ROOT = Path(__file__).resolve().parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--submission", type=Path, required=True)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "weight(value, core): how much a check counts")


@pytest.fixture(scope="session")
def loaded(request: pytest.FixtureRequest) -> Direct:
    path = request.node.items[0].path
    exercise = f"{path.parent.name}/{path.stem}"
    text = request.config.getoption("--submission").read_text()
    setting = Setting(exercise, (), (), (), budget=None, memory_bytes=0, output_bytes=0, seed=0)
    return Direct(None, Texts({exercise: text}), setting, RemoteObject)


@pytest.fixture
def submission(loaded: Direct) -> Submission:
    loaded.begin_check(seed=0)
    return Submission(loaded)


@pytest.fixture(scope="session")
def reference(request: pytest.FixtureRequest) -> ModuleType:
    path = request.node.items[0].path
    spec = importlib.util.spec_from_file_location(path.stem, ROOT / "solutions" / path.parent.name / path.name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    name = request.node.name.encode()
    return np.random.default_rng(int.from_bytes(hashlib.sha256(name).digest()[:8], "little"))
