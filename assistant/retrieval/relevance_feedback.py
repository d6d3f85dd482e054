"""Learning without training: where agents accepted an article for one question, it goes first at similar ones.

A rating counts for the text that was rated, less the older it is, once a person, and never for more than the setting
``learning.most``. It only orders articles that retrieval found, so no filter is passed by; and only those that helped
somebody at some question: of the others nobody knows that they would not have helped at this one.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

import numpy as np

from assistant.retrieval.parameters import RETRIEVAL, FeedbackParameters
from kb.articles.article import ArticleKey
from kb.articles.front_matter import text_sha256
from kb.catalog import Judgement, RatingPeriod, Snapshot
from kb.embedding.protocol import FloatMatrix
from kb.errors import NotFoundError
from kb.events import Action
from kb.library import Library
from kb.settings import LearningSettings

WeightedRating: TypeAlias = tuple[Judgement, float]
"""A rating and how much it weighs, 0..1."""


def adjustments(
    library: Library,
    snapshot: Snapshot,
    vector: FloatMatrix,
    today: date,
    articles: Collection[ArticleKey],
    parameters: FeedbackParameters = RETRIEVAL.feedback,
) -> Mapping[ArticleKey, float]:
    """What ratings change about the scores of ``articles`` at a question with ``vector`` (d,), length 1.

    Values are 0 or less: the article that was accepted for the most similar questions keeps its score, another one that
    was accepted, for other questions, steps back behind it by up to ``most``, the setting, and one that was rejected
    for similar ones by up to a third of that. Articles without a rating of their text as it stands have no entry.

    1. The rated questions that are near enough. 2. Of these, the ratings of what was found and still stands. 3. What
    they say for and against each article. 4. Against the best of them.
    """
    settings = library.settings.learning
    if not settings.enabled or not articles:
        return {}
    period = _period(library, today, parameters)
    # 1
    ids, vectors = snapshot.judged_vectors(period, articles)
    cosines = dict(zip(ids, map(float, vectors @ vector), strict=True)) if ids else {}
    near = sorted((key for key in ids if cosines[key] > parameters.floor), key=lambda key: -cosines[key])
    near = near[: parameters.nearest]
    if not near:
        return {}
    # 2
    last = snapshot.last_helpful(period, articles)
    now = _texts(snapshot, articles)
    ratings = [rating for rating in snapshot.judgements(period, near) if rating.sha256 == now[rating.key]]
    helped = {key: decay(day, today, settings.half_life_days) for (key, text), day in last.items() if text == now[key]}
    # 3
    nearest = max((cosines[rating.question_id] for rating in ratings), default=0.0)
    by_key: dict[ArticleKey, list[WeightedRating]] = {key: [] for key in helped}
    for rating in ratings:
        if (cosine := cosines[rating.question_id]) >= nearest - parameters.band:
            likeness = min((cosine - parameters.floor) / (parameters.same - parameters.floor), 1.0)
            weight = likeness * decay(rating.given_on, today, settings.half_life_days)
            by_key.setdefault(rating.key, []).append((rating, weight))
    # 4
    weighed = {key: weigh(items, settings.most, parameters) for key, items in by_key.items()}
    best = max(weighed.values(), default=0.0)
    return {key: against_best(value, best, helped.get(key, 0.0)) for key, value in weighed.items()}


def against_best(value: float, best: float, helped: float) -> float:
    """How far an article steps back, 0 or less, that ratings give ``value`` where they give another one ``best``.

    ``helped`` (0..1) is what the strongest rating for it, at any question, still weighs: as that fades, it becomes one
    of which nobody knows what it is good for.
    """
    return min(value, 0.0) - helped * (max(best, 0.0) - max(value, 0.0))


def decay(given_on: date, today: date, half_life_days: int) -> float:
    """What a rating still weighs, 0..1: half after ``half_life_days``."""
    return math.exp2(-max((today - given_on).days, 0) / half_life_days)


def weigh(ratings: Iterable[WeightedRating], most: float, parameters: FeedbackParameters = RETRIEVAL.feedback) -> float:
    """The sum of ratings of one article, for less against, within [-most * ``against_share``, most].

    For and against each hold the strongest rating of every person, so that nobody counts twice. What speaks for it
    approaches ``most``: half of it with one person, three quarters with two. One person against takes back what one
    gave; only from the second on it costs the article something.
    """
    people: dict[bool, dict[str, float]] = {True: {}, False: {}}
    for rating, weight in ratings:
        side = people[rating.helpful]
        side[rating.actor] = max(side.get(rating.actor, 0.0), weight)
    net = sum(people[True].values()) - sum(people[False].values())
    if net >= 0:
        return most * (1.0 - math.exp2(-net))
    return -most * parameters.against_share * (1.0 - math.exp2(min(net + 1.0, 0.0)))


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned for an article from one question, however often it was asked.

    ``weight`` is by how much it sets the article before others that were rated, when the same question is asked today.
    ``ratings`` are the questions that were rated, ``people`` those who rated them, ``age_days`` the age of the last.
    """

    pair_id: str
    article_id: str
    language: str
    question: str
    weight: float
    ratings: int
    people: int
    age_days: int

    def to_json(self) -> dict[str, Any]:
        """Plain types, the weight rounded."""
        return asdict(self) | {"weight": round(self.weight, 4)}


def lessons(library: Library, article_id: str | None = None, today: date | None = None) -> list[Lesson]:
    """What ratings taught that counts today, of one article or of all, the weightiest first."""
    today = today or library.today()
    grouped = _grouped(library, article_id, today)
    learned = [_lesson(pair, items, library.settings.learning, today) for pair, items in grouped.items()]
    return sorted(learned, key=lambda lesson: (lesson.article_id, lesson.language, -lesson.weight, lesson.question))


def forget(
    library: Library, *, pair_id: str | None = None, article_id: str | None = None, actor: str = ""
) -> list[Lesson]:
    """Take back what was learned from one question, or for one article; what was taken back.

    It is noted with each rated question in the log, so that it stays forgotten when the index is made anew. Later
    questions and their ratings count again. Raises NotFoundError where there is nothing of the kind.
    """
    now = datetime.now(UTC)
    today = library.day_of(now)
    chosen = {
        pair: items
        for pair, items in _grouped(library, article_id, today).items()
        if pair_id in (None, _pair_id(*pair))
    }
    if not chosen:
        raise NotFoundError(
            f"Nothing was learned under '{pair_id or article_id}'.", "Run `kb learned` to see what was, and its ids."
        )
    ids = [rating.question_id for items in chosen.values() for rating in items]
    for question_id in ids:
        library.events.act(Action(question_id, now, "forgotten", actor))
    library.catalog.judge(ids, library.embedder.fingerprint, [], np.empty((0, 0), dtype=np.float32))
    return [_lesson(pair, items, library.settings.learning, today) for pair, items in chosen.items()]


def _period(library: Library, today: date, parameters: FeedbackParameters = RETRIEVAL.feedback) -> RatingPeriod:
    """The ratings that may still weigh something."""
    oldest_days = parameters.half_lives * library.settings.learning.half_life_days
    since = date.fromordinal(max(today.toordinal() - oldest_days, 1))
    return RatingPeriod(library.embedder.fingerprint, since.isoformat(), today.isoformat())


def _texts(snapshot: Snapshot, keys: Collection[ArticleKey]) -> dict[ArticleKey, str]:
    """The hash of each article's text as it stands; of those that are not in the index an empty one."""
    return dict.fromkeys(keys, "") | {key: text_sha256(text) for key, (_, text) in snapshot.sources(keys).items()}


def _grouped(library: Library, article_id: str | None, today: date) -> dict[tuple[ArticleKey, str], list[Judgement]]:
    """The ratings of texts that stand, by the article's key and the question's text."""
    with library.catalog.snapshot() as snapshot:
        every = snapshot.judgements(_period(library, today))
        ratings = [rating for rating in every if article_id in (None, rating.key.article_id)]
        now = _texts(snapshot, {rating.key for rating in ratings})
    ratings = [rating for rating in ratings if rating.sha256 == now[rating.key]]
    events = library.events.questions_for([rating.question_id for rating in ratings]) if ratings else {}
    grouped: dict[tuple[ArticleKey, str], list[Judgement]] = defaultdict(list)
    for rating in ratings:
        if rating.question_id in events:
            grouped[rating.key, " ".join(events[rating.question_id].text.split())].append(rating)
    return grouped


def _lesson(
    pair: tuple[ArticleKey, str], items: Sequence[Judgement], settings: LearningSettings, today: date
) -> Lesson:
    weighed = [(rating, decay(rating.given_on, today, settings.half_life_days)) for rating in items]
    return Lesson(
        _pair_id(*pair),
        *pair[0],
        pair[1],
        weigh(weighed, settings.most) if settings.enabled else 0.0,
        len(items),
        len({rating.actor for rating in items}),
        (today - max(rating.given_on for rating in items)).days,
    )


def _pair_id(key: ArticleKey, question: str) -> str:
    return hashlib.sha256(f"{key}\n{question}".encode()).hexdigest()[:12]
