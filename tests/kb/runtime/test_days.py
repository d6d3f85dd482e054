"""One calendar: at the edge of midnight, every part says that it is the same day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kb.backlog import Backlog, Demand, FoundGap, GapQuestion
from kb.errors import UsageError
from kb.events.store import Store
from kb.library import Library
from kb.runtime.days import day_in, midnight, noon
from kb.settings import Settings, load

BERLIN = "Europe/Berlin"
BEFORE, AFTER = datetime(2026, 11, 25, 22, 59, 59, tzinfo=UTC), datetime(2026, 11, 25, 23, tzinfo=UTC)
"""The last second of the 25th in Berlin and the first one of the 26th; in UTC both are the 25th."""

THE_25TH, THE_26TH = date(2026, 11, 25), date(2026, 11, 26)


def test_a_day_begins_at_its_own_midnight() -> None:
    assert (day_in(BERLIN, BEFORE), day_in(BERLIN, AFTER)) == (THE_25TH, THE_26TH)
    assert midnight(BERLIN, THE_26TH) == AFTER
    summer = datetime(2026, 7, 1, 22, tzinfo=UTC)
    assert midnight(BERLIN, day_in(BERLIN, summer)) == summer


@pytest.mark.parametrize("zone", [BERLIN, "UTC", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_noon_is_on_its_day_wherever_that_is(zone: str) -> None:
    assert day_in(zone, noon(zone, THE_25TH)) == THE_25TH
    assert noon(zone, THE_25TH) - midnight(zone, THE_25TH) == timedelta(hours=12)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "Europe", "../etc/passwd"])
def test_what_is_no_time_zone_is_named_before_anything_begins(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a time zone"):
        midnight(name, THE_25TH)
    with pytest.raises(UsageError, match=r"reports\.time_zone from KB_REPORTS__TIME_ZONE.*is not a time zone"):
        load(env={"KB_REPORTS__TIME_ZONE": name}, folder=tmp_path)


def test_the_day_it_is_depends_on_the_settings_alone(tmp_path: Path) -> None:
    def library(zone: str) -> Library:
        return Library(tmp_path, Settings.model_validate({"reports": {"time_zone": zone}}))

    assert library("Pacific/Kiritimati").today() > library("Etc/GMT+12").today()  # 26 hours apart
    assert [library(BERLIN).day_of(at) for at in (BEFORE, AFTER)] == [THE_25TH, THE_26TH]
    assert f"{library(BERLIN).local(AFTER):%Y-%m-%d %H:%M}" == "2026-11-26 00:00"


def test_a_gap_sleeps_until_its_day_begins_there(tmp_path: Path) -> None:
    backlog = Backlog(Store(f"sqlite:///{tmp_path}/events.sqlite3"), BERLIN)
    asked = GapQuestion("q", "Wie geht das?", BEFORE - timedelta(days=1), "de", signals=("abstained",))
    gap = FoundGap("Wie geht das?", "de", "missing", {}, (asked,), Demand(1, 1, 0), 1.0, (), (), "write")
    backlog.sync([gap], BEFORE)
    with pytest.raises(UsageError, match="a day to come"):
        backlog.move("G-0001", "snoozed", "kim", now=AFTER, until=THE_26TH)
    backlog.move("G-0001", "snoozed", "kim", now=BEFORE, until=THE_26TH)
    assert backlog.sync([gap], BEFORE)[0].state == "snoozed"
    assert backlog.sync([gap], AFTER)[0].state == "open"
    backlog.close()
