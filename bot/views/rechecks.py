"""The look back as a student meets it: asked for, and what it showed."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.domain.check_messages import RecheckDue
from bot.domain.course import Objective
from bot.domain.rechecking import LookedOver
from bot.views.cards import Button, Look, card, plain, primary
from bot.views.prose import name_of

TODAY = primary("What do I do now?", "today")
NO_GRADES = "No grade changes, and every unit stays yours."


def look_back_button(section: str) -> Button:
    """``section`` is a handle."""
    return Button("Take a quick look back", "recheck", section)


def draw_recheck_due(due: RecheckDue, marker: int) -> ui.LayoutView:
    return card(
        Look.ASK,
        f"Is it still there? {name_of(due.class_name)}",
        f"You mastered {listed(due.units)} a while ago. A few questions show what is still there.",
        f"It takes about five minutes. {NO_GRADES}",
        controls=[primary("Take a quick look back", "recheck", due.section)],
        marker=marker,
    )


def draw_looked_over(result: LookedOver, note: str = "") -> ui.LayoutView:
    there = [each.title for each in result.units if each.still_there]
    faded = [each.title for each in result.units if not each.still_there]
    help_ = [Button("Book office hours", "book", result.section)] if faded else []
    return card(
        Look.NOT_YET if faded else Look.DONE,
        "Your look back",
        note,
        f"**Still there:** {listed(there)}." if there else "",
        f"**Faded a little:** {listed(faded)}. That happens to everybody: a short look brings it back."
        if faded
        else "",
        _review(result.review),
        f"-# {NO_GRADES} I ask again some day: later where it is still there, sooner where it faded.",
        controls=[*help_, TODAY],
    )


def _review(objectives: Sequence[Objective]) -> str:
    if not objectives:
        return ""
    rows = [
        f"- {plain(each.text)}" + (f"\n  {plain(each.review)}" if each.review else "") for each in objectives
    ]
    return "Look at this again:\n" + "\n".join(rows)


def draw_nothing_to_look_back() -> ui.LayoutView:
    return card(
        Look.DONE, "Nothing to look back at now", "I ask you when it is time again.", controls=[TODAY]
    )


def listed(titles: Sequence[str]) -> str:
    """In bold, as in "**Atoms** and **Ions**"."""
    names = [f"**{name_of(each)}**" for each in titles]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
