"""Each tuned number of retrieval: what it decides now, and that a test notices when it is changed."""

from __future__ import annotations

from dataclasses import astuple, fields, replace
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from assistant.retrieval.fusion import Signals, fuse
from assistant.retrieval.near_duplicates import mark_near_duplicates, near_duplicate
from assistant.retrieval.parameters import RETRIEVAL, DuplicateParameters, FeedbackParameters, RerankParameters, Weights
from assistant.retrieval.query import understand
from assistant.retrieval.ranking import Passage, Ranked
from assistant.retrieval.relevance_feedback import adjustments, weigh
from assistant.retrieval.rerank import CrossEncoderReranker, FeatureReranker, RerankContext
from kb.catalog import ArticleRow, Judgement, RatingPeriod
from kb.settings import LearningSettings, Settings
from tests.mutants import assert_guarded

TODAY = date(2026, 11, 23)
FITTED = {
    "same_language": (0.48, 0.21, 0.31, 0.0, 0.0),
    "english": (0.29, 0.14, 0.14, 0.22, 0.21),
    "across": (0.61, 0.09, 0.30, 0.0, 0.0),
}


@pytest.mark.parametrize("case", FITTED)
def test_a_text_that_is_best_in_one_signal_alone_has_the_share_that_was_fitted(case: str) -> None:
    weights: Weights = getattr(RETRIEVAL.fusion, case)
    names = [field.name for field in fields(Weights)]
    worst = Signals(0.5, 0.0, 0.5, 0.5, 0.5)
    pool = {number: replace(worst, **{name: 1.0}) for number, name in enumerate(names)}
    pool |= dict.fromkeys(range(10, 20), worst)
    shares = fuse(pool, weights)
    assert tuple(sum(shares[number].values()) for number in range(len(names))) == pytest.approx(FITTED[case])
    assert astuple(weights) == FITTED[case]


def article(name: str, reviewed_on: date = TODAY, language: str = "de") -> ArticleRow:
    return ArticleRow(
        *(1, name, language, name, "published", "public", "", (), (), (), None, reviewed_on),
        *(None, 180, (), (), "", f"{name}.md", ""),
    )


def ranked(name: str, score: float, **front: object) -> Ranked:
    passage = Passage(1, 1, Signals(score, 0.0), {}, score)
    return Ranked(article(name, **front), (passage,), score)  # type: ignore[arg-type]


def reranked(parameters: RerankParameters, *items: Ranked) -> list[str]:
    context = RerankContext(Settings(), TODAY, frozenset(), lambda item: item.article.id, {}, parameters)
    return [item.article.id for item in FeatureReranker().rerank(understand("Umzug melden"), items, context)]


def overdue(parameters: RerankParameters) -> list[list[str]]:
    """An overdue article against a fresh one that is worse by a little less, and a little more, than the penalty."""
    old = ranked("old", 0.5, reviewed_on=date(2020, 1, 1))
    return [reranked(parameters, old, ranked("fresh", 0.5 - less)) for less in (0.0095, 0.0105)]


@pytest.mark.parametrize(("better", "first"), [(0.055, "own"), (0.065, "foreign")])
def test_an_article_in_another_language_goes_first_only_where_it_is_better_by_the_margin(better, first) -> None:
    items = ranked("own", 0.5), ranked("foreign", 0.5 + better, language="en")
    assert reranked(RETRIEVAL.rerank, *items)[0] == first


def cross_encoded(parameters: RerankParameters) -> int:
    pairs: list[tuple[str, str]] = []

    def predict(given: list[tuple[str, str]], **_: object) -> list[float]:
        pairs.extend(given)
        return [0.5] * len(given)

    context = RerankContext(Settings(), TODAY, frozenset(), lambda item: item.article.id, {}, parameters)
    items = [ranked(f"a{number}", 0.5) for number in range(30)]
    CrossEncoderReranker("reader", predict).rerank(understand("Umzug"), items, context)
    return len(pairs)


def test_reranking() -> None:
    assert_guarded(
        RETRIEVAL.rerank,
        {
            "overdue_penalty": (overdue, [["fresh", "old"], ["old", "fresh"]]),
            "cross_encoded": (cross_encoded, 20),
        },
    )


WORDS = [first + second + third for first in "bdfgkl" for second in "aeiou" for third in ("m", "r")]


def resembling(parameters: DuplicateParameters) -> list[bool]:
    """Twenty words, of which one, and two, are others."""
    text = WORDS[:20]
    return [near_duplicate(" ".join(text), " ".join(text[n:] + WORDS[40 : 40 + n]), "xx", parameters) for n in (1, 2)]


def compared(parameters: DuplicateParameters) -> int:
    marked = mark_near_duplicates([ranked(f"a{n}", 0.5) for n in range(20)], lambda _: "Umzug melden", parameters)
    return sum(item.same_as is not None for item in marked)


def read(parameters: DuplicateParameters) -> list[bool]:
    """Forty German words, of which nine, and eleven, are inflected otherwise: stems are all the same."""
    found = []
    for number in (9, 11):
        texts = [" ".join(f"{word}ige" for word in WORDS[:40])]
        texts.append(" ".join(f"{word}ige{'n' * (place < number)}" for place, word in enumerate(WORDS[:40])))
        items = [ranked("a", 0.6), ranked("b", 0.5)]
        marked = mark_near_duplicates(items, lambda item, texts=texts: texts["ab".index(item.article.id)], parameters)
        found.append(marked[1].same_as == "a")
    return found


def test_copies() -> None:
    assert_guarded(
        RETRIEVAL.duplicates,
        {
            "min_resemblance": (resembling, [True, False]),
            "articles": (compared, 9),
            "min_shared": (read, [True, False]),
        },
    )


class RatedSnapshot:
    """Rated questions with their cosines to the one that is asked, each rated helpful for an article."""

    def __init__(self, rated: dict[str, list[float]]) -> None:
        self.rated = rated
        self.cosines = [cosine for cosines in rated.values() for cosine in cosines]
        self.since = ""
        self.weighed = 0

    def judged_vectors(self, period: RatingPeriod, _: object) -> tuple[list[str], np.ndarray]:
        self.since = period.since
        return [str(number) for number in range(len(self.cosines))], np.array([[cosine] for cosine in self.cosines])

    def judgements(self, _: RatingPeriod, questions: list[str]) -> list[Judgement]:
        self.weighed = len(questions)
        keys = [key for key, cosines in self.rated.items() for _ in cosines]
        return [Judgement(number, keys[int(number)], "", f"p{number}", True, TODAY) for number in questions]

    def last_helpful(self, _: RatingPeriod, keys: list[str]) -> dict[tuple[str, str], date]:
        return {(key, ""): TODAY for key in keys}

    def sources(self, _: object) -> dict[str, tuple[str, str]]:
        return {}


def adjusted(parameters: FeedbackParameters, snapshot: RatedSnapshot) -> dict[str, float]:
    settings = Settings(learning=LearningSettings(most=1.0))
    library = SimpleNamespace(settings=settings, embedder=SimpleNamespace(fingerprint="words"))
    found = adjustments(library, snapshot, np.array([1.0]), TODAY, ["A@de", "B@de", "C@de"], parameters)  # type: ignore[arg-type]
    return {key[0]: round(value, 3) for key, value in found.items()}


def half_alike(parameters: FeedbackParameters) -> dict[str, float]:
    """A question half way between "may ask the same" and "surely does"."""
    return adjusted(parameters, RatedSnapshot({"A@de": [0.91], "B@de": [], "C@de": []}))


def bands(parameters: FeedbackParameters) -> dict[str, float]:
    """Beside the nearest question one just inside the band, and one just outside."""
    return adjusted(parameters, RatedSnapshot({"A@de": [0.99], "B@de": [0.9709], "C@de": [0.9691]}))


def days_read(parameters: FeedbackParameters) -> timedelta:
    snapshot = RatedSnapshot({"A@de": [0.99]})
    adjusted(parameters, snapshot)
    return TODAY - date.fromisoformat(snapshot.since)


def ratings_weighed(parameters: FeedbackParameters) -> int:
    snapshot = RatedSnapshot({"A@de": [0.99] * 1200})
    adjusted(parameters, snapshot)
    return snapshot.weighed


def two_against(parameters: FeedbackParameters) -> float:
    ratings = [(Judgement("q", "A@de", "", actor, False, TODAY), 1.0) for actor in "ab"]
    return round(weigh(ratings, 1.0, parameters), 3)


def test_what_ratings_teach() -> None:
    assert_guarded(
        RETRIEVAL.feedback,
        {
            "floor": (half_alike, {"A": 0.0, "B": -0.293, "C": -0.293}),
            "same": (half_alike, {"A": 0.0, "B": -0.293, "C": -0.293}),
            "band": (bands, {"A": 0.0, "B": 0.0, "C": -0.5}),
            "half_lives": (days_read, timedelta(days=5 * 180)),
            "nearest": (ratings_weighed, 1000),
            "against_share": (two_against, -0.167),
        },
    )
