"""When a person may be written to: open hours by the clock on their own wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.times import instant


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Open from ``opens`` up to, not including, ``closes``, on every day; opens < closes."""

    opens: time
    closes: time

    def hold(self, at: datetime, zone: str) -> bool:
        return self.opens <= at.astimezone(ZoneInfo(zone)).time() < self.closes


def last_open(at: datetime, zone: str, hours: OpenHours) -> datetime:
    """``at`` if that is open, else the last open minute before it (UTC)."""
    if hours.hold(at, zone):
        return at
    local = at.astimezone(ZoneInfo(zone))
    day = local.date() if local.time() >= hours.closes else local.date() - timedelta(days=1)
    return instant(datetime.combine(day, hours.closes), zone) - timedelta(minutes=1)


def next_open(at: datetime, zone: str, hours: OpenHours) -> datetime:
    """``at`` if that is open, else the first open instant after it (UTC)."""
    if hours.hold(at, zone):
        return at
    local = at.astimezone(ZoneInfo(zone))
    day = local.date() if local.time() < hours.opens else local.date() + timedelta(days=1)
    return instant(datetime.combine(day, hours.opens), zone)
