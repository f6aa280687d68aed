"""Brings its own configuration of pytest, and modules that would be imported in place of real ones."""
# exercise: foundations/softmax
# outcome: failed


def softmax(x, axis=-1):
    return x


log_softmax = softmax
# file: conftest.py
import pytest

print("ESCAPED: conftest.py ran")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    report.outcome = "passed"
    return report


# file: foundations/conftest.py
print("ESCAPED: foundations/conftest.py ran")
# file: sitecustomize.py
print("ESCAPED: sitecustomize.py ran")
# file: numpy.py
print("ESCAPED: numpy.py ran")
# file: foundations/__init__.py
print("ESCAPED: foundations/__init__.py ran")
# file: pytest.ini
[pytest]
addopts = --collect-only
# file: exercises.pth
import os; os._exit(0)
