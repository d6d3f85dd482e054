from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.tickets.dates import Reader, day_first, zone_named
from ingest.tickets.values import duration, listed, plain, satisfaction, word, yes
from kb.errors import UsageError

BERLIN = zone_named("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-15T09:30:00Z", "2026-01-15T09:30:00+00:00"),
        ("2026-01-15T09:30:00.123Z", "2026-01-15T09:30:00+00:00"),
        ("2026-01-15T09:30:00.000+0000", "2026-01-15T09:30:00+00:00"),
        ("2026-01-15 09:30:00 +0100", "2026-01-15T08:30:00+00:00"),
        ("2026-01-15 09:30:00-05:30", "2026-01-15T15:00:00+00:00"),
        ("2026-01-15 09:30 UTC", "2026-01-15T09:30:00+00:00"),
        ("2026-01-15 09:30 MEZ", "2026-01-15T08:30:00+00:00"),
        ("2026-07-15 09:30 CEST", "2026-07-15T07:30:00+00:00"),
        ("2026-01-15 09:30", "2026-01-15T08:30:00+00:00"),
        ("2026-07-15 09:30", "2026-07-15T07:30:00+00:00"),
        ("2026/01/15 09:30", "2026-01-15T08:30:00+00:00"),
        ("15.01.2026 09:30", "2026-01-15T08:30:00+00:00"),
        ("15.01.2026, 09:30:15 Uhr", "2026-01-15T08:30:15+00:00"),
        ("15.1.26 9:30", "2026-01-15T08:30:00+00:00"),
        ("Do, 15.01.2026 um 09:30", "2026-01-15T08:30:00+00:00"),
        ("03.04.2026", "2026-04-02T22:00:00+00:00"),
        ("25/04/2026 09:30", "2026-04-25T07:30:00+00:00"),
        ("04/25/2026 09:30 PM", "2026-04-25T19:30:00+00:00"),
        ("04/25/26 12:05 am", "2026-04-24T22:05:00+00:00"),
        ("04/04/2026 09:30", "2026-04-04T07:30:00+00:00"),
        ("15 Jan 2026 09:30", "2026-01-15T08:30:00+00:00"),
        ("Thu, 15 Jan 2026 09:30:00 +0000", "2026-01-15T09:30:00+00:00"),
        ("15. Januar 2026, 09:30", "2026-01-15T08:30:00+00:00"),
        ("Jan 15, 2026 9:30 AM", "2026-01-15T08:30:00+00:00"),
        ("1. März 2026", "2026-02-28T23:00:00+00:00"),
        ("1768469400", "2026-01-15T09:30:00+00:00"),
        ("1768469400123", "2026-01-15T09:30:00+00:00"),
    ],
)
def test_times_are_read_as_help_desks_write_them(text: str, moment: str) -> None:
    assert Reader(BERLIN).read(text).at.isoformat() == moment


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("03/04/2026 10:30", "two ways"),
        ("03-04-2026", "two ways"),
        ("31.02.2026", "no day or time that exists"),
        ("2026-13-01", "no day or time that exists"),
        ("2026-01-15 25:00", "no day or time that exists"),
        ("13/13/2026", "no day or time that exists"),
        ("01/25/2026 13:00 PM", "no day or time that exists"),
        ("2026-01-15 09:30 EST", "several ways"),
        ("2026-01-15 09:30 +99:00", "no time zone"),
        ("2026-03-29 02:30", "skipped"),
        ("1970-01-01", "out of range"),
        ("9999999999999", "out of range"),
        ("15 Foo 2026", "no time that can be read"),
        ("gestern", "no time that can be read"),
        ("46037.4", "no time that can be read"),
    ],
)
def test_what_is_no_time_or_two_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Reader(BERLIN).read(text)


def test_the_column_proves_what_one_value_does_not() -> None:
    assert Reader(day_first=True).read("03/04/2026").at.month == 4
    assert Reader(day_first=False).read("03/04/2026").at.month == 3
    assert Reader(day_first=True).read("04/25/2026").at.month == 4  # it proves itself
    assert [day_first(text) for text in ("25/04/2026", "04/25/2026", "03/04/2026", "25.04.2026", "x")] == [
        True, False, None, None, None,
    ]  # fmt: skip


def test_a_format_that_is_told_is_read_first() -> None:
    reader = Reader(form="%m-%d-%y %H:%M")
    assert reader.read("03-04-26 10:30").at == datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
    assert reader.read("2026-05-20T10:30Z").at == datetime(2026, 5, 20, 10, 30, tzinfo=UTC)
    assert Reader(form="%d/%m/%Y").read("03/04/2026").day_only


def test_a_moment_says_what_was_given() -> None:
    assert Reader().read("2026-05-20").day_only
    assert not Reader().read("2026-05-20 10:00").zone_given
    assert Reader().read("2026-05-20T10:00Z").zone_given


@given(st.text(max_size=40) | st.from_regex(r"[0-9/.:\- TZ+]{1,30}", fullmatch=True), st.sampled_from([UTC, BERLIN]))
def test_any_text_is_a_moment_in_utc_or_a_reason(text: str, zone: tzinfo) -> None:
    with contextlib.suppress(ValueError):
        assert Reader(zone, True).read(text).at.utcoffset() == timedelta()


def test_an_unknown_time_zone_is_named() -> None:
    with pytest.raises(UsageError, match="Europe/Kiel"):
        zone_named("Europe/Kiel")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  Abschlag  ändern \r\n\r\n\r\n\r\nbitte ", "Abschlag ändern\n\nbitte"),
        ("<p>Wie melde ich den Z&auml;hlerstand?</p><p>Gruß<br>Anna</p>", "Wie melde ich den Zählerstand?\nGruß\nAnna"),
        ("<style>p {color: red}</style><div>Text</div><script>alert(1)</script>", "Text"),
        ("Tom &amp; Co", "Tom & Co"),
        ("a < b und b > c", "a < b und b > c"),
        ("'=SUM(A1)", "=SUM(A1)"),
        ("'tis", "'tis"),
        ("a\x00b", "a\ufffdb"),
    ],
)
def test_text_is_plain(value: str, text: str) -> None:
    assert plain(value) == text


def test_a_word_is_one_line() -> None:
    assert word("Strom\n und  Gas") == "Strom und Gas"
    assert len(word("x" * 1000)) == 200


@pytest.mark.parametrize(
    ("value", "column", "minutes"),
    [
        ("35", "First reply time in minutes", 35),
        ("1,5", "First response time (in hrs)", 90),
        ("01:30:30", "First response time (in hrs)", 90.5),
        ("26:00", "Lösungszeit", 26 * 60),
        ("90", "Erstreaktionszeit (Stunden)", 5400),
        ("120", "metric_set.reply_time_in_seconds", 2),
        ("60000", "time_ms", 1),
        ("2", "resolution_days", 2880),
        ("90", "time_to_close", None),
        ("-5", "First reply time in minutes", None),
        ("bald", "First reply time in minutes", None),
        ("999999999999", "First reply time in hours", None),
    ],
)
def test_a_duration_has_the_unit_of_its_column(value: str, column: str, minutes: float | None) -> None:
    found = duration(value, column)
    assert (found and found.total_seconds() / 60) == minutes


@pytest.mark.parametrize(
    ("value", "share", "says"),
    [
        ("Good", 1.0, True),
        ("Bad, I'm unsatisfied", 0.0, True),
        ("Extremely Happy", 1.0, True),
        ("sehr unzufrieden", 0.0, True),
        ("Neutral", 0.5, True),
        ("4/5", 0.8, True),
        ("80 %", 0.8, True),
        ("7/5", None, True),
        ("7/0", None, True),
        ("offered", None, False),
        ("Not Offered", None, False),
        ("", None, False),
        ("4", None, True),
        ("prima", None, True),
    ],
)
def test_satisfaction_is_a_share_or_unknown(value: str, share: float | None, says: bool) -> None:
    assert satisfaction(value, None) == (share, says)


@pytest.mark.parametrize(
    ("value", "scale", "share"), [("4", (1, 5), 0.75), ("1", (6, 1), 1.0), ("2,5", (1, 5), 0.375), ("9", (1, 5), None)]
)
def test_a_bare_mark_needs_its_scale(value: str, scale: tuple[float, float], share: float | None) -> None:
    assert satisfaction(value, scale) == (share, True)


def test_yes_and_no_in_both_languages() -> None:
    assert [yes(value) for value in ("Ja", "TRUE", "nein", "0", "", "vielleicht")] == [
        True,
        True,
        False,
        False,
        None,
        None,
    ]


def test_articles_are_listed_by_id() -> None:
    assert listed("move, meter; https://help.example.org/articles/bill/ move") == ("move", "meter", "bill")
    assert listed("") == ()
