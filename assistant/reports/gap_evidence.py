"""Cause, proof and next step of a gap in words, from the evidence that asking again has left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assistant.reports.formatting import Wording

if TYPE_CHECKING:
    from kb.backlog import Gap

_SHOWN_RANKS = 4
_NO_PASSAGE = frozenset({"missing", "out_of_scope"})
"""Causes for which nothing answers: the nearest sentence would only mislead."""


def proof(gap: Gap, wording: Wording) -> str:
    """The proof of a gap's cause as a sentence."""
    evidence, article = gap.evidence, _article(gap)
    kept_back_by, values, variant = evidence.get("kept_back_by"), {"title": title_of(gap, wording)}, ""
    match gap.cause:
        case "missing":
            variant = "near" if article else ""
        case "findability" if kept_back_by == "products":
            variant = "products"
        case "findability":
            values["ranks"] = _ranks(evidence, wording)
        case "stale" if kept_back_by == "status" or not isinstance(evidence.get("days_overdue"), int):
            variant = "archived"
        case "stale":
            values["days"] = wording.amount("days_n", evidence["days_overdue"])
            variant = "expired" if kept_back_by == "expires_on" else ""
        case "conflict":
            left, right = _sides(evidence)
            values |= {"first": _title(left), "second": _title(right)}
            values |= {"left": str(left.get("value") or ""), "right": str(right.get("value") or "")}
            variant = "both" if all(values.values()) else ""
        case "language":
            values["language"] = wording.language_name(str(article.get("language", "")))
        case "restricted":
            status = str(article.get("status"))
            variant = "audience" if kept_back_by == "audience" else status if status in {"draft", "review"} else ""
        case "weak":
            counts = evidence.get("said", {})
            reactions = [name for name in ("not_helpful", "escalated", "gap_reported") if counts.get(name)]
            parts = [wording.say(f"said_{name}", n=wording.number(counts[name])) for name in reactions]
            values["said"] = f"; {', '.join(parts)}" if parts else ""
    return wording.say("_".join(part for part in ("proof", gap.cause, variant) if part), **values)


def step(gap: Gap, wording: Wording) -> str:
    """What to do next about a gap."""
    by_product = gap.cause == "findability" and gap.evidence.get("kept_back_by") == "products"
    key = "do_findability_products" if by_product else f"do_{gap.cause}"
    return wording.say(key, title=title_of(gap, wording))


def passages(gap: Gap, wording: Wording) -> list[tuple[str, str]]:
    """The sentences that prove the cause, each with whose it is."""
    evidence = gap.evidence
    if gap.cause == "conflict" and all(sides := _sides(evidence)):
        named = [(_title(side) or wording.say("this_article"), str(side.get("sentence", ""))) for side in sides]
        return [(wording.say("says", title=title), sentence) for title, sentence in named if sentence]
    sentence = evidence.get("sentence")
    return [(wording.say("passage"), str(sentence))] if sentence and gap.cause not in _NO_PASSAGE else []


def asked_again(gap: Gap, wording: Wording) -> str:
    """How many questions were asked again, and answered; empty where none was."""
    asked, answered = gap.evidence.get("asked_again"), gap.evidence.get("answered")
    if not isinstance(asked, int) or not isinstance(answered, int):
        return ""
    return wording.say("asked_again_of", answered=wording.number(answered), asked=wording.number(asked))


def demand(gap: Gap, wording: Wording) -> str:
    """12 questions from 5 people, 3 tickets."""
    asked = gap.demand
    parts = []
    if asked.questions:
        people = wording.amount("n_actors", asked.actors) if asked.actors else ""
        parts.append(" ".join(part for part in (wording.amount("n_questions", asked.questions), people) if part))
    if asked.tickets:
        parts.append(wording.amount("n_tickets", asked.tickets))
    return ", ".join(parts) or wording.say("unknown")


def demand_without_people(gap: Gap, wording: Wording) -> str:
    """The same for those who are not to learn how few asked: without people, and hidden where they are too few."""
    asked = gap.demand
    if 0 < asked.actors + asked.tickets < wording.least:
        return wording.say("hidden")
    counts = (("n_questions", asked.questions), ("n_tickets", asked.tickets))
    return ", ".join(wording.amount(key, number) for key, number in counts if number) or wording.say("unknown")


def title_of(gap: Gap, wording: Wording) -> str:
    """The title of the article that the evidence is about."""
    return _title(_article(gap)) or wording.say("this_article")


def _article(gap: Gap) -> Mapping[str, Any]:
    article = gap.evidence.get("article")
    return article if isinstance(article, Mapping) else {}


def _sides(evidence: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The two articles of a contradiction; both empty where one is not known."""
    left, right = evidence.get("left"), evidence.get("right")
    return (left, right) if isinstance(left, Mapping) and isinstance(right, Mapping) else ({}, {})


def _title(article: Mapping[str, Any]) -> str:
    return str(article.get("title") or article.get("article_id") or "")


def _ranks(evidence: Mapping[str, Any], wording: Wording) -> str:
    ranks: Sequence[int | None] = evidence.get("ranks") or [evidence.get("rank")]
    known = sorted({rank for rank in ranks if rank is not None})[:_SHOWN_RANKS]
    words = [wording.say("rank", n=wording.number(rank)) for rank in known]
    return ", ".join([*words, *([wording.say("rank_none")] if None in ranks else [])])
