"""What a text (SMS) says: one segment of GSM-7, whatever the titles are, ending with how to stop."""

from __future__ import annotations

from bot.domain.check_results import CheckResult
from bot.domain.contract_messages import ContractLink
from bot.domain.letter_messages import AnswerCard, Heard
from bot.domain.messages import (
    Announcement,
    GuardianCode,
    GuardianNudge,
    PhoneCode,
    PreWorkNudge,
    UnitOpened,
)
from bot.domain.retake_messages import RetakeDecided
from bot.domain.slot_messages import SlotCalledOff, SlotReminder
from bot.domain.talk_messages import TalkNews
from bot.domain.text_messages import GuardianEnded, TextHelp, TextsAgain, TextsEnded
from bot.words.gsm import JOINED_SEGMENT, SEGMENT, cut, segments, septets, to_gsm
from bot.words.lengths import roughly
from bot.words.letters import answer_text, heard_text

__all__ = ["HOW_TO_STOP", "REPLY_STOP", "Textable", "segments", "text"]

#: what makes sense as a text; everything else needs its buttons
Textable = (
    PreWorkNudge
    | SlotReminder
    | SlotCalledOff
    | PhoneCode
    | UnitOpened
    | RetakeDecided
    | CheckResult
    | TalkNews
    | GuardianCode
    | GuardianNudge
    | ContractLink
    | TextsEnded
    | TextsAgain
    | GuardianEnded
    | TextHelp
    | AnswerCard
    | Heard
    | Announcement
)

#: a teacher's own words may take this many segments; the rest is on Discord
MOST_SEGMENTS = 3

HOW_TO_STOP = "To stop: /phone stop in Discord"
#: where answers are heard; guardians, who have no Discord, read nothing else (Twilio itself hears their STOP)
REPLY_STOP = "Reply STOP to end"


def text(content: Textable, *, replies: bool = False) -> str:
    """At most 160 septets of GSM-7, one segment, but for a teacher's own words. Titles are shortened until it fits.

    ``replies``: answers to a text are heard, by the bot's own web server.
    """
    match content:
        case (
            GuardianCode()
            | GuardianNudge()
            | GuardianEnded()
            | ContractLink()
            | TextsEnded()
            | TextsAgain()
            | TextHelp()
        ):
            return _to_guardians_and_strangers(content, replies)
        case AnswerCard():
            return answer_text(content)
        case Heard():
            return heard_text(content)
        case _:
            return _to_student(content, REPLY_STOP if replies else HOW_TO_STOP)


def _to_guardians_and_strangers(
    content: GuardianCode | GuardianNudge | GuardianEnded | ContractLink | TextsEnded | TextsAgain | TextHelp,
    replies: bool,
) -> str:
    match content:
        case GuardianCode(class_name, code):
            agree = "answer with this code" if replies else "give your child this code"
            return _fitted(
                "Flipcord, {name}: your child's teacher asks to text you when schoolwork is due. "
                "To agree, " + agree + ": {code}. {stop}",
                REPLY_STOP,
                name=to_gsm(class_name) or "your child's class",
                code=to_gsm(code),
            )
        case GuardianNudge(class_name, unit_title, deadline_local, is_late):
            due = "It was due {when}; late work counts. " if is_late else "It is due {when}. "
            return _fitted(
                "Flipcord, {name}: your child has not handed in the pre-work {title} yet. " + due + "{stop}",
                REPLY_STOP,
                name=to_gsm(class_name) or "your child's class",
                title=to_gsm(unit_title) or "for the next class",
                when=to_gsm(deadline_local),
            )
        case ContractLink(class_name, url, renewed):
            return _with_link(to_gsm(class_name) or "school", url, renewed)
        case TextsEnded(True):
            return "Flipcord: texts to this phone have stopped; this is the last one. To allow them again, text START."
        case TextsEnded():
            return (
                "Flipcord: I took that as a stop, so this is the last text to this phone. "
                "Not what you meant? Text START."
            )
        case TextsAgain(True):
            return f"Flipcord: thank you, texts to this phone go on. {REPLY_STOP}"
        case TextsAgain(is_guardian=is_guardian):
            step = (
                "ask your child's teacher to give me this number again."
                if is_guardian
                else "in Discord, type /phone number and give me this number again."
            )
            return f"Flipcord: this phone may be texted again. One step is missing: {step}"
        case GuardianEnded(class_name, by_student):
            why = "your child ended them" if by_student else "the teacher gave another number"
            again = " To have them again, text START." if by_student and replies else ""
            return _fitted(
                "Flipcord, {name}: texts about schoolwork to this phone end here: "
                + why
                + "."
                + again
                + " {stop}",
                "Questions: ask the teacher.",
                name=to_gsm(class_name) or "your child's class",
            )
        case TextHelp(class_name):
            return _fitted(
                "Flipcord texts reminders of schoolwork for {name}. Questions: ask the teacher. "
                "Carrier rates may apply. {stop}",
                REPLY_STOP,
                name=to_gsm(class_name) or "your class",
            )


def _with_link(name: str, url: str, renewed: bool) -> str:
    """The address is whole: where it is long, the text is two segments."""
    asked = "please read and sign your child's goal"
    if renewed:
        asked = "please use this new link for your child's goal; the one before is closed"
    head, tail = "Flipcord, ", f": {asked}: {url} {REPLY_STOP}"
    room = SEGMENT - septets(head + tail)
    return head + cut(name, max(room, 12)) + tail


def _to_student(
    content: PreWorkNudge
    | SlotReminder
    | SlotCalledOff
    | PhoneCode
    | UnitOpened
    | RetakeDecided
    | CheckResult
    | TalkNews
    | Announcement,
    stop: str,
) -> str:
    match content:
        case PreWorkNudge():
            return _nudge(content, stop)
        case SlotReminder(class_name, _, starts_local, _, where, _):
            return _fitted(
                "Flipcord, {name}: office hours {when}, {where}. Cannot come? Cancel in Discord. {stop}",
                stop,
                name=to_gsm(class_name) or "your class",
                when=to_gsm(starts_local),
                where=to_gsm(where) or "see Discord",
            )
        case SlotCalledOff(class_name, _, starts_local, _):
            return _fitted(
                "Flipcord, {name}: your teacher cancelled office hours {when}. Book another in Discord. "
                "{stop}",
                stop,
                name=to_gsm(class_name) or "your class",
                when=to_gsm(starts_local),
            )
        case PhoneCode(code, minutes):
            return _fitted(
                "Flipcord code: {code}. Type it in Discord within {minutes} min. Not you? Ignore it. {stop}",
                stop,
                code=to_gsm(code),
                minutes=str(minutes),
            )
        case Announcement():
            return _announcement(content, stop)
        case RetakeDecided(class_name, title, granted, _):
            answer = "you may take the check again" if granted else "not now: see Discord"
            return _fitted(
                "Flipcord, {name}: {title}: " + answer + ". {stop}",
                stop,
                name=to_gsm(class_name) or "your class",
                title=to_gsm(title) or "your retake",
            )
        case TalkNews(class_name, title):
            when = f" Talk with your teacher: {to_gsm(content.starts_local)}." if content.starts_at else ""
            return _fitted(
                "Flipcord, {name}: there is a result of your check in Discord: {title}." + when + " {stop}",
                stop,
                name=to_gsm(class_name) or "your class",
                title=to_gsm(title) or "your unit",
            )
        case CheckResult(class_name, title):
            return _fitted(
                "Flipcord, {name}: there is a result of your check in Discord: {title}. {stop}",
                stop,
                name=to_gsm(class_name) or "your class",
                title=to_gsm(title) or "your unit",
            )
        case UnitOpened(class_name, passed_title, title, _):
            return _fitted(
                "Flipcord, {name}: passed {passed}! Now open in Discord: {title}. {stop}",
                stop,
                name=to_gsm(class_name) or "your class",
                passed=to_gsm(passed_title) or "your check",
                title=to_gsm(title) or "your next unit",
            )


def _nudge(nudge: PreWorkNudge, stop: str) -> str:
    due = "was due {when}, late work counts. " if nudge.is_late else "is due {when}. "
    step = "Started: now hand it in on Discord." if nudge.started else "Start it in Discord."
    return _fitted(
        "Flipcord, {name}: pre-work {title} ({length}) " + due + step + " {stop}",
        stop,
        name=to_gsm(nudge.class_name) or "your class",
        title=to_gsm(nudge.unit_title) or "for your next class",
        length=roughly(nudge.length_s),
        when=to_gsm(nudge.deadline_local),
    )


def _announcement(content: Announcement, stop: str) -> str:
    name = cut(to_gsm(content.class_name) or "your class", 30)
    file = " A file is on Discord." if content.file else ""
    head, tail = f"Flipcord, {name}: ", f"{file} {stop}"
    words = to_gsm(content.words)
    if not _says_as_much(words, content.words):
        return f"{head}your teacher wrote to you. Read it on Discord.{tail}"
    whole = f"{head}{words}{tail}"
    if segments(whole) <= MOST_SEGMENTS:
        return whole
    more = " ... more on Discord."
    room = MOST_SEGMENTS * JOINED_SEGMENT - septets(head + more + tail) - MOST_SEGMENTS
    return f"{head}{_cut_at_a_word(words, room)}{more}{tail}"


def _says_as_much(words: str, original: str) -> bool:
    """Another script loses its letters in GSM-7: half a message says nothing, or something else."""
    letters = [sum(each.isalnum() for each in text) for text in (words, original)]
    return letters[0] > 0 and letters[0] * 10 >= letters[1] * 9


def _cut_at_a_word(words: str, room: int) -> str:
    """Whole words only, unless one is longer than all the room; an address is never cut to another one."""
    kept = ""
    for word in words.split(" "):
        longer = f"{kept} {word}" if kept else word
        if septets(longer) > room:
            break
        kept = longer
    return kept or cut(words, room)


def _fitted(template: str, stop: str, **parts: str) -> str:
    """Cuts the longest parts to one length at which all fits; the templates leave room for short ones."""

    def shown(most: int) -> str:
        return template.format(**{name: cut(part, most) for name, part in parts.items()}, stop=stop)

    fits, too_long = 0, SEGMENT + 1
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if septets(shown(middle)) <= SEGMENT:
            fits = middle
        else:
            too_long = middle
    if not fits:
        raise ValueError(f"a text without room for its parts: {template!r}")
    return shown(fits)
