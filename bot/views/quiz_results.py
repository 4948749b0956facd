"""What comes of a mastery check: passed, not yet, looked back at, or why it cannot be taken now."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from discord import ui

from bot.domain import limits
from bot.domain.course import Task
from bot.domain.grading import percent
from bot.domain.rechecking import LookedOver
from bot.domain.records import Posted, Section, UnitRecord
from bot.domain.showing import Asked, Asks, LookedBack
from bot.services.access import LeftClass
from bot.services.quizzes import (
    AlreadyMastered,
    Done,
    KeyKept,
    NoSuchUnit,
    NothingLeft,
    NotNow,
    NotYours,
    PreWorkFirst,
    StillLocked,
    TasksFirst,
    TimeIsUp,
    TooEarly,
    Unfit,
)
from bot.services.unlocking import AwaitsMarking, HeldBack, NotYet, Passed
from bot.views.bars import your_bar
from bot.views.cards import Button, Control, Figure, Look, card, count, plain, primary, shorten, stamp, within
from bot.views.choosing import draw_left
from bot.views.rechecks import draw_looked_over
from bot.views.retakes import bars, next_button, rules_line, stands_text
from bot.views.summatives import draw_held, draw_not_now
from bot.words.retaking import COUNTED

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXY"
TODAY = primary("What do I do now?", "today")

Refusal = (
    Unfit
    | TimeIsUp
    | AwaitsMarking
    | HeldBack
    | NotNow
    | NotYours
    | LeftClass
    | KeyKept
    | TooEarly
    | StillLocked
    | PreWorkFirst
    | TasksFirst
    | AlreadyMastered
    | NothingLeft
    | NoSuchUnit
)


def block(text: str) -> str:
    """A teacher's text with its lines kept."""
    return "\n".join(plain(line) for line in within(text).splitlines())


def letter(place: int) -> str:
    """By which an option is named; what was kept before there were limits may have more than the alphabet."""
    return _LETTERS[place] if place < len(_LETTERS) else str(place + 1)


def options(asked: Asked, told: Callable[[int], str] = lambda _: "") -> str:
    """A line for each, as many as a menu offers, with what is told of it."""
    lines = [option_line(asked, place) + told(place) for place in range(len(asked.options))[: limits.MENU]]
    more = len(asked.options) - limits.MENU
    return "\n".join([*lines, f"-# … and {more} more, which Discord cannot show."] if more > 0 else lines)


def figure(asked: Asked) -> Figure | str:
    """The question's picture, if it has one."""
    return Figure(asked.png, asked.alt) if asked.png else ""


def option_line(asked: Asked, place: int) -> str:
    mine = " ☑ *your answer*" if place in asked.chosen else ""
    return f"**{letter(place)}** · {plain(asked.options[place])}{mine}"


def given_lines(asked: Asked) -> str:
    """What was given so far, where it does not stand beside the options."""
    match asked.asks:
        case Asks.MATCH:
            return "\n".join(_pair(asked, side) for side in range(len(asked.sides)))
        case Asks.ORDER if asked.placed:
            rows = [
                f"{number}. {_lettered(asked, each)}" for number, each in enumerate(asked.placed, start=1)
            ]
            return "☑ Your order:\n" + "\n".join(rows)
        case Asks.ORDER:
            return "Press what comes first, then what comes next, and so on."
        case Asks.ESSAY:
            files = f"📎 {count(asked.files, 'file')} handed in" if asked.files else ""
            words = f"☑ Your answer: {block(shorten(asked.typed, 1500))}" if asked.typed else ""
            return "\n".join(each for each in (files, words) if each)
        case _:
            return f"☑ Your answer: {plain(asked.typed)}" if asked.typed and asked.is_answered else ""


def _pair(asked: Asked, side: int) -> str:
    place = asked.placed[side]
    mine = "…" if place is None else f"☑ {_lettered(asked, place)}"
    return f"**{side + 1}.** {plain(asked.sides[side])} → {mine}"


def _lettered(asked: Asked, place: int | None) -> str:
    return "" if place is None else f"**{letter(place)}** · {plain(asked.options[place])}"


def draw_result(result: Done, note: str = "") -> ui.LayoutView:
    match result:
        case LookedOver():
            return draw_looked_over(result, note)
        case HeldBack():
            return draw_held(result, note)
        case AwaitsMarking(_, title, answers):
            return card(
                Look.WAIT,
                f"Handed in: {plain(title)}",
                note,
                f"Your teacher marks {count(answers, 'answer')}. I tell you when it is done.",
                controls=[TODAY],
            )
        case Passed(attempt, title, score, bar, opened, _):
            return card(
                Look.DONE,
                f"Passed: {plain(title)}",
                note,
                f"**{percent(score)} %**. {your_bar(bar, result.signed)}",
                bars(result.objectives),
                _comments(result),
                f"**{plain(opened)}** is open for you now."
                if opened
                else "That was the last unit. You have mastered the whole course!",
                controls=[TODAY, Button("See my answers", "check_back", f"{attempt}.1"), *_journal(result)],
            )
        case NotYet(tested_out=True):
            return card(
                Look.NOT_YET,
                f"Not yet: {plain(result.unit_title)}",
                note,
                f"**{percent(result.score)} %**. Your bar is {result.bar} %. This try cost you nothing.",
                bars(result.objectives),
                _comments(result),
                "Go on with the pre-work; then the check is yours, with other questions.",
                controls=[TODAY],
            )
        case NotYet():
            return card(
                Look.NOT_YET,
                f"Not yet: {plain(result.unit_title)}",
                note,
                _score(result),
                bars(result.objectives),
                _comments(result),
                *_review(result),
                stands_text(result.stands),
                rules_line(result.said),
                controls=_after(result),
            )


def _journal(result: Passed | NotYet) -> list[Control]:
    return [Button("Write in my journal", "journal", result.attempt)] if result.open_questions else []


def _comments(result: Passed | NotYet) -> str:
    said = [f"- Question {each.position}: {plain(each.said)}" for each in result.comments]
    return "Your teacher says:\n" + "\n".join(said) if said else ""


def _score(result: NotYet) -> str:
    if result.counted is None:
        return f"**{percent(result.score)} %**. {your_bar(result.bar, result.signed)}"
    return (
        f"**{percent(result.score)} %** this time. What counts, {COUNTED[result.said.rules.counts]}, is "
        f"**{percent(result.counted)} %**. {your_bar(result.bar, result.signed)}"
    )


def _review(result: NotYet) -> list[str]:
    again = [
        f"- {plain(each.text)}" + (f"\n  {plain(each.review)}" if each.review else "")
        for each in result.review
    ]
    said = [f"- Question {each.position}: {plain(each.said)}" for each in result.hints]
    return [
        "Look at this again:\n" + "\n".join(again) if again else "",
        "About your answers:\n" + "\n".join(said) if said else "",
    ]


def _after(result: NotYet) -> list[Control]:
    on = next_button(result.stands, result.section)
    help_ = [] if on.action == "book" else [Button("Book office hours", "book", result.section)]
    return [on, *help_, *_journal(result)]


def _draw_too_early(last: NotYet) -> ui.LayoutView:
    return card(
        Look.WAIT,
        f"{plain(last.unit_title)}: a little later",
        stands_text(last.stands),
        *_review(last),
        rules_line(last.said),
        controls=[*_after(last), Button("Why is this locked?", "why", last.section)],
    )


def draw_look_back(back: LookedBack) -> ui.LayoutView:
    asked = back.asked
    return card(
        Look.DONE if back.credit == 1 else Look.NOT_YET,
        f"{plain(asked.unit_title)}: answer {asked.position} of {asked.total}",
        block(asked.prompt),
        figure(asked),
        options(asked, lambda place: _is_right(back, place)),
        given_lines(asked) or (f"☑ Your answer: {plain(asked.typed)}" if asked.typed else ""),
        _gaps(asked),
        _earned(back),
        f"Your teacher says: {block(back.comment)}" if back.comment else "",
        block(back.feedback),
        controls=[
            _turn("Back", asked, asked.position - 1),
            _turn("Next", asked, asked.position + 1),
            TODAY,
        ],
    )


def _gaps(asked: Asked) -> str:
    shown = asked.gaps[: limits.GAPS]
    rows = [f"({number}) {plain(gap.given)}" for number, gap in enumerate(shown, start=1)]
    return "☑ Your answer: " + "; ".join(rows) if rows else ""


def _turn(label: str, asked: Asked, position: int) -> Button:
    is_there = 1 <= position <= asked.total
    return Button(label, "check_back", f"{asked.attempt}.{position}", disabled=not is_there)


def _is_right(back: LookedBack, place: int) -> str:
    return " ✅ *right*" if place in back.right else ""


def _earned(back: LookedBack) -> str:
    key = " or ".join(f"**{plain(each)}**" for each in back.accepted)
    if back.credit == 1:
        return "✅ Right."
    share = f"🔁 Partly right: {percent(back.credit)} %." if back.credit > 0 else "🔁 Not right."
    return f"{share} Right would be {key}." if key else share


def draw_refusal(result: Refusal) -> ui.LayoutView:  # noqa: C901, PLR0912  # one arm for each refusal
    match result:
        case Unfit(attempt):
            on = primary("Look over my check", "check_over", attempt)
            return card(Look.ASK, "Go on with your check", "That button does not fit it.", controls=[on])
        case TimeIsUp(attempt, title):
            text = "What you answered in time is kept and counts."
            on = primary("Hand in my check", "check_submit", attempt)
            return card(Look.WAIT, f"The time is up: {plain(title)}", text, controls=[on])
        case AwaitsMarking() | HeldBack():
            return draw_result(result)
        case NotNow():
            return draw_not_now(result)
        case LeftClass():
            return draw_left(result)
        case NotYours():
            return card(Look.PROBLEM, "This is not your check", "`/quiz` opens your own.", controls=[TODAY])
        case KeyKept():
            text = "You can see the answers when you have passed."
            return card(Look.WAIT, "Not yet", text, controls=[TODAY])
        case StillLocked(title, first):
            text = f"It opens when you pass the check of **{plain(first)}**."
            controls = [TODAY, why_button(result.section, result.number)]
            return card(Look.WAIT, f"{plain(title)} is still locked", text, controls=controls)
        case TooEarly(last):
            return _draw_too_early(last)
        case PreWorkFirst(posted, test_out):
            return _draw_pre_work_first(posted, test_out=test_out)
        case TasksFirst(section, unit, musts, test_out):
            return _draw_tasks_first(section, unit, musts, test_out=test_out)
        case AlreadyMastered(title, attempt):
            back = [Button("See my answers", "check_back", f"{attempt}.1")] if attempt else []
            done = f"You have mastered {plain(title)}"
            return card(Look.DONE, done, "Go on with the next unit.", controls=[TODAY, *back])
        case NothingLeft(section):
            text = f"You have mastered every unit of {plain(section.name)}."
            return card(Look.DONE, "Nothing left to check", text, controls=[TODAY])
        case NoSuchUnit(typed, units):
            names = "\n".join(f"{number}. {plain(each)}" for number, each in enumerate(units, start=1))
            title = f"There is no unit “{plain(shorten(typed, 40))}”"
            return card(Look.ASK, title, "Give the number of one of these:\n" + names)


def _draw_pre_work_first(posted: Posted, *, test_out: bool) -> ui.LayoutView:
    section = posted.section.handle
    return card(
        Look.WAIT,
        f"First the pre-work: {plain(posted.unit.unit.title)}",
        "The check opens as soon as your pre-work counts, also when it comes late.",
        f"Deadline: {stamp(posted.deadline)} ({stamp(posted.deadline, 'R')}).",
        TEST_OUT if test_out else "",
        controls=[
            TODAY,
            *test_out_button(section, test_out=test_out),
            why_button(section, posted.unit.position + 1),
        ],
    )


def _draw_tasks_first(
    section: Section, unit: UnitRecord, musts: Sequence[Task], *, test_out: bool
) -> ui.LayoutView:
    return card(
        Look.WAIT,
        f"First your must-dos: {plain(unit.unit.title)}",
        "The check opens when these are done and ticked:\n"
        + "\n".join(f"☐ {plain(each.title)} · {each.minutes} min" for each in musts),
        TEST_OUT if test_out else "",
        controls=[
            primary("Tasks", "tasks", section.handle),
            *test_out_button(section.handle, test_out=test_out),
            why_button(section.handle, unit.position + 1),
        ],
    )


TEST_OUT = (
    "You know it already? You may try the check once before that. A pass opens what follows; "
    "a “not yet” costs you nothing."
)


def test_out_button(section: str, *, test_out: bool) -> list[Control]:
    return [Button("I know this already", "check_test_out", section)] if test_out else []


def why_button(section: str, number: int) -> Button:
    """``number`` is the unit's, from 1."""
    return Button("Why is this locked?", "why", f"{section}.{number}")
