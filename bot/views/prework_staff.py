"""Pre-work as a teacher meets it: posted, and who has done it."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.domain.records import Handed, Owing
from bot.domain.times import BadTime
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.posting import (
    AlreadyGiven,
    InThePast,
    NothingPosted,
    NoUnit,
    OwnTime,
    Planned,
    PostResult,
    Status,
    StatusResult,
)
from bot.views.cards import Button, Look, card, plain, primary, shorten, stamp
from bot.views.choosing import draw_choice
from bot.views.courses import draw_advice
from bot.views.lists import numbered, page_of, pages, turning
from bot.views.presses import Interaction, asker, on_press, replace, reply, services

#: beside the news that it is posted
MOST_ADVICE = 3


@on_press("pw_status")
async def status(interaction: Interaction, handle: str) -> None:
    own, page = page_of(handle)
    status = await services(interaction).posting.status_of(asker(interaction), own)
    show = replace if own != handle else reply  # another page stands in the place of the one before
    await show(interaction, draw_status(status, page))


def draw_post(result: PostResult) -> ui.LayoutView:
    match result:
        case Planned(posted, is_now, found):
            title = plain(posted.unit.unit.title)
            return card(
                Look.DONE,
                f"{title} is being posted"
                if is_now
                else f"{title} will be posted {stamp(posted.post_at, 'F')}",
                f"To **{plain(posted.section.name)}**, due {stamp(posted.deadline)} ({stamp(posted.deadline, 'R')}).",
                "I remind those who still owe it, never at night or on days off. How: `/reminders show`.",
                draw_advice(found, MOST_ADVICE),
                controls=[Button("Who has done it?", "pw_status", posted.handle)],
            )
        case AlreadyGiven(posted):
            return card(
                Look.WAIT,
                f"{plain(posted.unit.unit.title)} was given already",
                f"Its deadline is {stamp(posted.deadline)}.",
                controls=[Button("Who has done it?", "pw_status", posted.handle)],
            )
        case NoUnit(typed, units):
            return draw_no_unit(typed, units)
        case BadTime(problem):
            return card(Look.PROBLEM, "I do not understand that time", problem)
        case InThePast(problem, promise):
            return card(
                Look.PROBLEM, problem, f"I understood {stamp(promise.at)}, that is {stamp(promise.at, 'R')}."
            )
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def draw_no_unit(typed: str, units: Sequence[str]) -> ui.LayoutView:
    listed = numbered(units)
    return card(Look.PROBLEM, f"There is no unit “{plain(shorten(typed, 60))}”", f"The units are:\n{listed}")


def draw_status(result: StatusResult, page: int = 0) -> ui.LayoutView:
    match result:
        case Status():
            return _draw_status(result, page)
        case NothingPosted(section):
            return card(
                Look.WAIT, f"{plain(section.name)} has no pre-work yet", "Post some with `/prework post`."
            )
        case NoUnit(typed, units):
            return draw_no_unit(typed, units)
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def _draw_status(status: Status, page: int) -> ui.LayoutView:
    posted = status.posted
    listed = pages(
        [
            ("🔁 Not yet, most behind first", [_owing(each) for each in status.owing]),
            ("🧭 On their own time", [_own_time(each) for each in status.own_time]),
            ("🕓 Late", [_handed(each) for each in status.late]),
            ("✅ On time", [f"<@{each.account.discord}>" for each in status.on_time]),
        ]
    )
    last = max(len(listed) - 1, 0)
    page = min(page, last)
    return card(
        Look.STAFF,
        f"{plain(posted.unit.unit.title)} · {plain(posted.section.name)}",
        f"Deadline {stamp(posted.deadline)} ({stamp(posted.deadline, 'R')})",
        f"✅ {len(status.on_time)} on time · 🕓 {len(status.late)} late · "
        f"🔁 {len(status.owing)} not yet · 🔒 {len(status.locked)} have not opened this unit",
        listed[page] if listed else "",
        f"-# Page {page + 1} of {last + 1}" if last else "",
        controls=[
            *([primary("Nudge those who owe it", "nudge", posted.section.handle)] if status.owing else []),
            *turning(page, last, "pw_status", posted.handle),
        ],
    )


def _own_time(each: OwnTime) -> str:
    return f"<@{each.account.discord}> until {stamp(each.until)}"


def _owing(each: Owing) -> str:
    if each.reasons:
        why = f"tried {each.tries} times" if each.tries > 1 else "tried once"
        return f"<@{each.account.discord}>: {why}, {plain('; '.join(each.reasons))}"
    if each.started_at is not None:
        return f"<@{each.account.discord}>: started {stamp(each.started_at, 'R')}, not handed in"
    return f"<@{each.account.discord}>: not opened"


def _handed(each: Handed) -> str:
    return f"<@{each.account.discord}> {stamp(each.credited_at, 'R')}"
