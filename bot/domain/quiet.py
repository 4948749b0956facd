"""When a person may be written to: open hours by the clock on their own wall, on days that are not off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.times import instant

#: so many days are looked over for an open one: no holidays last longer
FAR = 400


@dataclass(frozen=True, slots=True)
class Days:
    """Local days from ``first`` to ``last``, both included; first <= last."""

    first: date
    last: date

    def hold(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Open from ``opens`` up to, not including, ``closes``; opens < closes. Nothing is open on a day off."""

    opens: time
    closes: time
    #: ISO weekdays, Monday is 1
    weekdays_off: frozenset[int] = frozenset()
    holidays: tuple[Days, ...] = ()

    def open_on(self, day: date) -> bool:
        return day.isoweekday() not in self.weekdays_off and not any(each.hold(day) for each in self.holidays)

    def hold(self, at: datetime, zone: str) -> bool:
        local = at.astimezone(ZoneInfo(zone))
        return self.opens <= local.time() < self.closes and self.open_on(local.date())

    def on_every_day(self) -> OpenHours:
        """The same hours without days off: for an appointment that its reader made."""
        return replace(self, weekdays_off=frozenset(), holidays=())


def last_open(at: datetime, zone: str, hours: OpenHours) -> datetime | None:
    """``at`` if that is open, else the last open minute before it (UTC); None when there is none for long."""
    if hours.hold(at, zone):
        return at
    local = at.astimezone(ZoneInfo(zone))
    day = _open_day(local.date() - timedelta(days=local.time() < hours.closes), -1, hours)
    return None if day is None else instant(datetime.combine(day, hours.closes), zone) - timedelta(minutes=1)


def next_open(at: datetime, zone: str, hours: OpenHours) -> datetime | None:
    """``at`` if that is open, else the first open instant after it (UTC); None when there is none for long."""
    if hours.hold(at, zone):
        return at
    local = at.astimezone(ZoneInfo(zone))
    day = _open_day(local.date() + timedelta(days=local.time() >= hours.opens), 1, hours)
    return None if day is None else instant(datetime.combine(day, hours.opens), zone)


def _open_day(day: date, step: int, hours: OpenHours) -> date | None:
    """The first day from ``day`` on, forwards or backwards, that is not off."""
    days = (day + timedelta(days=step * number) for number in range(FAR))
    return next((each for each in days if hours.open_on(each)), None)
