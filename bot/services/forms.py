"""An attempt begun: its form drawn, fitted to the student, and its time set."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.accommodations import ends_at, with_fewer_options
from bot.domain.drawing import draw_form
from bot.domain.mastery import Attempt
from bot.domain.records import Section, UnitRecord
from bot.services.bars import bar_of
from bot.services.ports import Ids, Tx
from bot.services.retakes import retake_form

#: how long after its beginning a form is kept out of the neighbours' forms, handed in or not
NEIGHBOURS_FOR = timedelta(hours=1)


def begin_attempt(
    tx: Tx,
    section: Section,
    person: int,
    unit: UnitRecord,
    now: datetime,
    ids: Ids,
    *,
    purpose: str = "check",
) -> Attempt:
    """A new attempt, or the one that another device began meanwhile."""
    seed, seen = ids(), tx.attempts.seen(person, section.course_id, unit.unit.slug)
    check, given = unit.unit.check, tx.accommodations.of(section.id, person)
    in_use = tx.attempts.in_use(section.id, unit.unit.slug, person, now - NEIGHBOURS_FOR)
    draw, only = retake_form(tx, section, person, unit)
    form = draw_form(
        tx.attempts.bank(unit.id), draw, seen, seed, blueprint=check.blueprint, in_use=in_use, only=only
    )
    return tx.attempts.begin(
        handle=ids(),
        seed=seed,
        person=person,
        section=section,
        unit=unit,
        form=[with_fewer_options(each, given, seed) for each in form],
        bar=bar_of(tx, section, person),
        at=now,
        purpose=purpose,
        ends_at=_last_instant(tx, section, unit, ends_at(now, check.time_limit_s, given)),
    )


def _last_instant(tx: Tx, section: Section, unit: UnitRecord, in_time: datetime | None) -> datetime | None:
    """The end by its time limit, or, if that is sooner, when a summative check closes for the whole class."""
    sitting = tx.summatives.of(section.id, unit.unit.slug) if unit.unit.check.summative else None
    ends = [each for each in (in_time, sitting.closes_at if sitting else None) if each is not None]
    return min(ends, default=None)
