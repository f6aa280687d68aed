"""The made-up repository, with an instructor at it."""

from tests.learner.conftest import make_repository, original, repository

__all__ = ["make_repository", "original", "repository"]
