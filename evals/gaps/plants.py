"""What is done to a knowledge base so that its gaps are known: articles are removed, aged, kept back, contradicted.

A need is what the questions about one article, in all its languages, ask for. Plants are drawn by seed from the needs
of one split; needs are split by the SHA-1 of their name, so that no article that tuning looked at is scored.
"""

from __future__ import annotations

import hashlib
import random
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from assistant.retrieval.query import focus_of
from evals.quality.datasets import Dataset, Question, even
from kb.articles.reader import read
from kb.backlog.gap import Cause

CAUSES: Final[tuple[Cause, ...]] = ("missing", "stale", "restricted", "language", "conflict", "findability")
SHARES: Final[Mapping[Cause, float]] = {
    "missing": 0.38, "stale": 0.18, "restricted": 0.18, "language": 0.12, "conflict": 0.07, "findability": 0.07,
}  # fmt: skip
"""How plants are shared out where a set offers enough needs for each."""

LEAFLET: Final = "-leaflet"
"""What is added to an article's id for the one that contradicts it."""

PRODUCT: Final = "Standard"
"""What people narrow their questions to whose article is filed under another product, where it had none before."""

_MISFILED: Final = "Sonstiges"
"""The product that such an article is filed under by mistake."""

_ASKED: Final = 2
"""Questions that a need has at the least: what one person asked once is no gap yet."""

_OF_TIME: Final = frozenset({"topic_not_in_kb", "in_domain_gap"})
"""Kinds of unanswerable questions that stand for gaps of their own: real ones, for which an article came later."""

TIME: Final = "time"
"""How such a gap came to be."""

_LANGUAGE_IN_ID = re.compile(r"(?<![a-z])(de|en)(?![a-z])")
_FIGURE = re.compile(r"(?<![\w.,-])(\d{1,3})(?![\w.,]*\d)(?= ?(?:[A-Za-zÄÖÜäöüß€%]))")


@dataclass(frozen=True, slots=True)
class PlantedArticle:
    """An article of the set: its id, language and file below the folder."""

    id: str
    language: str
    path: Path


@dataclass(frozen=True, slots=True)
class Need:
    """What some questions ask for, and the articles that answer, translations included."""

    name: str
    questions: tuple[Question, ...]
    articles: tuple[PlantedArticle, ...]

    @property
    def languages(self) -> frozenset[str]:
        """The languages in which an article answers."""
        return frozenset(article.language for article in self.articles)


@dataclass(frozen=True, slots=True)
class Plant:
    """A gap that was planted: ``language`` is that of the askers who are left without, "" for all.

    ``products`` is what they narrow their questions to. ``how`` tells the two ways apart of ageing (overdue, expired)
    and of keeping back (draft, audience), and what was removed from what never was there (time); what cannot be found
    is filed under another product (products).
    """

    need: str
    cause: Cause
    how: str
    language: str = ""
    products: tuple[str, ...] = ()


def needs(dataset: Dataset) -> list[Need]:
    """The needs of a data set, by name. Questions that need several articles belong to none.

    Those that no article answers make a need without articles where their kind says that it is the subject's own.
    """
    by_id: dict[str, list[PlantedArticle]] = defaultdict(list)
    for path in sorted(dataset.articles.rglob("*.md")):
        article = read(path.relative_to(dataset.articles).as_posix(), path.read_bytes()).article
        if article is not None:
            by_id[article.id].append(PlantedArticle(article.id, article.primary_language, path))
    grouped: dict[str, list[PlantedArticle]] = defaultdict(list)
    for name, articles in by_id.items():
        grouped[need_name(name)] += articles
    asked: dict[str, list[Question]] = defaultdict(list)
    for question in dataset.questions:
        names = {need_name(name) for name in question.relevant}
        if question.answerable and len(names) == 1:
            asked[names.pop()].append(question)
    open_: dict[str, list[Question]] = defaultdict(list)
    for question in dataset.questions:
        if not question.answerable and question.kind in _OF_TIME:
            open_[need_name(question.id)].append(question)
    made = [Need(name, tuple(asked[name]), tuple(grouped[name])) for name in sorted(asked) if grouped.get(name)]
    return made + [Need(name, tuple(open_[name]), ()) for name in sorted(open_) if len(open_[name]) >= _ASKED]


def answering(need: Need) -> frozenset[str]:
    """The ids of the articles that answer a need, as far as its data set says."""
    return frozenset(
        {article.id for article in need.articles}.union(*(question.also_ok for question in need.questions))
    )


def need_name(article_id: str) -> str:
    """An article's id without the language in it, so that translations have one name."""
    return _LANGUAGE_IN_ID.sub("", article_id)


def split_of(need: str) -> str:
    """``dev`` or ``test``, by the SHA-1 of the need's name."""
    return "test" if int(hashlib.sha1(need.encode(), usedforsecurity=False).hexdigest(), 16) % 2 else "dev"


def plant(every: Sequence[Need], split: str, count: int, rng: random.Random) -> list[Plant]:
    """At most ``count`` plants in needs of ``split``, the causes shared out as far as the needs allow each of them.

    Its needs without articles come on top: nothing has to be done to them.
    """
    own = [need for need in every if split in {"all", split_of(need.name)}]
    free = [need for need in own if need.articles]
    rng.shuffle(free)
    plants: list[Plant] = []
    open_: set[Cause] = set(CAUSES)
    while open_ and len(plants) < count:
        done = Counter(one.cause for one in plants)
        cause = min(sorted(open_), key=lambda name: (done[name] + 0.5) / SHARES[name])
        need = next((need for need in free if _allows(need, cause)), None)
        if need is None:
            open_.discard(cause)
            continue
        free.remove(need)
        language = _left_out(need, rng) if cause == "language" else ""
        products = _products(need) if cause == "findability" else ()
        plants.append(Plant(need.name, cause, _how(need, cause, len(plants)), language, products))
    plants += [Plant(need.name, "missing", TIME) for need in own if not need.articles]
    return sorted(plants, key=lambda one: one.need)


def sampled(every: Sequence[Need], count: int, rng: random.Random) -> list[Need]:
    """Some needs of a large set, in their order; those with several questions first."""
    order = sorted(every, key=lambda need: (-len(need.questions), rng.random()))
    return sorted(order[:count], key=lambda need: need.name)


def apply(
    dataset: Dataset, every: Sequence[Need], plants: Sequence[Plant], folder: Path, today: date, most: int | None = None
) -> Path:
    """A copy of the data set's articles in ``folder`` with the gaps in it; returns the folder of articles.

    ``most`` keeps so many of a large set: those of the needs, and others evenly.
    """
    made = folder / "articles"
    shutil.copytree(dataset.articles, made)
    if most is not None:
        needed = {article.path.relative_to(dataset.articles) for need in every for article in need.articles}
        others = [path for path in sorted(made.rglob("*.md")) if path.relative_to(made) not in needed]
        kept = set(even(others, max(most - len(needed), 0)))
        for path in others:
            if path not in kept:
                path.unlink()
    by_name = {need.name: need for need in every}
    for one in plants:
        for article in by_name[one.need].articles:
            _change(made / article.path.relative_to(dataset.articles), article, one, today)
    return made


def _allows(need: Need, cause: Cause) -> bool:
    """Whether a cause can be planted so that it is one: nothing else answers, and somebody asks for what changes."""
    if len(need.questions) < _ASKED:
        return False
    own = {article.id for article in need.articles}
    alone = all(question.also_ok <= own for question in need.questions)
    if cause == "language":
        return alone and len(need.languages) > 1 and len({q.primary_language for q in need.questions}) > 1
    if cause == "conflict":
        return any(_about_a_figure(question) for question in need.questions) and all(
            _FIGURE.search(article.path.read_text(encoding="utf-8").split("---", 2)[-1]) for article in need.articles
        )
    return alone


def hits(plant: Plant, question: Question) -> bool:
    """Whether a question of the need asks for what was planted: a contradiction is one about its figures alone."""
    return plant.cause != "conflict" or _about_a_figure(question)


def _about_a_figure(question: Question) -> bool:
    if question.answers:
        return any(_FIGURE.search(answer) for answer in question.answers)
    return focus_of(question.text) in {"amount", "time"}


def _left_out(need: Need, rng: random.Random) -> str:
    asked = {question.primary_language for question in need.questions}
    return rng.choice(sorted(need.languages & asked))


def _products(need: Need) -> tuple[str, ...]:
    """What its articles are filed under, which is what people narrow their questions to."""
    found = [read(one.path.name, one.path.read_bytes()).article for one in need.articles]
    return tuple(sorted({product for one in found if one for product in one.products})) or (PRODUCT,)


def _how(need: Need, cause: Cause, number: int) -> str:
    """By turns; customers can only be kept from what they could read."""
    if cause == "stale":
        return "expired" if number % 2 else "overdue"
    if cause == "restricted":
        public = all(re.search(r"(?m)^audience: public", article.path.read_text("utf-8")) for article in need.articles)
        return "audience" if number % 2 and public else "draft"
    return "products" if cause == "findability" else cause


def _change(file: Path, article: PlantedArticle, one: Plant, today: date) -> None:
    source = file.read_text(encoding="utf-8")
    if one.cause == "missing" or (one.cause == "language" and article.language == one.language):
        file.unlink()
    elif one.cause == "stale":
        file.write_text(_aged(source, one.how, today), encoding="utf-8")
    elif one.cause == "restricted":
        key, value = ("status", "draft") if one.how == "draft" else ("audience", "internal")
        file.write_text(_with(source, key, value), encoding="utf-8")
    elif one.cause == "findability":
        file.write_text(_with(source, "products", f"[{_MISFILED}]"), encoding="utf-8")
    elif one.cause == "conflict":
        other = _with(_contradicted(source), "id", f"{article.id}{LEAFLET}")
        file.with_name(f"{file.stem}{LEAFLET}.md").write_text(_without(other, "aliases"), encoding="utf-8")


def _aged(source: str, how: str, today: date) -> str:
    if how == "expired":
        return _with(source, "expires_on", (today - timedelta(days=40)).isoformat())
    source = _with(source, "reviewed_on", (today - timedelta(days=600)).isoformat())
    return _with(source, "review_every_days", "180")


def _contradicted(source: str) -> str:
    """Every figure of the text with a unit is another one."""
    _, front, body = source.split("---", 2)
    return f"---{front}---" + _FIGURE.sub(lambda match: str(int(match[1]) * 2 + 1), body)


def _with(source: str, key: str, value: str) -> str:
    _, front, body = _without(source, key).split("---", 2)
    return f"---{front.rstrip()}\n{key}: {value}\n---{body}"


def _without(source: str, key: str) -> str:
    _, front, body = source.split("---", 2)
    front = re.sub(rf"(?m)^{key}:.*\n(?:[ -].*\n)*", "", front)
    return f"---{front}---{body}"
