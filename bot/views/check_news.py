"""What a student is told about their checks when it was not they who pressed something."""

from __future__ import annotations

from discord import ui

from bot.domain.check_messages import CheckNews, HandMarked, RecheckDue, ResultChanged, UnitRuled
from bot.views.cards import Button, Look, card, primary
from bot.views.prose import name_of, paragraphs
from bot.views.rechecks import draw_recheck_due

TODAY = primary("What do I do now?", "today")


def draw_check_news(content: CheckNews, marker: int) -> ui.LayoutView:
    match content:
        case UnitRuled():
            return _ruled(content, marker)
        case ResultChanged():
            return _changed(content, marker)
        case HandMarked():
            return _hand_marked(content, marker)
        case RecheckDue():
            return draw_recheck_due(content, marker)


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


def _changed(news: ResultChanged, marker: int) -> ui.LayoutView:
    unit = name_of(news.unit_title)
    heads = {
        True: (Look.DONE, f"You passed {unit} after all"),
        False: (Look.NOT_YET, f"{unit}: not yet, after a correction"),
        None: (Look.NEWS, f"Your score in {unit} changed"),
    }
    look, title = heads[news.passes]
    return card(
        look,
        title,
        f"A question in your check was not right, and your teacher of {name_of(news.class_name)} had it "
        "marked anew.",
        f"Open for you: {_listed(news.opened)}." if news.opened else "",
        f"Not open for now: {_listed(news.closed)}. Your work there is kept." if news.closed else "",
        controls=[TODAY],
        marker=marker,
    )


def _listed(titles: tuple[str, ...]) -> str:
    return ", ".join(f"**{name_of(each)}**" for each in titles)


def _hand_marked(news: HandMarked, marker: int) -> ui.LayoutView:
    unit, name = name_of(news.unit_title), name_of(news.class_name)
    where = f" Its channel: <#{news.channel}>" if news.channel is not None else ""
    opened = f"Open for you now: **{name_of(news.opened)}**.{where}" if news.opened else ""
    return card(
        Look.DONE if news.passed else Look.NOT_YET,
        f"{unit}: mastered" if news.passed else f"{unit}: not yet",
        f"Your teacher of {name} has looked at your work. "
        + ("Well done!" if news.passed else "You can show it again: ask when."),
        f"They say: {paragraphs(news.comment)}" if news.comment else "",
        opened,
        controls=[TODAY]
        if news.passed
        else [primary("Book office hours", "book"), Button("What do I do now?", "today")],
        marker=marker,
    )
