"""The words of findings, in German and English: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeAlias

from assistant.health.model import HealthFinding, HealthReport, Kind
from assistant.reports.formatting import Wording

Names: TypeAlias = Callable[[str], str]
"""Gives what an article is called, from its key ``id@language``."""

_TEXTS: Final[dict[str, dict[str, str]]] = {
    "de": {
        "contradiction": "Widersprüche",
        "stale": "Überprüfung, nach Schaden",
        "parity": "Übersetzungen",
        "duplicate": "Doppelte Artikel",
        "duplicate_section": "Doppelte Abschnitte",
        "findability": "Schwer zu finden",
        "unused": "Ungenutzt",
        "contradiction.action": "Klären, was gilt, und die anderen Stellen ändern.",
        "contradiction.superseded": "Den abgelösten Artikel archivieren.",
        "stale.action": "Den Artikel prüfen und das Prüfdatum setzen.",
        "parity.action": "Beide Sprachen auf denselben Stand bringen.",
        "parity.missing": "Übersetzen, oder so lassen: Fragen in dieser Sprache beantwortet der andere Artikel.",
        "duplicate.action": "Zusammenlegen, und die Namen des einen dem anderen als Alias geben.",
        "duplicate_section.action": "Den Abschnitt an einer Stelle pflegen und von den anderen dorthin verweisen.",
        "findability.action": "Titel oder Alias genauer fassen, oder den Inhalt dazu ergänzen.",
        "unused.action": "Prüfen, ob ihn jemand braucht; sonst archivieren.",
        "says": "„{left}“ oder „{right}“",
        "more": "und {count} weitere Stellen",
        "stale.line": "{days} Tage nach der Prüffrist, {answers} Antworten, {bad:g} von {rated} Bewertungen schlecht",
        "stale.conflicts": "widerspricht {others}",
        "stale.changed": "neuer: {others}",
        "parity.is_missing": "gibt es nicht auf {language}",
        "parity.older": "{language} ist {days} Tage älter",
        "parity.steps": "{left} und {right} Schritte",
        "parity.warnings": "{left} und {right} Hinweiskästen",
        "parity.sections": "{left} und {right} Abschnitte",
        "parity.links": "Links nur auf einer Seite: {names}",
        "duplicate.line": "{share:.0f} % gleich",
        "duplicate_section.line": "Abschnitte: {names}",
        "findability.line": "„{name}“ findet ihn an Stelle {rank}, davor: {before}",
        "findability.none": "„{name}“ findet ihn nicht, sondern: {before}",
        "unused.line": "zuletzt genutzt: {last}, Fragen im Jahr: {questions}",
        "summary": "{articles} Artikel, {findings} Befunde",
        "never": "nie",
        "yes": "ja",
        "language.de": "Deutsch",
        "language.en": "Englisch",
    },
    "en": {
        "contradiction": "Contradictions",
        "stale": "To review, by damage",
        "parity": "Translations",
        "duplicate": "Duplicate articles",
        "duplicate_section": "Duplicate sections",
        "findability": "Hard to find",
        "unused": "Unused",
        "contradiction.action": "Settle which holds and change the other places.",
        "contradiction.superseded": "Archive the superseded article.",
        "stale.action": "Review the article and set the review date.",
        "parity.action": "Bring both languages to the same state.",
        "parity.missing": "Translate it, or leave it: questions in that language are answered from the other article.",
        "duplicate.action": "Merge them, and give the names of one to the other as aliases.",
        "duplicate_section.action": "Keep the section in one place and link to it from the others.",
        "findability.action": "Make the title or alias more exact, or add the content it promises.",
        "unused.action": "Check whether anybody needs it; archive it if not.",
        "says": "“{left}” or “{right}”",
        "more": "and {count} more places",
        "stale.line": "{days} days past its review, {answers} answers, {bad:g} of {rated} ratings bad",
        "stale.conflicts": "contradicts {others}",
        "stale.changed": "newer: {others}",
        "parity.is_missing": "does not exist in {language}",
        "parity.older": "{language} is {days} days older",
        "parity.steps": "{left} and {right} steps",
        "parity.warnings": "{left} and {right} callouts",
        "parity.sections": "{left} and {right} sections",
        "parity.links": "links on one side only: {names}",
        "duplicate.line": "{share:.0f}% the same",
        "duplicate_section.line": "sections: {names}",
        "findability.line": '"{name}" finds it at rank {rank}, after: {before}',
        "findability.none": '"{name}" does not find it but: {before}',
        "unused.line": "last used: {last}, questions in the year: {questions}",
        "summary": "{articles} articles, {findings} findings",
        "never": "never",
        "yes": "yes",
        "language.de": "German",
        "language.en": "English",
    },
}


def kind_name(kind: Kind, language: str) -> str:
    """The heading of a group of findings."""
    return _text(language, kind)


def summary(report: HealthReport, language: str) -> str:
    """How many articles were examined, and how many findings there are."""
    return _text(language, "summary", articles=report.articles, findings=len(report.findings))


def action(finding: HealthFinding, language: str) -> str:
    """What to do about a finding."""
    if finding.kind == "contradiction" and finding.evidence["superseded"]:
        return _text(language, "contradiction.superseded")
    if finding.kind == "parity" and finding.evidence["missing"]:
        return _text(language, "parity.missing")
    return _text(language, f"{finding.kind}.action")


def details(finding: HealthFinding, language: str, names: Names = str) -> list[str]:
    """What is wrong, a line each; sentences as the articles have them, indented. ``names`` tells articles' names."""
    return _LINES[finding.kind](finding.evidence, language, names)


def _text(spoken: str, key: str, **values: object) -> str:
    return _TEXTS.get(spoken, _TEXTS["en"])[key].format(**values)


def _contradiction(evidence: Any, language: str, _: Names) -> list[str]:  # noqa: ANN401  plain JSON
    found = []
    for item in evidence["differences"]:
        left, right = (item[side]["says"] or _text(language, "yes") for side in ("left", "right"))
        found.append(_text(language, "says", left=left, right=right))
        found += [_quoted(item[side]) for side in ("left", "right")]
    return found


def _quoted(place: Any) -> str:  # noqa: ANN401
    return f"  {place['path']}:{place['lines'][0]}  {place['sentence']}"


def _stale(evidence: Any, language: str, names: Names) -> list[str]:  # noqa: ANN401
    values = {"days": evidence["days_past_review"], "answers": evidence["answers"]}
    found = [_text(language, "stale.line", **values, bad=evidence["bad"], rated=evidence["rated"])]
    named = [key for key in ("conflicts", "changed") if evidence[key]]
    return found + [_text(language, f"stale.{key}", others=", ".join(map(names, evidence[key]))) for key in named]


def _parity(evidence: Any, language: str, _: Names) -> list[str]:  # noqa: ANN401
    if evidence["missing"]:
        return [_text(language, "parity.is_missing", language=_text(language, f"language.{evidence['missing']}"))]
    found = []
    for item in evidence["differences"]:
        left, right = item["left"], item["right"]
        if isinstance(left, dict):
            found.append(_text(language, "says", left=left["written"], right=right["written"]))
            found += [f"  {side['lines'][0]}: {side['sentence']}" for side in (left, right)]
        elif item["of"] == "links":
            found.append(_text(language, "parity.links", names=", ".join([*left, *right])))
        else:
            found.append(_text(language, f"parity.{item['of']}", left=left, right=right))
    if older := evidence["older"]:
        name = _text(language, f"language.{older['language'][:2]}")
        found.append(_text(language, "parity.older", language=name, days=older["days"]))
    return found


def _duplicate(evidence: Any, language: str, _: Names) -> list[str]:  # noqa: ANN401
    return [_text(language, "duplicate.line", share=100 * max(evidence["resemblance"], evidence["containment"]))]


def _sections(evidence: Any, language: str, names: Names) -> list[str]:  # noqa: ANN401
    found = [_section(place, names) for place in evidence["sections"]]
    return [_text(language, "duplicate_section.line", names=", ".join(found))]


def _section(place: Any, names: Names) -> str:  # noqa: ANN401
    key = f"{place['article_id']}@{place['language']}"
    called = names(key)
    return f"{place['path']}#{place['anchor']}" if called == key else f"{called} › {place['section']}"


def _findability(evidence: Any, language: str, names: Names) -> list[str]:  # noqa: ANN401
    return [
        _text(
            language,
            "findability.line" if item["rank"] else "findability.none",
            name=item["name"],
            rank=item["rank"],
            before=", ".join(map(names, item["before"][:3])),
        )
        for item in evidence["names"]
    ]


def _unused(evidence: Any, language: str, _: Names) -> list[str]:  # noqa: ANN401
    used = evidence["last_used"]
    last = Wording(language, 0).day(date.fromisoformat(used)) if used else _text(language, "never")
    return [_text(language, "unused.line", last=last, questions=evidence["questions"])]


_LINES: Final = {
    "contradiction": _contradiction,
    "stale": _stale,
    "parity": _parity,
    "duplicate": _duplicate,
    "duplicate_section": _sections,
    "findability": _findability,
    "unused": _unused,
}
