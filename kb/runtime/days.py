"""Days: which one a moment falls on, by the calendar of a time zone. Nobody else cuts a moment into days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kb.errors import UsageError


def zone_of(name: str) -> ZoneInfo:
    """The time zone with an IANA name. Raises UsageError where it is not known."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"'{name}' is not a time zone.", "Set reports.time_zone to an IANA name such as Europe/Berlin."
        ) from None


def day_in(zone: str, moment: datetime) -> date:
    """The day on which a moment (aware) falls in a time zone. Raises UsageError where the zone is not known."""
    return moment.astimezone(zone_of(zone)).date()


def midnight(zone: str, day: date) -> datetime:
    """The moment at which a day begins in a time zone, in UTC. Raises UsageError where the zone is not known."""
    return datetime.combine(day, time(), zone_of(zone)).astimezone(UTC)


def noon(zone: str, day: date) -> datetime:
    """The middle of a day in a time zone, in UTC: what stands for the day where no moment is known."""
    return datetime.combine(day, time(12), zone_of(zone)).astimezone(UTC)
