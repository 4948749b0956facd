"""The look back: asked for when mastered units are due, taken once, and kept apart from every check (K15, K16)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from bot.domain.accommodations import with_fewer_options
from bot.domain.check_messages import RecheckDue
from bot.domain.drawing import Drawn, draw_form
from bot.domain.mastery import Attempt, Item, review
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.questions import Essay, Question
from bot.domain.rechecking import (
    LAPSES_AFTER,
    LOOK_BACK,
    MOST_UNITS,
    PAUSE,
    QUESTIONS_EACH,
    LookedOver,
    mixed,
    next_span,
    unit_again,
)
from bot.domain.records import Asker, Section, UnitRecord
from bot.domain.showing import Asked, LookOver, show_next
from bot.domain.units import Units
from bot.services.apart import Bench, Piece, Told, do_each
from bot.services.choosing import NoClass, WhichClass, attended_class
from bot.services.grading import credit_of
from bot.services.holding import away_today
from bot.services.pictures import pictured
from bot.services.ports import Database, Ids, Tx
from bot.services.remarking import marks_of

LOOKS_EVERY = timedelta(minutes=1)
#: the jobs that ask, and that let go of what nobody answered
RECHECK, LAPSE = "recheck", "lapse"


@dataclass(frozen=True, slots=True)
class NothingToLookBack:
    """Nothing is due, or what was asked for has lapsed."""


RecheckBeginResult = Asked | LookOver | NothingToLookBack | WhichClass | NoClass


class RecheckService:
    def __init__(self, database: Database, ids: Ids) -> None:
        self._db, self._ids = database, ids
        self._looked_at: datetime | None = None

    async def ask_due(self, now: datetime) -> int:
        """Asks each student for whom something is due, and lets go of what nobody answered; gives how many asks.

        It reads first, since mostly there is nothing to do; and it is called far more often than days pass.
        """
        if self._looked_at is not None and abs(now - self._looked_at) < LOOKS_EVERY:
            return 0
        self._looked_at = now
        lapsed, classes = await self._db.read(_looked_at, now)
        await do_each(self._db, LAPSE, [_lapse(*each, now) for each in lapsed], now, self._ids)
        pieces = [_class_of(number, days) for number, days in classes]
        return sum(await do_each(self._db, RECHECK, pieces, now, self._ids))

    async def next_instant(self, now: datetime) -> datetime | None:
        """When the next unit is due, after ``now``."""
        return await self._db.read(_next_instant, now)

    async def begin(self, asker: Asker, section: str, now: datetime) -> RecheckBeginResult:
        """Begins the look back that was asked for, or goes on with the one begun; ``section`` is a handle."""
        return await self._db.write(pictured, _begin, asker, section, now, self._ids)


# --- asking ----------------------------------------------------------------------------------------


def _looked_at(
    tx: Tx, now: datetime
) -> tuple[Sequence[tuple[int, int, str, int]], Sequence[tuple[int, int]]]:
    """What nobody answered, and the classes in which somebody is due."""
    classes = [
        each for each in tx.rechecks.classes() if tx.apart(_is_anyone_due, tx, each[0], now) is not False
    ]
    return tx.rechecks.unanswered(now - LAPSES_AFTER), classes


def _is_anyone_due(tx: Tx, number: int, now: datetime) -> bool:
    section = tx.sections.get(number)
    return tx.rechecks.unplanned(section) or bool(_due(tx, section, now))


def _next_instant(tx: Tx, now: datetime) -> datetime | None:
    return tx.rechecks.next_instant(now)


def _due(tx: Tx, section: Section, now: datetime) -> dict[int, list[str]]:
    """Who is away is asked when they are back."""
    due = tx.rechecks.due(section, now)
    away = away_today(tx, section, now) if due else ()
    return {person: slugs for person, slugs in due.items() if person not in away}


def _lapse(person: int, course: int, slug: str, days: int, now: datetime) -> Piece[None]:
    def lapse(bench: Bench) -> None:
        bench.tx.rechecks.put_off(person, course, slug, now + timedelta(days=days))
        bench.tx.rechecks.pause(person, course, now + PAUSE)

    return Piece(item=f"{person}:{course}:{slug}", do=lapse)


def _class_of(number: int, days: int) -> Piece[int]:
    told = Told("students of this class cannot be asked to look back", "Set it anew with /rules mastery")
    return Piece(
        item=str(number),
        do=lambda bench: _ask_class(bench, number, days),
        section=number,
        told=lambda tx: told,
    )


def _ask_class(bench: Bench, number: int, days: int) -> int:
    tx, section = bench.tx, bench.tx.sections.get(number)
    tx.rechecks.plan(section, days)
    due = _due(tx, section, bench.now)
    known = _can_be_asked(tx, section) if due else {}
    pieces = [_student(section, person, slugs, set(known), days) for person, slugs in due.items()]
    return sum(bench.do(each) or 0 for each in pieces)


def _student(
    section: Section, person: int, slugs: Sequence[str], known: Collection[str], days: int
) -> Piece[int]:
    def ask(bench: Bench) -> int:
        tx, now = bench.tx, bench.now
        for slug in slugs:
            if slug not in known:  # not in the course any more, or it asks nothing that marks itself
                tx.rechecks.put_off(person, section.course_id, slug, now + timedelta(days=days))
        chosen = [slug for slug in slugs if slug in known][:MOST_UNITS]
        if not chosen:
            return 0
        tx.rechecks.ask(person, section.course_id, chosen, now)
        return tx.outbox.add([_ask(section, person, now)], now, bench.ids)

    return Piece(item=f"{section.id}:{person}", do=ask, section=section.id, told=lambda tx: _told(tx, person))


def _told(tx: Tx, person: int) -> Told:
    who = tx.people.account(person)
    return Told(f"{f'<@{who.discord}>' if who else 'a student'} cannot be asked to look back")


def _ask(section: Section, person: int, now: datetime) -> Effect:
    return Effect(
        key=f"recheck:{section.id}:{person}:{now:%Y-%m-%d}",
        kind=Kind.RECHECK,
        way=Way.DM,
        due_at=now,
        person=person,
        section=section.id,
        expires_at=now + LAPSES_AFTER,
    )


def _can_be_asked(tx: Tx, section: Section) -> dict[str, UnitRecord]:
    units = tx.courses.units(section.revision_id)
    return {each.unit.slug: each for each in units if _bank(tx, each)}


def _bank(tx: Tx, unit: UnitRecord) -> list[Question]:
    """Without what waits for the teacher: a look back gives its answer at once, and no work."""
    return [each for each in tx.attempts.bank(unit.id) if not isinstance(each, Essay)]


def recheck_due(tx: Tx, delivery: Delivery, now: datetime) -> RecheckDue | str:
    """What is told when the message goes out, or why it need not be told any more."""
    section, person = tx.sections.get(delivery.section or 0), delivery.person or 0
    if tx.sections.enrolment(section.id, person) is None:
        return "no longer in the class"
    if (begun := begun_look_back(tx, section, person)) is not None:
        return f"begun meanwhile: {begun.handle}"
    titles = titles_asked(tx, section, person)
    return RecheckDue(section.name, section.handle, titles) if titles else "looked back meanwhile"


def titles_asked(tx: Tx, section: Section, person: int) -> tuple[str, ...]:
    """Of the units that the student was asked to look back at, where the class does that."""
    if tx.mastery_rules.of(section.id).recheck_days is None:
        return ()
    return tuple(each.unit.title for each in _asked_units(tx, section, person))


def _asked_units(tx: Tx, section: Section, person: int) -> list[UnitRecord]:
    asked = tx.rechecks.asked(person, section.course_id)
    units = tx.courses.units(section.revision_id) if asked else ()
    return [each for each in units if each.unit.slug in asked][:MOST_UNITS]


# --- taking it -------------------------------------------------------------------------------------


def begun_look_back(tx: Tx, section: Section, person: int) -> Attempt | None:
    """Begun and not handed in: it waits for as long as the student likes."""
    found = tx.attempts.of_unit(person, section.course_id, LOOK_BACK)
    return found[-1] if found and found[-1].submitted_at is None else None


def _begin(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> RecheckBeginResult:
    chosen = attended_class(tx, asker, handle)
    if not isinstance(chosen, tuple):
        return chosen
    me, section = chosen
    attempt = begun_look_back(tx, section, me.person)
    if attempt is None:
        seed = ids()
        form = _form(tx, section, me.person, seed)
        if not form:
            return NothingToLookBack()
        attempt = tx.rechecks.begin(
            handle=ids(), seed=seed, person=me.person, section=section, form=form, at=now
        )
    return show_next(attempt, tx.attempts.items(attempt.id))


def _form(tx: Tx, section: Section, person: int, seed: str) -> list[tuple[int, Drawn]]:
    """A few questions of each unit that was asked for, those never seen first, in a mixed order."""
    given, form = tx.accommodations.of(section.id, person), list[tuple[int, Drawn]]()
    if tx.mastery_rules.of(section.id).recheck_days is None:
        return form
    for unit in _asked_units(tx, section, person):
        seen = tx.rechecks.seen(person, section.course_id, unit.unit.slug)
        drawn = draw_form(_bank(tx, unit), QUESTIONS_EACH, seen, f"{seed}:{unit.unit.slug}")
        form += [(unit.id, with_fewer_options(each, given, seed)) for each in drawn]
    return mixed(form, seed)


def finish_recheck(
    tx: Tx, attempt: Attempt, items: Sequence[Item], at: datetime, units: Units | None
) -> LookedOver:
    """Hands the look back in and sets when each of its units is due again. It gets no score: it is no check."""
    credits = [credit_of(each, units) or Fraction(0) for each in items]
    marks, _ = marks_of(tx, attempt.id, credits)
    if tx.attempts.submit(attempt.id, credits=marks, score=None, passed=None, retake_at=None, at=at):
        days = tx.mastery_rules.of(attempt.section).recheck_days
        for unit, asked in _by_unit(tx, attempt).items():
            again = unit_again(unit.unit.title, [each.credit for each in asked])
            _settle(tx, attempt, unit.unit.slug, days, at, still_there=again.still_there)
        tx.rechecks.pause(attempt.person, attempt.course, at + PAUSE)
    return recheck_result(tx, attempt)


def _settle(
    tx: Tx, attempt: Attempt, slug: str, days: int | None, at: datetime, *, still_there: bool
) -> None:
    last = tx.rechecks.span(attempt.person, attempt.course, slug)
    span = None if days is None else next_span(days, last, still_there=still_there)
    tx.rechecks.settle(
        attempt.person,
        attempt.course,
        slug,
        next_at=None if span is None else at + timedelta(days=span),
        days=span,
        shaky_at=None if still_there else at,
    )


def recheck_result(tx: Tx, attempt: Attempt) -> LookedOver:
    """The result of a look back that was handed in, the same whenever it is asked."""
    asked = _by_unit(tx, attempt)
    return LookedOver(
        attempt.handle,
        tx.sections.get(attempt.section).handle,
        tuple(unit_again(unit.unit.title, [each.credit for each in mine]) for unit, mine in asked.items()),
        tuple(goal for unit, mine in asked.items() for goal in review(unit.unit.objectives, mine)),
    )


def _by_unit(tx: Tx, attempt: Attempt) -> Mapping[UnitRecord, list[Item]]:
    """The questions of each unit, in the course's order."""
    items, units = tx.attempts.items(attempt.id), tx.rechecks.units_of(attempt.id)
    records = sorted((tx.courses.unit(each) for each in set(units)), key=lambda each: each.position)
    return {
        record: [item for item, unit in zip(items, units, strict=True) if unit == record.id]
        for record in records
    }
