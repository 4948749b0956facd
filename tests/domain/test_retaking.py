"""What stands before the next attempt: nothing that need not, and everything that has to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.booking import Span
from bot.domain.mastery import Attempt
from bot.domain.mastery_rules import MasteryRules
from bot.domain.retaking import (
    Asked,
    AskFirst,
    BookSession,
    Cooldown,
    Facts,
    InSession,
    InTheWay,
    NoTriesLeft,
    Remediation,
    RemediationFirst,
    RemediationKind,
    Request,
    WindowClosed,
    in_the_way,
    opens_at,
)
from tests.builders import NOW, a_unit

UNIT = a_unit()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def failed(number: int, at: datetime, *, purpose: str = "check", passed: bool | None = False) -> Attempt:
    return Attempt(
        id=number,
        handle=f"a{number}",
        person=1,
        section=1,
        course=1,
        unit=1,
        unit_slug=UNIT.slug,
        unit_title=UNIT.title,
        number=number,
        bar=80,
        began_at=at - HOUR,
        submitted_at=at,
        score=None,
        passed=passed,
        retake_at=None,
        purpose=purpose,
    )


def worked(attempt: int, at: datetime | None = NOW) -> Remediation:
    return Remediation(1, "r", attempt, 1, "", RemediationKind.VIDEO, {}, NOW, at)


def asked(at: datetime, granted: bool | None, why: str = "") -> Request:
    return Request(1, "q", 1, 1, UNIT.slug, "please", at, granted, why, None)


def stands(attempts: Sequence[Attempt], facts: Facts, now: datetime) -> tuple[InTheWay, ...]:
    return in_the_way(UNIT, attempts, facts, now)


def test_nothing_stands_before_a_first_attempt_whatever_the_rules() -> None:
    strict = MasteryRules(limit=1, last_day=date(2020, 1, 1), by_request=True, in_sessions=True)
    assert stands([], Facts(strict), NOW) == ()
    assert stands([failed(1, NOW, purpose="test_out")], Facts(strict), NOW) == ()
    assert stands([failed(1, NOW, passed=True)], Facts(strict), NOW) == ()
    assert stands([failed(1, NOW, passed=None)], Facts(strict), NOW) == ()


def test_by_default_a_retake_waits_for_work_on_what_was_missed_and_for_the_units_cooldown() -> None:
    facts = Facts(missed=("1.2",))
    first, wait = stands([failed(1, NOW)], facts, NOW)
    assert isinstance(first, RemediationFirst)
    assert [each.slug for each in first.objectives] == ["1.2"]
    assert first.kinds == tuple(RemediationKind)
    assert wait == Cooldown(NOW + 4 * HOUR)
    did = replace(facts, remediations=(worked(1),))
    assert stands([failed(1, NOW)], did, NOW) == (wait,)
    assert stands([failed(1, NOW)], did, NOW + 4 * HOUR) == ()
    assert stands([failed(1, NOW)], facts, NOW + 4 * HOUR) == (first,)


def test_work_that_was_only_chosen_or_done_for_an_earlier_attempt_opens_nothing() -> None:
    later = NOW + 9 * HOUR
    for not_enough in (worked(2, None), worked(1)):
        (first,) = stands([failed(1, NOW - DAY), failed(2, NOW)], Facts(remediations=(not_enough,)), later)
        assert isinstance(first, RemediationFirst)


def test_booked_office_hours_count_once_they_are_over() -> None:
    helped = Span(NOW + HOUR, NOW + 2 * HOUR)
    facts = Facts(helped=(helped,))
    (first,) = stands([failed(1, NOW - DAY)], facts, NOW)
    assert isinstance(first, RemediationFirst)
    assert first.helped_at == helped.ends_at == opens_at([first])
    assert stands([failed(1, NOW - DAY)], facts, helped.ends_at) == ()
    before = Facts(helped=(Span(NOW - 3 * DAY, NOW - 2 * DAY),))
    assert stands([failed(1, NOW - DAY)], before, NOW)


@given(st.lists(st.integers(0, 300), min_size=1, max_size=5), st.integers(1, 9))
def test_each_attempt_has_the_wait_of_its_number_and_the_last_one_repeats(
    hours: list[int], made: int
) -> None:
    attempts = [failed(number, NOW + number * DAY) for number in range(1, made + 1)]
    facts = Facts(MasteryRules(cooldown_hours=tuple(hours)), remediations=(worked(made),))
    ended = NOW + made * DAY
    expected = ended + timedelta(hours=(hours + [hours[-1]] * 9)[made - 1])
    assert stands(attempts, facts, ended) == ((Cooldown(expected),) if expected > ended else ())
    assert stands(attempts, facts, expected) == ()


def test_new_rules_bring_a_retake_forward_but_never_put_off_what_was_promised() -> None:
    promised = replace(failed(1, NOW), retake_at=NOW + DAY)
    did = Facts(remediations=(worked(1),))
    longer = replace(did, rules=MasteryRules(cooldown_hours=(72,)))
    assert stands([promised], longer, NOW) == (Cooldown(NOW + DAY),)
    shorter = replace(did, rules=MasteryRules(cooldown_hours=(1,)))
    assert stands([promised], shorter, NOW) == (Cooldown(NOW + HOUR),)


def test_the_last_try_is_final_and_more_tries_are_an_accommodation() -> None:
    attempts = [failed(1, NOW - 2 * DAY), failed(2, NOW - DAY)]
    facts = Facts(MasteryRules(limit=2))
    assert stands(attempts, facts, NOW) == (NoTriesLeft(2, None),)
    assert opens_at(stands(attempts, facts, NOW)) is None
    more = replace(facts, more_tries=1, remediations=(worked(2),))
    assert stands(attempts, more, NOW) == ()


@given(
    st.lists(st.integers(0, 60 * 24), min_size=1, max_size=7, unique=True),
    st.integers(1, 4),
    st.integers(1, 20),
)
def test_a_limit_within_days_opens_again_as_soon_as_fewer_attempts_count(
    ended: list[int], limit: int, days: int
) -> None:
    attempts = [failed(n, NOW + timedelta(hours=each)) for n, each in enumerate(sorted(ended), start=1)]
    did = (worked(len(attempts)),)
    facts = Facts(MasteryRules((), limit=limit, window_days=days, cooldown_hours=(0,)), remediations=did)
    now = NOW + timedelta(hours=max(ended))
    found = stands(attempts, facts, now)

    def counting(at: datetime) -> int:
        return sum(1 for each in attempts if each.submitted_at and each.submitted_at + days * DAY > at)

    if counting(now) < limit:
        assert found == ()
        return
    again_at = opens_at(found)
    assert again_at is not None
    assert counting(again_at) < limit
    assert counting(again_at - timedelta(seconds=1)) >= limit
    assert stands(attempts, facts, again_at) == ()


def test_the_last_day_ends_at_midnight_in_the_class_and_is_final() -> None:
    chicago = Facts(
        MasteryRules(last_day=date(2026, 11, 23)), zone="America/Chicago", remediations=(worked(1),)
    )
    midnight = datetime(2026, 11, 24, tzinfo=ZoneInfo("America/Chicago"))
    attempts = [failed(1, NOW - DAY)]
    assert stands(attempts, chicago, midnight - timedelta(seconds=1)) == ()
    assert stands(attempts, chicago, midnight) == (WindowClosed(date(2026, 11, 23)),)
    berlin = replace(chicago, zone="Europe/Berlin")
    assert stands(attempts, berlin, midnight - timedelta(seconds=1)) == (WindowClosed(date(2026, 11, 23)),)


def test_a_request_is_asked_for_answered_and_good_for_one_attempt() -> None:
    rules = MasteryRules(by_request=True)
    facts = Facts(rules, remediations=(worked(2),))
    attempts = [failed(1, NOW - 3 * DAY), failed(2, NOW - DAY)]
    old = asked(NOW - 2 * DAY, granted=True)
    assert stands(attempts, replace(facts, requests=(old,)), NOW) == (AskFirst(),)
    waits = asked(NOW, None)
    assert stands(attempts, replace(facts, requests=(old, waits)), NOW) == (Asked(NOW),)
    refused = asked(NOW, granted=False, why="Do the sheet.")
    assert stands(attempts, replace(facts, requests=(refused,)), NOW) == (AskFirst("Do the sheet."),)
    again = asked(NOW + HOUR, granted=True)
    assert stands(attempts, replace(facts, requests=(refused, again)), NOW + HOUR) == ()


def test_a_retake_session_opens_the_check_from_its_beginning_to_its_end() -> None:
    rules = MasteryRules(in_sessions=True)
    facts = Facts(rules, remediations=(worked(1),))
    attempts = [failed(1, NOW - DAY)]
    session = Span(NOW + HOUR, NOW + 2 * HOUR)
    booked = replace(facts, sessions=(session,))
    assert stands(attempts, facts, NOW) == (BookSession(),)
    assert stands(attempts, booked, NOW) == (InSession(session),)
    assert stands(attempts, booked, session.starts_at) == ()
    assert stands(attempts, booked, session.ends_at) == (BookSession(),)


@given(
    st.booleans(),
    st.booleans(),
    st.sampled_from([(), (5,), (1, 2)]),
    st.sampled_from([None, 1, 2]),
    st.sampled_from([None, 3]),
)
def test_doing_all_of_it_opens_the_check_and_leaving_any_one_out_does_not(
    by_request: bool, in_sessions: bool, hours: tuple[int, ...], limit: int | None, days: int | None
) -> None:
    rules = MasteryRules(
        by_request=by_request, in_sessions=in_sessions, cooldown_hours=hours, limit=limit, window_days=days
    )
    attempts = [failed(1, NOW)]
    undone = Facts(rules, missed=("1.1",))
    found = stands(attempts, undone, NOW)
    if any(isinstance(each, NoTriesLeft) and each.again_at is None for each in found):
        return
    for done in (chosen for size in range(len(found) + 1) for chosen in combinations(found, size)):
        facts, now = undone, NOW
        times = [at for each in done if (at := opens_at([each]))]
        now = max([NOW, *times])
        for each in done:
            match each:
                case RemediationFirst():
                    facts = replace(facts, remediations=(worked(1),))
                case AskFirst():
                    facts = replace(facts, requests=(asked(NOW, granted=True),))
                case BookSession():
                    facts = replace(facts, sessions=(Span(NOW, NOW + 30 * DAY),))
                case _:
                    pass
        left = stands(attempts, facts, now)
        by_time = {type(each) for each in found if (at := opens_at([each])) and at <= now}
        assert {type(each) for each in left} == {type(each) for each in found} - {
            type(each) for each in done
        } - by_time
