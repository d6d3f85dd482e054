"""How good the answers are that were shown: quoted from the file, short, and right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answering.reply import Reply
from evals.quality.datasets import Question, holds_answer
from evals.quality.index import Index
from evals.quality.metrics import share
from evals.quality.scores import Parts, rounded
from evals.quality.systems import SystemAnswer
from kb.articles.article import ArticleKey
from kb.text.sentences import split


@dataclass(frozen=True, slots=True)
class Shown:
    """A question with the answer that was shown to it."""

    question: Question
    reply: Reply

    @property
    def quotes(self) -> list[str]:
        return [citation.quote for citation in self.reply.citations]

    @property
    def known(self) -> bool:
        """Whether known answers can be looked for in the quotes.

        They are in the question's language, unless it names the language of its articles.
        """
        spoken = self.question.target_language or self.question.primary_language
        foreign = any(citation.primary_language != spoken for citation in self.reply.citations)
        return self.question.answerable and bool(self.question.answers) and not foreign

    @property
    def right(self) -> bool | None:
        """Whether the quotes hold a known answer; where none is known, whether the first one is from a right article.

        None where the question has no answer, or nobody can say. An ``also_ok`` article is right, as it is for risk.
        """
        if not self.question.answerable:
            return None
        if self.known:
            return holds_answer(self.question.answers, self.quotes)
        right = self.question.relevant | self.question.also_ok
        return self.reply.citations[0].article_id in right if right and self.reply.citations else None


class Files:
    """The articles' files as they stand in the folder, white space folded."""

    def __init__(self, folder: Path, index: Index) -> None:
        with index.library.catalog.snapshot() as snapshot:
            self._paths = {row.key: folder / row.path for row in snapshot.files()}
        self._texts: dict[ArticleKey, str] = {}

    def hold(self, key: ArticleKey, quote: str) -> bool:
        """Whether ``quote`` stands in the file of the article ``key``."""
        if key not in self._texts:
            self._texts[key] = _folded(self._paths[key].read_bytes().decode("utf-8", errors="replace"))
        return _folded(quote) in self._texts[key]


def report(scored: Parts, outcomes: Sequence[SystemAnswer], files: Files) -> dict[str, Any]:
    """The key `answers`: ``measures`` of the answers to all questions, and ``by_pair`` with one language searched."""
    asked = [(outcome.question, outcome.replies[outcome.question.target_language]) for outcome in outcomes]
    pairs = {pair: [(row.question, row.reply) for row in rows] for pair, rows in scored.by_pair.items()}
    return {
        **measures(_shown(asked), files),
        "by_pair": {pair: measures(_shown(rows), files) for pair, rows in pairs.items()},
    }


def measures(shown: Sequence[Shown], files: Files) -> dict[str, float | None]:
    """Of the answers ``shown``; None where undefined.

    ``verbatim``: share of quotes that stand in their article's file once white space is folded. ``quotes``,
    ``quoted_sentences``, ``quoted_characters``: means of an answer. ``answered_right``: share of the answers to
    answerable questions that are right (see ``Shown.right``). ``answer_hit_shown``: share whose quotes hold a known
    answer, of those to questions with known answers.
    """
    cited = [citation for item in shown for citation in item.reply.citations]
    verbatim = [files.hold(citation.key, citation.quote) for citation in cited]
    right = [item.right for item in shown if item.right is not None]
    known = [item for item in shown if item.known]
    values = {
        "verbatim": share(sum(verbatim), len(verbatim)),
        "quotes": _mean(len(item.quotes) for item in shown),
        "quoted_sentences": _mean(sum(len(split(quote)) for quote in item.quotes) for item in shown),
        "quoted_characters": _mean(sum(len(quote) for quote in item.quotes) for item in shown),
        "answered_right": share(sum(right), len(right)),
        "answer_hit_shown": share(sum(item.right is True for item in known), len(known)),
    }
    return {"shown": len(shown), **{name: rounded(value) for name, value in values.items()}}


def _shown(asked: Iterable[tuple[Question, Reply]]) -> list[Shown]:
    return [Shown(question, reply) for question, reply in asked if reply.status == "answered"]


def _mean(values: Iterator[int]) -> float | None:
    counted = list(values)
    return float(np.mean(counted)) if counted else None


def _folded(text: str) -> str:
    return " ".join(text.split())
