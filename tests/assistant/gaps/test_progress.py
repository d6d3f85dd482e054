"""How far long work is: told step by step to whoever listens, on a terminal and in a job, and to nobody else."""

from __future__ import annotations

import io
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from assistant.cli import gaps as commands
from assistant.cli.options import ProgressBar
from assistant.gaps import find
from assistant.gaps.pipeline import STEPS
from assistant.web.page.texts import TEXTS
from ingest.pipeline import ingest
from kb.events import QuestionEvent
from kb.library import Library
from kb.runtime.progress import is_told, tell, telling
from kb.tickets import Ticket

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ASKED = 2100


@pytest.fixture
def asked(library: Library, write: Any, folder: Any) -> Library:
    """More questions than are compared in one block, and some tickets; little of it is asked again."""
    for number in range(3):
        write(f"a{number}", f"Thema {number}", f"Satz {number} über Gebühr {number} Euro.")
    ingest(library, [folder])
    library.settings = library.settings.model_copy(
        update={"gaps": library.settings.gaps.model_copy(update={"most_replayed": 20})}
    )
    library.events.log_questions(
        QuestionEvent(
            question_id=f"q{number}",
            asked_at=NOW - timedelta(minutes=number),
            text=f"Wort{number % 7} Sache{number}",
            language="de",
            status="abstained" if number % 10 == 0 else "answered",
            confidence=0.5,
            channel="replay",
        )
        for number in range(ASKED)
    )
    library.tickets.add(
        Ticket(
            ticket_id=f"T-{number}",
            source="test",
            created_at=NOW,
            subject="",
            text=f"Ladekarte {number}",
            language="de",
        )
        for number in range(3)
    )
    return library


def test_a_look_for_gaps_tells_of_each_step_how_far_it_is(asked: Library) -> None:
    told: dict[str, list[tuple[int, int]]] = {}
    find(
        asked,
        today=date(2026, 11, 25),
        progress=lambda done, total, step: told.setdefault(step, []).append((done, total)),
    )
    assert tuple(told) == STEPS
    assert told["questions"] == [(0, ASKED), (1000, ASKED), (2000, ASKED)]
    assert told["tickets"] == [(0, 3)]
    assert {total for _, total in told["embedding"]} == {ASKED + 3}
    assert told["clustering"][-1][1] > 1
    for lines in told.values():
        assert [done for done, _ in lines] == sorted({done for done, _ in lines})  # it only goes on
        assert all(done < total for done, total in lines)
    again: set[str] = set()
    find(asked, today=date(2026, 11, 25), progress=lambda done, total, step: again.add(step))
    assert again == set(STEPS) - {"embedding"}  # the vectors are known


def test_only_who_listens_is_told_and_inner_work_by_the_inner_step() -> None:
    told: list[tuple[int, int, str]] = []
    tell(1, 2)
    assert not is_told()
    with telling(lambda *line: told.append(line), "outer"):
        tell(1, 2)
        with telling(None, "unheard"):
            assert not is_told()
            tell(3, 4)
        tell(2, 2)
    tell(5, 6)
    assert told == [(1, 2, "outer"), (2, 2, "outer")]


class Terminal(io.StringIO):
    """A place to write that says of itself that somebody looks on."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_words_in_the_terminal_and_on_the_page(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for texts in TEXTS.values():
        assert texts[f"step_{step}"]
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with ProgressBar("Looking", commands.STEPS) as bar:
        bar.progress(3, 7, step)
    assert commands.STEPS[step] in terminal.getvalue()
    assert "3/7" in terminal.getvalue()


def test_nobody_is_shown_a_bar_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", written := io.StringIO())
    with ProgressBar("Looking", commands.STEPS) as bar:
        bar.progress(3, 7, "asking")
    assert written.getvalue() == ""
