"""What makes a check fair for one student, as their teacher sees it."""

from __future__ import annotations

from discord import ui

from bot.domain.accommodations import Accommodation
from bot.services.accommodations import Accommodated, AccommodateResult, NotInClass
from bot.views.cards import Look, card, count, plain
from bot.views.choosing import draw_choice


def draw_accommodation(result: AccommodateResult) -> ui.LayoutView:
    match result:
        case Accommodated(section, student, given, is_new):
            return card(
                Look.STAFF,
                "Kept" if is_new else "As it stands",
                f"<@{student}>, in {plain(section.name)}:\n" + "\n".join(_lines(given)),
                "It holds for checks that begin from now on. Nobody else sees it.",
            )
        case NotInClass(section, student):
            text = f"<@{student}> is not in {plain(section.name)}. They join with `/join`."
            return card(Look.WAIT, "Not in your class", text)
        case _:
            return draw_choice(result)


def _lines(given: Accommodation) -> list[str]:
    return [
        f"- {given.more_time} % more time on checks with a time limit",
        f"- {count(given.more_tries, 'attempt')} more than the class's limit",
        (
            f"- {count(given.fewer_options, 'option')} fewer to choose from: only ones that are not right go, "
            "and two stay"
        ),
    ]
