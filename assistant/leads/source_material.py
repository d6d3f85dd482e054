"""Material for an article: how customers ask, what nearby articles say, how tickets were solved."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.retrieval.query import understand
from assistant.retrieval.search import retrieve, searching
from kb.articles.article import Lines
from kb.backlog import Gap, GapQuestion
from kb.catalog import ArticleRow, Filter
from kb.errors import MissingPartError
from kb.library import Library
from kb.text.language import primary_language

MAX_ALIASES = 6
"""As many as the standard for articles asks for; the rest stands in the notes."""

_MAX_ALIAS_CHARACTERS = 120
_MAX_PASSAGES = 3
_MAX_RESOLUTIONS = 5
_STATUSES = ("published", "review", "draft", "archived")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RelatedPassage:
    """A piece of a nearby article, verbatim from its file; ``lines`` count from 1."""

    article: ArticleRow
    headings: tuple[str, ...]
    lines: Lines
    source: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a ticket was solved, redacted."""

    ticket_id: str
    text: str


def wordings(questions: Sequence[GapQuestion], language: str) -> list[tuple[str, int]]:
    """How customers ask in ``language``, each wording once with how often, the most frequent first, then the oldest.

    Two wordings are the same where they differ in case, white space and signs only.
    """
    spoken = [question for question in questions if question.primary_language == primary_language(language)]
    often: Counter[str] = Counter()
    first: dict[str, str] = {}
    for question in spoken:
        text = _one_line(question)
        key = "".join(char for char in text.casefold() if char.isalnum())
        if key:
            often[key] += 1
            first.setdefault(key, text)
    order = {key: number for number, key in enumerate(first)}
    return [(first[key], often[key]) for key in sorted(first, key=lambda key: (-often[key], order[key]))]


def aliases(questions: Sequence[GapQuestion], language: str, title: str) -> tuple[str, ...]:
    """At most ``MAX_ALIASES`` of the wordings: short ones without masked data, which would only mislead a search."""
    named = "".join(char for char in title.casefold() if char.isalnum())
    fit = [
        text.rstrip()
        for text, _ in wordings(questions, language)
        if len(text) <= _MAX_ALIAS_CHARACTERS
        and "[" not in text
        and "".join(char for char in text.casefold() if char.isalnum()) != named
    ]
    return tuple(fit[:MAX_ALIASES])


def passages(library: Library, asked: str, today: date) -> list[RelatedPassage]:
    """The best passage of each of the articles nearest to the question ``asked``, whatever their state, best first.

    None where there is no index to look into: a draft can begin without.
    """
    try:
        query = understand(asked)
        vector = library.embedder.embed_queries([query.text])[0]
        where = Filter(today, statuses=_STATUSES, expired=True)
        with searching(library, vector) as (snapshot, hits):
            ranked = retrieve(snapshot, library, query, vector, hits, where).articles[:_MAX_PASSAGES]
            rows = snapshot.chunks([item.passages[0].chunk for item in ranked])
            sources = snapshot.sources([item.article.key for item in ranked])
    except MissingPartError as error:
        _LOG.info("The draft was begun without nearby articles. %s %s", error.message, error.hint)
        return []
    related = []
    for item in ranked:
        row = rows[item.passages[0].chunk]
        lines = sources[item.article.key][1].splitlines()
        related.append(
            RelatedPassage(
                item.article, row.headings, row.lines, "\n".join(lines[row.lines[0] - 1 : row.lines[1]]).strip()
            )
        )
    return related


def resolutions(library: Library, gap: Gap) -> list[Resolution]:
    """How the tickets among a gap's questions were solved, newest first, each text once."""
    tickets = [question.id for question in reversed(gap.questions) if question.kind == "ticket"]
    if not tickets:
        return []
    known = library.tickets.tickets_for(tickets)
    texts: dict[str, Resolution] = {}
    for ticket_id in tickets:
        text = " ".join(known[ticket_id].resolution.split()) if ticket_id in known else ""
        if text:
            texts.setdefault(text.casefold(), Resolution(ticket_id, text))
    return list(texts.values())[:_MAX_RESOLUTIONS]


def _one_line(question: GapQuestion) -> str:
    """A ticket's subject, a question as it is."""
    text = question.text.strip().partition("\n")[0] if question.kind == "ticket" else question.text
    return " ".join(text.split())
