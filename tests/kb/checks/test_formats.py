"""What `kb check` prints for other programs."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.checks import CheckReport, Finding, check
from kb.checks.codes import WHY
from kb.checks.formats import render

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((Path(__file__).parent / "sarif" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))

text = st.text(max_size=40)
findings = st.builds(
    Finding,
    severity=st.sampled_from(["error", "warning", "info"]),
    code=st.sampled_from(sorted(WHY)),
    path=st.text(min_size=1, max_size=20),
    line=st.integers(0, 10_000),
    message=text,
    fix=text,
)
reports = st.lists(findings, max_size=5).map(lambda found: CheckReport(tuple(found), len(found)))
ODD = Finding("error", "dead-link", "de/a b,c:d%.md", 3, "50 % < 100 %\nzweite Zeile", "Mend it.")


def validate(report: CheckReport) -> dict:
    document = json.loads(render(report, "sarif"))
    jsonschema.Draft4Validator(SCHEMA).validate(document)
    return document


def test_the_schema_is_the_one_of_sarif_2_1_0_and_refuses_what_is_not() -> None:
    assert SCHEMA["properties"]["version"]["enum"] == ["2.1.0"]
    document = json.loads(render(CheckReport((ODD,), 1), "sarif"))
    document["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate(document)


def test_sarif_of_the_sample_articles_is_valid_and_explains_each_rule() -> None:
    report = check([ROOT / "articles"], date(2026, 11, 23), here=ROOT)
    document = validate(report)
    (run,) = document["runs"]
    assert len(run["results"]) == len(report.findings) > 3
    first, shown = run["results"][0], report.findings[0]
    rule = run["tool"]["driver"]["rules"][first["ruleIndex"]]
    assert (rule["id"], first["ruleId"]) == (shown.code, shown.code)
    assert rule["shortDescription"]["text"] == WHY[shown.code]
    place = first["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (shown.path, shown.line)


def test_sarif_keeps_a_findings_fingerprint_when_its_line_moves_and_tells_equal_ones_apart() -> None:
    moved = Finding(ODD.severity, ODD.code, ODD.path, 30, ODD.message, ODD.fix)
    prints = [
        [
            result["partialFingerprints"]["kbCheck/v1"]
            for result in validate(CheckReport(found, 1))["runs"][0]["results"]
        ]
        for found in ((ODD,), (moved,), (ODD, moved))
    ]
    assert prints[0] == prints[1]
    assert len(set(prints[2])) == 2


def test_a_path_becomes_a_uri() -> None:
    for path, uri in {"de/ä b.md": "de/%C3%A4%20b.md", "/tmp/a.md": "file:///tmp/a.md"}.items():
        result = validate(CheckReport((Finding("info", "expired", path, 0, "m", "f"),), 1))["runs"][0]["results"][0]
        place = result["locations"][0]["physicalLocation"]
        assert place == {"artifactLocation": {"uri": uri}}
        assert result["level"] == "note"


@given(reports)
def test_any_finding_gives_valid_sarif_and_xml(report: CheckReport) -> None:
    validate(report)
    ET.fromstring(render(report, "junit"))
    assert len(render(report, "github").split("\n")) == len(report.findings) + 1


def test_github_gets_an_annotation_at_the_line() -> None:
    warning = Finding("warning", "expired", "a.md", 0, "m", "f")
    note = Finding("info", "review-due", "a.md", 2, "m", "f")
    lines = render(CheckReport((ODD, warning, note), 2), "github").split("\n")
    assert lines == [
        "::error file=de/a b%2Cc%3Ad%25.md,line=3,title=dead-link::50 %25 < 100 %25%0Azweite Zeile Mend it.",
        "::warning file=a.md,title=expired::m f",
        "::notice file=a.md,line=2,title=review-due::m f",
        "2 articles, 1 errors, 1 warnings.",
    ]


def test_junit_fails_what_the_check_fails_and_only_that() -> None:
    overdue = Finding("warning", "review-overdue", "a.md", 2, "late", "Review it.")
    report = CheckReport((overdue, ODD, ODD), 2)
    for fail_on, failures in (("error", 1), ("overdue", 2)):
        suites = ET.fromstring(render(report, "junit", fail_on))
        suite = suites[0]
        assert suite.get("failures") == suites.get("failures") == str(failures)
        assert [(case.get("name"), case.get("classname")) for case in suite] == [
            ("review-overdue", "a.md"),
            ("dead-link", ODD.path),
        ]
        assert len(suite.findall("testcase/failure")) == failures
        assert "zweite Zeile" in (suite.findtext("testcase/failure[@type='dead-link']") or "")


def test_text_and_json_say_the_same() -> None:
    report = CheckReport((ODD,), 1)
    assert json.loads(render(report, "json")) == report.to_json()
    assert render(report, "text").startswith("de/a b,c:d%.md:3: error [dead-link] ")
