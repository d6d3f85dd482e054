"""Rows of the backlog's tables to its plain data and back."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from kb.articles.article import ArticleKey
from kb.backlog.gap import Demand, Escalation, FoundGap, Gap, GapQuestion, HistoryEntry, RegressionQuestion, number_of

Values = dict[str, Any]
_dumps = functools.partial(json.dumps, default=dict, ensure_ascii=False, allow_nan=False)


def gap_id(number: int) -> str:
    """``G-0012``: what people call a gap."""
    return f"G-{number:04d}"


def escalation_id(number: int) -> str:
    """``E-0012``: what people call an escalation."""
    return f"E-{number:04d}"


def gap(row: Mapping[str, Any], questions: Iterable[GapQuestion]) -> Gap:
    """A gap from its row and its questions."""
    evidence = tuple(sorted(questions, key=lambda one: (one.asked_at, one.key)))
    moments = [one.asked_at for one in evidence] or [row["created_at"]]
    return Gap(
        gap_id=gap_id(row["number"]),
        version=row["version"],
        state=row["state"],
        owner=row["owner"],
        reason=row["reason"],
        snoozed_until=row["snoozed_until"],
        linked=article(row["linked_id"], row["linked_language"]),
        merged_into=gap_id(row["merged_into"]) if row["merged_into"] else None,
        current=row["current"],
        title=row["title"],
        language=row["language"],
        cause=row["cause"],
        evidence=row["evidence"],
        questions=evidence,
        demand=Demand(row["demand_questions"], row["demand_actors"], row["demand_tickets"]),
        priority=row["priority"],
        arithmetic=tuple(row["arithmetic"]),
        nearest=tuple(row["nearest"]),
        action=row["action"],
        first_seen=moments[0],
        last_seen=moments[-1],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def described(found: FoundGap) -> Values:
    """The columns of a gap that say what was found, in plain JSON, so that they compare equal to what is stored."""
    return {
        "title": found.title,
        "language": found.language,
        "cause": found.cause,
        "evidence": plain(found.evidence),
        "demand_questions": found.demand.questions,
        "demand_actors": found.demand.actors,
        "demand_tickets": found.demand.tickets,
        "priority": float(found.priority),
        "arithmetic": plain(found.arithmetic),
        "nearest": plain(found.nearest),
        "action": found.action,
    }


def question(row: Mapping[str, Any]) -> GapQuestion:
    """A piece of evidence from its row."""
    return GapQuestion(
        row["question_id"], row["text"], row["asked_at"], row["language"], row["kind"], tuple(row["signals"])
    )


def entry(row: sa.RowMapping) -> HistoryEntry:
    """A line of history from its row."""
    values = dict(row)
    del values["entry"]
    return HistoryEntry(gap_id=gap_id(values.pop("gap")), **values)


def entry_values(one: HistoryEntry) -> Values:
    """The row of a line of history."""
    values = {part.name: getattr(one, part.name) for part in fields(one)}
    return values | {"gap": number_of(values.pop("gap_id")), "detail": plain(one.detail)}


def escalation(row: sa.RowMapping) -> Escalation:
    """An escalation from its row."""
    values = dict(row)
    linked = article(values.pop("linked_id"), values.pop("linked_language"))
    return Escalation(escalation_id=escalation_id(values.pop("number")), linked=linked, **values)


def regression(row: sa.RowMapping) -> RegressionQuestion:
    """A question that must stay answered, from its row."""
    values = dict(row)
    return RegressionQuestion(
        id=values.pop("question_id"),
        gap_id=gap_id(values.pop("gap")),
        article=ArticleKey(values.pop("article_id"), values.pop("article_language")),
        **values,
    )


def regression_values(one: RegressionQuestion) -> Values:
    """The row of a question that must stay answered."""
    values = {part.name: getattr(one, part.name) for part in fields(one)}
    key: ArticleKey = values.pop("article")
    return values | {
        "question_id": values.pop("id"),
        "gap": number_of(values.pop("gap_id")),
        "filters": plain(one.filters),
        "article_id": key.article_id,
        "article_language": key.language,
    }


def article(article_id: str | None, language: str | None) -> ArticleKey | None:
    """The article that two columns name, None where there is none."""
    return ArticleKey(article_id, language) if article_id and language else None


def plain(value: Mapping[str, Any] | Sequence[Any]) -> object:
    """``value`` as it comes back from JSON."""
    return json.loads(_dumps(value))
