"""Articles, cases, views and vectors for the tests of finding gaps, made without a model."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np

from assistant.gaps.cases import Case
from assistant.gaps.probe import AnswerView, ProbeResult, RankedArticle, TopArticle
from kb.catalog import ArticleRow

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


def article(name: str = "move", language: str = "de", rowid: int = 1) -> ArticleRow:
    return ArticleRow(
        rowid, name, language, name.title(), "published", "public", "", (), (), (), None, None, None, 180, (), (),
        "", "", "",
    )  # fmt: skip


def case(number: int, text: str = "Frage", **changes: object) -> Case:
    values: dict[str, object] = {
        "id": f"q{number}",
        "key": f"k{number}",
        "text": text,
        "asked_at": NOW - timedelta(minutes=number),
        "language": "de",
        "signals": ("abstained",),
    }
    return Case(**(values | changes))  # type: ignore[arg-type]


def view(confidence: float, name: str = "move", rowid: int = 1) -> AnswerView:
    return AnswerView(RankedArticle(article(name, rowid=rowid), 1, 0.9, 0.8), confidence, confidence > 0.67, (), {})


def directions(count: int, seed: int = 1) -> np.ndarray:
    """Unit vectors (count, 16) that hardly have anything to do with each other."""
    rows = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def near(rows: np.ndarray, times: int, seed: int = 2) -> np.ndarray:
    """Unit vectors near to each of ``rows``."""
    noise = np.random.default_rng(seed).normal(scale=0.05, size=(len(rows) * times, rows.shape[1]))
    made = np.repeat(rows, times, axis=0) + noise
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def probe(*says: tuple[str, str]) -> ProbeResult:
    """A question that finds articles of these names first, which say this."""
    answering = tuple(
        TopArticle(RankedArticle(article(name, rowid=place), place, 0.9, 0.8), (text,))
        for place, (name, text) in enumerate(says, 1)
    )
    return ProbeResult(case(1), tuple(one.hit for one in answering), view(0.8), None, None, answering)
