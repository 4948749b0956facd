"""What a delivery shows on Discord: one card for each kind of content, the next step as a button."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.domain.check_messages import CheckNews
from bot.domain.check_results import CheckResult
from bot.domain.contract_messages import ContractInForce, ContractLink, ContractToSign
from bot.domain.course import Material, Unit, Video
from bot.domain.flaws import BotRemoved, PlacesFlawed
from bot.domain.grading import percent
from bot.domain.letter_messages import LetterContent
from bot.domain.messages import (
    Announcement,
    ClassReady,
    Content,
    GuardianCode,
    GuardianNudge,
    InboxCall,
    InboxHello,
    NudgeList,
    OtherContent,
    PhoneCode,
    PhonePaused,
    PreWorkCard,
    PreWorkNudge,
    Trouble,
    UnitOpened,
    Unreached,
)
from bot.domain.retake_messages import PartnerWanted, RetakeAsked, RetakeDecided
from bot.domain.slot_messages import SlotBooked, SlotCalledOff, SlotCancelled, SlotReminder
from bot.domain.talk_messages import TalkNews, TalksToBook
from bot.domain.text_messages import GuardianEnded, TextHelp, TextsAgain, TextsEnded
from bot.views.cards import (
    Button,
    Card,
    Control,
    Link,
    Look,
    attached,
    card,
    one_line,
    plain,
    primary,
    shorten,
    stamp,
)
from bot.views.check_news import draw_check_news
from bot.views.letter_cards import draw_letter
from bot.views.places import draw_places
from bot.views.prose import name_of, paragraphs, web_address, with_links
from bot.views.staff_messages import draw_for_staff, draw_retake_for_staff
from bot.views.summatives import draw_talk_news, draw_talks_to_book
from bot.views.text_messages import draw_about_texts
from bot.words.lengths import exactly, roughly

#: Discord's own for the address behind a button
URL_LIMIT = 512
#: a card has 4,000 characters for everything, and Markdown's escapes may double what a person wrote
MOST_MATERIALS = 6
MOST_OBJECTIVES = 10
OBJECTIVES = 1300
MOST_LINKS = 5

TODAY = primary("What do I do now?", "today")


def draw(content: Content, marker: int) -> ui.LayoutView:  # one case for each kind
    """The card of that content; ``marker`` (1 to 2**31 - 1) is the id by which a repeat is recognised."""
    if isinstance(content, LetterContent):
        return draw_letter(content, marker)
    if isinstance(content, CheckNews):
        return draw_check_news(content, marker)
    return _draw(content, marker)


def _draw(content: OtherContent, marker: int) -> ui.LayoutView:  # noqa: C901, PLR0912  # one case for each kind
    match content:
        case PreWorkCard():
            return _prework(content, marker)
        case PreWorkNudge():
            return _nudge(content, marker)
        case InboxHello() | InboxCall():
            return _about_inbox(content, marker)
        case ClassReady(class_name, course_title, handle):
            return card(
                Look.DO,
                f"Join {name_of(class_name)}",
                f"Course: {name_of(course_title)}.",
                "Press the button to join. The first unit opens for you at once.",
                controls=[primary("Join this class", "join", handle)],
                marker=marker,
            )
        case SlotReminder() | SlotCalledOff():
            return _about_slot(content, marker)
        case UnitOpened() | CheckResult() | ContractInForce() | ContractToSign():
            return _about_goals(content, marker)
        case TalkNews():
            return draw_talk_news(content, marker)
        case TalksToBook():
            return draw_talks_to_book(content, marker)
        case RetakeDecided():
            return _retake_decided(content, marker)
        case (
            PhoneCode()
            | PhonePaused()
            | GuardianCode()
            | GuardianNudge()
            | ContractLink()
            | TextsEnded()
            | TextsAgain()
            | GuardianEnded()
            | TextHelp()
        ):
            return draw_about_texts(content, marker)
        case Announcement():
            return _announcement(content, marker)
        case PartnerWanted() | RetakeAsked():
            return draw_retake_for_staff(content, marker)
        case PlacesFlawed() | BotRemoved():
            return draw_places(content, marker)
        case SlotBooked() | SlotCancelled() | Unreached() | Trouble() | NudgeList():
            return draw_for_staff(content, marker)


def _about_inbox(content: InboxHello | InboxCall, marker: int) -> ui.LayoutView:
    name = name_of(content.class_name)
    match content:
        case InboxHello():
            return card(
                Look.DONE,
                "Your inbox is open",
                f"Reminders for **{name}** come here: what you still owe, before it is due.",
                "Write here, too: your teacher reads it, and the answer comes here.",
                "You asked for this. To end it, close direct messages in this server's privacy settings.",
                controls=[TODAY],
                marker=marker,
            )
        case InboxCall():
            return card(
                Look.ASK,
                "Is your inbox open?",
                f"Press the button, and reminders for **{name}** come to you alone, as a direct message.",
                "Pressed it before? Then you have nothing to do.",
                controls=[primary("Open my inbox", "inbox")],
                marker=marker,
            )


def _about_goals(
    content: UnitOpened | CheckResult | ContractInForce | ContractToSign, marker: int
) -> ui.LayoutView:
    name = name_of(content.class_name)
    match content:
        case UnitOpened():
            return _unit_opened(content, marker)
        case CheckResult():
            return _check_result(content, marker)
        case ContractInForce(_, handle, tier, bar):
            return card(
                Look.DONE,
                f"Your bar is {bar} % now",
                f"Your contract for **{name}** is in force: {name_of(tier)}, {bar} %.",
                "It counts from your next check on. What you passed before stays passed.",
                controls=[TODAY, Button("See my contract", "contract", handle)],
                marker=marker,
            )
        case ContractToSign(_, handle, for_guardian):
            text = (
                "You have signed; your parent or guardian has not yet. The button shows how they can."
                if for_guardian
                else "Choose the goal that is right for you, and sign for it. It takes two minutes."
            )
            label = "Show how to sign" if for_guardian else "Choose my goal"
            return card(
                Look.ASK,
                f"Your goal in {name}",
                text,
                controls=[primary(label, "contract", handle)],
                marker=marker,
            )


def _prework(content: PreWorkCard, marker: int) -> ui.LayoutView:
    unit, handle = content.unit, content.handle
    return card(
        Look.DO,
        f"Pre-work: {name_of(unit.title)}",
        f"{name_of(content.class_name)} · {exactly(unit.prework.length_s)} in all",
        _materials(unit.prework.materials),
        _objectives(unit),
        f"**Due {stamp(content.deadline)}** ({stamp(content.deadline, 'R')})",
        "-# Press Start before you watch. Then hand in: it counts from half the length on.",
        controls=[
            primary("Start", "pw_start", handle),
            Button("Hand in", "pw_hand_in", handle),
            *_links(unit.prework.materials),
        ],
        marker=marker,
    )


def _materials(materials: Sequence[Material]) -> str:
    lines = [_material(each) for each in materials[:MOST_MATERIALS]]
    if len(materials) > MOST_MATERIALS:
        lines.append(f"and {len(materials) - MOST_MATERIALS} more")
    return "\n".join(lines)


def _material(material: Material) -> str:
    kind = "Watch" if isinstance(material, Video) else "Read"
    title = plain(shorten(one_line(material.title), 80)) or "the page"
    return f"- {kind}: {title} ({exactly(material.length_s)})"  # its button below is the link


def _links(materials: Sequence[Material]) -> Sequence[Control]:
    found = [(each.title, web_address(each.url)) for each in materials]
    return [Link(title, url) for title, url in found if url and len(url) <= URL_LIMIT][:MOST_LINKS]


def _objectives(unit: Unit) -> str:
    if not unit.objectives:
        return ""
    lines = [f"- {plain(shorten(each.text, 150))}" for each in unit.objectives[:MOST_OBJECTIVES]]
    return shorten("After this unit you can:\n" + "\n".join(lines), OBJECTIVES)


def _nudge(nudge: PreWorkNudge, marker: int) -> ui.LayoutView:
    step = (
        primary("Hand in", "pw_hand_in", nudge.handle)
        if nudge.started
        else primary("Start", "pw_start", nudge.handle)
    )
    due = f"{stamp(nudge.deadline)} ({stamp(nudge.deadline, 'R')})"
    return card(
        Look.DO,
        f"Still open: {name_of(nudge.unit_title)}",
        f"Your pre-work for **{name_of(nudge.class_name)}** "
        + (f"was due {due}. Late work counts." if nudge.is_late else f"is due {due}."),
        "You have started: what is left is handing in."
        if nudge.started
        else f"It takes about {roughly(nudge.length_s)}.",
        "Stuck, or no time? Book office hours: your teacher helps.",
        controls=[
            step,
            Button("Got it", "got_it", nudge.nonce),
            Button("Book office hours", "book"),
            Button("Why did I get this?", "pw_why", nudge.nonce),
        ],
        marker=marker,
    )


def _about_slot(content: SlotReminder | SlotCalledOff, marker: int) -> ui.LayoutView:
    match content:
        case SlotReminder():
            return _slot_reminder(content, marker)
        case SlotCalledOff(class_name, starts_at, _, handle):
            return card(
                Look.PROBLEM,
                "Your office hours are cancelled",
                f"Your teacher of **{name_of(class_name)}** had to cancel {stamp(starts_at)}.",
                "You can book another time.",
                controls=[primary("Book another", "book", handle)],
                marker=marker,
            )


def _slot_reminder(reminder: SlotReminder, marker: int) -> ui.LayoutView:
    return card(
        Look.DO,
        f"Office hours {stamp(reminder.starts_at, 'R')}",
        f"**{name_of(reminder.class_name)}**: {stamp(reminder.starts_at)} to {stamp(reminder.ends_at, 't')}",
        f"Where: {with_links(reminder.where)}" if reminder.where.strip() else "",
        "Cannot come? Give the slot back, so that somebody else can have it.",
        controls=[Button("Cancel my slot", "slot_cancel", reminder.handle)],
        marker=marker,
    )


def _unit_opened(opened: UnitOpened, marker: int) -> ui.LayoutView:
    where = (
        f"Its channel: <#{opened.channel}>"
        if opened.channel is not None
        else "Press the button to see what comes first."
    )
    return card(
        Look.DONE,
        f"Open for you: {name_of(opened.title)}",
        f"You mastered **{name_of(opened.passed_title)}** in {name_of(opened.class_name)}. Well done!",
        where,
        controls=[TODAY],
        marker=marker,
    )


def _retake_decided(told: RetakeDecided, marker: int) -> ui.LayoutView:
    title = name_of(told.unit_title)
    return card(
        Look.DONE if told.granted else Look.WAIT,
        f"You may try again: {title}" if told.granted else f"Not now: {title}",
        f"Your teacher says yes, in {name_of(told.class_name)}."
        if told.granted
        else "Your teacher answered:",
        "" if told.granted else plain(shorten(told.why, 1000)),
        controls=[TODAY],
        marker=marker,
    )


_HOW_RESULT = {
    "time": "Its time was up, so I handed it in for you: what you had answered counts.",
    "marked": "Your teacher has marked it.",
    "talk": "Thank you for explaining your answers.",
    "again": "Your teacher would like you to take this check again. You have talked about it together.",
}


def _check_result(told: CheckResult, marker: int) -> ui.LayoutView:
    how = _HOW_RESULT.get(told.why, "")
    title = f"{name_of(told.unit_title)}, in {name_of(told.class_name)}"
    if told.why == "dropped":
        kept = "It counts for nothing, and what you answered is kept. You can begin again whenever you like."
        return card(
            Look.NEWS,
            f"A fresh start: {title}",
            f"Something of mine went wrong in it. {kept}",
            controls=[TODAY],
            marker=marker,
        )
    if told.results_at is not None:
        when = f"Results come {stamp(told.results_at)}."
        return card(Look.WAIT, f"Handed in: {title}", how, when, controls=[TODAY], marker=marker)
    if told.score is None:
        waits = "Your teacher marks what only a person can mark. You hear from me when it is done."
        return card(Look.WAIT, f"Handed in: {title}", how, waits, controls=[TODAY], marker=marker)
    return card(
        Look.DONE if told.passed else Look.NOT_YET,
        f"{'Passed' if told.passed else 'Not yet'}: {title}",
        how,
        f"**{percent(told.score)} %**. Your bar is {told.bar} %.",
        controls=[primary("See my result", "check_result", told.attempt), TODAY],
        marker=marker,
    )


def _announcement(told: Announcement, marker: int) -> ui.LayoutView:
    view = card(
        Look.NEWS,
        name_of(told.class_name),
        paragraphs(told.words),
        "-# From your teacher",
        controls=[Button("Got it", "got_it", told.handle), TODAY],
        marker=marker,
    )
    return (
        view
        if told.file is None
        else Card([*view.to_components(), attached(told.file.name, as_picture=told.file.is_picture)])
    )
