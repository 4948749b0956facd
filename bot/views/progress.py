"""What do I do now?, and where a student stands."""

from __future__ import annotations

from discord import ui

from bot.domain.grading import percent
from bot.domain.mastery import Attempt
from bot.domain.today import (
    AllMastered,
    ContinueCheck,
    DoPreWork,
    DoTasks,
    Step,
    TakeCheck,
    WaitForCheck,
    WaitForMarking,
    WaitForResult,
)
from bot.services.choosing import NoClass, NotStaff
from bot.services.progress import ClassToday, NoSuchStudent, Standing, Today, UnitStanding
from bot.views.bars import clause, your_bar
from bot.views.cards import Button, Control, Link, Look, card, count, plain, primary, stamp
from bot.views.choosing import draw_choice
from bot.views.journal import line_text
from bot.views.presses import Interaction, asker, on_press, reply, services
from bot.views.quiz_results import test_out_button
from bot.views.rechecks import listed, look_back_button
from bot.views.retakes import is_shut, next_button, stands_in_short, stands_text
from bot.views.summatives import held_in_short, held_text, talk_controls
from bot.views.tasks import in_short

#: five rows of five; with the texts a card has 40 parts at most
MOST_CONTROLS = 25


@on_press("today")
async def today(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).progress.today(asker(interaction), interaction.created_at)
    await reply(interaction, draw_today(result))


def draw_today(result: Today | NoClass) -> ui.LayoutView:
    if isinstance(result, NoClass):
        return draw_choice(result)
    controls = [control for each in result.classes for control in _controls(each)]
    controls += [
        Button("Choose my goal", "contract", each.section.handle) for each in result.classes if each.unsigned
    ]
    controls += [look_back_button(each.section.handle) for each in result.classes if each.look_back]
    inbox = [] if result.inbox_open else [Button("Open my inbox", "inbox")]
    return card(
        _look(result.classes[0].step) if len(result.classes) == 1 else Look.DO,
        "What to do now",
        "\n\n".join(_line(each, named=len(result.classes) > 1) for each in result.classes),
        "" if result.inbox_open else "Your inbox is closed: open it, and I remind you before a deadline.",
        controls=[*controls[: MOST_CONTROLS - len(inbox)], *inbox],
    )


def _look(step: Step) -> Look:
    match step:
        case WaitForCheck() | WaitForMarking() | WaitForResult():
            return Look.WAIT
        case AllMastered():
            return Look.DONE
        case _:
            return Look.DO


def _line(each: ClassToday, *, named: bool) -> str:
    head = f"**{plain(each.section.name)}**\n" if named else ""
    slot = f"\nOffice hours: {stamp(each.booking.slot.starts_at)}" if each.booking else ""
    bar = f"\n-# {your_bar(each.bar.percent, each.bar.since)}" if each.bar.since else ""
    return head + _say(each.step) + _meanwhile(each) + _look_back(each) + slot + bar


def _look_back(each: ClassToday) -> str:
    return f"\nWhen you like: a quick look back at {listed(each.look_back)}." if each.look_back else ""


def _meanwhile(each: ClassToday) -> str:
    """Nobody who waits is idle (K24); who works on must-dos or pre-work has enough to read."""
    if not isinstance(each.step, WaitForCheck) or not each.tasks:
        return ""
    return "\n**While you wait:** " + ", ".join(plain(task.title) for task in each.tasks[:3])


def _say(step: Step) -> str:  # noqa: C901  # one case for each step
    match step:
        case DoPreWork(posted, started_at, tries, overdue):
            title = plain(posted.unit.unit.title)
            minutes = -(-posted.unit.unit.prework.length_s // 60)
            when = (
                f"was due {stamp(posted.deadline, 'R')}"
                if overdue
                else f"due {stamp(posted.deadline)} ({stamp(posted.deadline, 'R')})"
            )
            state = (
                "You tried to hand it in: look at what was missing and hand in again."
                if tries
                else "You have started. When you have watched it, hand in."
                if started_at
                else f"About {minutes} minutes, then a short form."
            )
            return f"Pre-work **{title}**, {when}.\n{state}"
        case DoTasks(unit, musts):
            left = ", ".join(plain(each.title) for each in musts)
            return f"Must-dos of **{plain(unit.unit.title)}** before its check: {left}."
        case TakeCheck(unit, _, prepared=False):
            return (
                f"**{plain(unit.unit.title)}** is open for you. Its pre-work is not posted yet; "
                "it comes into your class's channel. You know it already? Then take the check."
            )
        case TakeCheck(unit, number):
            again = "" if number == 1 else " again, with other questions"
            return f"You are ready: take the check of **{plain(unit.unit.title)}**{again}."
        case ContinueCheck(unit, _):
            return f"Your check of **{plain(unit.unit.title)}** is half done. Your answers are kept."
        case WaitForMarking(unit, _):
            return f"Your check of **{plain(unit.unit.title)}** is handed in. Your teacher marks it; you hear from me."
        case WaitForResult(unit, held):
            return f"Your check of **{plain(unit.unit.title)}** is handed in. {held_text(held)}"
        case WaitForCheck(unit, stands) if is_shut(stands):
            return f"**{plain(unit.unit.title)}**: {stands_text(stands)}"
        case WaitForCheck(unit, stands):
            return f"**{plain(unit.unit.title)}**: not yet. {stands_text(stands)}"
        case AllMastered(units):
            return f"You have mastered all {units} units. Well done!"


def _controls(each: ClassToday) -> list[Control]:  # one case for each step
    section = each.section.handle
    tasks = [Button("Tasks", "tasks", section)] if each.tasks else []
    why = Button("Why is this locked?", "why", section)
    match each.step:
        case DoPreWork(posted, started, tries, _, test_out):
            return [
                _prework_button(posted.handle, is_started=started is not None, tries=tries),
                *_links(each.step),
                *test_out_button(section, test_out=test_out),
            ]
        case DoTasks(_, _, test_out):
            return [primary("Tasks", "tasks", section), *test_out_button(section, test_out=test_out), why]
        case TakeCheck(prepared=False):
            return [Button("Start the check", "check", section), *tasks]
        case TakeCheck():
            return [primary("Start the check", "check", section), *tasks]
        case ContinueCheck():
            return [primary("Continue", "check", section)]
        case WaitForMarking():
            return []
        case WaitForResult(_, held):
            return talk_controls(held, section)
        case WaitForCheck(_, stands):
            on = next_button(stands, section)
            on = on if on.action != "today" else primary("Book office hours", "book", section)
            return [on, *tasks, why]
        case AllMastered():
            return []


def _prework_button(handle: str, *, is_started: bool, tries: int) -> Control:
    if tries:
        return primary("Continue", "pw_hand_in", handle)
    return primary("Hand in", "pw_hand_in", handle) if is_started else primary("Start", "pw_start", handle)


def _links(step: DoPreWork) -> list[Control]:
    return [Link(each.title, each.url) for each in step.posted.unit.unit.prework.materials[:3]]


def draw_student(result: tuple[Standing, ...] | NoSuchStudent | NotStaff) -> ui.LayoutView:
    match result:
        case NotStaff():
            return draw_choice(result)
        case NoSuchStudent(account):
            return card(
                Look.WAIT, "Not in a class of yours", f"<@{account}> has joined none of your classes here."
            )
        case standings:
            return card(
                Look.STAFF,
                "Where they stand",
                f"<@{standings[0].account.discord}>",
                *(_draw_standing(each) for each in standings),
            )


def _draw_standing(standing: Standing) -> str:
    mastered = sum(1 for each in standing.units if each.progress and each.progress.mastered_at)
    section = standing.section
    bar = f"bar {standing.bar.percent} %{clause(standing.bar.since)}"
    lines = [f"**{plain(section.name)}**: {mastered} of {len(standing.units)} units mastered, {bar}"]
    lines += [_unit(each) for each in standing.units]
    lines.append(f"Next: {_next(standing.step)}")
    if standing.journal:
        lines += ["**From their journal**", *map(line_text, standing.journal)]
    if standing.booking:
        lines.append(f"Office hours: {stamp(standing.booking.slot.starts_at)}")
    return "\n".join(lines)


def _unit(each: UnitStanding) -> str:
    title = f"{each.unit.position + 1}. {plain(each.unit.unit.title)}"
    if each.progress is None:
        return f"🔒 {title}"
    tries = ", ".join(
        f"{percent(attempt.score)} %{' ✅' if attempt.passed else ''}{_why_taken(attempt)}"
        for attempt in each.attempts
        if attempt.score is not None
    )
    checks = f" · checks: {tries}" if tries else ""
    ticks = in_short(each.unit.unit.tasks, each.ticked)
    tasks = f" · {ticks}" if ticks else ""
    if each.progress.mastered_at:
        faded = each.progress.shaky_at
        since = f" · faded a little by {stamp(faded, 'd')}" if faded else ""
        return f"✅ {title}, mastered {stamp(each.progress.mastered_at, 'd')}{since}{tasks}{checks}"
    return f"▶️ {title}{_prework(each)}{tasks}{checks}"


def _why_taken(attempt: Attempt) -> str:
    return " before the pre-work" if attempt.purpose == "test_out" else ""


def _prework(each: UnitStanding) -> str:
    if each.prework is None:
        return ""
    done = each.evidence
    if done and done.credited_at:
        return f" · pre-work {'late' if done.late else 'on time'}"
    return " · pre-work not yet" + (f" ({plain('; '.join(done.reasons))})" if done and done.reasons else "")


def _next(step: Step) -> str:
    match step:
        case DoPreWork(posted, _, _, overdue):
            was = "was " if overdue else ""
            return f"pre-work {plain(posted.unit.unit.title)}, {was}due {stamp(posted.deadline, 'R')}"
        case DoTasks(unit, musts):
            return f"{count(len(musts), 'must-do')} of {plain(unit.unit.title)}"
        case TakeCheck(unit, number):
            return f"check of {plain(unit.unit.title)}, attempt {number}"
        case ContinueCheck(unit, attempt):
            return f"finish the check of {plain(unit.unit.title)}, begun {stamp(attempt.began_at, 'R')}"
        case WaitForMarking(unit, _):
            return f"nothing: you have their check of {plain(unit.unit.title)} to mark"
        case WaitForResult(unit, held):
            return f"{held_in_short(held)}: {plain(unit.unit.title)}"
        case WaitForCheck(unit, stands) if is_shut(stands):
            return f"check of {plain(unit.unit.title)}: {stands_in_short(stands)}"
        case WaitForCheck(unit, stands):
            return f"check of {plain(unit.unit.title)} again: {stands_in_short(stands)}"
        case AllMastered():
            return "nothing: all units mastered"
