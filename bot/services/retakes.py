"""What stands before a student's next attempt, looked up: the facts that bot.domain.retaking decides by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

from bot.domain.counting import counted
from bot.domain.mastery import Attempt, Item, passed, review
from bot.domain.records import Section, UnitRecord
from bot.domain.retaking import Facts, InTheWay, cooldown, in_the_way, tries_of
from bot.services.held_results import held_of
from bot.services.ports import Tx

NONE: frozenset[str] = frozenset()


def retake_facts(
    tx: Tx, section: Section, person: int, unit: UnitRecord | None, attempts: Sequence[Attempt], now: datetime
) -> Facts:
    """About the next attempt at that unit; ``attempts`` may be those of the whole course.

    Before a first attempt nothing is looked up, since nothing can stand in its way.
    """
    rules = tx.mastery_rules.of(section.id)
    sitting = None
    if unit is not None and unit.unit.check.summative:
        # once, unless the teacher grants another
        rules = replace(rules, by_request=True)
        sitting = tx.summatives.of(section.id, unit.unit.slug)
    mine = [each for each in attempts if unit is not None and each.unit_slug == unit.unit.slug]
    tries = tries_of(mine)
    has_tasks = unit is not None and bool(unit.unit.tasks)
    ticked = (
        tx.tasks.ticked(person, section.course_id, unit.unit.slug) if unit is not None and has_tasks else NONE
    )
    if unit is None or not tries or tries[-1].passed is not False:
        held = held_of(tx, tries[-1]) if tries and sitting is not None else None
        return Facts(rules, section.zone, sitting=sitting, held=held, ticked=ticked)
    last = tries[-1]
    ended = last.submitted_at or last.began_at
    missed = review(unit.unit.objectives, tx.attempts.items(last.id))
    return Facts(
        rules=rules,
        zone=section.zone,
        more_tries=tx.accommodations.of(section.id, person).more_tries if rules.limit is not None else 0,
        missed=tuple(each.slug for each in missed),
        remediations=tuple(tx.retakes.remediations(last.id)),
        helped=tuple(tx.retakes.booked(section.id, person, "help", ended)),
        requests=tuple(tx.retakes.requests(section.id, person, unit.unit.slug)) if rules.by_request else (),
        sessions=tuple(tx.retakes.booked(section.id, person, "retake", now)) if rules.in_sessions else (),
        sitting=sitting,
        ticked=ticked,
    )


def stands_before(tx: Tx, section: Section, attempt: Attempt, now: datetime) -> tuple[InTheWay, ...]:
    """What has to come before the attempt after this one, by the class's revision of the unit."""
    unit = tx.courses.unit(attempt.unit)
    tries = tx.attempts.of_unit(attempt.person, attempt.course, attempt.unit_slug)
    facts = retake_facts(tx, section, attempt.person, unit, tries, now)
    return in_the_way(unit.unit, tries, facts, now)


def reaches_bar(tx: Tx, attempt: Attempt, score: Fraction) -> bool:
    """Whether the unit counts as mastered with that score of the attempt being handed in, by the class's rule.

    The score that counts is that of all tries, this one last; it has to reach the bar of this attempt (K18).
    """
    rules = tx.mastery_rules.of(attempt.section)
    tries = tx.attempts.of_unit(attempt.person, attempt.course, attempt.unit_slug)
    before = [each.score for each in tries_of(tries) if each.score is not None and each.id != attempt.id]
    return passed(counted([*before, score], rules.counts) or score, attempt.bar)


def cooldown_after(tx: Tx, attempt: Attempt) -> timedelta:
    """From the hand-in of that attempt to the next one."""
    tries = tries_of(tx.attempts.of_unit(attempt.person, attempt.course, attempt.unit_slug))
    number = 1 + sum(1 for each in tries if each.id != attempt.id)
    return cooldown(tx.courses.unit(attempt.unit).unit, number, tx.mastery_rules.of(attempt.section))


# --- over missed objectives only (K11) -------------------------------------------------------------


def retake_form(tx: Tx, section: Section, person: int, unit: UnitRecord) -> tuple[int, frozenset[str] | None]:
    """How many questions the next form has, and on which objectives alone; None for all."""
    draw = unit.unit.check.draw
    tries = tries_of(tx.attempts.of_unit(person, section.course_id, unit.unit.slug))
    if not tx.mastery_rules.of(section.id).only_missed or not tries or tries[-1].passed is not False:
        return draw, None
    if tries[-1].unit != unit.id:  # the unit was rewritten meanwhile: the whole check again
        return draw, None
    items = tx.attempts.items(tries[-1].id)
    missed = frozenset(each.question.objective for each in items if each.credit != 1)
    if not missed:
        return draw, None
    return sum(1 for each in items if each.question.objective in missed), missed


def kept_items(tx: Tx, attempt: Attempt, items: Sequence[Item]) -> list[Item]:
    """Questions of earlier attempts that still count beside ``items``, since this one asked for less.

    A form over missed objectives is as long as their part of the last one, so what was kept makes it whole again.
    """
    unit = tx.courses.unit(attempt.unit).unit
    size = unit.check.draw
    kept: list[Item] = []
    tries = tries_of(tx.attempts.of_unit(attempt.person, attempt.course, attempt.unit_slug))
    for each in reversed([earlier for earlier in tries if earlier.number < attempt.number]):
        if len(items) + len(kept) >= size or each.unit != attempt.unit:
            break
        asked = {item.question.objective for item in (*items, *kept)}
        kept += [item for item in tx.attempts.items(each.id) if item.question.objective not in asked]
    return kept[: max(0, size - len(items))]
