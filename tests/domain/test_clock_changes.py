"""RD6: a daily promise at any half hour, in every zone there is, over every change of its clocks from 2024 to 2037."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.domain.times import instant

BEGIN, END = datetime(2024, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
HALF_HOUR, QUARTER = timedelta(minutes=30), timedelta(minutes=15)
#: days of promises on either side of a change, and half hours of each that lie near it
AROUND, NEAR = 1, timedelta(hours=3)


def offset(at: datetime, place: ZoneInfo) -> timedelta:
    return at.astimezone(place).utcoffset() or timedelta(0)


def changes(place: ZoneInfo) -> Iterator[datetime]:
    """Each first instant of a new offset, to the minute. No zone changes twice within two days."""
    at, before = BEGIN, offset(BEGIN, place)
    while at < END:
        later = at + timedelta(days=2)
        if (after := offset(later, place)) != before:
            low, high = at, later
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if offset(middle, place) == before else (low, middle)
            yield high.replace(second=0, microsecond=0)
            before = after
        at = later


class Wall:
    """What the clock on the wall shows at each quarter of an hour around a change; every zone keeps to quarters."""

    def __init__(self, change: datetime, place: ZoneInfo) -> None:
        start = change - timedelta(days=AROUND + 2)
        ticks = [start + number * QUARTER for number in range((2 * AROUND + 4) * 96)]
        self.shown = [(at, at.astimezone(place).replace(tzinfo=None)) for at in ticks]
        self.first: dict[datetime, datetime] = {}
        for at, clock in self.shown:
            self.first.setdefault(clock, at)

    def of(self, wall: datetime) -> datetime:
        """The first tick that shows it; if the clock jumped over it, the first tick after the jump."""
        if wall in self.first:
            return self.first[wall]
        return next(at for at, clock in self.shown if clock > wall)


def promises(change: datetime, place: ZoneInfo) -> Iterator[list[datetime]]:
    """For each half hour of the day near the change, the wall times of the days around it."""
    local = change.astimezone(place).replace(tzinfo=None)
    first = local.replace(minute=0) - NEAR
    for number in range(2 * NEAR // HALF_HOUR + 1):
        wall = first + number * HALF_HOUR
        yield [wall + timedelta(days=day) for day in range(-AROUND, AROUND + 1)]


@pytest.mark.slow
def test_every_day_gets_its_promise_once_at_the_first_instant_that_keeps_it() -> None:
    zones = sorted(available_timezones())
    assert len(zones) >= 500
    checked = skipped = repeated = 0
    for name in zones:
        place = ZoneInfo(name)
        for change in changes(place):
            wall = Wall(change, place)
            for days in promises(change, place):
                at = [instant(day, name) for day in days]
                assert at == [wall.of(day) for day in days], (name, days)
                assert sorted(set(at)) == at, f"{name}: a day was skipped or doubled around {days}"
                checked += len(days)
                skipped += sum(day not in wall.first for day in days)
                repeated += sum(sum(clock == day for _, clock in wall.shown) > 1 for day in days[1:2])
    assert checked > 200_000
    assert skipped > 5_000
    assert repeated > 5_000
