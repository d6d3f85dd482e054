"""Every fitted number of finding gaps has known cases, which turn out wrong with a worse number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pytest

from assistant.gaps import ranking
from assistant.gaps.answerability import BaseRate, answerability, article_answers
from assistant.gaps.cases import CaseVectors
from assistant.gaps.cause import Diagnosis, DiagnosisContext, causes_of
from assistant.gaps.clustering import Cluster, centre, cluster
from assistant.gaps.conflict import contradiction
from assistant.gaps.diagnosis import answered_share, different_wordings
from assistant.gaps.feedback import combined, complaints, feedback_of
from assistant.gaps.parameters import FITTED, GapParameters
from assistant.gaps.probe import AnswerView, Prober, ProbeResult, are_copies
from assistant.gaps.ranking import GapCandidate
from assistant.gaps.scope import ArticleVectors, KnowledgeScope
from assistant.gaps.similar_questions import AnsweredElsewhere, SimilarQuestions
from assistant.gaps.translations import Translations
from ingest.pipeline import ingest
from kb.articles.article import ArticleKey
from kb.events import Action, Feedback
from kb.library import Library
from kb.runtime.progress import telling
from kb.settings import GapSettings
from tests.assistant.gaps.samples import NOW, TODAY, article, case, directions, probe, view

Holds = Callable[[GapParameters], bool]


@dataclass(frozen=True)
class Known:
    """A case that ``holds`` with the fitted set, and no longer with ``name`` (set and field) changed to ``worse``."""

    name: str
    worse: Any
    holds: Holds

    def changed(self) -> GapParameters:
        concern, field = self.name.split(".")
        return replace(FITTED, **{concern: replace(getattr(FITTED, concern), **{field: self.worse})})


def never(holds: Holds) -> Holds:
    return lambda parameters: not holds(parameters)


# --- answerability


def answered(confidence: float, wordings: int = 1, firsts: str = "", **around: float) -> Holds:
    """A need is taken for answered. ``firsts``: the article that each wording finds first, all the same by default."""
    views: Sequence[AnswerView] = [view(confidence, name) for name in firsts or "a" * wordings]
    base_rate = BaseRate(around.get("rate", 0.65), 100)
    similar, feedback = around.get("similar", 0.0), around.get("feedback", 0.0)
    return lambda p: answerability(views, base_rate, similar, feedback, p) >= p.answerability.threshold


def article_found(confidence: float, wordings: int = 1, rate: float = 0.5, articles: int = 100) -> Holds:
    """An article that the askers do not get is taken to answer."""
    views = [view(confidence)] * wordings
    return lambda p: article_answers(views, BaseRate(rate, articles), p) >= p.answerability.threshold


ANSWERABILITY = [
    Known("answerability.threshold", 0.7, answered(0.5, 2)),
    Known("answerability.threshold", 0.3, never(answered(0.35))),
    Known("answerability.least_confidence", 0.1, never(answered(0.0, 2, similar=2.0))),
    Known("answerability.least_confidence", 0.001, never(answered(0.999, feedback=-2.5))),
    Known("answerability.wordings", 0.3, answered(0.68)),
    Known("answerability.wordings", 1.0, answered(0.2, 4, similar=0.75)),
    Known("answerability.similar", 0.3, answered(0.4, similar=1.0)),
    Known("answerability.similar", 0.9, never(answered(0.2, similar=1.5))),
    Known("answerability.agreement", 0.9, answered(0.4, 2)),
    Known("answerability.agreement", 1.5, never(answered(0.35, 2))),
    Known("answerability.agreement", -1.2, answered(0.5, firsts="aa")),
    Known("answerability.answered_share", 1.5, never(answered(0.45))),
    Known("answerability.answered_share", 3.0, answered(0.4, 4)),
    Known("answerability.constant", 0.9, answered(0.4, 2)),
    Known("answerability.constant", 1.3, never(answered(0.35, 2))),
    Known("answerability.least_answered_share", 0.2, never(answered(0.04, rate=0.1))),
    Known("answerability.least_answered_share", 0.6, answered(0.1, rate=0.4)),
    Known("articles.agreement", 2.0, article_found(0.25, 2)),
    Known("articles.agreement", 8.0, never(article_found(0.23, 3))),
    Known("articles.unlikely", -1.0, article_found(0.27, 2)),
    Known("articles.unlikely", -3.0, never(article_found(0.22, 6))),
    Known("articles.possible", 0.0, article_found(0.27, 2)),
    Known("articles.possible", -1.3, never(article_found(0.22, 2))),
    Known("articles.articles", 300, article_found(0.3, 3)),
    Known("articles.articles", 10, never(article_found(0.27, 4, articles=20))),
    Known("articles.needed", 2.4, article_found(0.3, 1)),
    Known("articles.needed", 0.7, never(article_found(0.2))),
    Known("articles.one_wording", 1.2, article_found(0.3)),
    Known("articles.one_wording", 3.6, never(article_found(0.2))),
    Known("articles.most_needed", 2.0, article_found(0.3, 4, rate=0.9)),
    Known("articles.most_needed", 0.0, never(article_found(0.22, 6, rate=0.9))),
    Known("articles.answered_share", 1.5, article_found(0.4, rate=0.65)),
    Known("articles.answered_share", 0.3, never(article_found(0.35, rate=0.75))),
]


# --- feedback


def rating(verdict: str, reason: str | None = None) -> Feedback:
    return Feedback("q1", NOW, verdict, reason)  # type: ignore[arg-type]


def together(*done: str) -> Callable[[GapParameters], float]:
    """The feedback of several askers: what each of them did, or why it did not help."""

    def total(p: GapParameters) -> float:
        cases = []
        for number, word in enumerate(done):
            ratings = [rating("helpful")] if word == "helpful" else []
            ratings += [rating("not_helpful", None if word == "bad" else word)] if word in {"bad", *REASONS} else []
            actions = [] if ratings or word == "rephrased" else [Action("q1", NOW, word)]  # type: ignore[arg-type]
            value = p.feedback.rephrased if word == "rephrased" else feedback_of(ratings, actions, p.feedback)
            cases.append(case(number, actor=f"a{number}", feedback=value))
        return combined(cases, p.feedback)

    return total


REASONS = ("not_found", "missing", "wrong", "unclear", "outdated")


def cancel(*done: str) -> Holds:
    """What these askers did says nothing, taken together."""
    return lambda p: together(*done)(p) == 0.0


def against(*done: str) -> Holds:
    """What these askers did speaks against an answer."""
    return lambda p: together(*done)(p) < 0.0


def other(values: Mapping[Any, float], **changes: float) -> dict[Any, float]:
    return {**values, **changes}


UNHAPPY = [case(n, actor=f"a{n}", signals=("not_helpful",)) for n in range(2)]
ACTIONS, NOT_HELPFUL = FITTED.feedback.actions, FITTED.feedback.not_helpful
FEEDBACK = [
    Known("feedback.helpful", 0.5, cancel("helpful", "gap_reported")),
    Known("feedback.helpful", 2.5, against("helpful", "not_found")),
    *(
        Known("feedback.actions", other(ACTIONS, opened=value), cancel("opened", "opened", "bad"))
        for value in (0.0, 1.0)
    ),
    *(Known("feedback.actions", other(ACTIONS, copied=value), cancel("copied", "bad")) for value in (0.5, 1.5)),
    *(
        Known("feedback.actions", other(ACTIONS, escalated=value), cancel("copied", "escalated"))
        for value in (-2.0, 0.0)
    ),
    *(
        Known("feedback.actions", other(ACTIONS, gap_reported=value), cancel("helpful", "gap_reported"))
        for value in (-2.5, 0.0)
    ),
    *(
        Known("feedback.not_helpful", other(NOT_HELPFUL, **{reason: value}), cancel("helpful", "opened", reason))
        for reason in ("not_found", "missing")
        for value in (-1.0, -3.0)
    ),
    *(
        Known("feedback.not_helpful", other(NOT_HELPFUL, wrong=value), cancel("opened", "wrong"))
        for value in (0.0, -2.0)
    ),
    *(
        Known("feedback.not_helpful", other(NOT_HELPFUL, **{reason: -1.0}), cancel(reason, reason))
        for reason in ("unclear", "outdated")
    ),
    *(Known("feedback.not_helpful", {**NOT_HELPFUL, None: value}, cancel("copied", "bad")) for value in (0.0, -2.0)),
    *(Known("feedback.rephrased", value, cancel("opened", "rephrased")) for value in (0.0, -1.0)),
    Known("feedback.step", 2.0, against("rephrased")),
    Known(
        "feedback.limit", 1.5, lambda p: not answered(0.9, 4, feedback=together(*["missing"] * 9)(p), similar=1.0)(p)
    ),
    Known("feedback.limit", 5.0, lambda p: answered(0.9, 4, feedback=together(*["missing"] * 9)(p), similar=2.0)(p)),
    Known("feedback.several", 3, lambda p: complaints(UNHAPPY, "de", p.feedback) == {"not_helpful": 2}),
    Known("feedback.several", 1, lambda p: complaints(UNHAPPY[:1], "de", p.feedback) == {}),
]


# --- clustering


def unit(*values: float) -> np.ndarray:
    """Vectors (n, 16) of length 1 in a plane, by their cosine with the first axis."""
    rows = np.zeros((len(values), 16), dtype=np.float32)
    rows[:, 0], rows[:, 1] = values, np.sqrt(1 - np.square(values))
    return rows


def clusters(cosine: float) -> Callable[[GapParameters], int]:
    """The number of clusters of two questions with this cosine that found the same articles."""
    cases = [case(n, f"Frage {n}", nearest=(("a", 0.9), ("b", 0.1))) for n in range(2)]
    return lambda p: len(cluster(cases, unit(1.0, cosine), unit(), 0.45, p.clustering))


def centred_cosine(shift: float, count: int) -> Callable[[GapParameters], float]:
    """The mean cosine of ``count`` unrelated questions that all share a part of size ``shift``, once centred."""
    vectors = np.concatenate([directions(count, 3), np.full((count, 1), shift, dtype=np.float32)], axis=1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    means = {"": np.zeros(17, dtype=np.float32)}

    def cosine(p: GapParameters) -> float:
        centred = centre(vectors, ["de"] * count, means, p.clustering.prior)
        return float((centred @ centred.T).mean())

    return cosine


def few_of_one_need(p: GapParameters) -> bool:
    """Forty questions, all of one need, stay similar though the mean of their language is taken off."""
    vectors = around(0, 40, 0.12, 7)
    centred = centre(vectors, ["de"] * 40, {"": np.zeros(16, dtype=np.float32)}, p.clustering.prior)
    return float((centred @ centred.T).mean()) > 0.4


def blocks(p: GapParameters) -> int:
    """The number of blocks in which 2,100 questions are compared."""
    told: list[int] = []
    cases = [case(n, f"Frage {n}") for n in range(2100)]
    with telling(lambda done, total, step: told.append(total), "clustering"):
        cluster(cases, np.tile(directions(700, 4), (3, 1)), unit(1.0), 0.45, p.clustering)
    return told[-1]


CLUSTERING = [
    Known("clustering.ranking_bonus", 0.05, lambda p: clusters(0.45)(p) == 1),
    Known("clustering.ranking_bonus", 0.3, lambda p: clusters(0.3)(p) == 2),
    Known("clustering.prior", 15, few_of_one_need),
    Known("clustering.prior", 5000, lambda p: centred_cosine(1.0, 500)(p) < 0.1),
    Known("clustering.compared", 5000, lambda p: blocks(p) > 1),
    Known("clustering.block", 2000, lambda p: blocks(p) >= 4),
]


# --- scope: thirty articles around one axis, and questions at some distance from it


def around(axis: int, count: int, spread: float, seed: int) -> np.ndarray:
    """Unit vectors around an axis of 16."""
    rows = np.random.default_rng(seed).normal(scale=spread, size=(count, 16)).astype(np.float32)
    rows[:, axis] += 1.0
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def narrow(rows: np.ndarray) -> np.ndarray:
    """The same with a large part that all share, so that cosines stand in a narrow band, as those of the model do."""
    shared = np.concatenate([rows, np.full((len(rows), 1), 2.5, dtype=np.float32)], axis=1)
    return shared / np.linalg.norm(shared, axis=1, keepdims=True)


NOTHING = np.zeros((0, 17), dtype=np.float32)
TOPICS = narrow(np.concatenate([around(axis, 5, 0.3, axis) for axis in range(8, 14)]))
"""Vectors of everyday topics that have nothing to do with the articles."""


def scope(parameters: GapParameters, answered: np.ndarray = NOTHING, everyday: np.ndarray = TOPICS) -> KnowledgeScope:
    rows = {number: article(f"a{number}") for number in range(30)}
    names, passages = (ArticleVectors.of(range(30), narrow(around(0, 30, 0.15, seed))) for seed in (1, 2))
    return KnowledgeScope(rows, names, passages, everyday, answered, parameters)


def nearness(angle: float, towards: int = 1, **changes: Any) -> Callable[[GapParameters], float]:
    """That of a question so many degrees off the articles' axis, towards another one."""
    question = np.zeros((1, 16), dtype=np.float32)
    question[0, 0], question[0, towards] = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return lambda p: scope(p, **changes).nearness(narrow(question))


def off_topic(score: float, confidence: float = 0.05) -> Holds:
    """A need with this score that nothing answers is out of scope."""
    return lambda p: cause([probed(confidence)], scope_score=score)(p) == "out_of_scope"


def scored_off_topic(near: float) -> Holds:
    """A need of this nearness, of which hardly anything is found, is out of scope."""
    return lambda p: off_topic(scope(p).score(near, [view(0.05)]))(p)


ANSWERED = narrow(around(0, 40, 0.25, 9))
EVERY_30TH_FAR = narrow(np.concatenate([around(1 if n % 30 == 0 else 0, 1, 0.15, n) for n in range(600)]))
SCOPE = [
    Known("scope.contrast", 25.0, lambda p: nearness(50)(p) > -1.5),
    Known("scope.contrast", 100.0, lambda p: nearness(60)(p) < -2.5),
    Known("scope.passages", 0.4, lambda p: nearness(45, 8)(p) > 1.0),
    Known("scope.passages", 1.0, lambda p: nearness(60, 8)(p) < -2.0),
    Known("scope.names", 5, lambda p: nearness(60)(p) <= -3.5),
    Known("scope.names", 40, lambda p: nearness(60)(p) < 0.0),
    Known("scope.learn_from", 10, lambda p: nearness(60, answered=ANSWERED[:20])(p) < -2.0),
    Known("scope.learn_from", 60, lambda p: nearness(60, answered=ANSWERED)(p) > -1.0),
    Known("scope.sampled", 20, lambda p: nearness(70, answered=EVERY_30TH_FAR)(p) < 0.0),
    Known("scope.everyday", 1.0, lambda p: nearness(45, 8)(p) > 1.0),
    Known("scope.everyday", 0.5, lambda p: nearness(60, 8)(p) <= -2.5),
    Known("scope.on_topic", 10.0, lambda p: nearness(0)(p) == nearness(20)(p)),
    Known("scope.on_topic", 0.5, lambda p: nearness(45, 8)(p) > nearness(50, 8)(p)),
    Known("scope.far", -5.0, off_topic(-4.0)),
    Known("scope.far", -2.0, never(off_topic(-3.0))),
    Known("scope.log_odds", 0.1, scored_off_topic(-3.0)),
    Known("scope.log_odds", 1.0, never(scored_off_topic(-1.5))),
    Known("scope.step", 2.0, lambda p: nearness(45)(p) > 0.0),
]


# --- similar questions and translations


def similar_to_first(cosines: Sequence[float], confidences: Sequence[float]) -> Callable[[GapParameters], float]:
    """The mean log odds around a question, of others with these cosines and confidences."""
    vectors = unit(1.0, *cosines)
    cases = [case(0), *(case(n, f"Frage {n}", confidence=sure) for n, sure in enumerate(confidences, 1))]

    def mean(p: GapParameters) -> float:
        questions = CaseVectors(cases, vectors, vectors)
        return SimilarQuestions(questions, Translations({}, [], vectors, p.translations), p).mean_log_odds(
            [0], [0], "de"
        )

    return mean


def elsewhere(cosine: float) -> Holds:
    """A question in another language with this cosine is found to be answered there."""
    vectors = unit(1.0, cosine)
    english = case(1, language="en", status="answered", confidence=0.9, cited=(ArticleKey("bill", "en"),))
    rows = {0: article("bill", "en", 0)}

    def found(p: GapParameters) -> bool:
        translations = Translations(rows, [0], vectors[:1], p.translations)
        questions = CaseVectors([case(0), english], vectors, vectors)
        return SimilarQuestions(questions, translations, p).answered_elsewhere([0], "de") is not None

    return found


def translated(cosine: float) -> Holds:
    """Two articles whose names have this cosine are translations of one another."""
    rows = {0: article("umzug", "de", 0), 1: article("relocation", "en", 1)}
    return lambda p: not Translations(rows, [0, 1], unit(1.0, cosine), p.translations).lacks("umzug", "en")


MANY_REFUSED = similar_to_first([0.9] * 150 + [0.6] * 300, [0.05] * 150 + [0.97] * 300)
AROUND_NEED = [
    Known("similar_questions.least", 0.2, lambda p: similar_to_first([0.3], [0.9])(p) == 0.0),
    Known("similar_questions.least", 0.5, lambda p: similar_to_first([0.48], [0.98])(p) > 0.0),
    Known("similar_questions.least_other_language", 0.1, never(elsewhere(0.25))),
    Known("similar_questions.least_other_language", 0.4, elsewhere(0.35)),
    Known("similar_questions.latest", 100, lambda p: similar_to_first([0.9] + [0.0] * 150, [0.9] * 151)(p) > 1.0),
    Known(
        "similar_questions.nearest",
        20,
        lambda p: similar_to_first([0.9] * 20 + [0.85] * 100, [0.05] * 20 + [0.95] * 100)(p) > 0,
    ),
    Known("similar_questions.nearest", 450, lambda p: MANY_REFUSED(p) < 0.0),
    Known("similar_questions.prior", 1.0, lambda p: similar_to_first([0.8], [0.9])(p) > 1.5),
    Known("similar_questions.prior", 0.01, lambda p: similar_to_first([0.4], [0.95])(p) < 1.5),
    Known("similar_questions.step", 1.0, lambda p: similar_to_first([0.41], [0.75])(p) > 0.0),
    Known("translations.least", 0.1, never(translated(0.2))),
    Known("translations.least", 0.5, translated(0.4)),
]


# --- conflicts


FEE = ("fees", "Die Gebühr für eine Rücklastschrift beträgt 3,50 €.")
OTHER_FEE = ("dunning", "Rücklastschrift: Gebühr 4,50 €.")
SHORT = (("fees", "Die Gebühr ist 3,50 €."), ("shipping", "Die Gebühr ist 4,50 €."))
CANCEL, ALSO, OTHER = probe(
    ("a", "Kündigen Sie Ihren Vertrag mit dem Zähler 4 Wochen vorher."),
    ("b", "Kündigen Sie bitte Ihren Vertrag mit dem Zähler 6 Wochen vorher."),
    ("c", "Kündigen Sie Ihren Zähler mit dem Formular aus dem Portal."),
).top_articles
TWO_IN_FIVE = [*[probe(FEE, OTHER_FEE)] * 2, *[probe(FEE)] * 3]
CONFLICT = [
    Known("probe.copy", 0.95, lambda p: are_copies(CANCEL, ALSO, p.probe.copy)),
    Known("probe.copy", 0.3, lambda p: not are_copies(CANCEL, OTHER, p.probe.copy)),
    Known("conflict.shared_words", 3, lambda p: contradiction([probe(FEE, OTHER_FEE)], p.conflict) is not None),
    Known("conflict.shared_words", 1, lambda p: contradiction([probe(*SHORT)], p.conflict) is None),
    Known("conflict.share", 0.5, lambda p: contradiction(TWO_IN_FIVE, p.conflict) is not None),
    Known("conflict.share", 0.1, lambda p: contradiction([*TWO_IN_FIVE[1:], probe(FEE)], p.conflict) is None),
]


# --- diagnosis


def asked(
    count: int, *, low_evidence: bool = False, vectors: np.ndarray | None = None
) -> Callable[[GapParameters], int]:
    """The number of questions that are asked again of a cluster with so many wordings."""
    rows = directions(count, 5) if vectors is None else vectors
    questions = CaseVectors([case(n) for n in range(count)], rows, rows)
    cluster = Cluster(tuple(range(count)), frozenset(range(count)), 9.0, low_evidence)
    return lambda p: len(different_wordings(cluster, questions, p.diagnosis))


def share_answered(answered: int, refused: int) -> Callable[[GapParameters], float]:
    cases = [
        case(n, f"Frage {n}", status="answered" if n < answered else "abstained") for n in range(answered + refused)
    ]
    return lambda p: answered_share(cases, p.diagnosis)


def probed(confidence: float, rank: int = 1, elsewhere: AnswerView | None = None) -> ProbeResult:
    """A question asked again: what its asker gets is at this rank, and the article has one sentence."""
    shown = view(confidence)
    shown = replace(shown, hit=replace(shown.hit, rank=rank))
    return replace(probe(("move", "Satz.")), hits=(shown.hit,), visible=shown, other_language=elsewhere)


def at_ranks(*ranks: int) -> list[ProbeResult]:
    return [probed(0.9, rank) for rank in ranks]


def cause(probes: Sequence[ProbeResult], **context: Any) -> Callable[[GapParameters], str | None]:
    """The cause of a need that is asked for in German."""

    def named(p: GapParameters) -> str | None:
        values = {"base_rate": BaseRate(0.65, 100), "scope_score": 0.0} | context
        found = causes_of([probe.case for probe in probes], probes, DiagnosisContext(TODAY, parameters=p, **values))
        return found[0].cause if found else None

    return named


FIRST = replace(view(0.2, "first"), hit=probe(FEE, OTHER_FEE).hits[0])
DISPUTED = [replace(probe(FEE, OTHER_FEE), visible=replace(FIRST, confidence=sure)) for sure in (0.2, 0.2)]
ENGLISH = article("bill", "en", 7)
FROM_ENGLISH = view(0.05, "bill", 7)


def by_log(similarity: float, probes: Sequence[ProbeResult]) -> Callable[[GapParameters], str | None]:
    """The cause where a question in English with this cosine was answered by an English article."""
    found = AnsweredElsewhere("How?", "en", similarity, 0.9, ArticleKey("bill", "en"))
    return cause(probes, answered_elsewhere={"de": found}, articles={ArticleKey("bill", "en"): ENGLISH})


COPIES = np.concatenate([np.tile(unit(1.0), (90, 1)), directions(20, 6)])
DIAGNOSIS = [
    Known("diagnosis.wordings", 3, lambda p: asked(10)(p) == 6),
    Known("diagnosis.wordings", 9, lambda p: asked(10)(p) == 6),
    Known("diagnosis.wordings_low_evidence", 6, lambda p: asked(10, low_evidence=True)(p) == 2),
    Known("diagnosis.wordings_low_evidence", 1, lambda p: asked(10, low_evidence=True)(p) == 2),
    Known("diagnosis.considered", 50, lambda p: asked(110, vectors=COPIES)(p) > 1),
    Known("diagnosis.same", 0.99, lambda p: asked(2, vectors=unit(1.0, 0.97))(p) == 1),
    Known("diagnosis.same", 0.9, lambda p: asked(2, vectors=unit(1.0, 0.93))(p) == 2),
    Known("diagnosis.answered_prior", 0.5, lambda p: share_answered(0, 0)(p) == 0.75),
    Known("diagnosis.answered_prior", 1.0, lambda p: share_answered(0, 0)(p) == 0.75),
    Known("diagnosis.prior_questions", 300, lambda p: share_answered(20, 80)(p) < 0.4),
    Known("diagnosis.prior_questions", 3, lambda p: share_answered(0, 6)(p) > 0.5),
    Known("diagnosis.mostly", 0.7, lambda p: cause(at_ranks(7, 7, 1))(p) == "findability"),
    Known("diagnosis.mostly", 0.2, lambda p: cause(at_ranks(7, 1, 1))(p) is None),
    Known("diagnosis.compared", 0.5, lambda p: cause(DISPUTED)(p) == "conflict"),
    Known("diagnosis.compared", 0.0, lambda p: cause(DISPUTED, similar={"de": -3.0})(p) == "missing"),
    Known("diagnosis.found_rank", 10, lambda p: cause(at_ranks(7, 7))(p) == "findability"),
    Known("diagnosis.found_rank", 2, lambda p: cause(at_ranks(4, 4))(p) is None),
    Known("diagnosis.same_need", 0.8, lambda p: by_log(0.6, [probed(0.9)])(p) == "language"),
    Known("diagnosis.same_need", 0.3, lambda p: by_log(0.5, [probed(0.9)])(p) is None),
    Known("diagnosis.same_need_refused", 0.6, lambda p: by_log(0.5, [probed(0.05)])(p) == "language"),
    Known("diagnosis.same_need_refused", 0.2, lambda p: by_log(0.4, [probed(0.05)])(p) == "missing"),
    Known(
        "diagnosis.same_need_same_article",
        0.5,
        lambda p: by_log(0.4, [probed(0.05, elsewhere=FROM_ENGLISH)])(p) == "language",
    ),
    Known(
        "diagnosis.same_need_same_article",
        0.1,
        lambda p: by_log(0.2, [probed(0.05, elsewhere=FROM_ENGLISH)])(p) == "missing",
    ),
    Known("feedback.one_person", 1.0, lambda p: cause([probed(0.75)], feedback={"de": -0.5})(p) is None),
    Known("feedback.one_person", 0.1, lambda p: cause([probed(0.64)], feedback={"de": -1.0})(p) == "missing"),
]


# --- priority


def minutes(scope_score: float) -> Callable[[GapParameters], float]:
    """The priority of a missing answer that one person asked for today, of five minutes."""
    candidate = GapCandidate((case(1),), Diagnosis("missing", ("de",), {}, (), "", "", scope_score), directions(1)[0])
    return lambda p: ranking.priority(candidate, TODAY, GapSettings(), "UTC", p.priority)[0]


PRIORITY = [
    Known("priority.edge", 0.5, lambda p: minutes(-0.4)(p) == 5.0),
    Known("priority.edge", -1.5, lambda p: minutes(-0.7)(p) < 5.0),
    Known("priority.width", 5.0, lambda p: minutes(-1.5)(p) <= 2.5),
    Known("priority.width", 1.0, lambda p: minutes(-1.5)(p) >= 2.5),
    Known("priority.least", 0.0, lambda p: minutes(-9.0)(p) > 0.0),
    Known("priority.least", 0.5, lambda p: minutes(-9.0)(p) < 1.0),
]


# --- the table


KNOWN = [*ANSWERABILITY, *FEEDBACK, *CLUSTERING, *SCOPE, *AROUND_NEED, *CONFLICT, *DIAGNOSIS, *PRIORITY]


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{known.name}={known.worse}"[:60])
def test_a_known_case_is_right_with_the_fitted_number_and_wrong_with_a_worse_one(known: Known) -> None:
    assert known.holds(FITTED)
    assert not known.holds(known.changed())


# --- probing, over an index

MOVE = "Melden Sie Ihren Umzug {n} Wochen vorher. Für den Umzug zahlen Sie {n} Euro. Der Umzug dauert {n} Tage."
PROBE: list[tuple[str, Any, Callable[[ProbeResult], bool]]] = [
    ("listed", 5, lambda found: len(found.hits) == 10),
    ("listed", 20, lambda found: len(found.hits) == 10),
    ("evidence", 1, lambda found: len(found.visible.evidence) == 3),
    ("compared", 2, lambda found: len(found.top_articles) == 4),
    ("compared", 8, lambda found: len(found.top_articles) == 4),
    ("score_share", 0.999, lambda found: len(found.top_articles) == 4),
    ("units", 1, lambda found: len(found.top_articles[0].units) > 2),
]


@pytest.fixture
def moves(library: Library, folder: Any, write: Any) -> Library:
    """Twelve articles about one thing."""
    for n in range(12):
        write(f"move-{n}", f"Umzug {n}", MOVE.format(n=n) + f" Wort{n} steht nur hier.")
    ingest(library, [folder])
    return library


@pytest.mark.parametrize(("field", "worse", "holds"), PROBE, ids=lambda value: str(value)[:20])
def test_a_question_asked_again_keeps_what_proves_a_cause(
    moves: Library, field: str, worse: Any, holds: Callable[[ProbeResult], bool]
) -> None:
    question = case(1, "Wann melde ich den Umzug?")
    vector = moves.embedder.embed_queries([question.text])[0]
    found = [
        Prober(moves, TODAY, p).probe(question, vector) for p in (FITTED.probe, replace(FITTED.probe, **{field: worse}))
    ]
    assert [holds(each) for each in found] == [True, False]


def test_every_fitted_number_has_a_known_case() -> None:
    covered = {known.name for known in KNOWN} | {f"probe.{field}" for field, _, _ in PROBE}
    every = {
        f"{concern.name}.{part.name}" for concern in fields(FITTED) for part in fields(getattr(FITTED, concern.name))
    }
    assert covered == every
