"""What a delivery shows: the words, the next step, and nothing over Discord's limits."""

from __future__ import annotations

import importlib
import pkgutil
import re
import typing
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import views
from bot.domain.attachments import Attachment
from bot.domain.check_messages import HandMarked, RecheckDue, ResultChanged, UnitRuled
from bot.domain.check_results import CheckResult
from bot.domain.contract_messages import ContractInForce, ContractLink, ContractToSign
from bot.domain.course import Check, Objective, PreWork, Reading, Unit, Video
from bot.domain.flaws import BotRemoved, Flaw, FlawedPlace, PlacesFlawed
from bot.domain.letter_messages import AnswerCard, AnswerNote, AskClass, DeskCard, Heard, LetterCard
from bot.domain.letters import Party, Via
from bot.domain.messages import (
    Announcement,
    ClassReady,
    Content,
    GuardianCode,
    GuardianNudge,
    InboxCall,
    InboxHello,
    NudgeList,
    PhoneCode,
    PhonePaused,
    PreWorkCard,
    PreWorkNudge,
    StillOwing,
    Trouble,
    UnitOpened,
    Unreached,
)
from bot.domain.outbox import Way
from bot.domain.retake_messages import PartnerWanted, RetakeAsked, RetakeDecided
from bot.domain.slot_messages import SlotBooked, SlotCalledOff, SlotCancelled, SlotReminder
from bot.domain.talk_messages import TalkNews, TalksToBook
from bot.domain.text_messages import GuardianEnded, TextHelp, TextsAgain, TextsEnded
from bot.views.cards import utf16
from bot.views.messages import draw
from bot.views.presses import _presses
from tests.builders import NOW

AT = datetime(2026, 11, 24, 14, tzinfo=UTC)
STAMP = int(AT.timestamp())
LATER = AT + timedelta(minutes=15)

#: the views that answer what is pressed on a card register themselves when they are imported
ANSWERING = [
    importlib.import_module(f"bot.views.{each.name}") for each in pkgutil.iter_modules(views.__path__)
]


def unit(*materials: Video | Reading, objectives: tuple[str, ...] = ("Name the parts of an atom",)) -> Unit:
    goals = tuple(Objective(str(number), words) for number, words in enumerate(objectives))
    return Unit("atoms", "Atoms", goals, PreWork(materials, ()), Check(3, (), 0))


VIDEO = Video("What is an atom?", "https://example.org/watch?v=a_b&t=1", 245)
READING = Reading("Ions", "https://example.org/ions", 600)

CONTENTS: list[Content] = [
    PreWorkCard("Period 3", unit(VIDEO, READING), "p1", AT),
    PreWorkNudge("Period 3", "Atoms", "p1", AT, "Tue 24 Nov 08:00", 700, False),
    InboxHello("Period 3"),
    ClassReady("Period 3", "Chemistry", "s1"),
    SlotReminder("Period 3", AT, "Tue 24 Nov 08:00", LATER, "Voice channel", "b1"),
    SlotBooked(5, AT, LATER, "moles"),
    SlotCancelled(5, AT),
    SlotCalledOff("Period 3", AT, "Tue 24 Nov 08:00", "s1"),
    PhoneCode("123456", 10),
    UnitOpened("Period 3", "Atoms", "Ions", 77),
    Unreached(5, "the nudge about pre-work", ("dm: closed", "sms: no confirmed phone")),
    Trouble("my role lacks Manage Roles", "Give my role this: Manage Roles"),
    LetterCard(5, Party.GUARDIAN, "Period 3", Via.SMS, "Ana is ill", 1, 1, 0, AT, "l1", False),
    AnswerNote(5, Party.STUDENT, 6, "Look at page 3", Way.DM),
    DeskCard(5, "Period 3"),
    AnswerCard("Period 3", "Ms Rivera", "Look at page 3", "s1"),
    Heard("Period 3", AT, "Tue 24 Nov 08:00", False, 1),
    AskClass((("Period 3", "s1"), ("Period 5", "s2"))),
    Announcement("Period 3", "Bring goggles.", "n1", Attachment("plan.pdf", b"%PDF-")),
    NudgeList("Period 3", "Atoms", "p1", AT, (StillOwing(1, None, 0, (), 4),), (2,)),
    GuardianCode("Period 3", "123456"),
    GuardianNudge("Period 3", "Atoms", "Tue 24 Nov 08:00", is_late=True),
    ContractLink("Period 3", "https://bot.school.example/agree/12t20000.abc"),
    ContractInForce("Period 3", "s1", "Strong", 86),
    ContractToSign("Period 3", "s1", for_guardian=True),
    TextsEnded(True),
    TextsAgain(False, True),
    GuardianEnded("Period 3", by_student=True),
    TextHelp("Period 3"),
    PhonePaused("Period 3", "the number is a landline"),
    InboxCall("Period 3"),
    PartnerWanted(5, "Atoms", ("Name the parts of an atom",), (6, 7)),
    RetakeAsked(5, "Atoms", "I did the sheet", "Recorded since: video.", "66.6", 80, "r1"),
    RetakeDecided("Period 3", "Atoms", False, "Do the sheet first"),
    CheckResult("Period 3", "Atoms", "a1", False, Fraction(1, 3), 80, "time"),
    TalkNews(
        "Period 3", "Atoms", "s1", Fraction(9, 10), 80, NOW, "Tue 24 Nov 08:00", "Room 12", "b1", False, False
    ),
    TalksToBook(3),
    UnitRuled("Period 3", "Atoms", "override", False, "Ions", 77),
    RecheckDue("Period 3", "s1", ("Atoms", "Ions")),
    HandMarked("Period 3", "Atoms", False, "Label your axes", None, None),
    ResultChanged("Period 3", "Atoms", True, ("Ions",), ()),
    PlacesFlawed("Period 3", "s1", (FlawedPlace("role", "Period 3 student", Flaw.GONE),)),
    BotRemoved("Period 3"),
]


class Seen:
    def __init__(self, content: Content, marker: int = 9) -> None:
        self.box, *self.beside = draw(content, marker).to_components()
        parts = self.box["components"]
        self.texts = [each["content"] for each in parts if each["type"] == 10]
        self.text = "\n".join(self.texts)
        controls = [each for row in parts if row["type"] == 1 for each in row["components"]]
        controls = [each for each in controls if each["type"] == 2]
        self.buttons: dict[str, Any] = {
            each["label"]: each.get("custom_id") or each["url"] for each in controls
        }
        self.components = 1 + len(parts) + len(controls) + len(self.beside)


def test_every_kind_of_content_is_drawn_with_its_marker() -> None:
    assert {type(each) for each in CONTENTS} == set(typing.get_args(Content))
    for content in CONTENTS:
        assert Seen(content, 4711).box["id"] == 4711


def test_every_button_on_a_card_is_answered_by_somebody() -> None:
    pressed = [
        custom_id.split(":")[1]
        for content in CONTENTS
        for custom_id in Seen(content).buttons.values()
        if not custom_id.startswith("http")
    ]
    assert len(pressed) >= 10
    assert len(ANSWERING) > 10
    assert set(pressed) <= set(_presses)


def test_the_pre_work_card_has_all_that_is_needed_to_begin() -> None:
    seen = Seen(CONTENTS[0])
    assert "Pre-work: Atoms" in seen.text
    assert "14:05 in all" in seen.text
    assert "Watch: What is an atom? (4:05)" in seen.text
    assert "Read: Ions (10:00)" in seen.text
    assert "Name the parts of an atom" in seen.text
    assert f"<t:{STAMP}:F>" in seen.text
    assert f"<t:{STAMP}:R>" in seen.text
    assert seen.buttons == {
        "Start": "fc:pw_start:p1",
        "Hand in": "fc:pw_hand_in:p1",
        "What is an atom?": "https://example.org/watch?v=a_b&t=1",
        "Ions": "https://example.org/ions",
    }


@pytest.mark.parametrize(("started", "step"), [(False, "Start"), (True, "Hand in")])
def test_a_nudge_offers_the_next_step_help_and_its_reason(started: bool, step: str) -> None:
    seen = Seen(PreWorkNudge("Period 3", "Atoms", "p1", AT, "", 700, started, "n1"))
    assert list(seen.buttons) == [step, "Got it", "Book office hours", "Why did I get this?"]
    assert seen.buttons["Why did I get this?"] == "fc:pw_why:n1"
    assert f"<t:{STAMP}:F>" in seen.text


def test_a_unit_that_opened_leads_to_its_channel() -> None:
    assert "<#77>" in Seen(UnitOpened("Period 3", "Atoms", "Ions", 77)).text
    assert "<#" not in Seen(UnitOpened("Period 3", "Atoms", "Ions", None)).text


def test_a_reminder_says_where_and_lets_the_slot_go() -> None:
    seen = Seen(SlotReminder("Period 3", AT, "", LATER, "https://meet.example.org/a_b_c or <#5> *now*", "b1"))
    assert r"https://meet.example.org/a_b_c or <#5> \*now\*" in seen.text
    assert seen.buttons == {"Cancel my slot": "fc:slot_cancel:b1"}


def test_teachers_read_students_as_mentions_and_reasons_as_typed() -> None:
    assert "<@5>" in Seen(SlotBooked(5, AT, LATER, "# *moles*")).text
    assert r"\# \*moles\*" in Seen(SlotBooked(5, AT, LATER, "# *moles*")).text
    unreached = Seen(CONTENTS[10]).text
    assert "<@5>" in unreached
    assert "no confirmed phone" in unreached


def test_a_trouble_is_told_in_whole_sentences() -> None:
    text = Seen(CONTENTS[11]).text
    assert "My role lacks Manage Roles." in text
    assert "Give my role this: Manage Roles." in text
    assert "Reason" not in Seen(Trouble("x is gone", "")).text


def test_an_announcement_keeps_its_lines_and_links_and_nothing_else_of_markdown() -> None:
    words = "# Friday\n\n\n\n- goggles\n> and *this*:\nhttps://school.example/a_b?x=1 @everyone [x](https://e.example)"
    seen = Seen(Announcement("Period 3", words, "n1", None))
    assert seen.texts[1] == (
        "\\# Friday\n\n\\- goggles\n\\> and \\*this\\*:\nhttps://school.example/a_b?x=1 @everyone "
        "\\[x](https://e.example)"
    )
    assert seen.buttons == {"Got it": "fc:got_it:n1", "What do I do now?": "fc:today:-"}


def test_a_file_is_shown_below_the_card_and_a_picture_as_a_picture() -> None:
    told = next(each for each in CONTENTS if isinstance(each, Announcement))
    (file,) = Seen(told).beside
    assert (file["type"], file["file"]["url"]) == (13, "attachment://plan.pdf")
    (picture,) = Seen(Announcement("P", "Look", "n", Attachment("a.png", b""))).beside
    assert (picture["type"], picture["items"][0]["media"]["url"]) == (12, "attachment://a.png")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://",
        "http://localhost",
        "nonsense",
        "",
        "https://[::1",
        "https://a b.org",
    ],
)
def test_an_address_that_discord_would_refuse_is_no_link(url: str) -> None:
    seen = Seen(PreWorkCard("P", unit(Video("Atoms", url, 60)), "p1", AT))
    assert list(seen.buttons) == ["Start", "Hand in"]
    assert "Watch: Atoms (1:00)" in seen.text


def test_a_title_cannot_become_a_link_of_its_own() -> None:
    title = "[Atoms](https://evil.example)"
    seen = Seen(PreWorkCard("P", unit(Video(title, "https://example.org/(x)>y", 60)), "p1", AT))
    assert not re.search(r"(?<!\\)\[[^\]]*\]\(", seen.text)
    assert seen.buttons[title] == "https://example.org/%28x%29%3Ey"


HOSTILE = st.one_of(
    st.text(max_size=150),
    st.text("*_`~|[]()<>#-\\@", max_size=150),
    st.sampled_from(
        ["", " ", "x" * 4001, "*" * 4000, "🧪" * 2000, "👩🏽‍🔬" * 600, "\u202eabc", "שלום" * 200, "\ud800"]
    ),
)
URLS = st.one_of(
    HOSTILE, st.just("https://example.org/" + "x" * 600), st.just("https://example.org/" + "é" * 200)
)
#: as long as an announcement may be; addresses grow when they are quoted
LONG = st.one_of(
    HOSTILE.map(lambda each: each[:1800]),
    st.lists(st.one_of(HOSTILE, URLS), max_size=40).map(lambda parts: " ".join(parts)[:1800]),
    st.lists(HOSTILE, max_size=40).map(lambda lines: "\n".join(lines)[:1800]),
)
MATERIALS = st.one_of(
    st.builds(Video, HOSTILE, URLS, st.integers(0, 10**6)),
    st.builds(Reading, HOSTILE, URLS, st.integers(0, 10**6)),
)
UNITS = st.builds(
    Unit,
    st.just("u"),
    HOSTILE,
    st.lists(st.builds(Objective, st.just("o"), HOSTILE), max_size=30).map(tuple),
    st.builds(PreWork, st.lists(MATERIALS, max_size=20).map(tuple), st.just(())),
    st.just(Check(1, (), 0)),
)
ANY = st.one_of(
    st.builds(PreWorkCard, HOSTILE, UNITS, st.just("h"), st.just(AT)),
    st.builds(
        PreWorkNudge,
        HOSTILE,
        HOSTILE,
        st.just("h"),
        st.just(AT),
        HOSTILE,
        st.integers(0, 10**6),
        st.booleans(),
    ),
    st.builds(InboxHello, HOSTILE),
    st.builds(InboxCall, HOSTILE),
    st.builds(ClassReady, HOSTILE, HOSTILE, st.just("h")),
    st.builds(SlotReminder, HOSTILE, st.just(AT), HOSTILE, st.just(LATER), HOSTILE, st.just("h")),
    st.builds(SlotBooked, st.just(5), st.just(AT), st.just(LATER), HOSTILE),
    st.builds(SlotCalledOff, HOSTILE, st.just(AT), HOSTILE, st.just("h")),
    st.builds(PartnerWanted, st.just(5), HOSTILE, st.lists(HOSTILE).map(tuple), st.just((6, 7))),
    st.builds(
        RetakeAsked, st.just(5), HOSTILE, HOSTILE, st.just(""), st.just("50"), st.just(80), st.just("h")
    ),
    st.builds(RetakeDecided, HOSTILE, HOSTILE, st.booleans(), HOSTILE),
    st.builds(UnitOpened, HOSTILE, HOSTILE, HOSTILE, st.none()),
    st.builds(Announcement, HOSTILE, LONG, st.just("h"), st.none()),
    st.builds(Unreached, st.just(5), HOSTILE, st.lists(HOSTILE, max_size=30).map(tuple)),
    st.builds(Trouble, HOSTILE, HOSTILE),
)


@settings(max_examples=500, deadline=None)
@given(ANY)
def test_no_text_of_a_teachers_breaks_a_card(content: Content) -> None:
    seen = Seen(content)
    # a mention may be added where the card goes into a thread
    room = 0 if isinstance(content, PreWorkCard) else 40
    assert sum(map(utf16, seen.texts)) <= 4000 - room
    assert all(seen.texts)
    assert seen.components <= 40
    for label, target in seen.buttons.items():
        assert 1 <= utf16(label) <= 80
        assert len(target) <= (512 if target.startswith("http") else 100)
    seen.text.encode("utf-8")
    with mock.patch("bot.views.cards.TEXT_LIMIT", 10**6):
        # a card as a whole was not cut, which could have been in the middle of a link
        assert Seen(content).texts == seen.texts
    if isinstance(content, PreWorkCard):
        assert f"<t:{STAMP}:F>" in seen.text
