"""What the answers of a class say about the questions of its checks, as its teacher sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import discord
from discord import ui

from bot.domain.attachments import Attachment
from bot.domain.item_analysis import ENOUGH, ENOUGH_TO_COMPARE, ItemStatistics, ObjectiveStatistics
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.item_analysis import Analysed, AnalysisResult, UnknownUnit
from bot.services.ports import Cell
from bot.views.cards import (
    Button,
    Card,
    Choice,
    Control,
    Look,
    Menu,
    attached,
    card,
    count,
    plain,
    shorten,
)
from bot.views.choosing import draw_choice
from bot.views.presses import Interaction, asker, on_pick, on_press, reply, services
from bot.views.uploads import outgoing, sending
from bot.words.item_analysis import IN_SHORT, in_words, percent, sign, what_and_do

#: questions and objectives that the card says something about
MOST_TOLD, MOST_OBJECTIVES = 3, 5
PICTURE = "questions.png"
HEADER = (
    "unit", "question", "objective", "first answers", "facility", "discrimination index",
    "discriminative efficiency", "what stands out", "what to do", "chosen (all, best third, weakest third)",
)  # fmt: skip


async def send_analysis(interaction: Interaction, class_name: str | None, unit: str | None) -> None:
    """The card with its picture, in the place of an answer that is put off: both take their time."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    result = await services(interaction).item_analysis.of(asker(interaction), class_name, unit)
    view, files = draw_analysis(result), list[Attachment]()
    alt = ""
    if isinstance(result, Analysed) and result.analysis.items:
        data = await services(interaction).item_analysis.picture(result)
        alt = in_words(result.analysis)
        files = [Attachment(PICTURE, data)]
        view = Card([attached(PICTURE, as_picture=True, alt=alt), *view.to_components()])
    await _send(interaction, view, files, shorten(alt, 1024))


async def _send(
    interaction: Interaction, view: ui.LayoutView, files: Sequence[Attachment], said: str = ""
) -> None:
    async with outgoing():
        with sending(*files, said=said or None) as made:
            await interaction.edit_original_response(
                view=view, attachments=made, allowed_mentions=discord.AllowedMentions.none()
            )


@on_pick("ia_open")
async def look(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    number, _, slug = values[0].partition(".")
    result = await services(interaction).item_analysis.of_handle(asker(interaction), handle, slug)
    await reply(interaction, draw_question(result, number))


@on_press("ia_csv")
async def take(interaction: Interaction, handle: str) -> None:
    whose, _, slug = handle.partition(".")
    await interaction.response.defer(ephemeral=True, thinking=True)
    result = await services(interaction).item_analysis.of_handle(asker(interaction), whose, slug or None)
    if not isinstance(result, Analysed):
        await reply(interaction, draw_analysis(result))
        return
    data = await asyncio.to_thread(services(interaction).tables.csv, sheet_rows(result))
    name = f"questions-{result.unit.unit.slug if result.unit else 'all'}.csv"
    shown = card(
        Look.STAFF,
        f"{count(len(result.analysis.items), 'question')} of {plain(result.section.name)}",
        "For a spreadsheet. It holds the keys and names no student.",
    )
    await _send(
        interaction,
        Card([*shown.to_components(), attached(name)]),
        [Attachment(name, data)],
    )


def draw_analysis(result: AnalysisResult) -> ui.LayoutView:
    match result:
        case Analysed():
            return _draw(result)
        case UnknownUnit(typed, titles):
            return card(
                Look.PROBLEM,
                "I do not know that unit",
                f"“{plain(shorten(typed, 60))}” is none of this course.",
                "Its units: " + ", ".join(f"**{plain(shorten(each, 60))}**" for each in titles[:20]),
            )
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def _draw(result: Analysed) -> ui.LayoutView:
    analysis, where = result.analysis, _where(result)
    if not analysis.items:
        return card(
            Look.WAIT,
            "No check is handed in yet",
            f"{where}: I look at each question once students have answered it. From {ENOUGH} first answers on"
            f" I say what stands out, from {ENOUGH_TO_COMPARE} on whether strong students do better.",
        )
    flagged = [each for each in analysis.by_need if each.reasons]
    few = sum(each.n < ENOUGH for each in analysis.items)
    title = f"Look at {count(len(flagged), 'question')}" if flagged else "No question stands out"
    return card(
        Look.PROBLEM if flagged else Look.STAFF,
        title,
        f"{where} · {count(analysis.students, 'student')} · {count(len(analysis.items), 'question')}."
        " Each student's first answer to a question counts, later ones do not.",
        "\n".join(_told(number, each) for number, each in enumerate(flagged[:MOST_TOLD], 1)),
        _objectives(result),
        f"-# {_few(few, len(analysis.items))}" if few else "",
        controls=_controls(result),
    )


def _where(result: Analysed) -> str:
    name = f"**{plain(result.section.name)}**"
    return f"{name} · {plain(shorten(result.unit.unit.title, 80))}" if result.unit else f"{name} · all units"


def _few(few: int, all_: int) -> str:
    number = "All questions have" if few == all_ else f"{few} of {count(all_, 'question')} still have"
    return f"{number} fewer than {ENOUGH} first answers: I say nothing about them until then."


def _told(number: int, item: ItemStatistics) -> str:
    what, do = what_and_do(item, item.reasons[0])
    prompt = plain(shorten(item.asked.question.prompt, 120))
    return f"**{number}. {prompt}**\n{plain(shorten(what, 300))} → {do}"


def _objectives(result: Analysed) -> str:
    missing = [each for each in result.analysis.objectives if each.is_missing]
    if not missing:
        return ""
    lines = [f"• {_objective(result, each)}: {each.have_it} of {each.n} have it" for each in missing]
    more = [f"… and {len(lines) - MOST_OBJECTIVES} more"] if len(lines) > MOST_OBJECTIVES else []
    return "\n".join(["**What the class has not got yet**", *lines[:MOST_OBJECTIVES], *more])


def _objective(result: Analysed, found: ObjectiveStatistics) -> str:
    texts = (
        each.text
        for unit in result.units
        if unit.unit.slug == found.unit_slug
        for each in unit.unit.objectives
        if each.slug == found.objective
    )
    return plain(shorten(next(texts, found.objective), 120))


def _controls(result: Analysed) -> list[Control]:
    section, slug = result.section, result.unit.unit.slug if result.unit else ""
    choices = [_choice(number, each) for number, each in enumerate(result.analysis.by_need, 1)]
    return [
        Menu("Look closer at one question…", "ia_open", section.handle, choices),
        Button("All, as a file", "ia_csv", f"{section.handle}.{slug}"),
    ]


def _choice(number: int, item: ItemStatistics) -> Choice:
    said = f"{percent(item.facility)} right of {item.n} · {sign(item)}"
    flag = f" · {IN_SHORT[item.reasons[0].flag]}" if item.reasons else ""
    value = f"{item.asked.id}.{item.asked.unit_slug}"
    return Choice(f"{number}. {item.asked.question.prompt}", value, said + flag)


def draw_question(result: AnalysisResult, number: str) -> ui.LayoutView:
    """One question with who chose what; ``number`` is its wording's."""
    if not isinstance(result, Analysed):
        return draw_analysis(result)
    found = [each for each in result.analysis.items if str(each.asked.id) == number]
    if not found:
        return card(
            Look.WAIT,
            "This question was changed meanwhile",
            "`/checks analysis` shows it as it is now.",
        )
    item = found[0]
    return card(
        Look.STAFF,
        plain(shorten(item.asked.question.prompt, 200)),
        f"{percent(item.facility)} of the credit, {count(item.n, 'first answer')}.",
        _discrimination(item),
        "\n".join(_picked(item)),
        "\n".join(
            f"⚠️ {plain(what)} → {do}" for what, do in (what_and_do(item, each) for each in item.reasons)
        ),
    )


def _discrimination(item: ItemStatistics) -> str:
    if item.discrimination is None:
        if item.n < ENOUGH_TO_COMPARE:
            return f"Whether strong students do better here can be said from {ENOUGH_TO_COMPARE} first answers on."
        return "Whether strong students do better here cannot be said: all answers earned the same."
    efficiency = (
        f", {int(item.efficiency * 100)} % of what it could be" if item.efficiency is not None else ""
    )
    return f"Goes with the rest of the check: {sign(item)}{efficiency}."


def _picked(item: ItemStatistics) -> Iterator[str]:
    if item.options:
        thirds = f" (best third of {item.third} / weakest third)" if item.n >= ENOUGH_TO_COMPARE else ""
        yield f"**Who chose what**{thirds}"
    for each in item.options:
        mark = "🔑" if each.is_key else "▫️"
        split = f" ({each.upper} / {each.lower})" if item.n >= ENOUGH_TO_COMPARE else ""
        yield f"{mark} {plain(shorten(each.text, 150))}: {each.all}{split}"


def sheet_rows(result: Analysed) -> Iterator[Sequence[Cell]]:
    yield HEADER
    titles = {each.unit.slug: each.unit.title for each in result.units}
    for item in result.analysis.items:
        told = [what_and_do(item, each) for each in item.reasons]
        yield (
            titles.get(item.asked.unit_slug, item.asked.unit_slug),
            item.asked.question.prompt,
            item.asked.question.objective,
            item.n,
            round(float(item.facility), 3),
            None if item.discrimination is None else round(item.discrimination, 3),
            None if item.efficiency is None else round(float(item.efficiency), 3),
            " ".join(what for what, _ in told),
            " ".join(do for _, do in told),
            "; ".join(
                f"{each.text}{' (key)' if each.is_key else ''}: {each.all}, {each.upper}, {each.lower}"
                for each in item.options
            ),
        )
