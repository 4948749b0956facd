"""The steps of the tour. Each acts as a person, waits for what that person should see, and gives it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.course import Course
from bot.domain.questions import Question
from bot.formats.pack import read_folder, zip_folder
from bot.loopback.people import Person
from bot.loopback.seen import Answer, Seen
from bot.loopback.world import World
from bot.tour.answers import hand_in_values, take_check

#: a Monday, ten in the morning in the class's zone
BEGIN = datetime(2027, 1, 11, 16, 0, tzinfo=UTC)
ZONE = "America/Chicago"
CLASS = "Period 3"
PHONE = "+12025550142"
#: the tour kills the bot more often than a real one may log in (RA13), so it raises that budget
SETTINGS = {"discord": {"identify": {"per_hour": 100}}}
PACK = Path(__file__).parents[2] / "data" / "courses" / "intro-chemistry"

Step = Callable[["Tour"], Awaitable[str]]
STEPS: dict[str, Step] = {}


class NotShown(Exception):
    """A person should have seen something else."""


def step(fn: Step) -> Step:
    STEPS[fn.__name__] = fn
    return fn


class Tour:
    """The world, its people, and what later steps need of earlier ones."""

    def __init__(self, world: World) -> None:
        self.world = world
        course = read_folder(PACK)
        if not isinstance(course, Course):
            raise NotShown("\n".join(map(str, course)))
        self.course = course
        server = world.wire.create_server("Rivera's Chemistry")
        server.create_text_channel("lobby")
        self.teacher = server.add_person("Ms Rivera", roles=[server.add_teacher_role()])
        self.ana, self.ben, self.chloe, self.dev = (
            server.add_person(n) for n in ("Ana", "Ben", "Chloe", "Dev")
        )
        self.card: Seen | None = None
        #: who was faster comes first
        self.booked: list[Answer] = []

    @property
    def questions(self) -> tuple[Question, ...]:
        return self.course.units[0].prework.questions


def expect(answer: Answer | Seen, *words: str) -> str:
    """The text, if every word of those stands in it."""
    missing = [each for each in words if each not in answer.text]
    if missing:
        raise NotShown(f"not there: {missing}; seen: {answer.text!r}")
    return answer.text


def _title(tour: Tour, unit: int = 0) -> str:
    return tour.course.units[unit].title


@step
async def bot_started(tour: Tour) -> str:
    await tour.world.start_bot()
    await tour.world.quiet()
    return "the bot is online in a process of its own"


@step
async def course_imported(tour: Tour) -> str:
    answer = await tour.teacher.slash(
        "course import", {"pack": ("chemistry.zip", zip_folder(PACK))}, where="lobby"
    )
    return expect(answer, tour.course.title, "questions")


@step
async def class_created(tour: Tour) -> str:
    options = {"name": CLASS, "course": tour.course.slug, "zone": ZONE}
    plan = await tour.teacher.slash("class create", options, where="lobby")
    expect(plan, "what I will create", "period-3-pre-work", "period-3-teachers", "Unit 1")
    if "period-3-pre-work" in tour.teacher.channels():
        raise NotShown("a channel was made before it was confirmed")
    expect(await tour.teacher.press("Create the class", plan), CLASS)
    card = await tour.ana.sees("Join", "lobby")
    await tour.world.quiet()
    check = await tour.teacher.slash("class check", where="lobby")
    expect(check, "in order")
    return f"{card.text}; channels: {', '.join(tour.teacher.channels())}"


@step
async def students_joined(tour: Tour) -> str:
    tour.world.wire.close_dms(tour.ben.id)
    seen = ""
    for student in (tour.ana, tour.ben, tour.chloe, tour.dev):
        expect(await student.press("Join this class"), "13")
        seen = expect(await student.press("I am old enough. Join"), f"You are in {CLASS}")
        await student.press("Open my inbox")
    await tour.ana.sees("inbox", tour.ana.dm)
    await tour.world.quiet()
    unit = f"unit-1-{tour.course.units[0].slug}"
    if unit not in tour.ana.channels() or any(name.startswith("unit-2") for name in tour.ana.channels()):
        raise NotShown(f"Ana sees {tour.ana.channels()}")
    return f"{seen}; Ana sees {', '.join(tour.ana.channels())}"


@step
async def phone_confirmed(tour: Tour) -> str:
    form = await tour.dev.press("Give my number", await tour.dev.slash("phone number", where="lobby"))
    sent = await tour.dev.submit(form, {"number": PHONE})
    text = await tour.world.phone.receives(PHONE)
    code = next(word.strip(".,:") for word in text.body.split() if word.strip(".,:").isdigit())
    done = await tour.dev.submit(await tour.dev.press("Enter the code", sent), {"code": code})
    return expect(done, PHONE[-2:])


@step
async def prework_posted(tour: Tour) -> str:
    options = {"unit": tour.course.units[0].slug, "deadline": "tomorrow 16:00"}
    expect(await tour.teacher.slash("prework post", options, where="lobby"), _title(tour), "<t:")
    tour.card = await tour.ana.sees("Pre-work", "period-3-pre-work")
    return expect(tour.card, _title(tour), "Due")


@step
async def refused_without_evidence(tour: Tour) -> str:
    form = await tour.ana.press("Hand in", tour.card)
    assert form.form is not None
    answer = await tour.ana.submit(form, hand_in_values(form.form, tour.questions, right=False))
    return expect(answer, "Not yet", "Start")


@step
async def handed_in(tour: Tour) -> str:
    expect(await tour.ana.press("Start", tour.card), "Started")
    await tour.world.move(timedelta(seconds=tour.course.units[0].prework.length_s))
    form = await tour.ana.press("Hand in", tour.card)
    assert form.form is not None
    if form.form.field("summary").value != "it was ok":
        raise NotShown("the second try lost what was typed at the first")
    answer = await tour.ana.submit(form, hand_in_values(form.form, tour.questions, right=True))
    return expect(answer, "Done", "on time")


@step
async def nudged_by_dm(tour: Tour) -> str:
    await tour.world.move_to(BEGIN + timedelta(hours=6, seconds=1))
    nudge = await tour.chloe.sees("Still open", tour.chloe.dm)
    return expect(nudge, _title(tour), "<t:")


@step
async def nudged_by_thread(tour: Tour) -> str:
    await tour.world.wire.changes.until(tour.ben.private_threads, what="Ben's private thread")
    thread = tour.ben.private_threads()[0]
    nudge = await tour.ben.sees("Still open", thread)
    return f"DMs closed; private thread “{thread.name}”: {expect(nudge, _title(tour))}"


@step
async def not_nudged_when_done(tour: Tour) -> str:
    await tour.world.quiet()
    got = [seen.text for seen in tour.ana.dm_messages() if "Still open" in seen.text]
    if got:
        raise NotShown(f"Ana has done it and was nudged: {got}")
    return "Ana has handed in: no nudge came to her"


@step
async def survived_restart(tour: Tour) -> str:
    before = len(tour.chloe.dm_messages())
    await tour.world.kill_bot()
    await tour.world.move_to(BEGIN + timedelta(hours=27, seconds=1))  # three hours before the deadline
    await tour.world.start_bot()
    pressed = expect(await tour.chloe.press("Start", tour.card), "Started")
    await tour.chloe.sees(
        lambda seen: "Still open" in seen.text and seen.at > BEGIN + timedelta(hours=20), tour.chloe.dm
    )
    await tour.world.quiet()
    came = len(tour.chloe.dm_messages()) - before
    if came != 1:
        raise NotShown(f"{came} nudges came after the restart")
    return f"killed with a card posted and a nudge due: one nudge came, and the card answered: {pressed}"


@step
async def nudged_by_sms(tour: Tour) -> str:
    await tour.world.move_to(BEGIN + timedelta(hours=29, seconds=1))  # one hour before the deadline
    text = await tour.world.phone.receives(PHONE, CLASS)
    await tour.world.quiet()
    if len(tour.world.phone.texts) != 2:
        raise NotShown(f"texts: {[each.body for each in tour.world.phone.texts]}")
    return f"{text.body} ({text.segments} segment)"


@step
async def slot_booked(tour: Tour) -> str:
    options = {"start": "tomorrow 15:00", "until": "15:30", "where": "room 12"}
    plan = await tour.teacher.slash("officehours open", options, where="lobby")
    await tour.teacher.press("Open them", plan)
    forms = [await _slot_form(student) for student in (tour.ana, tour.ben)]
    answers = await asyncio.gather(
        *(
            student.submit(form, {"reason": "I mix up significant figures."})
            for student, form in zip((tour.ana, tour.ben), forms, strict=True)
        )
    )
    tour.booked = sorted(answers, key=lambda answer: "Booked" not in answer.text)
    return expect(tour.booked[0], "Booked", "<t:")


async def _slot_form(student: Person) -> Answer:
    """Both open the form for the same, first slot."""
    free = await student.slash("book", where="lobby")
    assert free.message is not None
    menu = free.message.menus[0]
    return await student.select(menu.options[0].label, free, menu=menu.custom_id)


@step
async def slot_refused_when_taken(tour: Tour) -> str:
    seen = expect(tour.booked[1], "faster", "next free")
    agenda = await tour.teacher.slash("officehours agenda", where="lobby")
    expect(agenda, "significant figures")
    return seen


@step
async def check_not_yet(tour: Tour) -> str:
    first = await tour.ana.press("Start the check", await tour.ana.slash("today", where="lobby"))
    done = await take_check(tour.ana, tour.course, first, right=False)
    seen = expect(done, "Not yet", "Look at this again", "<t:")
    if f"unit-2-{tour.course.units[1].slug}" in tour.ana.channels():
        raise NotShown("unit 2 opened without a passed check")
    return seen


@step
async def missed_worked_on(tour: Tour) -> str:
    ways = await tour.ana.press("Choose what to do", await tour.ana.slash("today", where="lobby"))
    assert ways.message is not None
    menu = ways.message.menus[0]
    way = await tour.ana.select("Watch or read a part again", ways, menu=menu.custom_id)
    form = await tour.ana.press("Write my sentence", way)
    done = await tour.ana.submit(form, {"found": "The last digit is read between two lines."})
    return expect(done, "Recorded", "next try")


@step
async def check_passed(tour: Tour) -> str:
    await tour.world.move(timedelta(seconds=tour.course.units[0].check.cooldown_s))
    first = await tour.ana.press("Start the check", await tour.ana.slash("today", where="lobby"))
    return expect(
        await take_check(tour.ana, tour.course, first, right=True), "Passed", "100 %", _title(tour, 1)
    )


@step
async def unit_opened(tour: Tour) -> str:
    channel = f"unit-2-{tour.course.units[1].slug}"
    await tour.world.wire.changes.until(lambda: channel in tour.ana.channels(), what=f"Ana to see {channel}")
    if channel in tour.ben.channels():
        raise NotShown("Ben sees it as well")
    told = await tour.ana.sees(_title(tour, 1), tour.ana.dm)
    return f"#{channel} is there for Ana and not for Ben; {told.text}"


@step
async def stopped_in_order(tour: Tour) -> str:
    code = await tour.world.bot.stop()
    if code != 0:
        raise NotShown(f"the bot ended with exit code {code}")
    return "SIGTERM: exit code 0"
