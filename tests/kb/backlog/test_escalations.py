from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kb.articles.article import ArticleKey
from kb.backlog import Escalations
from kb.errors import ConflictError
from kb.events import EventLog, QuestionEvent
from kb.events.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_escalations_come_back_as_they_were_on_either_database(url: str) -> None:
    store = Store(url)
    log, escalations = EventLog(store), Escalations(store)
    for name in ("q1", "q2"):
        log.log_question(QuestionEvent(name, NOON, "Kann ich Kulanz bekommen?", "de", "abstained", 0.1, "cli"))
    first = escalations.escalate("q1", "authority", "bis 5 Euro", "a7", now=NOON)
    second = escalations.escalate("q2", "complaint", "", "a8", now=NOON + timedelta(minutes=1))
    assert [first.escalation_id, second.escalation_id] == ["E-0001", "E-0002"]
    assert escalations.escalations() == [first, second]
    done = escalations.answer("E-0001", "Ja.", "lea", now=NOON + timedelta(hours=1))
    with pytest.raises(ConflictError, match=r"answered by lea on 2026-03-01 at 13:00 UTC"):
        escalations.answer("E-0001", "Nein.", "ben", now=NOON + timedelta(hours=2))
    assert escalations.escalation("E-0001") == done
    assert escalations.link("E-0001", ArticleKey("kulanz", "de")).linked == ArticleKey("kulanz", "de")
    assert escalations.escalations() == [second]
    # Answered once, a question may be handed on again.
    assert escalations.escalate("q1", "other", "", "a7", now=NOON + timedelta(days=1)).escalation_id == "E-0003"
    store.close()
