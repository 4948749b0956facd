"""What a delivery shows in the teachers' room."""

from __future__ import annotations

from discord import ui

from bot.domain.messages import NudgeList, StillOwing, Trouble, Unreached
from bot.domain.retake_messages import PartnerWanted, RetakeAsked
from bot.domain.slot_messages import SlotBooked, SlotCancelled
from bot.views.cards import Button, Look, card, plain, primary, shorten, stamp
from bot.views.prose import TITLE, name_of, sentence

MOST_LINES = 10
MOST_OWING = 25


def draw_for_staff(
    content: SlotBooked | SlotCancelled | Unreached | Trouble | NudgeList, marker: int
) -> ui.LayoutView:
    match content:
        case NudgeList():
            return _nudge_list(content, marker)
        case SlotBooked(student, starts_at, ends_at, reason):
            return card(
                Look.STAFF,
                "Office hours booked",
                f"<@{student}>: {stamp(starts_at)} to {stamp(ends_at, 't')}",
                f"Reason: {plain(shorten(reason, 1000))}" if reason.strip() else "",
                marker=marker,
            )
        case SlotCancelled(student, starts_at, left):
            return card(
                Look.STAFF,
                "A slot is free again" if left else "Office hours cancelled",
                f"<@{student}> has left the server; {stamp(starts_at)} is free again. What they did is kept."
                if left
                else f"<@{student}> gave back {stamp(starts_at)}. The slot is free again.",
                marker=marker,
            )
        case Unreached(student, what, tried):
            return card(
                Look.PROBLEM,
                "A message did not arrive",
                f"<@{student}> did not get {plain(shorten(what, TITLE))}. Please tell them yourself.",
                "\n".join(f"- {plain(shorten(each, 300))}" for each in tried[:MOST_LINES]),
                marker=marker,
            )
        case Trouble(problem, mend):
            return card(
                Look.PROBLEM,
                "Something needs your hand",
                sentence(problem),
                sentence(mend),
                "What waits for this goes out by itself afterwards; nothing is lost." if mend.strip() else "",
                marker=marker,
            )


def draw_retake_for_staff(told: PartnerWanted | RetakeAsked, marker: int) -> ui.LayoutView:
    title = name_of(told.unit_title)
    match told:
        case PartnerWanted(student, _, objectives, mastered):
            others = " ".join(f"<@{each}>" for each in mastered[:MOST_OWING] if each != student)
            return card(
                Look.STAFF,
                f"Would like a partner: {title}",
                f"<@{student}> would like to work with a classmate before the next try, on:",
                "\n".join(f"- {plain(shorten(each, 200))}" for each in objectives[:MOST_LINES]),
                f"Have mastered it: {others}"
                if others
                else "Nobody else has mastered it yet: a small group?",
                "-# Nobody but you sees this. When they have met, the student writes a sentence about it, or you "
                "record it with `/remediation`.",
                marker=marker,
            )
        case RetakeAsked(student, _, said, did, percent, bar, handle):
            return card(
                Look.STAFF,
                f"Asks to try again: {title}",
                f"<@{student}>: {percent} % at the last try, bar {bar} %. {did}",
                f"> {plain(shorten(said, 600))}",
                controls=[
                    primary("Grant", "retake_yes", handle),
                    Button("Not now", "retake_no", handle),
                ],
                marker=marker,
            )


def _nudge_list(told: NudgeList, marker: int) -> ui.LayoutView:
    names = [_still_owing(each) for each in told.owing[:MOST_OWING]]
    more = [f"… and {len(told.owing) - MOST_OWING} more"] if len(told.owing) > MOST_OWING else []
    excused = " ".join(f"<@{each}>" for each in told.excused[:MOST_OWING])
    return card(
        Look.STAFF,
        f"Not yet: {name_of(told.unit_title)}",
        f"**{name_of(told.class_name)}**, due {stamp(told.deadline, 'R')}. Still open for "
        f"{len(told.owing)}, most behind first. Late work counts.",
        "\n".join(names + more),
        f"💤 Away, so excused: {excused}" if excused else "",
        controls=[
            *([primary("Nudge them", "nudge_late", told.handle)] if told.owing else []),
            Button("Who has done it?", "pw_status", told.handle),
        ],
        marker=marker,
    )


def _still_owing(each: StillOwing) -> str:
    if each.reasons:
        stands = f"tried {each.tries} times" if each.tries > 1 else "tried once"
    else:
        stands = f"started {stamp(each.started_at, 'R')}" if each.started_at else "not opened"
    silent = f"; silent since {each.silent_after} reminders, so I have stopped. Please talk to them"
    return f"- <@{each.discord}>: {stands}{silent if each.silent_after else ''}"
