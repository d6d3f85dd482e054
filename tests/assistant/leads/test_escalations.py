from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.ask import Asker, ask
from assistant.leads import answer, draft_answer, escalate
from ingest.pipeline import ingest
from kb.articles.article import ArticleKey
from kb.articles.reader import read
from kb.backlog import Demand, Escalations, FoundGap, GapQuestion
from kb.checks import check
from kb.errors import ConflictError, NotFoundError, UsageError
from kb.events.store import Store
from kb.library import Library

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
QUESTION = "Kann ich die Gebühr für die Mahnung erlassen bekommen?"


@pytest.fixture
def shelf(library: Library, folder: Path, write: Any) -> Library:
    write("de/dunning", "Mahnung", "# Mahnung\n\nEine Mahnung kostet 1,20 Euro.", id="dunning", owner="team-forderung")
    ingest(library, [folder])
    return library


def asked(library: Library, caller_id: str = "c1") -> str:
    return ask(library, QUESTION, None, Asker(channel="replay", caller_id=caller_id), NOW).question_id


def test_a_question_goes_to_a_lead_and_comes_back_answered(shelf: Library) -> None:
    question_id = asked(shelf)
    made = escalate(shelf, question_id, "authority", "Herr Müller, Kulanz bis 5 Euro?", "agent7", NOW)
    assert (made.escalation_id, made.is_open) == ("E-0001", True)
    assert made.note == "Herr [name], Kulanz bis 5 Euro?"
    assert shelf.escalations.escalations() == [made]
    # The log knows of it, so that it is evidence.
    (action,) = shelf.events.actions_for([question_id])[question_id]
    assert (action.kind, action.actor, action.note) == ("escalated", "agent7", made.note)
    assert action.detail == {"escalation_id": "E-0001", "reason": "authority"}
    done = answer(shelf, "E-0001", "Ja, einmal im Jahr. Frau Schmidt weiß Bescheid.", "lea", NOW + timedelta(hours=1))
    assert (done.answer, done.answered_by) == ("Ja, einmal im Jahr. Frau [name] weiß Bescheid.", "lea")
    assert shelf.escalations.escalations() == []
    assert shelf.escalations.escalations(open_only=False) == [shelf.escalations.escalation("E-0001")] == [done]


def test_what_cannot_be_done_says_why(shelf: Library) -> None:
    question_id = asked(shelf)
    with pytest.raises(NotFoundError, match="nowhere"):
        escalate(shelf, "nowhere", "other", "", "agent7", NOW)
    with pytest.raises(UsageError, match="'so' is not a reason") as caught:
        escalate(shelf, question_id, "so", "", "agent7", NOW)  # type: ignore[arg-type]
    assert "no_answer" in caught.value.hint
    assert shelf.events.actions_for([question_id]) == {}
    escalate(shelf, question_id, "no_answer", "", "agent7", NOW)
    with pytest.raises(ConflictError, match="already, as E-0001"):
        escalate(shelf, question_id, "no_answer", "", "agent8", NOW)
    with pytest.raises(UsageError, match="empty"):
        answer(shelf, "E-0001", " ", "lea", NOW)
    with pytest.raises(NotFoundError, match="E-0009"):
        answer(shelf, "E-0009", "Ja.", "lea", NOW)
    with pytest.raises(UsageError, match="not the id"):
        answer(shelf, "9", "Ja.", "lea", NOW)
    with pytest.raises(ConflictError, match="no answer yet"):
        draft_answer(shelf, "E-0001", "lea", NOW)


def test_of_two_leads_who_answer_at_once_one_is_told_who_did(shelf: Library) -> None:
    escalate(shelf, asked(shelf), "authority", "", "agent7", NOW)
    gate, done, told = threading.Barrier(4), [], []

    def reply(name: str) -> None:
        own = Escalations(Store(f"sqlite:///{shelf.events_file}"))
        gate.wait()
        try:
            done.append(own.answer("E-0001", f"Das sagt {name}.", name, now=NOW).answered_by)
        except ConflictError as error:
            told.append(error.message)
        finally:
            own.close()

    threads = [threading.Thread(target=reply, args=(f"lead{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert told == [f"E-0001 was answered by {done[0]} on 2026-11-20 at 09:00 UTC."] * 3


def test_an_answer_becomes_an_article_and_the_gap_it_mends_is_linked(shelf: Library, folder: Path) -> None:
    escalate(shelf, asked(shelf), "authority", "Kulanz?", "agent7", NOW)
    answer(shelf, "E-0001", "Ja, einmal im Jahr verzichten wir auf die Gebühr.", "lea", NOW)
    question = GapQuestion("c1", QUESTION, NOW, "de")
    shelf.backlog.sync([FoundGap("Gebühr erlassen", "de", "missing", {}, (question,), Demand(1, 1, 0), 1.0)], NOW)
    made = draft_answer(shelf, "E-0001", "lea", NOW, title="Mahngebühr erlassen")
    assert made.path == folder / "de" / "mahngebuehr-erlassen.md"
    article = read("de/x.md", made.path.read_bytes()).article
    assert article is not None
    assert (article.status, article.audience, article.owner) == ("draft", "internal", "team-forderung")
    assert article.aliases == (QUESTION,)
    (solution,) = [section for section in article.sections if section.heading == "Lösung"]
    assert solution.text == "Ja, einmal im Jahr verzichten wir auf die Gebühr."
    assert [one for one in check([folder], NOW.date()).findings if one.path.endswith(made.path.name)] == []
    linked = ArticleKey("mahngebuehr-erlassen", "de")
    assert shelf.escalations.escalation("E-0001").linked == linked
    gap = shelf.backlog.gap("G-0001")
    assert (gap.state, gap.owner, gap.linked) == ("drafting", "lea", linked)
    with pytest.raises(ConflictError, match="became the article mahngebuehr-erlassen already"):
        draft_answer(shelf, "E-0001", "lea", NOW)


def test_an_answer_to_what_no_gap_asks_becomes_an_article_too(shelf: Library) -> None:
    escalate(shelf, asked(shelf), "authority", "", "agent7", NOW)
    answer(shelf, "E-0001", "Ja.", "lea", NOW)
    made = draft_answer(shelf, "E-0001", "lea", NOW)
    assert made.gap is None
    assert made.to_json()["gap_id"] is None
