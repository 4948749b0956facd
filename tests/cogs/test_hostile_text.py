"""Text at and over every limit, in every script, with everything that could ping, break out or be cut in half.

Each view is drawn and held against Discord's limits by tests/limits.py; then a whole course of such text is
walked through on screen (RA11).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from discord import ui

from bot.domain.announcing import Announced, Audience, Phase
from bot.domain.contracts import Bar
from bot.domain.course import Check, Fault, Objective, PreWork, Reading, Unit, Video
from bot.domain.evidence import LookAgain, NotStarted, SayMore, TooSoon
from bot.domain.flaws import BotRemoved, Flaw, FlawedPlace, PlacesFlawed
from bot.domain.mastery import Attempt
from bot.domain.outbox import State, Way
from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Chosen,
    Numeric,
    Option,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
    Typed,
)
from bot.domain.records import (
    Account,
    CourseRecord,
    EvidenceRecord,
    Handed,
    Owing,
    Posted,
    ProgressRecord,
    Section,
    UnitRecord,
)
from bot.domain.retaking import AskFirst, Cooldown
from bot.domain.times import BadTime, Promise
from bot.domain.today import AllMastered, ContinueCheck, DoPreWork, TakeCheck, WaitForCheck
from bot.domain.unit_lint import NoReview
from bot.services import announcement_results as announcements
from bot.services import classes, courses, nudges, people, posting, prework, progress
from bot.services.access import LeftClass
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.places import slug_of, wanted_places
from bot.views import announcement_cards, prework_staff
from bot.views import classes as class_views
from bot.views import courses as course_views
from bot.views import nudges as nudge_views
from bot.views import people as people_views
from bot.views import prework as prework_views
from bot.views import progress as progress_views
from bot.views.announcements import draw_form as draw_announcement
from bot.views.choices import matching
from bot.views.choosing import draw_choice, draw_left
from bot.views.classes import OnServer
from bot.views.places import draw_places
from tests.classroom import ZONE, Classroom
from tests.limits import check_components, check_modal, units, walk

NOW = datetime(2027, 1, 11, 16, tzinfo=UTC)

#: each is one character to whoever reads it, and none has a plain letter in it that could stand for a whole
CHARACTERS = (
    "👨‍👩‍👧‍👦",
    "👍🏽",
    "🇪🇸",
    "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "о\u0301",
    "ש\u05c1",
    "نَ",
    "नि",
    "가\u11a8",
    "𝔘",
    "漢",
    "❤️",
)
#: those and the marks of our own cards
_WHOLE = re.compile("|".join(sorted(map(re.escape, (*CHARACTERS, "⚠️", "▶️")), key=len, reverse=True)))
_PIECES = {each for character in CHARACTERS for each in character} - {" "}

NASTY = ("@everyone", "<@&1>", "<@1>", "**", "__", "`", "```", "||", "~~", "](http://x.y)", "\n", "\r\n# ", "\\", ">",
         "\u202e", "\u200b", "\u0000", "-# ", "<t:1:R>", " ", "…", "ﷺ")  # fmt: skip

#: how many worlds of such text each view is drawn in
WORLDS = 20


def assert_whole(texts: Sequence[str]) -> None:
    """Nothing was cut inside a character."""
    for text in texts:
        rest = _WHOLE.sub("", text)
        left = [each for each in rest if each in _PIECES]
        assert not left, f"pieces {left!a} in {text[:200]!a}"


def texts_of(parts: Sequence[Any]) -> Iterator[str]:
    for part in walk(parts):
        yield from (
            str(part[key])
            for key in ("content", "label", "placeholder", "description", "title")
            if part.get(key)
        )
        for option in part.get("options", ()):
            yield from (option["label"], option.get("description") or "")


def check_view(view: ui.LayoutView) -> str:
    """Holds a card against the limits; gives its text."""
    shown = view.to_components()
    check_components(shown)
    assert_whole(list(texts_of(shown)))
    text = "\n".join(each["content"] for each in walk(shown) if each["type"] == 10)
    # our own cards have neither spoilers nor strikes: whoever wrote these, they are plain
    assert not re.search(r"(?<!\\)(\|\||~~)", text), ascii(text[:300])
    return text


# --- every view with such text -----------------------------------------------------------------------


class Hostile:
    """Values as the services give them, with hostile texts, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def text(self) -> str:
        kind, pick = self._random.random(), self._random.choice
        if kind < 0.1:
            return pick(["", " ", "\u200b", "\u202e\u2066", "x" * 4000])
        if kind < 0.4:
            return pick([*CHARACTERS, *NASTY]) * pick([1, 79, 80, 81, 500, 2000])
        return "".join(self._random.choices([*CHARACTERS, *NASTY], k=self.number(0, 120)))

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def flip(self) -> bool:
        return self._random.random() < 0.5

    def url(self) -> str:
        return "https://example.org/" + "a" * self.number(0, 492)

    def question(self) -> Question:
        kind, prompt, many = self.number(0, 4), self.text(), self.number(2, 10)
        options = tuple(Option(self.text(), Fraction(1), self.text()) for _ in range(many))
        match kind:
            case 0:
                return TrueFalse("q", prompt, True, "", self.text(), self.text())
            case 1:
                return SingleChoice("q", prompt, options)
            case 2:
                return SeveralChoices("q", prompt, options)
            case 3:
                return ShortText("q", prompt, (AcceptedText("x", Fraction(1)),))
            case _:
                return Numeric("q", prompt, (AcceptedNumber(Decimal(1), Decimal(2), Fraction(1)),))

    def unit(self, number: int = 0) -> UnitRecord:
        materials = [
            (Video if self.flip() else Reading)(self.text(), self.url(), self.number(1, 36_000))
            for _ in range(self.number(1, 6))
        ]
        body = Unit(
            f"unit-{number}",
            self.text(),
            tuple(Objective(f"{number}", self.text(), self.text()) for _ in range(self.number(1, 12))),
            PreWork(tuple(materials), tuple(self.question() for _ in range(self.number(0, 3)))),
            Check(1, (), 0),
        )
        return UnitRecord(number + 1, 1, number, body)

    def section(self, number: int = 1) -> Section:
        return Section(number, f"h{number}", 1, self.text(), 1, 1, ZONE, 80)

    def posted(self, number: int = 1) -> Posted:
        return Posted(number, f"p{number}", self.section(number), self.unit(), NOW, NOW, NOW, 1, 2)

    def account(self, number: int = 1) -> Account:
        return Account(number, 2**63 - number, None, None, None, None)

    def accounts(self) -> list[Account]:
        return [self.account(number) for number in range(self.number(0, 120))]

    def reasons(self) -> tuple[str, ...]:
        return tuple(self.text() for _ in range(self.number(0, 6)))


@pytest.fixture(params=range(WORLDS))
def given(request: pytest.FixtureRequest) -> Hostile:
    return Hostile(request.param)


def test_joining_and_choosing(given: Hostile) -> None:
    section, flag = given.section(), given.flip()
    sections = tuple(given.section(number) for number in range(given.number(1, 40)))
    for result in (
        people.AskAge(section),
        people.Joined(section, flag, has_goals=not flag),
        people.AlreadyIn(section, flag),
        people.OwnClass(section),
        NoClass(),
        WhichClass(sections),
    ):
        check_view(people_views.draw_join(result))
    for opening in (people.InboxOpens(NOW, flag), people.InboxIsOpen(), NoClass()):
        check_view(people_views.draw_inbox(opening))
    for each in (WhichClass(sections), NoClass(), NotStaff()):
        check_view(draw_choice(each))


def test_creating_and_checking_a_class(given: Hostile) -> None:
    section = given.section()
    units_of = [given.unit(number) for number in range(given.number(1, 30))]
    places = wanted_places(section, units_of)
    known = {(each.purpose, each.kind): 7 for each in places[: given.number(0, len(places))]}
    flawed = tuple(FlawedPlace("role", each, flaw) for each in given.reasons() for flaw in Flaw)
    here = OnServer(("Manage Roles",) * given.number(0, 8), frozenset(known), flawed)
    check_view(draw_places(PlacesFlawed(given.text(), "h", flawed), 1))
    check_view(draw_places(BotRemoved(given.text()), 1))
    check_view(draw_left(LeftClass(section)))
    for wanted in (True, False):
        check_view(class_views.draw_edited(classes.ClassEdited(section, wanted, changed=given.flip())))
    plan = classes.ClassPlan("h", given.text(), given.text(), ZONE, 80, places, known, given.flip())
    for result in (
        plan,
        classes.BadZone(given.text()),
        classes.BadName("A class name has 1 to 60 characters."),
        classes.NoCourse(given.text(), given.reasons()),
        NotStaff(),
    ):
        check_view(class_views.draw_plan(result, here))
        check_view(class_views.draw_plan(result, replace(here, missing=())))
    check_view(class_views.draw_created(classes.ClassCreated(section, places, given.flip())))
    check_view(class_views.draw_check(classes.Check(section, places, known, given.reasons(), 3), here))


def test_bringing_in_a_course(given: Hostile) -> None:
    record = CourseRecord(1, "slug", given.text(), 1, 1)
    behind = tuple(given.section(number) for number in range(given.number(0, 9)))
    faults = tuple(Fault(given.text(), 3, given.text(), given.text()) for _ in range(given.number(1, 40)))
    for result in (
        courses.Imported(record, 3, 40, given.flip(), behind, (NoReview(given.text(), given.text()),) * 9),
        courses.Faulty(faults),
        courses.TooLarge(courses.LARGEST_PACK),
        NotStaff(),
    ):
        check_view(course_views.draw_import(result))
    for moved in (courses.Moved(given.section(), record), courses.UpToDate(given.section()), NotStaff()):
        check_view(course_views.draw_moved(moved))


def test_pre_work_for_students(given: Hostile) -> None:
    posted, when = given.posted(), NOW
    started = check_view(prework_views.draw_start(prework.Started(posted, when, when)))
    assert "Hand in" not in started or started
    answers = tuple(
        draw for draw in (Chosen((0,)), Typed("x" * 200), None)[: len(posted.unit.unit.prework.questions)]
    )
    form = prework_views.draw_form(prework.HandInForm(posted, answers, "s" * 1000, "q" * 500)).to_dict()
    check_modal(form)
    assert_whole(list(texts_of([form, *form["components"]])))
    reasons = (
        *(LookAgain(number, given.text()) for number in (1, 2, 3)),
        SayMore("summary", 0, 8),
        SayMore("question", 1, 3),
        NotStarted() if given.flip() else TooSoon(when, 0, 36_000),
    )
    for result in (prework.Credited(posted, given.flip()), prework.NotYet(posted, reasons)):
        check_view(prework_views.draw_hand_in(result))
    for refusal in (
        prework.NotYours(posted.section),
        prework.Gone(),
        prework.StillLocked(posted, given.unit()),
        prework.AlreadyCredited(posted, when, given.flip()),
    ):
        check_view(prework_views.draw_refusal(refusal))


def test_pre_work_for_teachers(given: Hostile) -> None:
    posted, crowd = given.posted(), given.accounts()
    for result in (
        posting.Planned(posted, given.flip()),
        posting.AlreadyGiven(posted),
        posting.NoUnit(given.text(), tuple(given.text() for _ in range(given.number(1, 30)))),
        BadTime("Write a day and a time."),
        posting.InThePast("The deadline lies in the past.", Promise(NOW, ZONE, "2027-01-11T10:00")),
    ):
        check_view(prework_staff.draw_post(result))
    handed = tuple(Handed(each, NOW, given.flip()) for each in crowd)
    why = given.reasons()
    owing = tuple(
        Owing(each, None, NOW if given.flip() else None, 3, why, False, frozenset(), NOW) for each in crowd
    )
    check_view(prework_staff.draw_status(posting.Status(posted, handed, handed, owing, tuple(crowd))))
    check_view(prework_staff.draw_status(posting.NothingPosted(posted.section)))


def test_nudges_for_teachers_and_students(given: Hostile) -> None:
    posted, crowd = given.posted(), given.accounts()
    ways = (Way.DM, Way.THREAD, Way.SMS)
    recipients = tuple(
        nudges.Recipient(each, ways[given.number(0, 2)], NOW if given.flip() else None) for each in crowd
    )
    unreachable = tuple(
        (each, "DMs are closed, no phone, and the class has no pre-work channel") for each in crowd
    )
    for result in (
        nudges.NudgePreview(posted, "h", recipients, unreachable),
        nudges.NobodyOwes(posted),
        nudges.NothingOpen(posted.section),
    ):
        check_view(nudge_views.draw_preview(result))
    for sent in (nudges.Nudged(posted, given.number(0, 3), given.number(0, 3)), nudges.PreviewGone()):
        check_view(nudge_views.draw_sent(sent))
    for why in (nudges.WhyNudged(posted, given.flip()), None):
        check_view(nudge_views.draw_why(why))


def test_announcements_for_their_teacher(given: Hostile) -> None:
    crowd, groups = given.accounts(), ("all", "behind", "people", "unit:atoms")
    sections = tuple(given.section(number) for number in range(given.number(1, 30)))
    phases = (Phase.DRAFT, Phase.WAITING, Phase.RUNNING, Phase.STOPPED)
    it = Announced(
        1,
        "h",
        1,
        given.text()[:1800] or "x",
        Audience((1,), groups[given.number(0, 3)], tuple(range(given.number(0, 3)))),
        given.flip(),
        given.flip(),
        "plan.pdf" if given.flip() else None,
        phases[given.number(0, 3)],
        NOW if given.flip() else None,
        ZONE,
        NOW.replace(tzinfo=None),
        NOW.date() if given.flip() else None,
        given.number(0, 2),
        NOW,
    )
    ways = (Way.DM, Way.THREAD, Way.SMS)
    shown = announcements.AnnouncementPreview(
        it,
        sections,
        sections,
        it.next_at,
        NOW,
        given.number(1, 3),
        tuple(nudges.Recipient(each, ways[given.number(0, 2)], NOW) for each in crowd),
        tuple((each, "DMs are closed, no phone, and the class has no pre-work channel") for each in crowd),
        announcements.Cost(3, 9, Decimal("0.07"), "USD"),
        tuple(range(2**63, 2**63 + given.number(0, 25))),
    )
    for result in (
        shown,
        announcements.WhichClasses("h", sections),
        announcements.NobodyThere(it, sections),
        announcements.NoWords("h"),
        announcements.TooLong("h", 5000, 1800),
        announcements.BadFile("h", "It is empty."),
        announcements.Past(NOW, "h"),
        announcements.Gone(),
    ):
        check_view(announcement_cards.draw_preview(result))
    check_view(announcement_cards.draw_classes(shown))
    check_view(announcement_cards.draw_refusal(announcements.NoGroup(given.text(), given.reasons())))
    standing = announcements.Standing(it, sections, {State.SENT: 3, State.DUE: given.number(0, 1)})
    check_view(announcement_cards.draw_undone(announcements.TooLate(standing)))
    many = [replace(standing, it=replace(it, handle=f"h{number}")) for number in range(given.number(0, 20))]
    check_view(announcement_cards.draw_list(many))
    check_modal(draw_announcement(announcements.Form("h", it.words, it.file_name)).to_dict())


def attempt(given: Hostile) -> Attempt:
    return Attempt(1, "a", 1, 1, 1, 1, "unit-0", given.text(), 1, 80, NOW, NOW, Fraction(1, 3), False, NOW)


def given_bar(given: Hostile) -> Bar:
    return Bar(86, 1, NOW) if given.flip() else Bar(80)


def test_today_and_progress(given: Hostile) -> None:
    def step(number: int) -> Any:
        return (
            DoPreWork(given.posted(number), NOW if given.flip() else None, given.number(0, 1), given.flip()),
            TakeCheck(given.unit(), 2),
            ContinueCheck(given.unit(), attempt(given)),
            WaitForCheck(given.unit(), (Cooldown(NOW), AskFirst(given.text()))),
            AllMastered(3),
        )[given.number(0, 4)]

    many = tuple(
        progress.ClassToday(given.section(number), step(number), None, given_bar(given), given.flip())
        for number in range(given.number(1, 12))
    )
    check_view(progress_views.draw_today(progress.Today(many, given.flip())))
    rows = tuple(
        progress.UnitStanding(
            given.unit(number),
            ProgressRecord("x", NOW, NOW if given.flip() else None) if given.flip() else None,
            given.posted(),
            EvidenceRecord(NOW, 1, None, NOW, given.reasons(), None, None),
            (attempt(given),) * given.number(0, 5),
        )
        for number in range(given.number(1, 8))
    )
    standing = progress.Standing(given.account(), given.section(), rows, step(0), None, given_bar(given))
    check_view(progress_views.draw_student((standing,) * given.number(1, 3)))
    check_view(progress_views.draw_student(progress.NoSuchStudent(2**63)))


def test_what_is_offered_while_typing(given: Hostile) -> None:
    for typed in ("", "a", "👨"):
        offered = matching(typed, ((given.text(), str(number)) for number in range(given.number(0, 60))))
        assert len(offered) <= 25
        for each in offered:
            assert 1 <= units(each.name) <= 100
            assert each.name.strip()
        assert_whole([each.name for each in offered])


def test_a_channels_name_is_one_word_of_discords_kind(given: Hostile) -> None:
    for _ in range(20):
        slug = slug_of(given.text())
        assert slug
        assert not re.search(r"[\s@#`*_|<>:]", slug)
        assert slug == slug.casefold().strip("-")


def test_the_oracle_sees_what_is_cut() -> None:
    assert_whole(["".join(CHARACTERS), "👨‍👩‍👧‍👦…", "plain *text*"])
    for broken in ("👨‍👩‍👧…", "👍…🏽", "🇪…", "о…", "न…", "❤…"):
        with pytest.raises(AssertionError):
            assert_whole([broken])


# --- on screen ---------------------------------------------------------------------------------------

FAMILY = CHARACTERS[0]
LOUD = "@everyone <@&1> **x** `y` ||z|| \u202e[a](b) "


def full(most: int, start: str = "") -> str:
    """As long as an importer lets in, of the character that takes the most room."""
    return start + FAMILY * ((most - len(start)) // len(FAMILY))


def hostile_pack() -> bytes:
    objectives = ",\n".join(
        f'{{ slug = "{number}", text = "{full(200, LOUD)}", review = "{full(500)}" }}' for number in range(12)
    )
    loud = LOUD.replace(":", "")
    options = "\n".join(f"~{full(150, str(number))}#{full(600)}" for number in range(9))
    units_of = "".join(
        f'''
[[units]]
slug = "unit-{number}"
title = "{full(80, LOUD)}"
objectives = [{objectives}]
[units.prework]
videos = [ {{ title = "{full(80)}", url = "https://example.org/{"a" * 490}", length = "600:00" }} ]
questions = """
::p1:: [plain]{full(400, loud)} {{
={full(150, "0")}
{options}
}}

::p2:: {full(120)} {{T#{full(600)}#{full(600)}}}
"""
[units.check]
draw = 1
bank = "// [tag:1]\\n::b1:: {full(700)} {{T}}"
'''
        for number in range(3)
    )
    return f'[course]\nslug = "hostile"\ntitle = "{full(80)}"\n{units_of}'.encode()


async def test_a_course_of_such_text_is_walked_through_from_import_to_nudge(classroom: Classroom) -> None:
    """At the end the fixture holds every request against the limits, and none pings anybody."""
    teacher, (ana, *_) = classroom.teacher, classroom.students
    text = (await teacher.slash("course import", pack=("course.toml", hostile_pack()))).text
    assert "is in" in text, text
    name = full(60, "@everyone **P** \u202e")
    plan = await teacher.slash("class create", name=name, course="hostile", zone=ZONE)
    assert "what I will create" in plan.text
    await teacher.press("Create the class")
    (door,) = classroom.cards_in("lobby")
    await ana.press("Join this class", door)
    await ana.press("I am old enough. Join")
    await ana.press("Open my inbox")
    assert "unit-1-unit-0" in [each for each in classroom.channels if ana.sees(each)]
    assert "is in order" in (await teacher.slash("class check")).text

    await teacher.slash("prework post", unit="1", deadline="wed 12:00")
    await ana.slash("today")
    await ana.press("Start")
    await classroom.move(timedelta(minutes=5))
    await ana.press("Hand in")
    await ana.fill(c0="3", c1="1", summary=full(900, LOUD), question=full(450, "@everyone "))
    assert "Not yet" in ana.screen.text
    await ana.press("Hand in again")
    assert ana.screen.fields["summary"]["value"] == full(900, LOUD)
    for command, options in (
        ("prework status", {}),
        ("nudge", {}),
        ("progress student", {"student": ana.actor}),
    ):
        await teacher.slash(command, **options)
        assert f"<@{ana.id}>" in teacher.screen.text
    await ana.close_dms()
    await classroom.move(timedelta(days=2))
    assert sum("Still open" in each for each in ana.threads) == 2
    assert await teacher.choices("prework post", "unit", "1")
    await teacher.slash("progress student", student=ana.actor)
    shown = [each.json for each in classroom.env.http_requests if isinstance(each.json, dict)]
    drawn = [each.get("data", each) for each in shown if "components" in (each.get("data") or each)]
    assert len(drawn) >= 15
    assert_whole([text for each in drawn for text in texts_of([each, *each["components"]])])
    assert all(not each["allowed_mentions"]["parse"] for each in drawn if "title" not in each)
