"""A report as other programs take it: GitHub annotations, JUnit XML, SARIF 2.1.0. Same report, same bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from kb.checks.codes import WHY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kb.checks.finding import CheckReport, FailOn, Finding

Format: TypeAlias = Literal["text", "json", "github", "junit", "sarif"]

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HANDBOOK = "handbook-codes"
"""The article that has a section for each code."""

_LEVEL = {"error": "error", "warning": "warning", "info": "note"}
_COMMAND = {"error": "error", "warning": "warning", "info": "notice"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: CheckReport, format_: Format, fail_on: FailOn = "error") -> str:
    """``report`` in one of the formats, without a line end at its end. ``fail_on`` says what JUnit calls a failure."""
    return "".join(pieces(report, format_, fail_on))


def pieces(report: CheckReport, format_: Format, fail_on: FailOn = "error") -> Iterator[str]:
    """What ``render`` gives, piece by piece: a report on 10,000 foreign articles has 60 MB."""
    makers: dict[Format, Callable[[], Iterable[str]]] = {
        "text": lambda: _text(report),
        "json": lambda: _json(report),
        "github": lambda: _github(report),
        "junit": lambda: _junit(report, fail_on),
        "sarif": lambda: json.JSONEncoder(ensure_ascii=False, indent=2).iterencode(_sarif(report)),
    }
    yield from makers[format_]()


def _summary(report: CheckReport) -> str:
    return f"{report.articles} articles, {report.errors} errors, {report.warnings} warnings."


def _json(report: CheckReport) -> Iterator[str]:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    for number, finding in enumerate(report.findings):
        yield ('{"findings": [' if number == 0 else ", ") + encode(finding.to_json())
    start = "" if report.findings else '{"findings": ['
    yield f'{start}], "summary": {json.dumps(report.summary())}}}'


def _text(report: CheckReport) -> Iterator[str]:
    for finding in report.findings:
        place = f"{finding.path}:{finding.line}: {finding.severity} [{finding.code}]"
        yield f"{place} {finding.message} {finding.fix}\n"
    yield _summary(report)


def _github(report: CheckReport) -> Iterator[str]:
    """Workflow commands: GitHub shows each at its line of the pull request."""
    for finding in report.findings:
        place = {"file": finding.path, "line": str(finding.line or ""), "title": finding.code}
        properties = ",".join(f"{key}={_property(value)}" for key, value in place.items() if value)
        yield f"::{_COMMAND[finding.severity]} {properties}::{_data(f'{finding.message} {finding.fix}')}\n"
    yield _summary(report)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _junit(report: CheckReport, fail_on: FailOn) -> Iterator[str]:
    """A test case for each file and code. What does not fail the check passes, and says so in its output."""
    cases: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in report.findings:
        cases[finding.path, finding.code].append(finding)
    failed = sum(any(finding.fails(fail_on) for finding in found) for found in cases.values())
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="kb check" tests="{len(cases)}" failures="{failed}" errors="0">\n'
    yield f'  <testsuite name="kb check" tests="{len(cases)}" failures="{failed}" errors="0" skipped="0" time="0">\n'
    for (path, code), found in cases.items():
        names = f"classname={_attribute(path)} name={_attribute(code)} file={_attribute(path)}"
        wrong = [finding for finding in found if finding.fails(fail_on)]
        said = escape(_valid("\n".join(f"{one.path}:{one.line}: {one.message} {one.fix}" for one in found)))
        why = f"type={_attribute(code)} message={_attribute(wrong[0].message)}" if wrong else ""
        yield f'    <testcase {names} time="0">\n'
        yield f"      <failure {why}>{said}</failure>\n" if wrong else f"      <system-out>{said}</system-out>\n"
        yield "    </testcase>\n"
    yield "  </testsuite>\n</testsuites>"


def _attribute(text: str) -> str:
    return quoteattr(_valid(text))


def _valid(text: str) -> str:
    """``text`` without what XML 1.0 cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def _sarif(report: CheckReport) -> dict[str, Any]:
    codes = sorted({finding.code for finding in report.findings})
    rules = [
        {
            "id": code,
            "shortDescription": {"text": WHY[code]},
            "help": {"text": f"{WHY[code]} See `{HANDBOOK}`, section {code}."},
        }
        for code in codes
    ]
    seen: Counter[str] = Counter()
    results = [_result(finding, codes.index(finding.code), seen) for finding in report.findings]
    driver = {"name": "kb check", "fullName": "Lotse: kb check", "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(finding: Finding, rule: int, seen: Counter[str]) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.path)}}
    if finding.line:
        location["region"] = {"startLine": finding.line}
    # Without the line, so that a finding keeps its identity while text is added above it.
    same = f"{finding.code}\0{finding.path}\0{finding.message}"
    digest = hashlib.sha256(same.encode(errors="surrogatepass")).hexdigest()[:32]
    seen[digest] += 1
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVEL[finding.severity],
        "message": {"text": f"{finding.message}. {finding.fix}"},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"kbCheck/v1": f"{digest}:{seen[digest]}"},
    }


def _uri(path: str) -> str:
    encoded = quote(path.encode(errors="surrogateescape"))
    return f"file://{encoded}" if PurePosixPath(path).is_absolute() else encoded
