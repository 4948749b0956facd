"""Why is this locked?: the shortest list that opens it, as numbered steps, the first one as a button."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.domain.locks import Act, Action, cost
from bot.domain.retaking import RemediationKind
from bot.services.choosing import NoClass, WhichClass
from bot.services.locks import Mastered, NotLocked, Way, WhyResult
from bot.services.quizzes import NoSuchUnit, NothingLeft
from bot.views.cards import Button, Control, Look, card, plain, primary, stamp
from bot.views.choosing import draw_choice
from bot.views.presses import Interaction, asker, on_pick, on_press, reply, services
from bot.views.quiz_results import TODAY, draw_refusal, why_button

#: a longer way is told in its first steps and the sum
MOST_STEPS = 12

WORKS = {
    RemediationKind.VIDEO: "Watch the part of the video again and write what you found",
    RemediationKind.PRACTICE: "Practise what was open",
    RemediationKind.PEER: "Work on it with a partner and write what you found",
    RemediationKind.GROUP: "Work on it in a small group in office hours",
    RemediationKind.ONE_TO_ONE: "Work on it with your teacher in office hours",
}


@on_press("why")
async def why(interaction: Interaction, handle: str) -> None:
    """``handle`` is the class's, or the class's and the unit's number."""
    section, _, unit = handle.partition(".")
    result = await services(interaction).locks.why(
        asker(interaction), None if section == "-" else section, unit or None, interaction.created_at
    )
    await reply(interaction, draw_why(result))


@on_pick("why_which")
async def why_in(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await why(interaction, values[0])


def draw_why(result: WhyResult) -> ui.LayoutView:
    match result:
        case WhichClass():
            return draw_choice(result, "why_which")
        case NoClass():
            return draw_choice(result)
        case NothingLeft() | NoSuchUnit():
            return draw_refusal(result)
        case Mastered(_, unit):
            title = f"{plain(unit.unit.title)} is open"
            return card(Look.DONE, title, "You have mastered it.", controls=[TODAY])
        case NotLocked(section, unit):
            on = primary("Start the check", "check", section.handle)
            title = f"{plain(unit.unit.title)} is not locked"
            return card(Look.DO, title, "Nothing stands before it: you can begin now.", controls=[on])
        case Way(section, unit, _, None):
            return card(
                Look.WAIT,
                _title(result),
                "Only your teacher can open it for you. Talk to them: you find a way together.",
                controls=[primary("Book office hours", "book", section.handle)],
            )
        case Way(section, _, _, actions, usual):
            steps = actions or ()
            return card(
                Look.WAIT,
                _title(result),
                "The shortest way:\n" + _numbered(steps),
                _sum(steps),
                "Not sure that you know it already? The usual way:\n" + _numbered(usual) if usual else "",
                _meanwhile(result),
                "-# Your teacher can always open it for you, too.",
                controls=_controls(result, steps),
            )


def _title(way: Way) -> str:
    title = plain(way.unit.unit.title)
    return f"The check of {title} is still locked" if way.is_open else f"{title} is still locked"


def _numbered(actions: Sequence[Action]) -> str:
    lines = [f"{number}. {say(each)}" for number, each in enumerate(actions[:MOST_STEPS], start=1)]
    left = len(actions) - MOST_STEPS
    return "\n".join(lines) + (f"\n… and {left} more steps" if left > 0 else "")


def _sum(actions: Sequence[Action]) -> str:
    minutes, _ = cost(actions)
    ends = [each.at for each in actions if each.at is not None]
    work = f"About {minutes} minutes of work." if minutes else "No work for you: only time."
    return work + (f" It opens {stamp(max(ends))} at the earliest." if ends else "")


def _meanwhile(way: Way) -> str:
    if not way.meanwhile:
        return ""
    return "**While you wait:** " + ", ".join(plain(each.title) for each in way.meanwhile[:3])


def say(each: Action) -> str:  # noqa: C901  # one sentence for each act
    title, took = f"**{plain(each.unit_title)}**", f" · {each.minutes} min"
    match each.act:
        case Act.PRE_WORK:
            return f"Do the pre-work of {title}{took}"
        case Act.TASK:
            return f"Do and tick “{plain(each.what)}”{took}"
        case Act.REMEDY:
            when = f", next free slot until {stamp(each.at)}" if each.at else ""
            return f"{WORKS[RemediationKind(each.what)]}{when}{took}"
        case Act.MEET:
            return f"Be at your office hours, over {stamp(each.at)}{took}"
        case Act.ASK:
            said = f" (last time they said: “{plain(each.what)}”)" if each.what else ""
            return f"Ask your teacher for another try{said}{took}"
        case Act.ANSWERED:
            return f"Your teacher marks your check of {title}" if each.what else "Your teacher answers you"
        case Act.BOOK:
            free = (
                f"the next free one is {stamp(each.at)}" if each.at else "none is free now: ask your teacher"
            )
            return f"Book a retake session, {free}{took}"
        case Act.WAIT:
            return f"Wait until {stamp(each.at)} ({stamp(each.at, 'R')})"
        case Act.FINISH:
            return f"Finish your check of {title} and pass it{took}"
        case Act.CHECK:
            return f"Pass the check of {title}{took}"
        case Act.TEST_OUT:
            return f"You know {title} already? Pass its check before the pre-work{took}"


def _controls(way: Way, steps: Sequence[Action]) -> list[Control]:
    """The first step as a button."""
    section = way.section.handle
    match next((each.act for each in steps), None):
        case Act.PRE_WORK if way.posted is not None:
            return [primary("Start the pre-work", "pw_start", way.posted.handle)]
        case Act.TASK:
            return [primary("Tasks", "tasks", section)]
        case Act.REMEDY:
            return [primary("Choose what to do", "remedy", section)]
        case Act.ASK:
            return [primary("Ask for another try", "retake_ask", section)]
        case Act.BOOK:
            return [primary("Book a retake session", "book_retake", section)]
        case Act.CHECK | Act.FINISH:
            return [primary("Take the check", "check", section)]
        case Act.TEST_OUT:
            return [primary("Try the check once", "check_test_out", section), TODAY_TOO]
        case _:
            while_waiting = [Button("Tasks", "tasks", section)] if way.meanwhile else []
            return [TODAY, *while_waiting]


TODAY_TOO = Button("What do I do now?", "today")

__all__ = ["draw_why", "why_button"]
