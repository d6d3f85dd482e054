"""At midnight by the team's calendar an article expires and becomes overdue, whoever asks and by whichever door."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.ask import Asker, ask
from assistant.cli import main
from assistant.gaps import find
from assistant.health.usage import usage
from assistant.web.app import build
from ingest.pipeline import ingest
from kb.catalog import Filter
from kb.library import Library
from kb.runtime.days import day_in
from kb.settings import Settings
from tests.fakes import WordEmbedder

BEFORE, AFTER = datetime(2026, 11, 25, 22, 59, 59, tzinfo=UTC), datetime(2026, 11, 25, 23, tzinfo=UTC)
"""Around midnight in Berlin; in UTC both are the 25th."""


@pytest.fixture
def shelf(library: Library, folder: Any, write: Any) -> Library:
    write("lasting", "Umzug melden", "Den Umzug melden Sie im Portal.", reviewed_on="2026-10-01")
    write("ending", "Ladekarte", "Die Ladekarte kostet nichts.", reviewed_on="2026-10-01", expires_on="2026-11-25")
    ingest(library, [folder])
    return library


def test_an_article_answers_through_its_last_day_and_not_a_second_longer(shelf: Library) -> None:
    def found(now: datetime) -> set[str]:
        return {one.article_id for one in ask(shelf, "Was kostet die Ladekarte?", now=now).nearest}

    assert found(BEFORE) == {"lasting", "ending"}
    assert found(AFTER) == {"lasting"}


def test_the_use_of_an_article_is_counted_on_the_day_on_which_it_was_asked_for(shelf: Library) -> None:
    for now in (BEFORE, AFTER):
        ask(shelf, "Wie melde ich meinen Umzug?", now=now)
    with shelf.catalog.snapshot() as snapshot:
        survey = snapshot.survey(Filter(date(2026, 11, 25)), shelf.embedder.fingerprint)
    used = usage(shelf, survey, date(2026, 11, 25))
    assert (used.questions, used.since) == (1, date(2026, 11, 25))
    assert usage(shelf, survey, date(2026, 11, 26)).questions == 2


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_a_look_for_gaps_on_a_day_is_about_that_day_anywhere(shelf: Library, zone: str) -> None:
    shelf.settings = Settings.model_validate({"reports": {"time_zone": zone}})
    for name in ("anna", "ben", "kim"):
        ask(shelf, "Passkey einrichten", asker=Asker(name), now=BEFORE)
    report = find(shelf, today=date(2026, 12, 24))
    assert report.questions == 3
    assert {shelf.day_of(gap.updated_at) for gap in shelf.backlog.gaps()} == {date(2026, 12, 24)}


def test_every_door_says_the_same_of_an_article_whose_day_has_passed_here_and_not_there(
    folder: Any, write: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    west, east = "Etc/GMT+12", "Pacific/Kiritimati"  # 26 hours apart: never on the same day
    last = day_in(west, datetime.now(UTC))
    write("ending", "Ladekarte", "Die Ladekarte kostet nichts.", reviewed_on="2020-01-01", expires_on=last.isoformat())

    def run(*arguments: str) -> Any:
        monkeypatch.setattr(sys, "argv", ["kb", *arguments])
        with pytest.raises(SystemExit):
            main()
        return json.loads(capsys.readouterr().out)

    def told(zone: str) -> dict[str, bool]:
        monkeypatch.setenv("KB_REPORTS__TIME_ZONE", zone)
        monkeypatch.setenv("KB_HOME", str(tmp_path / "home"))
        codes = {one["code"] for one in run("check", str(folder), "--json")["findings"]}
        library = Library.open()
        library.embedder, library.english = WordEmbedder(), None
        ingest(library, [folder])
        client = TestClient(build(library, "machine", "127.0.0.1"), base_url="http://127.0.0.1:7860")
        listed = client.get("/api/v1/articles").json()["articles"]
        searched = client.get("/api/v1/search", params={"q": "Ladekarte"}).json()["articles"]
        asked = client.post("/api/v1/ask", json={"question": "Was kostet die Ladekarte?"}).json()["nearest"]
        library.close()
        return {"check": "expired" not in codes, "list": bool(listed), "search": bool(searched), "ask": bool(asked)}

    assert told(west) == dict.fromkeys(("check", "list", "search", "ask"), True)
    assert told(east) == dict.fromkeys(("check", "list", "search", "ask"), False)
