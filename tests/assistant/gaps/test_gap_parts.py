"""The parts of finding gaps, without a model: clusters, belief, conflicts, priority, merging."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.gaps import clustering
from assistant.gaps.answerability import ANSWERS, BaseRate, answerability, answerability_of_views
from assistant.gaps.cases import Case
from assistant.gaps.cause import Proof
from assistant.gaps.conflict import disagreement
from assistant.gaps.everyday_topics import EVERYDAY
from assistant.gaps.merging import Diagnosis, merge
from assistant.gaps.priority import demand, priority
from assistant.gaps.probe import AnswerView, ProbeResult, RankedArticle, TopArticle
from assistant.gaps.scope import FAR, ArticleVectors, KnowledgeScope, in_scope_score
from assistant.gaps.similar_questions import SimilarQuestions
from assistant.gaps.translations import Translations
from kb.catalog import ArticleRow
from kb.settings import GapSettings

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


# --- clusters


def directions(count: int, seed: int = 1) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def near(rows: np.ndarray, times: int, seed: int = 2) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(scale=0.05, size=(len(rows) * times, rows.shape[1]))
    made = np.repeat(rows, times, axis=0) + noise
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


PIVOTS = directions(4, 33)


def clustered(vectors: np.ndarray, texts: list[str] | None = None) -> list[list[int]]:
    count = len(vectors)
    texts = texts or [f"Frage {number}" for number in range(count)]
    means = {"": np.zeros(vectors.shape[1], dtype=np.float32)}
    return clustering.cluster(texts, ["de"] * count, vectors, [[("a", 0.5)]] * count, 0.45, means, PIVOTS)


def test_wordings_of_one_need_are_one_cluster_and_needs_stay_apart() -> None:
    found = clustered(near(directions(6), 5))
    assert found == [list(range(5 * need, 5 * need + 5)) for need in range(6)]


def test_equal_texts_are_one_whatever_their_case() -> None:
    assert clustered(directions(3), ["Wie zahle ich?", "wie  zahle ich?", "Umzug"]) == [[0, 1], [2]]


@settings(deadline=None)  # the first one imports scikit-learn
@given(st.integers(0, 40), st.integers(1, 5))
def test_every_question_is_in_exactly_one_cluster(count: int, seed: int) -> None:
    found = clustered(directions(count, seed)) if count else clustered(np.zeros((0, 16), dtype=np.float32))
    assert sorted(place for places in found for place in places) == list(range(count))
    assert found == sorted(found)


def test_many_questions_are_compared_in_blocks_and_joined_across_them(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = near(directions(12), 10)
    whole = clustered(vectors)
    monkeypatch.setattr(clustering, "_BLOCK", 40)
    monkeypatch.setattr(clustering, "_WHOLE", 100)
    assert len(clustering._blocks(vectors, PIVOTS)) > 1
    assert clustered(vectors) == whole


def test_the_language_is_taken_out_before_vectors_are_compared() -> None:
    needs, shift = directions(40), directions(2, 9)
    vectors = np.concatenate([needs + 3 * shift[0], needs + 3 * shift[1]])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    languages = ["de"] * 40 + ["en"] * 40
    means = {"de": vectors[:40].mean(axis=0), "en": vectors[40:].mean(axis=0)}
    space = clustering.centred(vectors, languages, means)
    assert (np.argmax(space[:40] @ space[40:].T, axis=1) == np.arange(40)).mean() > 0.95


# --- belief


def test_several_unsure_wordings_that_agree_say_more_than_ones_that_do_not() -> None:
    together = [view(0.4), view(0.4), view(0.4), view(0.4)]
    apart = [view(0.4, name, number) for number, name in enumerate("abcd")]
    assert answerability_of_views(together) > ANSWERS > answerability_of_views(apart)


def test_where_refusals_are_rare_one_says_more() -> None:
    refused = [view(0.3)]
    assert answerability_of_views(refused, BaseRate(0.9)) < answerability_of_views(refused, BaseRate(0.5))


def test_agreement_says_less_where_there_are_few_articles_to_agree_on() -> None:
    together = [view(0.4), view(0.4), view(0.4), view(0.4)]
    assert answerability_of_views(together, BaseRate(articles=10)) < answerability_of_views(together)


def test_a_refused_need_is_believed_answered_where_like_questions_were() -> None:
    refused = [view(0.4)]
    assert (
        answerability(refused, BaseRate(0.6), similar=2.0)
        > ANSWERS
        > answerability(refused, BaseRate(0.6), similar=-1.0)
    )
    assert answerability(refused, BaseRate(0.4), 0.0) > ANSWERS > answerability(refused, BaseRate(0.8), 0.0)
    assert answerability([], BaseRate(), 2.0) == 0.0


def test_nothing_found_is_not_believed() -> None:
    assert answerability_of_views([]) == 0.0
    assert answerability_of_views([None, None]) < 0.1


NONE = np.zeros((0, 16), dtype=np.float32)
NAMES = near(directions(1), 30)
PASSAGES = near(directions(1), 30, 5)


def scope(everyday: np.ndarray = NONE) -> KnowledgeScope:
    return KnowledgeScope(
        ArticleVectors.of(range(30), NAMES), ArticleVectors.of(range(30), PASSAGES), ["de"] * 30, everyday
    )


def test_what_is_far_from_all_names_and_passages_is_off_topic() -> None:
    off, made = directions(1, 77), scope(directions(12, 5))
    assert in_scope_score(made.nearness(off), [view(0.02)]) < FAR
    assert in_scope_score(made.nearness(NAMES[:3]), [view(0.05)]) > FAR
    assert in_scope_score(FAR, [view(0.02)]) < FAR < in_scope_score(FAR, [view(0.9)])  # what is answered is nearer


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
    assert KnowledgeScope(nothing, nothing, [], directions(12, 5)).nearness(directions(1)) == 0.0


def test_every_everyday_subject_is_there_once_in_both_languages() -> None:
    texts = [text for pair in EVERYDAY for text in pair]
    assert len(set(texts)) == len(texts)
    assert all(len(pair) == 2 for pair in EVERYDAY)


# --- translations, and what the log says around a need


def test_translations_are_told_by_id_or_by_names_that_are_nearest_to_each_other() -> None:
    needs = directions(4)
    rows = {place: article(name, tag, place) for place, (name, tag) in enumerate([
        ("move", "de"), ("move", "en"), ("umzug", "de"), ("relocation", "en"), ("bill", "de"),
    ])}  # fmt: skip
    names = near(needs[[0, 0, 1, 1, 2]], 1)
    found = Translations(rows, list(rows), names)
    assert not found.lacks("move", "en")
    assert not found.lacks("umzug", "en")
    assert not found.lacks("relocation", "de")
    assert found.lacks("bill", "en")
    assert not found.lacks("bill", "de")
    assert not found.lacks("unknown", "en")


def similar(cases: list[Case], vectors: np.ndarray) -> SimilarQuestions:
    rows = {0: article("move", "de", 0), 1: article("move", "en", 1), 2: article("bill", "en", 2)}
    return SimilarQuestions(cases, vectors, Translations(rows, list(rows), directions(3)))


def test_like_questions_that_were_answered_speak_for_an_answer_and_refused_ones_against() -> None:
    space = near(directions(2)[[0, 0, 1]], 1)
    sure = case(2, status="answered", confidence=0.95, cited=("move@de",))
    assert similar([case(1), sure, case(3, confidence=0.02)], space).of([0], [0], "de") > 1.5
    assert similar([case(1), case(2, confidence=0.05), sure], space).of([0], [0], "de") < -1.5
    assert similar([case(1), case(2, confidence=0.05), sure], space).of([2], [2], "de") == 0.0


def test_a_question_whose_article_lacks_a_language_is_found_elsewhere_and_is_no_company() -> None:
    space = near(directions(1)[[0, 0]], 1)
    english = case(2, language="en", status="answered", confidence=0.95, cited=("bill@en",))
    around = similar([case(1), english], space)
    found = around.answered_elsewhere([0], "de")
    assert found is not None
    assert (found.cited, found.language) == ("bill@en", "en")
    assert around.of([0], [0], "de") == 0.0
    translated = similar([case(1), replace(english, cited=("move@en",))], space)
    assert translated.answered_elsewhere([0], "de") is None
    assert translated.of([0], [0], "de") > 1.5


# --- conflicts


def probe(*says: tuple[str, str]) -> ProbeResult:
    answering = tuple(
        TopArticle(RankedArticle(article(name, rowid=place), place, 0.9, 0.8), (text,))
        for place, (name, text) in enumerate(says, 1)
    )
    return ProbeResult(case(1), tuple(one.hit for one in answering), view(0.8), None, None, answering)


FEE = ("returned", "Die Gebühr für eine Rücklastschrift beträgt 3,50 €.")
OTHER_FEE = ("dunning", "Die Gebühr für eine Rücklastschrift beträgt 4,50 €.")


def test_two_articles_with_different_figures_are_a_conflict_with_both_sentences() -> None:
    found = disagreement([probe(FEE, OTHER_FEE)])
    assert found is not None
    assert (found["left"]["value"], found["right"]["value"]) == ("3,50 €", "4,50 €")
    assert found["left"]["sentence"] == FEE[1]
    for side in (found["left"], found["right"]):
        assert side.keys() >= {"article_id", "language", "title", "sentence", "value"}  # what the page shows of it


def test_the_same_figure_twice_is_none_and_neither_is_a_sentence_about_something_else() -> None:
    assert disagreement([probe(FEE, ("dunning", FEE[1]))]) is None
    assert disagreement([probe(FEE, ("wait", "Warten Sie 10 Minuten."))]) is None


def test_a_pair_that_few_questions_find_proves_nothing() -> None:
    assert disagreement([probe(FEE, OTHER_FEE), *[probe(FEE)] * 4]) is None


# --- priority


def finding(
    cases: list[Case], cause: str = "missing", name: str = "", nearness: float = 0.0, seed: int = 1
) -> Diagnosis:
    proof = Proof(cause, ("de",), {}, (), "", name)  # type: ignore[arg-type]
    return Diagnosis(tuple(cases), proof, nearness, directions(1, seed)[0])


def test_a_person_counts_once_and_tickets_by_themselves() -> None:
    cases = [case(1, actor="a"), case(2, actor="a"), case(3, actor="b"), case(4, kind="ticket")]
    assert demand(cases) == demand(cases[::-1])
    assert (demand(cases).questions, demand(cases).actors, demand(cases).tickets) == (3, 2, 1)
    cost, rows = priority(finding(cases), TODAY, GapSettings(), "UTC")
    assert {row["what"]: row["count"] for row in rows} == {"askers": 2, "tickets": 1}
    assert cost == pytest.approx(2 * 5 + 15)


def test_the_rows_add_up_to_the_priority() -> None:
    old = NOW - timedelta(days=45)
    cases = [case(1), case(2, asked_at=old, signals=("abstained", "escalated")), case(3, signals=("not_helpful",))]
    cost, rows = priority(finding(cases), TODAY, GapSettings(), "UTC")
    assert cost == pytest.approx(sum(row["value"] for row in rows), abs=0.01)
    assert next(row for row in rows if row["what"] == "escalations")["value"] == pytest.approx(10.0)


def test_the_age_of_a_question_is_counted_in_the_days_of_the_team() -> None:
    late = finding([case(1, asked_at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC))])
    (berlin,), (utc,) = (priority(late, TODAY, GapSettings(), zone)[1] for zone in ("Europe/Berlin", "UTC"))
    assert berlin["decay"] == 1.0 > utc["decay"]


def test_what_is_off_topic_costs_nothing_and_the_edge_of_the_subject_little() -> None:
    off, rows = priority(finding([case(1)], "out_of_scope"), TODAY, GapSettings(), "UTC")
    assert (off, rows[-1]["factor"]) == (0.0, 0.0)
    near_, edge = (priority(finding([case(1)], nearness=z), TODAY, GapSettings(), "UTC")[0] for z in (0.0, -1.8))
    assert 0 < edge < near_


# --- merging


def test_what_one_article_mends_is_one_gap() -> None:
    made = merge(
        [finding([case(1)], "stale", "a"), finding([case(2)], "stale", "a"), finding([case(3)], "stale", "b")], 0.5
    )
    assert [[one.id for one in found.cases] for found in made] == [["q1", "q2"], ["q3"]]


def test_missing_answers_are_put_together_where_they_are_near() -> None:
    made = merge([finding([case(1)], seed=1), finding([case(2)], seed=1), finding([case(3)], seed=7)], 0.5)
    assert sorted(len(one.cases) for one in made) == [1, 2]


def test_nothing_found_merges_to_nothing() -> None:
    assert merge([], 0.5) == []
