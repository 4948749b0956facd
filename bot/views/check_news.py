"""What a student is told about a check when it was the teacher who decided something."""

from __future__ import annotations

from discord import ui

from bot.domain.check_messages import CheckNews, UnitRuled
from bot.views.cards import Look, card, primary
from bot.views.prose import name_of

TODAY = primary("What do I do now?", "today")


def draw_check_news(content: CheckNews, marker: int) -> ui.LayoutView:
    match content:
        case UnitRuled():
            return _ruled(content, marker)


def _ruled(news: UnitRuled, marker: int) -> ui.LayoutView:
    unit, name = name_of(news.unit_title), name_of(news.class_name)
    if news.undone:
        return card(
            Look.WAIT,
            f"Back to {unit}",
            f"Your teacher of {name} took back a decision about **{unit}**. "
            "Everything that you have done is kept and counts.",
            controls=[TODAY],
            marker=marker,
        )
    said = (
        f"Your teacher of {name} lets you go on without **{unit}**. It does not count against you."
        if news.ruling == "excuse"
        else f"Your teacher of {name} decided: **{unit}** counts as mastered."
    )
    where = f" Its channel: <#{news.channel}>" if news.channel is not None else ""
    title = f"Your teacher opened {name_of(news.opened)} for you" if news.opened else f"{unit}: done"
    return card(
        Look.DONE, title, said, f"Go on with **{name_of(news.opened)}**.{where}" if news.opened else "",
        controls=[TODAY], marker=marker,
    )  # fmt: skip
