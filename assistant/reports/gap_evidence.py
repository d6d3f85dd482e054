"""Why a gap is one, and what to do about it, in words: from the evidence that asking again has left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assistant.reports.formatting import Wording

if TYPE_CHECKING:
    from kb.backlog import Gap

_SHOWN_RANKS = 4
_NO_PASSAGE = frozenset({"missing", "out_of_scope"})
"""Causes for which nothing answers: the nearest sentence would only mislead."""


def proof(gap: Gap, wording: Wording) -> str:
    """The proof of a gap's cause as a sentence."""
    title = title_of(gap, wording)
    return _PROOFS.get(gap.cause, _out_of_scope)(gap, title, wording)


def step(gap: Gap, wording: Wording) -> str:
    """What to do next about a gap."""
    by_product = gap.cause == "findability" and gap.evidence.get("kept_back_by") == "products"
    key = "do_findability_products" if by_product else f"do_{gap.cause}"
    return wording.say(key, title=title_of(gap, wording))


def passages(gap: Gap, wording: Wording) -> list[tuple[str, str]]:
    """The sentences that prove the cause, each with whose it is."""
    evidence = gap.evidence
    sides = [side for side in (evidence.get("left"), evidence.get("right")) if isinstance(side, Mapping)]
    if gap.cause == "conflict" and len(sides) == 2:
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


def _title(article: object) -> str:
    return str(article.get("title") or article.get("article_id") or "") if isinstance(article, Mapping) else ""


def _ranks(evidence: Mapping[str, Any], wording: Wording) -> str:
    places: Sequence[int | None] = evidence.get("ranks") or [evidence.get("rank")]
    found = sorted({place for place in places if place is not None})[:_SHOWN_RANKS]
    words = [wording.say("rank", n=wording.number(place)) for place in found]
    return ", ".join([*words, *([wording.say("rank_none")] if None in places else [])])


def _missing(gap: Gap, title: str, wording: Wording) -> str:
    return wording.say("proof_missing_near", title=title) if _article(gap) else wording.say("proof_missing")


def _findability(gap: Gap, title: str, wording: Wording) -> str:
    if gap.evidence.get("kept_back_by") == "products":
        return wording.say("proof_findability_products", title=title)
    return wording.say("proof_findability", title=title, ranks=_ranks(gap.evidence, wording))


def _stale(gap: Gap, title: str, wording: Wording) -> str:
    days, kept_back_by = gap.evidence.get("days_overdue"), gap.evidence.get("kept_back_by")
    if not isinstance(days, int) or kept_back_by == "status":
        return wording.say("proof_stale_archived", title=title)
    key = "proof_stale_expired" if kept_back_by == "expires_on" else "proof_stale"
    return wording.say(key, title=title, days=wording.amount("days_n", days))


def _conflict(gap: Gap, title: str, wording: Wording) -> str:
    del title
    left, right = gap.evidence.get("left"), gap.evidence.get("right")
    if not isinstance(left, Mapping) or not isinstance(right, Mapping):
        return wording.say("proof_conflict")
    said = {"first": _title(left), "second": _title(right), "left": left.get("value"), "right": right.get("value")}
    if not all(said.values()):
        return wording.say("proof_conflict")
    return wording.say("proof_conflict_both", **{name: str(value) for name, value in said.items()})


def _language(gap: Gap, title: str, wording: Wording) -> str:
    language = wording.language_name(str(_article(gap).get("language", "")))
    return wording.say("proof_language", title=title, language=language)


def _restricted(gap: Gap, title: str, wording: Wording) -> str:
    status = _article(gap).get("status")
    if gap.evidence.get("kept_back_by") == "audience":
        return wording.say("proof_restricted_audience", title=title)
    return wording.say(
        f"proof_restricted_{status}" if status in {"draft", "review"} else "proof_restricted", title=title
    )


def _weak(gap: Gap, title: str, wording: Wording) -> str:
    said = gap.evidence.get("said", {})
    known = [name for name in ("not_helpful", "escalated", "gap_reported") if said.get(name)]
    words = [wording.amount(f"said_{name}", said[name]) for name in known]
    return wording.say("proof_weak", title=title, said=f"; {', '.join(words)}" if words else "")


def _out_of_scope(gap: Gap, title: str, wording: Wording) -> str:
    del gap, title
    return wording.say("proof_out_of_scope")


_PROOFS: Mapping[str, Callable[[Gap, str, Wording], str]] = {
    "missing": _missing,
    "findability": _findability,
    "stale": _stale,
    "conflict": _conflict,
    "language": _language,
    "restricted": _restricted,
    "weak": _weak,
}
