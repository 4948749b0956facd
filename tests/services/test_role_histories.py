"""Locks: whatever happens in whatever order, the roles on Discord come to be the units that are open (RF10, RA18, RA19).

The services and the database are the real ones. Discord is a table of members and their roles; the courier is
one that may die before a call, or between a call and its record. What should be open is worked out anew from the
bare list of what happened.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from bot.domain.messages import RoleGrant, Sent
from bot.domain.outbox import Way
from bot.domain.questions import Chosen
from bot.domain.records import Section
from bot.domain.regrading import Change, Right
from bot.domain.showing import Asked
from bot.services.deliveries import DeliveryService
from bot.services.members import MemberService, ServerSeen
from bot.services.parcels import Terms
from bot.services.people import Drip, PeopleService
from bot.services.places import student_role, unit_role
from bot.services.ports import Tx
from bot.services.regrades import Applied, Faulty, Preview, RegradeService
from bot.services.rulings import Ruled, RulingService
from bot.storage.database import Database
from tests.builders import ANA, GUILD, NOW, TEACHER, a_class, a_course, a_unit, single, student
from tests.services.mail import HOURS
from tests.services.quiz_desk import Desk, set_bar

STUDENTS = tuple(ANA + place for place in range(3))
UNITS = ("a", "b", "c", "d")
QUESTIONS = 3
CHOIR = 999
TEACHES = student(TEACHER)
A_MINUTE = timedelta(seconds=60)


# --- the oracle: what happened, and what follows from it by the plain rules -------------------------


@dataclass
class Tried:
    number: int
    who: int
    unit: str
    bar: int
    picks: dict[str, int]


@dataclass
class Mended:
    number: int
    question: str
    change: Change
    takes_back: bool
    handle: str = ""
    undone: bool = False


@dataclass
class Word:
    who: int
    unit: str
    handle: str
    undone: bool = False


@dataclass
class Past:
    tried: list[Tried] = field(default_factory=list[Tried])
    mended: list[Mended] = field(default_factory=list[Mended])
    words: list[Word] = field(default_factory=list[Word])

    def open_to(self, who: int) -> set[str]:
        done = {each.unit for each in self.tried if each.who == who and self.passes(each)}
        done |= {each.unit for each in self.words if each.who == who and not each.undone}
        after = {UNITS[UNITS.index(each) + 1] for each in done if each != UNITS[-1]}
        return {UNITS[0]} | done | after

    def passes(self, tried: Tried) -> bool:
        stands = [each for each in self.mended if not each.undone]
        known = [each for each in stands if each.number < tried.number]
        is_pass = percent(tried, known) >= tried.bar
        for each in stands:
            if each.number > tried.number and each.question in tried.picks:
                known.append(each)
                is_pass = percent(tried, known) >= tried.bar or (is_pass and not each.takes_back)
        return is_pass


def percent(tried: Tried, mended: list[Mended]) -> Fraction:
    marks: list[int] = []
    for question, pick in tried.picks.items():
        change = next((each.change for each in mended if each.question == question), None)
        if change is None:
            marks.append(pick == 0)
        elif change.right is Right.EVERYTHING:
            marks.append(1)
        elif change.right is Right.ALSO:
            marks.append(pick in (0, int(change.value)))
        elif change.right is Right.INSTEAD:
            marks.append(pick == int(change.value))
    return Fraction(100 * sum(marks), len(marks)) if marks else Fraction(100)


CHANGES = (
    Change(Right.ALSO, "1"),
    Change(Right.INSTEAD, "1"),
    Change(Right.INSTEAD, "2"),
    Change(Right.EVERYTHING),
    Change(Right.DROPPED),
)


# --- the world --------------------------------------------------------------------------------------


class World:
    def __init__(self, database: Database, section: Section, dice: random.Random) -> None:
        self.database, self.section, self.dice = database, section, dice
        self.desk = Desk(database)
        ids = self.ids = self.desk.ids
        self.rulings = RulingService(database, ids, lambda: None)
        self.regrades = RegradeService(database, ids, lambda: None)
        self.members = MemberService(database, ids, lambda: None)
        drip = Drip(30, timedelta(minutes=10))
        self.people = PeopleService(database, drip, ids, lambda: None)
        self.terms = Terms(HOURS, None, drip)
        self.courier = DeliveryService(database, self.terms, ids)
        self.now, self.number, self.bar, self.past = NOW, 0, section.bar, Past()
        self.roles = {unit: place for place, unit in enumerate(UNITS, 100)}
        #: Discord's own table: who is there, with which roles
        self.there: dict[int, set[int]] = {who: set() for who in STUDENTS}

    async def set_up(self) -> None:
        def places(tx: Tx) -> None:
            tx.sections.set_place(GUILD, student_role(self.section), "role", 99)
            for unit, role in self.roles.items():
                tx.sections.set_place(GUILD, unit_role(self.section, unit), "role", role)

        await self.database.write(places)
        await self.reconcile()

    def tick(self) -> datetime:
        self.now += timedelta(minutes=self.dice.choice((1, 7, 90)))
        self.number += 1
        return self.now

    async def try_a_check(self) -> None:
        who, now = self.dice.choice(STUDENTS), self.tick()
        asked = await self.desk.quizzes.begin(student(who, None), None, None, now)
        if not isinstance(asked, Asked):
            return
        _, items = await self.desk.stored(asked.attempt, who)
        picks: dict[str, int] = {}
        for each in items:
            pick = picks[each.question.slug] = self.dice.choice((0, 0, 0, 1, 2))
            shown = Chosen((each.shown.index(pick),))
            await self.desk.quizzes.answer(student(who, None), asked.attempt, each.position, shown, now)
        await self.desk.quizzes.submit(student(who, None), asked.attempt, now)
        unit = asked.unit_title.lower()
        self.past.tried.append(Tried(self.number, who, unit, self.bar, picks))

    async def rule(self) -> None:
        who, unit, now = self.dice.choice(STUDENTS), self.dice.choice(UNITS), self.tick()
        result = await self.rulings.rule(
            TEACHES, None, who, unit, "seen it", now, excuse=self.dice.random() < 0.5
        )
        if isinstance(result, Ruled):
            self.past.words.append(Word(who, unit, result.ruling.handle))

    async def take_a_word_back(self) -> None:
        if standing := [each for each in self.past.words if not each.undone]:
            word = self.dice.choice(standing)
            await self.rulings.undo(TEACHES, word.handle, "meant for another", self.tick())
            word.undone = True

    async def regrade(self) -> None:
        unit, now = self.dice.choice(UNITS[:2]), self.tick()
        question, change = f"{unit}{self.dice.randrange(QUESTIONS)}", self.dice.choice(CHANGES)
        takes_back = self.dice.random() < 0.5
        faulty = await self.regrades.open(TEACHES, None, unit, question, "two are right", now)
        if not isinstance(faulty, Faulty):
            return
        preview = await self.regrades.preview(TEACHES, faulty.handle, change, now)
        assert isinstance(preview, Preview)
        applied = await self.regrades.apply(TEACHES, preview.handle, now, takes_back=takes_back)
        assert isinstance(applied, Applied)
        self.past.mended.append(Mended(self.number, question, change, takes_back, applied.handle))

    async def undo_a_regrade(self) -> None:
        if standing := [each for each in self.past.mended if not each.undone]:
            mended = self.dice.choice(standing)
            await self.regrades.undo(TEACHES, mended.handle, self.tick())
            mended.undone = True

    async def change_the_bar(self) -> None:
        self.bar = self.dice.choice((50, 66, 76, 93))
        await self.database.write(set_bar, self.section.id, self.bar)

    async def leave(self) -> None:
        self.there.pop(self.dice.choice(STUDENTS), None)

    async def come_back(self) -> None:
        who = self.dice.choice(STUDENTS)
        if who not in self.there:
            self.there[who] = set()  # Discord forgets the roles of who leaves
            if self.dice.random() < 0.5:
                await self.people.join(student(who), None, self.tick(), old_enough=True)

    async def edit_roles(self) -> None:
        who = self.dice.choice(STUDENTS)
        if who in self.there:
            self.there[who] ^= {self.dice.choice([*self.roles.values(), CHOIR])}

    async def deliver(self, *, mortal: bool = True) -> None:
        """Carries out what is due; a mortal courier may die at any edge of any call, and another takes over."""
        for delivery, parcel in await self.courier.resume(self.now):
            if isinstance(parcel, RoleGrant):
                self.call(parcel)
                await self.courier.finish(delivery, parcel, Sent(), self.now)
        while claimed := await self.courier.claim(self.now, (Way.ROLE,), 5):
            for delivery in claimed:
                parcel = await self.courier.begin(delivery, self.now)
                if not isinstance(parcel, RoleGrant):
                    continue
                if mortal and self.dice.random() < 0.15:
                    self.die()
                    return
                self.call(parcel)
                if mortal and self.dice.random() < 0.15:
                    self.die()
                    return
                await self.courier.finish(delivery, parcel, Sent(), self.now)

    def die(self) -> None:
        self.courier = DeliveryService(self.database, self.terms, self.ids)

    def call(self, parcel: RoleGrant) -> None:
        has = self.there.get(parcel.discord)
        if has is not None:
            (has.discard if parcel.takes else has.add)(parcel.role)

    async def reconcile(self) -> None:
        present = {who: frozenset(roles) for who, roles in self.there.items()}
        absent = frozenset(set(STUDENTS) - set(self.there))
        known = frozenset({99, CHOIR, *self.roles.values()})
        await self.members.compare(GUILD, ServerSeen(present, absent, known, {}), self.now)
        await self.deliver(mortal=False)

    def granted(self, who: int) -> set[str]:
        return {unit for unit, role in self.roles.items() if role in self.there[who]}


def turns(world: World, count: int) -> Iterator[Awaitable[None]]:
    acts = (
        *(world.try_a_check,) * 5,
        *(world.rule, world.take_a_word_back, world.regrade, world.undo_a_regrade) * 2,
        *(world.change_the_bar, world.leave, world.come_back, world.edit_roles, world.edit_roles),
        *(world.deliver,) * 3,
    )
    for _ in range(count):
        yield world.dice.choice(acts)()


@pytest.mark.parametrize(
    "seed", [pytest.param(each, marks=[pytest.mark.slow] if each >= 10 else []) for each in range(300)]
)
async def test_after_reconciling_the_roles_are_the_units_that_are_open(database: Database, seed: int) -> None:
    dice = random.Random(seed)
    course = a_course(
        *(
            a_unit(unit, unit.upper(), bank=[single(f"{unit}{n}") for n in range(QUESTIONS)], cooldown_s=0)
            for unit in UNITS
        )
    )
    world = World(database, await a_class(database, course, students=STUDENTS, bar=66), dice)
    await world.set_up()
    for turn in turns(world, 24):
        await turn
    choir = {who: CHOIR in roles for who, roles in world.there.items()}
    world.now += A_MINUTE
    await world.reconcile()
    for who in world.there:
        assert world.granted(who) == world.past.open_to(who), who
        assert (CHOIR in world.there[who]) == choir[who]
