"""The made-up repository, with an instructor at it."""

import pytest

from tests.learner.conftest import make_repository, original, repository
from tests.support.course import Course

__all__ = ["make_repository", "original", "repository"]


@pytest.fixture
def course(repository, tmp_path):
    return Course(repository, tmp_path)
