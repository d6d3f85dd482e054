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

from kb.articles.front_matter import text_sha256
from kb.catalog import Judgement, RatingPeriod, Snapshot
from kb.catalog.ratings import take_in_ratings
from kb.embedding.protocol import FloatMatrix
from kb.errors import NotFoundError
from kb.events import Action
from kb.library import Library
from kb.settings import LearningSettings

FLOOR, SAME = 0.86, 0.96
"""Cosines of two questions: above the first they may ask the same, from the second on they surely do.

Of multilingual-e5-small, whose questions about different things have 0.81 in the middle and 0.87 in one of a hundred
pairs; another model learns less or more from the same ratings, never beyond ``learning.most``.
"""

BAND = 0.02
"""Only rated questions that are nearly as near as the nearest one count."""

_READ_HALF_LIVES = 5
"""Ratings older than this weigh below 1/32 and are not read."""

_MOST_READ = 1000
"""Ratings of similar questions that are weighed: the nearest; with so many people nothing more is to be learned."""

_AGAINST_SHARE = 1 / 3
"""Ratings take at most this share of ``learning.most`` off: what did not help one may still help another."""

Said: TypeAlias = tuple[Judgement, float]
"""What a rating said, and how much that weighs, 0..1."""


def adjustments(
    library: Library, snapshot: Snapshot, vector: FloatMatrix, today: date, articles: Collection[str]
) -> Mapping[str, float]:
    """What ratings change about the scores of ``articles``, id@language, at a question with ``vector`` (d,), length 1.

    Values are 0 or less: the article that was accepted for the most similar questions keeps its score, another one that
    was accepted, for other questions, steps back behind it by up to ``most``, the setting, and one that was rejected
    for similar ones by up to a third of that. Articles without a rating of their text as it stands have no entry.

    1. The rated questions that are near enough. 2. Of these, the ratings of what was found and still stands. 3. What
    they say for and against each article. 4. Against the best of them.
    """
    settings = library.settings.learning
    if not settings.enabled or not articles:
        return {}
    period = _period(library, today)
    # 1
    ids, vectors = snapshot.judged_vectors(period, articles)
    cosines = dict(zip(ids, map(float, vectors @ vector), strict=True)) if ids else {}
    near = sorted((key for key in ids if cosines[key] > FLOOR), key=lambda key: -cosines[key])[:_MOST_READ]
    if not near:
        return {}
    # 2
    last = snapshot.last_helpful(period, articles)
    now = _texts(snapshot, articles)
    said = [one for one in snapshot.judgements(period, near) if one.sha256 == now[one.key]]
    helped = {key: decay(day, today, settings.half_life_days) for (key, text), day in last.items() if text == now[key]}
    # 3
    nearest = max((cosines[one.question_id] for one in said), default=0.0)
    by_key: dict[str, list[Said]] = {key: [] for key in helped}
    for one in said:
        if (cosine := cosines[one.question_id]) >= nearest - BAND:
            likeness = min((cosine - FLOOR) / (SAME - FLOOR), 1.0)
            by_key.setdefault(one.key, []).append((one, likeness * decay(one.given_on, today, settings.half_life_days)))
    # 4
    weighed = {key: weigh(items, settings.most) for key, items in by_key.items()}
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


def weigh(said: Iterable[Said], most: float) -> float:
    """What some ratings say of one article, for less against, within [-most / 3, most].

    For and against each hold the strongest rating of every person, so that nobody counts twice. What speaks for it
    approaches ``most``: half of it with one person, three quarters with two. One person against takes back what one
    gave; only from the second on it costs the article something.
    """
    people: dict[bool, dict[str, float]] = {True: {}, False: {}}
    for one, weight in said:
        side = people[one.helpful]
        side[one.actor] = max(side.get(one.actor, 0.0), weight)
    net = sum(people[True].values()) - sum(people[False].values())
    if net >= 0:
        return most * (1.0 - math.exp2(-net))
    return -most * _AGAINST_SHARE * (1.0 - math.exp2(min(net + 1.0, 0.0)))


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
    found = [_lesson(pair, items, library.settings.learning, today) for pair, items in grouped.items()]
    return sorted(found, key=lambda one: (one.article_id, one.language, -one.weight, one.question))


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
    ids = [one.question_id for items in chosen.values() for one in items]
    for question_id in ids:
        library.events.act(Action(question_id, now, "forgotten", actor))
    library.catalog.judge(ids, library.embedder.fingerprint, [], np.empty((0, 0), dtype=np.float32))
    return [_lesson(pair, items, library.settings.learning, today) for pair, items in chosen.items()]


def _period(library: Library, today: date) -> RatingPeriod:
    """The ratings that may still weigh something."""
    oldest_days = _READ_HALF_LIVES * library.settings.learning.half_life_days
    since = date.fromordinal(max(today.toordinal() - oldest_days, 1))
    return RatingPeriod(library.embedder.fingerprint, since.isoformat(), today.isoformat())


def _texts(snapshot: Snapshot, keys: Iterable[str]) -> dict[str, str]:
    """The hash of each article's text as it stands; of those that are not in the index an empty one."""
    keys = sorted(keys)
    return dict.fromkeys(keys, "") | {key: text_sha256(text) for key, (_, text) in snapshot.sources(keys).items()}


def _grouped(library: Library, article_id: str | None, today: date) -> dict[tuple[str, str], list[Judgement]]:
    """The ratings of texts that stand, by the article's key and the question's text."""
    take_in_ratings(library)
    with library.catalog.snapshot() as snapshot:
        every = snapshot.judgements(_period(library, today))
        said = [one for one in every if article_id in (None, one.key.rpartition("@")[0])]
        now = _texts(snapshot, {one.key for one in said})
    said = [one for one in said if one.sha256 == now[one.key]]
    events = library.events.questions_for([one.question_id for one in said]) if said else {}
    grouped: dict[tuple[str, str], list[Judgement]] = defaultdict(list)
    for one in said:
        if one.question_id in events:
            grouped[one.key, " ".join(events[one.question_id].text.split())].append(one)
    return grouped


def _lesson(pair: tuple[str, str], items: Sequence[Judgement], settings: LearningSettings, today: date) -> Lesson:
    article_id, _, language = pair[0].rpartition("@")
    weighed = [(one, decay(one.given_on, today, settings.half_life_days)) for one in items]
    return Lesson(
        _pair_id(*pair),
        article_id,
        language,
        pair[1],
        weigh(weighed, settings.most) if settings.enabled else 0.0,
        len(items),
        len({one.actor for one in items}),
        (today - max(one.given_on for one in items)).days,
    )


def _pair_id(key: str, question: str) -> str:
    return hashlib.sha256(f"{key}\n{question}".encode()).hexdigest()[:12]
