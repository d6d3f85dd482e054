"""Findings as people read them: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeAlias

from assistant.health.finding import HealthFinding, HealthReport, Kind
from assistant.messages import language_name, text
from assistant.reports.formatting import Wording
from kb.articles.article import ArticleKey

Names: TypeAlias = Callable[[str], str]
"""Gives what an article is called, from its key ``id@language``."""


def kind_name(kind: Kind, language: str) -> str:
    """The heading of a group of findings."""
    return text(f"health.kind_{kind}", language)


def summary(report: HealthReport, language: str) -> str:
    """How many articles were examined, and how many findings there are."""
    return text("health.summary", language, articles=report.articles, findings=len(report.findings))


def action(finding: HealthFinding, language: str) -> str:
    """What to do about a finding."""
    if finding.kind == "contradiction" and finding.evidence["superseded"]:
        return text("health.action_superseded", language)
    if finding.kind == "parity" and finding.evidence["missing"]:
        return text("health.action_parity_missing", language)
    return text(f"health.action_{finding.kind}", language)


def details(finding: HealthFinding, language: str, names: Names = str) -> list[str]:
    """What is wrong, a line each; sentences as the articles have them, indented. ``names`` tells articles' names."""
    return _LINES[finding.kind](finding.evidence, language, names)


def described(finding: HealthFinding, language: str, titles: Mapping[str, str]) -> dict[str, str | list[str]]:
    """Kind, details and action of a finding; articles by their ``titles``, where these have them."""

    def name(key: str) -> str:
        return text("health.quoted", language, title=titles.get(key, key))

    return {
        "kind": kind_name(finding.kind, language),
        "details": details(finding, language, name),
        "action": action(finding, language),
    }


def _contradiction(evidence: Any, language: str, _: Names) -> list[str]:  # noqa: ANN401  plain JSON
    found = []
    for item in evidence["differences"]:
        left, right = (item[side]["says"] or text("health.yes", language) for side in ("left", "right"))
        found.append(text("health.says", language, left=left, right=right))
        found += [_quoted(item[side]) for side in ("left", "right")]
    return found


def _quoted(place: Any) -> str:  # noqa: ANN401
    return f"  {place['path']}:{place['lines'][0]}  {place['sentence']}"


def _stale(evidence: Any, language: str, names: Names) -> list[str]:  # noqa: ANN401
    values = {"days": evidence["days_past_review"], "answers": evidence["answers"]}
    found = [text("health.stale_line", language, **values, bad=evidence["bad"], rated=evidence["rated"])]
    named = [key for key in ("conflicts", "changed") if evidence[key]]
    return found + [text(f"health.stale_{key}", language, others=", ".join(map(names, evidence[key]))) for key in named]


def _parity(evidence: Any, language: str, _: Names) -> list[str]:  # noqa: ANN401
    if evidence["missing"]:
        return [text("health.parity_is_missing", language, language=language_name(evidence["missing"], language))]
    found = []
    for item in evidence["differences"]:
        left, right = item["left"], item["right"]
        if isinstance(left, dict):
            found.append(text("health.says", language, left=left["written"], right=right["written"]))
            found += [f"  {side['lines'][0]}: {side['sentence']}" for side in (left, right)]
        elif item["of"] == "links":
            found.append(text("health.parity_links", language, names=", ".join([*left, *right])))
        else:
            found.append(text(f"health.parity_{item['of']}", language, left=left, right=right))
    if older := evidence["older"]:
        name = language_name(older["language"], language)
        found.append(text("health.parity_older", language, language=name, days=older["days"]))
    return found


def _duplicate(evidence: Any, language: str, _: Names) -> list[str]:  # noqa: ANN401
    return [text("health.duplicate_line", language, share=100 * max(evidence["resemblance"], evidence["containment"]))]


def _sections(evidence: Any, language: str, names: Names) -> list[str]:  # noqa: ANN401
    found = [_section(place, names) for place in evidence["sections"]]
    return [text("health.duplicate_section_line", language, names=", ".join(found))]


def _section(place: Any, names: Names) -> str:  # noqa: ANN401
    key = str(ArticleKey.of(place))
    called = names(key)
    return f"{place['path']}#{place['anchor']}" if called == key else f"{called} › {place['section']}"


def _findability(evidence: Any, language: str, names: Names) -> list[str]:  # noqa: ANN401
    return [
        text(
            "health.findability_line" if item["rank"] else "health.findability_none",
            language,
            name=item["name"],
            rank=item["rank"],
            before=", ".join(map(names, item["before"][:3])),
        )
        for item in evidence["names"]
    ]


def _unused(evidence: Any, language: str, _: Names) -> list[str]:  # noqa: ANN401
    used = evidence["last_used"]
    last = Wording(language, 0).day(date.fromisoformat(used)) if used else text("health.never", language)
    return [text("health.unused_line", language, last=last, questions=evidence["questions"])]


_LINES: Final = {
    "contradiction": _contradiction,
    "stale": _stale,
    "parity": _parity,
    "duplicate": _duplicate,
    "duplicate_section": _sections,
    "findability": _findability,
    "unused": _unused,
}
