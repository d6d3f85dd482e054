from __future__ import annotations

import numpy as np
import pytest

from assistant.gaps.parameters import FITTED
from assistant.gaps.scope import ArticleVectors, KnowledgeScope, everyday_topics
from tests.assistant.gaps.samples import article, directions, near, view

FAR = FITTED.scope.far
NONE = np.zeros((0, 16), dtype=np.float32)
NAMES = near(directions(1), 30)
PASSAGES = near(directions(1), 30, 5)


def scope(everyday: np.ndarray = NONE) -> KnowledgeScope:
    rows = {number: article(f"a{number}") for number in range(30)}
    names, passages = ArticleVectors.of(range(30), NAMES), ArticleVectors.of(range(30), PASSAGES)
    return KnowledgeScope(rows, names, passages, everyday, NONE, FITTED)


def test_what_is_far_from_all_names_and_passages_is_off_topic() -> None:
    off, made = directions(1, 77), scope(directions(12, 5))
    assert made.score(made.nearness(off), [view(0.02)]) < FAR
    assert made.score(made.nearness(NAMES[:3]), [view(0.05)]) > FAR
    assert made.score(FAR, [view(0.02)]) < FAR < made.score(FAR, [view(0.9)])  # what is answered is nearer


def test_what_is_nearer_to_an_everyday_subject_than_to_any_passage_is_farther() -> None:
    between = (NAMES[:1] + directions(1, 77)) / 2
    others = np.concatenate([directions(20, 5), NAMES[:3]])  # the last three are what the articles are about
    other, same = scope(others), scope(np.concatenate([others, directions(1, 77)]))
    assert same.nearness(between) < other.nearness(between)


def test_what_the_articles_are_about_is_no_other_subject() -> None:
    about = np.concatenate([directions(12, 5), NAMES[:1]])
    without = scope(directions(12, 5)).nearness(NAMES[:3])
    assert scope(about).nearness(NAMES[:3]) == pytest.approx(without, abs=10)  # counted, it would be some 25 less


def test_without_articles_nothing_is_off_topic() -> None:
    nothing = ArticleVectors.of([], NONE)
    assert KnowledgeScope({}, nothing, nothing, directions(12, 5), NONE, FITTED).nearness(directions(1)) == 0.0


def test_every_everyday_subject_is_there_once_in_both_languages() -> None:
    topics = everyday_topics()
    assert len(set(topics)) == len(topics) == 140
