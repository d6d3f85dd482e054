"""A gap closes by proof, and opens again when the proof is gone: with the real model, on articles of the sample."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.ask import Asker, AskFilters, ask
from assistant.leads import draft, recheck, verify
from assistant.leads.reask import AskOutcome
from ingest.pipeline import ingest
from kb.articles.article import ArticleKey
from kb.backlog import Demand, FoundGap, GapQuestion
from kb.checks import check
from kb.embedding import Embedder, FloatMatrix
from kb.errors import ConflictError, UsageError
from kb.library import Library
from tests.assistant.wallbox import ANSWERS, ASKED, BESIDE

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


class Listening:
    """An embedder that notes the questions it embeds."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        self.asked += texts
        return self._embedder.embed_queries(texts)


def gap(library: Library, asked: tuple[str, ...] = ASKED, **changes: Any) -> FoundGap:
    """Ask, so that the questions are logged as not answered, and make them evidence."""
    questions = []
    for place, text in enumerate(asked):
        moment = NOW - timedelta(days=3, minutes=-place)
        reply = ask(library, text, AskFilters("public"), Asker(channel="replay", caller_id=f"t-{place}"), moment)
        questions.append(GapQuestion(f"t-{place}", reply.question, moment, "de", signals=("abstained",)))
    made = FoundGap("Wallbox-Tarif kündigen", "de", "missing", {}, tuple(questions), Demand(len(asked), 3, 0), 5.0)
    return replace(made, **changes)


def publish(file: Path, body: str) -> None:
    """Complete a draft: what it begins with stays, aliases too, but for status and title; its text is ``body``."""
    front = file.read_text(encoding="utf-8").split("---\n")[1]
    front = re.sub("^title: .*", f'title: "{body.splitlines()[0][2:]}"', front, flags=re.MULTILINE)
    front = front.replace("status: draft", "status: published").replace("audience: internal", "audience: public")
    file.write_text(f"---\n{front}---\n\n{body}", encoding="utf-8")


def test_found_drafted_completed_ingested_verified(shelf: Library, articles: Path) -> None:
    shelf.backlog.sync([gap(shelf)], NOW)
    made = draft(shelf, "G-0001", "anna", NOW, folder=articles)
    assert [one for one in check([articles], NOW.date()).findings if one.path.endswith(made.path.name)] == []
    with pytest.raises(UsageError, match="not in the index"):
        verify(shelf, "G-0001", "anna", NOW)
    ingest(shelf, [articles])
    with pytest.raises(ConflictError, match="is draft and answers nobody"):
        verify(shelf, "G-0001", "anna", NOW)
    publish(made.path, ANSWERS)
    ingest(shelf, [articles])

    proof = verify(shelf, "G-0001", "lea", NOW)
    assert proof.closed
    assert proof.share >= 0.8
    assert proof.gap.state == "verified"
    before = [one.before for one in proof.tried if one.before is not None]
    assert len(before) == len(ASKED)
    assert {one.status for one in before} == {"abstained"}
    passed = [one for one in proof.tried if one.passed]
    assert {str(one.after.cited[0]) for one in passed} == {"wallbox-tarif-kuendigen@de"}
    entry = shelf.backlog.history("G-0001")[-1]
    assert (entry.kind, entry.actor, entry.from_state, entry.to_state) == ("checked", "lea", "review", "verified")
    kept = entry.detail["questions"]
    assert [row["text"] for row in kept] == list(ASKED)
    for row in kept:
        assert "wallbox-tarif-kuendigen@de" not in row["before"]["cited"]
        assert ("wallbox-tarif-kuendigen@de" in row["after"]["cited"]) == row["passed"]
    stay = shelf.backlog.regression_questions()
    assert [one.id for one in stay] == [one.question.id for one in passed]
    assert {one.filters["audience"] for one in stay} == {"public"}  # asked as they were asked then
    assert len(list(shelf.events.questions())) == len(ASKED)  # asking again is not asking: nothing is logged


def test_an_article_that_does_not_answer_leaves_it_open_and_says_which_questions_fail(
    shelf: Library, articles: Path
) -> None:
    shelf.backlog.sync([gap(shelf)], NOW)
    made = draft(shelf, "G-0001", "anna", NOW, folder=articles)
    publish(made.path, BESIDE)
    ingest(shelf, [articles])
    proof = verify(shelf, "G-0001", "anna", NOW)
    assert not proof.closed
    assert proof.gap.state == "drafting"
    assert len(proof.failed) > len(ASKED) * 0.2
    # The questions are its aliases, so it is found and even shown; its text does not answer, and that is what counts.
    assert {"alias", "title"} & {one.fault for one in proof.failed}
    assert {one.fault for one in proof.failed} <= {"alias", "title", "abstained"}
    entry = shelf.backlog.history("G-0001")[-1]
    assert (entry.kind, entry.detail["closed"]) == ("checked", False)
    assert [row["id"] for row in entry.detail["questions"] if not row["passed"]] == [
        one.question.id for one in proof.failed
    ]
    assert shelf.backlog.regression_questions() == []
    # The same article, completed, closes it: the history has both looks.
    publish(made.path, ANSWERS)
    ingest(shelf, [articles])
    assert verify(shelf, "G-0001", "anna", NOW).closed
    assert [one.detail["closed"] for one in shelf.backlog.history("G-0001") if one.kind == "checked"] == [False, True]


OFF_TOPIC = "# Wallbox-Tarif kündigen\n\nUnsere Filiale hat montags geöffnet. Parkplätze finden Sie hinter dem Haus.\n"
"""Of another subject, under the title that the gap asks for."""


def test_a_text_of_another_subject_under_a_fitting_title_closes_nothing(shelf: Library, articles: Path) -> None:
    shelf.backlog.sync([gap(shelf, ASKED[:2])], NOW)
    made = draft(shelf, "G-0001", "anna", NOW, folder=articles)
    publish(made.path, OFF_TOPIC)
    ingest(shelf, [articles])
    proof = verify(shelf, "G-0001", "anna", NOW)
    assert not proof.closed
    assert {one.fault for one in proof.failed} <= {"title", "alias", "abstained"}
    assert "title" in {one.fault for one in proof.failed}


def test_a_later_change_that_breaks_the_answers_reopens_it_and_one_that_does_not_is_noted(
    shelf: Library, articles: Path
) -> None:
    shelf.backlog.sync([gap(shelf)], NOW)
    made = draft(shelf, "G-0001", "anna", NOW, folder=articles)
    publish(made.path, ANSWERS)
    ingest(shelf, [articles])
    assert verify(shelf, "G-0001", "anna", NOW).closed
    shelf.embedder = Listening(shelf.embedder)
    asked = shelf.embedder.asked
    assert recheck(shelf, NOW) == []
    assert asked == []  # as long as the article stands, nothing is asked
    publish(made.path, ANSWERS + "\nFragen beantwortet die Hotline.\n")
    ingest(shelf, [articles])
    assert recheck(shelf, NOW) == []
    assert set(asked) == {one.text for one in shelf.backlog.regression_questions()}
    asked.clear()
    assert recheck(shelf, NOW) == []
    assert asked == []  # the new text was noted

    publish(made.path, BESIDE)
    ingest(shelf, [articles])
    (again,) = recheck(shelf, NOW)
    assert (again.state, again.owner) == ("assigned", "anna")
    entry = shelf.backlog.history("G-0001")[-1]
    assert entry.kind == "reopened"
    assert "wallbox-tarif-kuendigen (de) has changed" in entry.note
    assert not all(row["passed"] for row in entry.detail["questions"])
    assert recheck(shelf, NOW) == []


@pytest.mark.parametrize("way", ["removed", "withdrawn", "expired"])
def test_an_article_that_is_gone_reopens_it(shelf: Library, articles: Path, way: str) -> None:
    shelf.backlog.sync([gap(shelf, ASKED[:2])], NOW)
    made = draft(shelf, "G-0001", "anna", NOW, folder=articles)
    publish(made.path, ANSWERS)
    ingest(shelf, [articles])
    assert verify(shelf, "G-0001", "anna", NOW).closed
    text = made.path.read_text(encoding="utf-8")
    if way == "removed":
        made.path.unlink()
    else:
        change = {"withdrawn": "status: archived", "expired": "status: published\nexpires_on: 2026-11-19"}[way]
        made.path.write_text(text.replace("status: published", change), encoding="utf-8")
    ingest(shelf, [articles])
    assert [one.state for one in recheck(shelf, NOW)] == ["assigned"]


def test_without_an_article_the_remedy_is_named_and_any_article_can_be_named(shelf: Library, articles: Path) -> None:
    asked = ("Bis wann melde ich meinen Umzug?",)
    shelf.backlog.sync([gap(shelf, asked, cause="weak", title="Umzug melden")], NOW)
    with pytest.raises(UsageError, match="linked to no article") as caught:
        verify(shelf, "G-0001", "anna", NOW)
    assert "--article" in caught.value.hint
    assert shelf.backlog.gap("G-0001").state == "open"
    proof = verify(shelf, "G-0001", "anna", NOW, article=ArticleKey("report-move", "de"))
    assert proof.closed
    assert (proof.gap.owner, proof.gap.linked) == ("anna", ArticleKey("report-move", "de"))
    assert proof.tried[0].before == AskOutcome(
        "answered", proof.tried[0].after.confidence, (ArticleKey("report-move", "de"),)
    )


def test_asking_never_makes_an_article_younger(shelf: Library, articles: Path) -> None:
    with shelf.catalog.snapshot() as snapshot:
        before = [row for row, _ in snapshot.find("report-move")]
    shelf.backlog.sync([gap(shelf, ("Bis wann melde ich meinen Umzug?",))], NOW)
    verify(shelf, "G-0001", "anna", NOW, article=ArticleKey("report-move", "de"))
    with shelf.catalog.snapshot() as snapshot:
        assert [row for row, _ in snapshot.find("report-move")] == before
