"""A report as JUnit XML, for whatever shows the results of tests. docs/results.md describes it.

A suite is an exercise, a case one of its checks; an exercise whose checks did not run is one case of its own name.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from graders.engine.results import CheckResult, ExerciseResult, Outcome, Report
from graders.engine.terminal.visible import visible

_SKIPPED = {Outcome.NOT_STARTED: "skipped", Outcome.UNCHECKED: "skipped"}
_TAGS = _SKIPPED | {Outcome.GRADER_ERROR: "error"}  # every other shortfall is a failure


def to_junit(report: Report) -> str:
    """Return the report as an XML document."""
    root = Element("testsuites", name="llm-katas")
    for result in report.exercises:
        root.append(_suite(result, report))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name)) for suite in root)))
    root.set("time", _seconds(sum(e.seconds for e in report.exercises)))
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, "unicode")}\n'


def _suite(result: ExerciseResult, report: Report) -> Element:
    suite = Element("testsuite", name=result.id, time=_seconds(result.seconds))
    facts = {
        "outcome": result.outcome,
        "points": "" if result.points is None else str(result.points),
        "max_points": str(result.max_points),
        "seed": str(report.seed),
        "isolation": report.isolation,
    }
    properties = SubElement(suite, "properties")
    for name, value in [*facts.items(), *(("diagnosis", why) for why in result.diagnosis)]:
        SubElement(properties, "property", name=name, value=visible(value))
    whole = CheckResult(result.id, result.outcome, result.max_points, message=result.message)
    cases = [_case(result, check) for check in result.checks or (whole,)]
    suite.extend(cases)
    suite.set("tests", str(len(cases)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))
    return suite


def _case(result: ExerciseResult, check: CheckResult) -> Element:
    case = Element("testcase", classname=result.id, name=visible(check.name))
    if check.outcome is not Outcome.PASSED:
        summary = visible(check.sentence or check.message.partition("\n")[0])
        tag = _TAGS.get(check.outcome, "failure")
        SubElement(case, tag, type=check.outcome, message=summary).text = visible(check.message)
    if check.printed:
        SubElement(case, "system-out").text = visible(check.printed)
    return case


def _seconds(value: float) -> str:
    return f"{value:.3f}"
