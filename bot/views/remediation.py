"""The work between two tries, as the student chooses and records it; and a teacher's record of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import ui

from bot.domain.course import Part
from bot.domain.practice import MOST_ASKED
from bot.domain.retaking import RemediationKind
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.remediation import (
    LEAST_WORDS,
    LONGEST,
    NothingOpenFor,
    NothingToMend,
    NothingToPractise,
    PartnerAsked,
    PartnerResult,
    Path,
    PathResult,
    Practised,
    PractiseResult,
    Recorded,
    RecordedFor,
    RecordResult,
    Round,
    RoundResult,
    SayMore,
    Unanswered,
    WriteResult,
)
from bot.views.cards import Button, Choice, Control, Link, Look, Menu, card, plain, primary, shorten
from bot.views.choosing import draw_choice
from bot.views.presses import (
    Fields,
    Form,
    Interaction,
    asker,
    on_form,
    on_pick,
    on_press,
    replace,
    services,
)
from bot.views.prework import question_field, read_answer
from bot.views.retakes import draw_nothing, next_button, stands_text
from bot.words.lengths import exactly

NAMES = {
    RemediationKind.VIDEO: "Watch or read a part again",
    RemediationKind.PRACTICE: "Practise",
    RemediationKind.PEER: "Work with a classmate",
    RemediationKind.GROUP: "Small group with your teacher",
    RemediationKind.ONE_TO_ONE: "One-to-one with your teacher",
}
HINTS = {
    RemediationKind.VIDEO: "The part about it, then one sentence",
    RemediationKind.PRACTICE: "A few other questions, with hints",
    RemediationKind.PEER: "Explain it to each other, then one sentence",
    RemediationKind.GROUP: "Book office hours; counts when they are over",
    RemediationKind.ONE_TO_ONE: "Book office hours; counts when they are over",
}
MOST_LINKS = 4


# --- presses ---------------------------------------------------------------------------------------


@on_press("remedy")
async def choose(interaction: Interaction, handle: str) -> None:
    result = await _path(interaction, handle)
    await replace(interaction, draw_path(result))


@on_pick("remedy_which")
async def choose_in(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await choose(interaction, values[0])


@on_pick("remedy_kind")
async def begin(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    kind = next((each for each in RemediationKind if each.value == values[0]), RemediationKind.VIDEO)
    if kind is RemediationKind.PRACTICE:
        await practise(interaction, handle)
        return
    result = await _path(interaction, handle)
    await replace(interaction, draw_kind(result, kind) if isinstance(result, Path) else draw_path(result))


@on_press("remedy_video")
async def open_video(interaction: Interaction, handle: str) -> None:
    await _open(interaction, handle, RemediationKind.VIDEO)


@on_press("remedy_peer")
async def open_peer(interaction: Interaction, handle: str) -> None:
    await _open(interaction, handle, RemediationKind.PEER)


async def _open(interaction: Interaction, handle: str, kind: RemediationKind) -> None:
    result = await _path(interaction, handle)
    if isinstance(result, Path):
        await interaction.response.send_modal(write_form(result, kind))
    else:
        await replace(interaction, draw_path(result))


@on_form("remedy_video")
async def watched(interaction: Interaction, handle: str, fields: Fields) -> None:
    await _write(interaction, handle, RemediationKind.VIDEO, {"found": str(fields.get("found", ""))})


@on_form("remedy_peer")
async def met(interaction: Interaction, handle: str, fields: Fields) -> None:
    words = {"partner": str(fields.get("partner", "")), "found": str(fields.get("found", ""))}
    await _write(interaction, handle, RemediationKind.PEER, words)


async def _write(
    interaction: Interaction, handle: str, kind: RemediationKind, words: Mapping[str, str]
) -> None:
    result = await services(interaction).remediation.write(
        asker(interaction), handle, kind, words, interaction.created_at
    )
    await replace(interaction, draw_written(result))


@on_press("remedy_partner")
async def want_partner(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).remediation.want_partner(
        asker(interaction), handle, interaction.created_at
    )
    await replace(interaction, draw_partner(result))


@on_press("remedy_practice")
async def practise(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).remediation.practise(
        asker(interaction), handle, interaction.created_at
    )
    if isinstance(result, Round) and result.questions:
        await interaction.response.send_modal(practice_form(result))
    else:
        await replace(interaction, draw_no_round(result))


@on_form("remedy_practice")
async def practised(interaction: Interaction, handle: str, fields: Fields) -> None:
    answers = [read_answer(fields, number) for number in range(MOST_ASKED)]
    result = await services(interaction).remediation.answer(
        asker(interaction), handle, answers, interaction.created_at
    )
    await replace(interaction, draw_practised(result))


async def _path(interaction: Interaction, handle: str) -> PathResult:
    section = None if handle == "-" else handle
    return await services(interaction).remediation.path(asker(interaction), section, interaction.created_at)


# --- forms -----------------------------------------------------------------------------------------


def write_form(path: Path, kind: RemediationKind) -> Form:
    kept = path.begun.get(kind, {})
    partner = _box("partner", "With whom?", "A classmate who has got it", kept.get("partner", ""), 100)
    found = _box("found", "What did you find?", "One sentence, in your own words", kept.get("found", ""))
    if kind is RemediationKind.PEER:
        return Form(NAMES[kind], "remedy_peer", path.section.handle, partner, found)
    return Form(NAMES[kind], "remedy_video", path.section.handle, found)


def _box(name: str, label: str, hint: str, typed: str, limit: int = LONGEST) -> ui.Label[Any]:
    style = discord.TextStyle.paragraph if limit == LONGEST else discord.TextStyle.short
    box: ui.TextInput[Any] = ui.TextInput(
        custom_id=name, style=style, default=typed or None, max_length=limit
    )
    return ui.Label(text=label, description=hint, component=box)


def practice_form(asked: Round) -> Form:
    fields = [question_field(number, each, None) for number, each in enumerate(asked.questions)]
    return Form(f"Practise: {asked.unit_title}", "remedy_practice", asked.handle, *fields)


# --- cards -----------------------------------------------------------------------------------------


def draw_path(result: PathResult) -> ui.LayoutView:
    match result:
        case Path(section=section, unit=unit, first=first):
            if first is None:
                return _opened(result, "Work is recorded")
            choices = [Choice(NAMES[each], each.value, HINTS[each]) for each in first.kinds]
            menu = Menu("Choose what to do", "remedy_kind", section.handle, choices)
            return card(
                Look.DO,
                f"Before your next try: {plain(unit.unit.title)}",
                "Still open:\n" + "\n".join(f"- {plain(each.text)}" for each in first.objectives),
                "Choose one way to work on it. When it is recorded, your next try opens.",
                controls=[menu],
            )
        case NothingToMend():
            return draw_nothing()
        case WhichClass() | NoClass():
            return draw_choice(result, "remedy_which")


def draw_kind(path: Path, kind: RemediationKind) -> ui.LayoutView:
    section = path.section.handle
    other = Button("Another way", "remedy", section)
    match kind:
        case RemediationKind.VIDEO:
            return card(
                Look.DO,
                NAMES[kind],
                _parts(path),
                "Then write one sentence: what did you find?",
                controls=[*_links(path), primary("Write my sentence", "remedy_video", section), other],
            )
        case RemediationKind.PEER:
            return card(
                Look.DO,
                NAMES[kind],
                "Meet someone who has got it. Explain to each other what is still open:",
                "\n".join(f"- {plain(each.text)}" for each in _missed(path)),
                "Then write with whom, and one sentence: what did you find?",
                "-# Nobody in class sees that you ask. Your teacher can find somebody for you.",
                controls=[
                    primary("Write my sentence", "remedy_peer", section),
                    Button("Find me a partner", "remedy_partner", section),
                    other,
                ],
            )
        case _:
            return card(
                Look.DO,
                NAMES[kind],
                "Book a time with your teacher and say what you want to look at. "
                "It is recorded by itself when the time is over.",
                controls=[primary("Book office hours", "book", section), other],
            )


def _missed(path: Path) -> Sequence[Any]:
    return path.first.objectives if path.first else path.unit.unit.objectives


def _parts(path: Path) -> str:
    """What to look at again, by objective, with its times."""
    lines: list[str] = []
    for each in _missed(path):
        again = [each.review] if each.review else []
        again += [_part(part) for part in path.unit.unit.remediation if part.objective == each.slug]
        lines.append("\n  ".join([f"- {plain(each.text)}", *map(plain, again)]))
    return "\n".join(lines)


def _part(part: Part) -> str:
    times = ""
    if part.until_s:
        times = f" ({exactly(part.from_s)} to {exactly(part.until_s)})"
    return shorten(part.text, 200) + times


def _links(path: Path) -> list[Control]:
    """To the named parts; where there are none, to the unit's own pre-work."""
    missed = {each.slug for each in _missed(path)}
    parts = [each for each in path.unit.unit.remediation if each.objective in missed and each.url]
    if parts:
        return [Link(shorten(_part(each), 60), each.link) for each in parts[:MOST_LINKS]]
    return [Link(each.title, each.url) for each in path.unit.unit.prework.materials[:MOST_LINKS]]


def draw_written(result: WriteResult) -> ui.LayoutView:
    match result:
        case Recorded(path):
            return _opened(path, "Recorded. Well done!")
        case SayMore(path, kind, words):
            again = (
                primary("Go on writing", "remedy_peer", path.section.handle)
                if kind is RemediationKind.PEER
                else primary("Go on writing", "remedy_video", path.section.handle)
            )
            need = (
                f"Your sentence has {words} word{'' if words == 1 else 's'}. Write at least {LEAST_WORDS}: "
                "what did you find?"
                if words < LEAST_WORDS
                else "Write with whom you worked."
            )
            return card(
                Look.NOT_YET,
                "A little more",
                need,
                "What you wrote is kept: the form opens with it again.",
                controls=[again],
            )
        case _:
            return draw_path(result)


def _opened(path: Path, title: str) -> ui.LayoutView:
    look = Look.WAIT if path.stands else Look.DONE
    return card(
        look, title, stands_text(path.stands), controls=[next_button(path.stands, path.section.handle)]
    )


def draw_partner(result: PartnerResult) -> ui.LayoutView:
    match result:
        case PartnerAsked(path):
            return card(
                Look.DONE,
                "Your teacher looks for a partner",
                "Nobody else knows that you asked. When you have worked together, write your sentence.",
                controls=[primary("Write my sentence", "remedy_peer", path.section.handle)],
            )
        case _:
            return draw_path(result)


def draw_no_round(result: RoundResult) -> ui.LayoutView:
    match result:
        case Round(section=section):
            return _no_questions(section.handle)
        case NothingToPractise(path):
            return _no_questions(path.section.handle)
        case _:
            return draw_path(result)


def _no_questions(section: str) -> ui.LayoutView:
    text = "There are no other questions about it in your course yet. Another way works as well."
    return card(
        Look.ASK, "No practice questions", text, controls=[primary("Choose another way", "remedy", section)]
    )


def draw_practised(result: PractiseResult) -> ui.LayoutView:
    match result:
        case Practised(path, right, said):
            lines = [
                f"{number}. {'✅ Right.' if is_right else '🔁 Not yet.'} {plain(shorten(words, 300))}".rstrip()
                for number, (is_right, words) in enumerate(zip(right, said, strict=True), start=1)
            ]
            return card(
                Look.DONE,
                f"Practised: {plain(path.unit.unit.title)}",
                "\n".join(lines),
                stands_text(path.stands),
                controls=[
                    next_button(path.stands, path.section.handle),
                    Button("Practise more", "remedy_practice", path.section.handle),
                ],
            )
        case Unanswered(asked):
            return card(
                Look.NOT_YET,
                "A question is still open",
                "Answer all of them; a try is enough.",
                controls=[primary("Practise", "remedy_practice", asked.section.handle)],
            )
        case _:
            return draw_path(result)


def draw_recorded_for(result: RecordResult) -> ui.LayoutView:
    match result:
        case RecordedFor(student, section, title, kind):
            return card(
                Look.DONE,
                "Recorded",
                f"<@{student}>, **{plain(section.name)}**, {plain(title)}: {kind.replace('_', '-')}.",
                "It opens their next try as soon as nothing else stands before it.",
            )
        case NothingOpenFor(student):
            return card(
                Look.WAIT,
                "Nothing to record",
                f"No check of <@{student}> waits for work before the next try.",
            )
        case NotStaff():
            return draw_choice(result)
