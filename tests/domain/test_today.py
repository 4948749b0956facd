"""What a student does now: the first unit that is open and not mastered decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.domain.mastery import Attempt
from bot.domain.records import EvidenceRecord, Posted, ProgressRecord, Section, UnitRecord
from bot.domain.retaking import Cooldown, Facts, Remediation, RemediationKind
from bot.domain.today import (
    AllMastered,
    ContinueCheck,
    DoPreWork,
    Step,
    TakeCheck,
    WaitForCheck,
    next_step,
)
from tests.builders import NOW, a_unit

HOUR = timedelta(hours=1)
CHEM = Section(1, "s1", 1, "Chem 1", 1, 1, "Europe/Berlin", 80)
FIRST, SECOND = (
    UnitRecord(number, 1, number - 1, a_unit(slug)) for number, slug in ((1, "measurement"), (2, "matter"))
)
#: work on what the first attempt missed
DID = (Remediation(1, "r1", 1, 1, "", RemediationKind.VIDEO, {}, NOW, NOW),)
OPEN = ProgressRecord("measurement", NOW, None)
DONE = ProgressRecord("measurement", NOW, NOW)


def given(unit: UnitRecord = FIRST, *, due_in: timedelta = HOUR, stands: bool = True) -> dict[str, Posted]:
    posted_at = NOW - HOUR if stands else None
    return {unit.unit.slug: Posted(1, "p1", CHEM, unit, NOW - HOUR, NOW + due_in, posted_at, 1, 2)}


def evidence(*, tries: int = 0, credited: bool = False) -> dict[str, EvidenceRecord]:
    record = EvidenceRecord(NOW - HOUR, tries, None, NOW, (), NOW if credited else None, False)
    return {"measurement": record}


def attempt(number: int = 1, *, retake_in: timedelta | None = None, slug: str = "measurement") -> Attempt:
    """Handed in and not passed if it has a time for the next one, else still open."""
    ended = retake_in is not None
    return Attempt(
        id=number,
        handle=f"a{number}",
        person=1,
        section=1,
        course=1,
        unit=1,
        unit_slug=slug,
        unit_title="Measurement",
        number=number,
        bar=80,
        began_at=NOW - HOUR,
        submitted_at=NOW if ended else None,
        score=None,
        passed=False if ended else None,
        retake_at=NOW + retake_in if retake_in is not None else None,
    )


def step(
    *progress: ProgressRecord,
    given: Mapping[str, Posted] | None = None,
    evidence: Mapping[str, EvidenceRecord] | None = None,
    attempts: Sequence[Attempt] = (),
) -> Step:
    by_slug = {each.unit_slug: each for each in progress or (OPEN,)}
    return next_step(
        (FIRST, SECOND),
        by_slug,
        given or {},
        evidence or {},
        attempts,
        Facts(missed=("1.1",), remediations=DID),
        NOW,
    )


def test_pre_work_that_stands_comes_first_untouched_begun_tried_and_overdue() -> None:
    posted = given()["measurement"]
    assert step(given=given()) == DoPreWork(posted, None, 0, overdue=False)
    assert step(given=given(), evidence=evidence()) == DoPreWork(posted, NOW - HOUR, 0, overdue=False)
    assert step(given=given(), evidence=evidence(tries=2)) == DoPreWork(posted, NOW - HOUR, 2, overdue=False)
    late = step(given=given(due_in=timedelta()))
    assert isinstance(late, DoPreWork)
    assert late.overdue


def test_pre_work_whose_card_does_not_stand_yet_is_nobodys_task() -> None:
    assert step(given=given(stands=False)) == TakeCheck(FIRST, 1, prepared=False)


def test_after_the_pre_work_comes_the_check_then_its_second_half_then_the_wait_then_another() -> None:
    done = evidence(credited=True)
    assert step(given=given(), evidence=done) == TakeCheck(FIRST, 1)
    half = attempt()
    assert step(given=given(), evidence=done, attempts=[half]) == ContinueCheck(FIRST, half)
    waiting = attempt(retake_in=HOUR)
    assert step(given=given(), evidence=done, attempts=[waiting]) == WaitForCheck(
        FIRST, (Cooldown(NOW + HOUR),)
    )
    over = attempt(retake_in=timedelta())
    assert step(given=given(), evidence=done, attempts=[over]) == TakeCheck(FIRST, 2)


def test_a_check_that_is_half_done_is_finished_before_pre_work() -> None:
    half = attempt()
    assert step(given=given(), attempts=[half]) == ContinueCheck(FIRST, half)


def test_attempts_and_pre_work_of_other_units_do_not_matter() -> None:
    assert step(given=given(SECOND), attempts=[attempt(slug="matter")]) == TakeCheck(FIRST, 1, prepared=False)


def test_a_unit_that_is_not_open_is_passed_over_and_a_mastered_one_is_done() -> None:
    second = ProgressRecord("matter", NOW, None)
    assert step(DONE, second) == TakeCheck(SECOND, 1, prepared=False)
    assert step(second) == TakeCheck(SECOND, 1, prepared=False)


def test_whoever_mastered_everything_has_nothing_left() -> None:
    assert step(DONE, ProgressRecord("matter", NOW, NOW)) == AllMastered(2)
