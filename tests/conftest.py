"""Fixtures that more than one folder of tests uses."""

from collections.abc import Iterator

import pytest

from graders.engine.sandbox.host import Sandboxes
from graders.engine.sandbox.lockdown import Isolation


@pytest.fixture(scope="session")
def sandboxes() -> Iterator[Sandboxes]:
    """Zygotes at full isolation, shared by all tests of this process."""
    with Sandboxes(Isolation.FULL) as opened:
        yield opened
