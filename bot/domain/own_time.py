"""Own timelines: a deadline that was over before a student could meet it is not theirs (P24, K41)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.records import Posted
from bot.domain.times import instant

#: where the class had none
USUAL_SPAN = timedelta(days=7)


def is_on_own_time(deadline: datetime, since: datetime) -> bool:
    """Whether the unit opened to the student, or they joined, when the class's deadline was over."""
    return since >= deadline


def deadline_for(deadline: datetime, posted_at: datetime | None, since: datetime, zone: str) -> datetime:
    """The student's deadline: the class's, or as long after ``since`` as the class had, at its time on the wall.

    ``since`` is when the student had both joined the class and the unit open; ``zone`` is the class's.
    """
    if not is_on_own_time(deadline, since):
        return deadline
    span = deadline - posted_at if posted_at is not None and posted_at < deadline else USUAL_SPAN
    place = ZoneInfo(zone)
    wall = deadline.astimezone(place).time()
    day = (since + span).astimezone(place).date()
    while (at := instant(datetime.combine(day, wall), zone)) <= since:
        day += timedelta(days=1)
    return at


def posted_for(posted: Posted, since: datetime) -> Posted:
    """The pre-work with the deadline of the student to whom it is open since then."""
    return replace(
        posted, deadline=deadline_for(posted.deadline, posted.posted_at, since, posted.section.zone)
    )
