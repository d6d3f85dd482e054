"""Long work that is stopped, at any of its looks, leaves everything whole, and running it again does it all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.ask import Asker, ask
from assistant.gaps import find
from assistant.health import examine
from assistant.leads import verify
from assistant.reports.figures.period import Period
from assistant.reports.team_report import team_report
from ingest.pipeline import ingest
from kb.articles.article import ArticleKey
from kb.catalog import Filter
from kb.library import Library
from kb.runtime.cancellation import StoppedError, checkpoint, stoppable

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Looks:
    """Counts the looks of a piece of work, and stops it at the one with this number."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.count, self.stop_at = 0, stop_at

    def __call__(self) -> bool:
        self.count += 1
        return self.stop_at is not None and self.count >= self.stop_at


def stop_everywhere(work: Callable[[], Any], check: Callable[[], None]) -> Any:
    """Stop ``work`` at its first look, its second, and so on, with a ``check`` each time; what it gives in the end."""
    for stop_at in range(1, 400):
        looks = Looks(stop_at)
        try:
            with stoppable(looks):
                made = work()
        except StoppedError:
            assert looks.count == stop_at  # it ended there
            check()
        else:
            assert stop_at > 2
            return made
    raise AssertionError("The work does not come to an end.")


def test_work_that_nobody_can_stop_passes_and_the_answer_is_the_innermost_ones() -> None:
    checkpoint()
    with stoppable(lambda: True), stoppable(lambda: False):
        checkpoint()
    with stoppable(lambda: True), pytest.raises(StoppedError):
        checkpoint()


@pytest.fixture
def base(library: Library, folder: Path, write: Any) -> Library:
    for number in range(6):
        write(f"a{number}", f"Thema {number}", f"Alter Satz {number} über Gebühr {number} Euro im Portal.")
    ingest(library, [folder])
    return library


def texts(library: Library) -> dict[str, str]:
    """The text of every article, as it answers."""
    with library.catalog.snapshot() as snapshot:
        rows = snapshot.listing(Filter(TODAY))
        found = {row.id: source for row in rows for _, source in snapshot.find(row.id)}
        # Each article has its passages, and each of these its vector.
        assert {snapshot.counts()["articles"]} == {len(rows)}
        survey = snapshot.survey(Filter(TODAY), library.embedder.fingerprint)
        assert {chunk.article for chunk in survey.chunks} == {row.rowid for row in rows}
        assert all(vector.any() for vector in survey.vectors)
    return found


def test_an_ingest_stopped_anywhere_has_the_old_or_the_new_text_of_each_article(
    base: Library, folder: Path, write: Any
) -> None:
    for number in range(6):
        write(f"a{number}", f"Thema {number}", f"Neuer Satz {number} über Gebühr {number} Euro im Portal.")
    write("b", "Neu dazu", "Ganz neuer Satz.")
    renewed = set()

    def check() -> None:
        now = texts(base)
        assert all("Alter Satz" in text or "Neuer Satz" in text for key, text in now.items() if key != "b")
        renewed.add(sum("Neuer Satz" in text for text in now.values()))

    stop_everywhere(lambda: ingest(base, [folder]), check)
    assert len(renewed) > 2  # some were stopped in the middle
    now = texts(base)
    assert sum("Neuer Satz" in text for text in now.values()) == 6
    assert "Ganz neuer Satz." in now["b"]


@pytest.fixture
def asked(base: Library) -> Library:
    for number, words in enumerate(("Ladekarte bestellen", "Ladekarte für Säulen", "Ladekarte bestellen bitte")):
        asker = Asker(f"p{number}", f"s{number}", "replay", f"q{number}")
        ask(base, words, asker=asker, now=NOW - timedelta(hours=number))
    return base


def test_looking_for_gaps_stopped_anywhere_leaves_the_backlog_as_it_was(asked: Library) -> None:
    def check() -> None:
        assert asked.backlog.gaps() == []

    report = stop_everywhere(lambda: find(asked, today=TODAY), check)
    assert report.gaps
    assert [gap.gap_id for gap in asked.backlog.gaps()] == [gap.gap_id for gap in report.gaps]


def test_a_proof_stopped_anywhere_closes_nothing_and_is_no_line_of_the_history(asked: Library) -> None:
    (gap,) = find(asked, today=TODAY).gaps
    asked.backlog.link(gap.gap_id, ArticleKey("a1", "de"), "kim", now=NOW, drafting=True)

    def check() -> None:
        assert asked.backlog.gap(gap.gap_id).state == "drafting"
        assert "checked" not in {entry.kind for entry in asked.backlog.history(gap.gap_id)}

    made = stop_everywhere(lambda: verify(asked, gap.gap_id, "kim", NOW), check)
    assert len(made.tried) == len(gap.questions)
    assert asked.backlog.history(gap.gap_id)[-1].kind == "checked"


def test_an_examination_stopped_anywhere_finds_the_same_the_next_time(base: Library) -> None:
    whole = examine(base, TODAY).to_json()
    (base.home / "health.sqlite3").unlink()
    assert stop_everywhere(lambda: examine(base, TODAY), lambda: None).to_json() == whole


def test_a_report_can_be_stopped(asked: Library) -> None:
    period = Period(TODAY - timedelta(days=6), TODAY, "Europe/Berlin")
    looks = Looks(1)
    with stoppable(looks), pytest.raises(StoppedError):
        team_report(asked, period, "de", "html", TODAY)
    assert "<html" in team_report(asked, period, "de", "html", TODAY)
