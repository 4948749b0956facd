"""A student's own deadline: theirs is the class's, unless it was over before they could meet it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.own_time import deadline_for
from tests.builders import NOW

instants = st.integers(-500_000, 500_000).map(lambda minutes: NOW + timedelta(minutes=minutes))
zones = st.sampled_from(["Europe/Berlin", "America/Chicago", "Australia/Lord_Howe", "Asia/Kathmandu"])
spans = st.timedeltas(timedelta(minutes=5), timedelta(days=30))


@given(instants, spans, st.timedeltas(timedelta(minutes=1), timedelta(days=30)), zones)
def test_who_could_meet_the_class_s_deadline_has_it(
    deadline: datetime, span: timedelta, early: timedelta, zone: str
) -> None:
    assert deadline_for(deadline, deadline - span, deadline - early, zone) == deadline


@given(instants, spans, st.timedeltas(timedelta(0), timedelta(days=200)), zones)
def test_who_came_later_has_about_as_long_at_the_usual_time_and_never_a_deadline_in_the_past(
    deadline: datetime, span: timedelta, late: timedelta, zone: str
) -> None:
    since = deadline + late
    own = deadline_for(deadline, deadline - span, since, zone)
    assert own > since
    assert abs(own - (since + span)) <= timedelta(days=1, hours=2)


def test_the_time_on_the_wall_stays_over_a_change_of_clocks_and_seven_days_are_usual() -> None:
    zone = "America/Chicago"
    deadline = datetime(2026, 10, 28, 8, tzinfo=ZoneInfo(zone))
    own = deadline_for(deadline, None, deadline + timedelta(days=1), zone)
    assert own.astimezone(ZoneInfo(zone)) == datetime(2026, 11, 5, 8, tzinfo=ZoneInfo(zone))
    assert deadline_for(NOW, NOW, NOW, "UTC") == NOW + timedelta(days=7)
