"""Pre-work given, started and handed in, at the level of the rules."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.course import Course
from bot.domain.evidence import LookAgain, NotStarted, SayMore, TooSoon
from bot.domain.messages import Message, PreWorkCard
from bot.domain.outbox import Kind, State
from bot.domain.questions import Answer, Chosen, Typed
from bot.domain.records import Asker, Posted
from bot.domain.times import BadTime
from bot.services.access import LeftClass
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.places import prework_channel
from bot.services.ports import Tx
from bot.services.posting import (
    AlreadyGiven,
    InThePast,
    NothingPosted,
    NoUnit,
    Planned,
    PostingService,
    Status,
)
from bot.services.prework import (
    AlreadyCredited,
    Credited,
    Gone,
    HandInForm,
    HandInResult,
    NotYet,
    NotYours,
    PreWorkService,
    Started,
    StillLocked,
)
from bot.storage.database import Database
from tests.builders import (
    ANA,
    BEN,
    GUILD,
    NOW,
    TEACHER,
    Ids,
    a_class,
    a_course,
    a_unit,
    numeric,
    posted_pre_work,
    single,
    student,
)
from tests.services.mail import Mail

RIVERA = Asker(TEACHER, GUILD, manages=True)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SUMMARY = "It showed how to read a scale to the right digit."
QUESTION = "Why not round up?"
RIGHT: tuple[Answer | None, ...] = (Chosen((0,)), Typed("3.25"))


def with_questions() -> Course:
    unit = a_unit()
    questions = (single("c1"), numeric("c2"))
    return a_course(
        replace(unit, prework=replace(unit.prework, questions=questions)), a_unit("matter", "Matter")
    )


class Desk:
    """A class of Ana and Ben; the pre-work of the first unit, six minutes long, stands and is due in a day."""

    def __init__(self, database: Database, posted: Posted) -> None:
        self.database, self.posted, self.mail = database, posted, Mail(database)
        self.prework = PreWorkService(database)
        self.posting = PostingService(database, Ids(), lambda: None)

    async def start(self, account: int = ANA, at: datetime = NOW) -> object:
        return await self.prework.start(student(account), self.posted.handle, at)

    async def hand_in(
        self,
        account: int = ANA,
        *,
        answers: tuple[Answer | None, ...] = RIGHT,
        summary: str = SUMMARY,
        question: str = QUESTION,
        at: datetime = NOW + HOUR,
    ) -> HandInResult:
        return await self.prework.hand_in(
            student(account), self.posted.handle, answers, summary, question, at
        )

    async def status(self) -> Status:
        result = await self.posting.status(RIVERA, None, None)
        assert isinstance(result, Status)
        return result


@pytest.fixture
async def desk(database: Database) -> Desk:
    section = await a_class(database, with_questions(), students=(ANA, BEN))
    await database.write(lambda tx: tx.sections.set_place(GUILD, prework_channel(section), "channel", 5))
    return Desk(database, await posted_pre_work(database, section, "measurement"))


# --- the student -------------------------------------------------------------------------------------


async def test_a_complete_hand_in_is_credited_on_time_once_and_for_all(desk: Desk) -> None:
    assert isinstance(await desk.start(), Started)
    assert await desk.hand_in() == Credited(desk.posted, late=False)
    again = await desk.hand_in(at=NOW + 30 * HOUR)
    assert again == AlreadyCredited(desk.posted, NOW + HOUR, late=False)
    assert isinstance(await desk.start(at=NOW + 30 * HOUR), AlreadyCredited)


async def test_after_the_deadline_it_counts_as_late(desk: Desk) -> None:
    await desk.start()
    late = desk.posted.deadline + timedelta(milliseconds=1)
    assert await desk.hand_in(at=late) == Credited(desk.posted, late=True)


async def test_start_pressed_again_does_not_set_the_clock_back(desk: Desk) -> None:
    first = await desk.start()
    assert first == Started(desk.posted, NOW, NOW + 3 * MINUTE)
    assert await desk.start(at=NOW + HOUR) == first


@pytest.mark.parametrize(
    ("answers", "numbers"),
    [
        ((Chosen((1,)), Typed("3.25")), [1]),
        ((Chosen((0,)), Typed("7")), [2]),
        ((None, None), [1, 2]),
        ((), [1, 2]),
        # what no form offers: no answer, and no fault
        ((Chosen((99,)), Chosen((0,))), [1, 2]),
        ((Chosen((0, 1)), Typed("abc")), [1, 2]),
        ((*RIGHT, Chosen((0,)), Chosen((7,))), []),
    ],
)
async def test_each_answer_that_is_not_right_is_named(
    desk: Desk, answers: tuple[Answer | None, ...], numbers: list[int]
) -> None:
    await desk.start()
    result = await desk.hand_in(answers=answers)
    if not numbers:
        assert isinstance(result, Credited)
        return
    assert isinstance(result, NotYet)
    assert [each.number for each in result.reasons if isinstance(each, LookAgain)] == numbers
    assert isinstance(await desk.prework.form(student(), desk.posted.handle), HandInForm)


async def test_everything_that_is_missing_is_told_and_everything_typed_is_kept(desk: Desk) -> None:
    result = await desk.hand_in(answers=(Chosen((2,)), Typed(" 3,1 ")), summary="Too short", question="Why?")
    assert isinstance(result, NotYet)
    assert [type(each) for each in result.reasons] == [LookAgain, LookAgain, SayMore, SayMore, NotStarted]
    form = await desk.prework.form(student(), desk.posted.handle)
    assert form == HandInForm(desk.posted, (Chosen((2,)), Typed(" 3,1 ")), "Too short", "Why?")
    await desk.start()
    soon = await desk.hand_in(at=NOW + 2 * MINUTE)
    assert soon == NotYet(desk.posted, (TooSoon(NOW + 3 * MINUTE, 120, 360),))
    form = await desk.prework.form(student(), desk.posted.handle)
    assert form == HandInForm(desk.posted, RIGHT, SUMMARY, QUESTION)


async def test_two_hand_ins_at_once_are_credited_once(desk: Desk) -> None:
    await desk.start()
    results = await asyncio.gather(*(desk.hand_in() for _ in range(8)))
    assert [type(each) for each in results].count(Credited) == 1
    assert [type(each) for each in results].count(AlreadyCredited) == 7


async def test_strangers_leavers_and_those_of_other_classes_are_shown_the_door(desk: Desk) -> None:
    section = desk.posted.section
    stranger = 200_000_000_000_000_077
    assert await desk.start(stranger) == NotYours(section)
    ben = await desk.database.read(lambda tx: tx.people.of(BEN))
    assert ben is not None
    await desk.start(BEN)
    await desk.database.write(lambda tx: tx.sections.leave(GUILD, ben.person, NOW))
    assert await desk.hand_in(BEN) == LeftClass(section)
    assert await desk.prework.form(student(BEN), desk.posted.handle) == LeftClass(section)
    await desk.database.write(lambda tx: tx.sections.enrol(section.id, ben.person, NOW))
    assert isinstance(await desk.hand_in(BEN), Credited)


async def test_a_handle_that_is_made_up_is_gone(desk: Desk) -> None:
    for handle in ("", "x", "p1' OR 1=1"):
        assert await desk.prework.start(student(), handle, NOW) == Gone()
        assert await desk.prework.form(student(), handle) == Gone()
        assert await desk.prework.hand_in(student(), handle, (), "", "", NOW) == Gone()


async def test_a_unit_that_is_not_open_yet_says_what_opens_it(desk: Desk) -> None:
    matter = await posted_pre_work(desk.database, desk.posted.section, "matter")
    result = await desk.prework.start(student(), matter.handle, NOW)
    assert isinstance(result, StillLocked)
    assert result.first.unit.slug == "measurement"
    assert await desk.prework.hand_in(student(), matter.handle, (), SUMMARY, QUESTION, NOW) == result


# --- the teacher -------------------------------------------------------------------------------------


async def give(
    desk: Desk,
    unit: str = "2",
    deadline: str = "tomorrow 12:00",
    at: str | None = None,
    *,
    who: Asker = RIVERA,
    name: str | None = None,
    now: datetime = NOW,
) -> object:
    return await desk.posting.post(who, name, unit, deadline, at, now)


@pytest.mark.parametrize("unit", ["2", "matter", "Matter", " MATTER "])
async def test_a_unit_is_named_by_number_slug_or_title(desk: Desk, unit: str) -> None:
    result = await give(desk, unit)
    assert isinstance(result, Planned)
    assert result.posted.unit.unit.slug == "matter"
    assert result.is_now
    ((_, parcel),) = await desk.mail.carry(NOW + 30 * timedelta(seconds=1))
    assert isinstance(parcel, Message)
    assert isinstance(parcel.content, PreWorkCard)


async def test_pre_work_for_later_is_posted_then_and_not_before(desk: Desk) -> None:
    result = await give(desk, at="today 18:00")  # two hours from now in Berlin
    assert isinstance(result, Planned)
    assert not result.is_now
    assert await desk.mail.carry(NOW + HOUR) == []
    assert len(await desk.mail.carry(NOW + 2 * HOUR)) == 1


async def test_a_card_that_could_not_be_posted_before_its_deadline_is_not_posted(desk: Desk) -> None:
    await give(desk, deadline="in 3 hours", at="in 1 hour")
    assert await desk.mail.carry(NOW + 3 * HOUR) == []
    row, told = await desk.mail.rows()
    assert (row.kind, row.state) == (Kind.POST_PREWORK, State.EXPIRED)
    assert (told.kind, told.state) == (Kind.TROUBLE, State.DUE)
    again = await give(desk, now=NOW + 4 * HOUR)  # nobody saw it, so it may be given anew
    assert isinstance(again, Planned)


@pytest.mark.parametrize(
    ("deadline", "at", "kind"),
    [
        ("yesterday", None, BadTime),
        ("tomorrow", None, BadTime),
        ("tomorrow 8:00", "whenever", BadTime),
        ("2026-11-20 8:00", None, InThePast),
        ("today 15:00", None, InThePast),
        ("tomorrow 8:00", "2026-11-20 8:00", InThePast),
        ("tomorrow 8:00", "tomorrow 8:00", InThePast),
        ("tomorrow 8:00", "tomorrow 9:00", InThePast),
    ],
)
async def test_times_that_cannot_be_are_refused_and_nothing_is_given(
    desk: Desk, deadline: str, at: str | None, kind: type
) -> None:
    assert isinstance(await give(desk, deadline=deadline, at=at), kind)
    assert await desk.mail.rows() == []


async def test_a_units_pre_work_is_given_once(desk: Desk) -> None:
    assert isinstance(await give(desk), Planned)
    assert isinstance(await give(desk, deadline="fri 8:00"), AlreadyGiven)
    assert len(await desk.mail.rows()) == 1


async def test_only_who_teaches_the_class_gives_pre_work_and_sees_who_did_it(desk: Desk) -> None:
    section = desk.posted.section
    strangers = [
        student(),
        student(200_000_000_000_000_077),
        Asker(200_000_000_000_000_088, GUILD, manages=True),
    ]
    for who in strangers:
        assert isinstance(await give(desk, who=who), NotStaff)
        assert isinstance(await give(desk, who=who, name=section.name), NotStaff)
        assert isinstance(await desk.posting.status(who, None, None), NotStaff)
        assert isinstance(await desk.posting.status_of(who, desk.posted.handle), NotStaff)
        assert list(await desk.posting.units(who, None)) == []
    assert isinstance(await give(desk, name="no such class"), NoClass)
    assert isinstance(await give(desk, who=Asker(TEACHER, GUILD + 1, manages=True)), NoClass)


async def test_with_two_classes_the_teacher_names_one_however_it_is_cased(desk: Desk) -> None:
    await a_class(desk.database, a_course(slug="other"), name="Chem 2", students=())
    assert isinstance(await give(desk), WhichClass)
    result = await give(desk, "1", name=" chem 2 ")
    assert isinstance(result, Planned)
    assert result.posted.section.name == "Chem 2"
    assert isinstance(await desk.posting.status(RIVERA, "Chem 2", None), NothingPosted)


async def test_a_unit_that_is_not_there_lists_those_that_are(desk: Desk) -> None:
    result = await give(desk, "7")
    assert result == NoUnit("7", ("Measurement and units", "Matter"))
    assert isinstance(await desk.posting.status(RIVERA, None, "nothing"), NoUnit)


async def test_the_status_tells_on_time_late_owing_and_not_there_yet_most_behind_first(desk: Desk) -> None:
    more = [200_000_000_000_000_010 + number for number in range(4)]

    def join_and_open(tx: Tx) -> None:
        section = desk.posted.section
        for account in more:
            person = tx.people.known(account, NOW).person
            tx.sections.enrol(section.id, person, NOW)
            if account != more[-1]:
                tx.progress.open(person, section.course_id, "measurement", NOW)

    await desk.database.write(join_and_open)
    for account in (ANA, BEN, *more[:2]):
        await desk.start(account)
    await desk.hand_in(ANA)
    await desk.hand_in(BEN, at=desk.posted.deadline + HOUR)
    await desk.hand_in(more[0], summary="Too short")
    found = await desk.status()
    assert [each.account.discord for each in found.on_time] == [ANA]
    assert [each.account.discord for each in found.late] == [BEN]
    assert [each.account.discord for each in found.owing] == [more[2], more[1], more[0]]
    assert [each.discord for each in found.locked] == [more[3]]
    assert found.owing[-1].reasons == ("summary of 2 words",)
