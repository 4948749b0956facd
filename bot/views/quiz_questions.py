"""A question of a check as it is asked: on a card for each kind, and in forms where something is typed."""

from __future__ import annotations

import re
from typing import Any

import discord
import structlog
from discord import ui

from bot.domain import limits
from bot.domain.giving import LONGEST_ESSAY, LONGEST_TYPED
from bot.domain.hand_ins import MOST_FILES
from bot.domain.showing import Asked, Asks, GapAsked
from bot.domain.units import Unreadable
from bot.views.cards import (
    TEXT_LIMIT,
    Button,
    Choice,
    Control,
    Look,
    Menu,
    NewRow,
    card,
    one_line,
    plain,
    primary,
    shorten,
    stamp,
    within,
)
from bot.views.presses import Form
from bot.views.quiz_results import block, figure, given_lines, letter, options

log = structlog.get_logger()

#: the title of what asks about several units
LOOK_BACK = "A quick look back"
#: more options than this are chosen from a menu
MOST_BUTTONS = 10
#: a form of Discord has five parts, and the text with the gaps is one of them
FIELDS = 4
#: what the kinds that are answered in a form want
TYPED = (Asks.NUMBER, Asks.TEXT, Asks.GAPS, Asks.ESSAY)

_KEPT = "What you typed is kept: open the form to mend it."
_UNREADABLE = {
    Unreadable.NOT_A_NUMBER: "I cannot read “{}” as a number. Write the number alone, without its unit: `3.25`, "
    "`-40` or `6.02e23`. ",
    Unreadable.NO_UNIT: "“{}” has no unit. Write the unit beside the number, as in `3.25 m`. ",
    Unreadable.OTHER_UNIT: "I cannot use the unit in “{}” here: I do not know it, or it measures something else. ",
}
_WITH_UNIT = "I cannot read “{}” as a number with its unit. Write it as in `3.25 m` or `6e3 J`. "
_IN_A_GAP = "One gap wants a number alone, and I cannot read what stands there. "


def draw_question(asked: Asked, note: str = "") -> ui.LayoutView:
    """The question; where it cannot be asked, at least the way past it: nobody is kept from handing in."""
    if asked.is_askable:
        try:
            return _draw_whole(asked, note)
        except Exception:  # whatever is the matter with one question, the student has the others
            log.exception("question_not_drawn", attempt=asked.attempt, position=asked.position)
    return card(
        Look.WAIT,
        _title(asked),
        _prompt(asked),
        figure(asked),
        "Discord cannot show all of this question, so you need not answer it: go on with the others and hand in. "
        f"Please tell your teacher that question {asked.position} is too large.",
        until(asked),
        controls=_turns(asked),
    )


def _title(asked: Asked) -> str:
    return f"{plain(asked.unit_title) or LOOK_BACK}: question {asked.position} of {asked.total}"


def _draw_whole(asked: Asked, note: str) -> ui.LayoutView:
    is_fresh = asked.position == 1 and not asked.is_answered
    return card(
        Look.ASK,
        _title(asked),
        _prompt(asked),
        figure(asked),
        options(asked),
        given_lines(asked),
        note and f"⚠️ {note}",
        until(asked),
        f"-# {asked.total} questions; you look them over before you hand in. Each answer is kept at once: "
        "you can stop and go on later with `/quiz`."
        if is_fresh
        else "",
        controls=[*_answer_controls(asked), NewRow(), *_turns(asked)],
    )


def cannot_read(asked: Asked, why: Unreadable) -> str:
    """What is said kindly to what cannot be marked as it was typed."""
    if asked.asks is Asks.GAPS:
        return _IN_A_GAP + _KEPT
    is_number = why is Unreadable.NOT_A_NUMBER and asked.with_unit
    return (_WITH_UNIT if is_number else _UNREADABLE[why]).format(plain(asked.typed)) + _KEPT


def until(asked: Asked) -> str:
    """When the time is up, in each reader's own zone."""
    if asked.ends_at is None:
        return ""
    return f"⏳ Time until {stamp(asked.ends_at, 't')} ({stamp(asked.ends_at, 'R')})."


#: a teacher's text may hold brackets of its own: these two signs stand in for ours while it is made harmless
_OPEN, _CLOSE = "\ue000", "\ue001"

#: each may stand more than once
_MOST_GAPS = 4 * limits.GAPS


def _prompt(asked: Asked) -> str:
    """Gaps stand in the text with what was filled in."""
    if not asked.gaps:
        return block(asked.prompt)
    marked = re.sub(r"\[\[(\d{1,2})\]\]", rf"{_OPEN}\1{_CLOSE}", within(asked.prompt))
    return re.sub(
        rf"{_OPEN}(\d+){_CLOSE}", lambda found: _gap(asked, int(found[1])), block(marked), count=_MOST_GAPS
    )


def _gap(asked: Asked, number: int) -> str:
    given = asked.gaps[number - 1].given if number <= len(asked.gaps) else ""
    return f"**({number}: {plain(given)})**" if given else f"**({number}: …)**"


# --- what is pressed -------------------------------------------------------------------------------


def _answer_controls(asked: Asked) -> list[Control]:
    handle = f"{asked.attempt}.{asked.position}"
    match asked.asks:
        case Asks.ONE if len(asked.options) <= MOST_BUTTONS:
            return [_letter(asked, place) for place in range(len(asked.options))]
        case Asks.ONE:
            return [Menu("Choose one", "check_pick", handle, _choices(asked))]
        case Asks.SEVERAL:
            choices = _choices(asked)
            return [Menu("Choose all that are right", "check_pick", handle, choices, most=len(choices))]
        case Asks.MATCH:
            return [_pairing(asked, side) for side in range(len(asked.sides))]
        case Asks.ORDER:
            return _ordering(asked)
        case Asks.GAPS:
            starts = range(0, len(asked.gaps), FIELDS)
            return [_form_of_gaps(asked, first) for first in starts]
        case Asks.NUMBER | Asks.TEXT | Asks.ESSAY:
            label = "Change my answer" if asked.typed or asked.files else "Type my answer"
            return [
                primary(
                    "Hand in a file" if asked.wants_file and not asked.files else label, "check_type", handle
                )
            ]


def _choices(asked: Asked) -> list[Choice]:
    return [
        Choice(f"{letter(place)} · {text}", str(place), chosen=place in asked.chosen)
        for place, text in enumerate(asked.options)
    ]


def _letter(asked: Asked, place: int) -> Button:
    is_chosen = place in asked.chosen
    return Button(
        f"☑ {letter(place)}" if is_chosen else letter(place),
        "check_say",
        f"{asked.attempt}.{asked.position}.{place}",
        discord.ButtonStyle.success if is_chosen else discord.ButtonStyle.secondary,
    )


def _pairing(asked: Asked, side: int) -> Menu:
    choices = [
        Choice(f"{letter(place)} · {text}", str(place), chosen=place == asked.placed[side])
        for place, text in enumerate(asked.options)
    ]
    handle = f"{asked.attempt}.{asked.position}.{side}"
    return Menu(f"{side + 1} · {one_line(asked.sides[side])}", "check_pair", handle, choices)


def _ordering(asked: Asked) -> list[Control]:
    handle = f"{asked.attempt}.{asked.position}"
    left = [place for place in range(len(asked.options)) if place not in asked.placed]
    again = Button("Start over", "check_reset", handle)
    if len(asked.options) > MOST_BUTTONS:
        choices = [Choice(f"{letter(place)} · {asked.options[place]}", str(place)) for place in left]
        menu = [Menu(f"What comes as number {len(asked.placed) + 1}?", "check_put", handle, choices)]
        return [*(menu if left else []), *([again] if asked.placed else [])]
    buttons = [
        Button(letter(place), "check_put", f"{handle}.{place}", disabled=place not in left)
        for place in range(len(asked.options))
    ]
    return [*buttons, *([NewRow(), again] if asked.placed else [])]


def _form_of_gaps(asked: Asked, first: int) -> Button:
    part = asked.gaps[first : first + FIELDS]
    last = first + len(part)
    verb = "Change" if all(each.given for each in part) else "Fill in"
    label = f"{verb} gap {last}" if len(part) == 1 else f"{verb} gaps {first + 1} to {last}"
    is_next = any(not each.given for each in part) and all(each.given for each in asked.gaps[:first])
    style = discord.ButtonStyle.primary if is_next else discord.ButtonStyle.secondary
    return Button(label, "check_type", f"{asked.attempt}.{asked.position}.{first}", style)


def _turns(asked: Asked) -> list[Control]:
    back = Button("Back", "check_at", f"{asked.attempt}.{asked.position - 1}")
    on = Button("Next", "check_at", f"{asked.attempt}.{asked.position + 1}")
    over = Button("Look over and hand in", "check_over", asked.attempt)
    return [*([back] if asked.position > 1 else []), *([on] if asked.position < asked.total else []), over]


# --- what is typed ---------------------------------------------------------------------------------


def draw_form(asked: Asked, first: int = 0) -> Form:
    """The form in which the question is answered; of gaps, the four from ``first`` on."""
    return Form(
        f"Question {asked.position} of {asked.total}",
        "check_type",
        f"{asked.attempt}.{asked.position}",
        ui.TextDisplay(shorten(_prompt(asked), TEXT_LIMIT) or "…"),
        *_fields(asked, first),
    )


def _fields(asked: Asked, first: int) -> list[ui.Item[Any]]:
    match asked.asks:
        case Asks.GAPS:
            shown = list(enumerate(asked.gaps))[first : first + FIELDS]
            return [_gap_field(place, gap) for place, gap in shown]
        case Asks.ESSAY:
            return _essay_fields(asked)
        case Asks.NUMBER:
            hint = "The number with its unit" if asked.with_unit else "The number alone, without its unit"
            return [_typed_field(asked, hint)]
        case _:
            return [_typed_field(asked, "A word or a few")]


def _typed_field(asked: Asked, hint: str) -> ui.Item[Any]:
    before = shorten(asked.typed, LONGEST_TYPED) or None
    box: ui.TextInput[Any] = ui.TextInput(custom_id="answer", default=before, max_length=LONGEST_TYPED)
    return ui.Label(text="Your answer", description=hint, component=box)


def _gap_field(place: int, gap: GapAsked) -> ui.Item[Any]:
    """None has to be filled in: what is given so far is kept."""
    name = f"g{place}"
    if not gap.options:
        before = shorten(gap.given, LONGEST_TYPED) or None
        box: ui.TextInput[Any] = ui.TextInput(
            custom_id=name, default=before, max_length=LONGEST_TYPED, required=False
        )
        return ui.Label(text=f"Gap {place + 1}", component=box)
    options = [
        discord.SelectOption(
            label=shorten(one_line(text), 100) or "…", value=str(index), default=text == gap.given
        )
        for index, text in enumerate(gap.options[:25])
    ]
    menu: ui.Select[Any] = ui.Select(custom_id=name, options=options, required=False, min_values=0)
    return ui.Label(text=f"Gap {place + 1}", component=menu)


def _essay_fields(asked: Asked) -> list[ui.Item[Any]]:
    box: ui.TextInput[Any] = ui.TextInput(
        custom_id="essay",
        style=discord.TextStyle.paragraph,
        default=shorten(asked.typed, LONGEST_ESSAY) or None,
        max_length=LONGEST_ESSAY,
        required=not asked.wants_file,
    )
    hint = "If there is something to say about your file" if asked.wants_file else "Your teacher reads it"
    words: ui.Item[Any] = ui.Label(text="Your answer", description=hint, component=box)
    if not asked.wants_file:
        return [words]
    files: ui.FileUpload[Any] = ui.FileUpload(
        custom_id="files", required=False, min_values=0, max_values=MOST_FILES
    )
    kept = f"{asked.files} handed in; new ones take their place" if asked.files else "A photo, PDF or text"
    return [ui.Label(text="Your file", description=kept, component=files), words]
