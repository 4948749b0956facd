"""How a class checks mastery, on one card with a form behind each button."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.domain.mastery_rules import MasteryRules
from bot.domain.times import BadTime
from bot.domain.typed_rules import BadRule, write_waits
from bot.services.check_rules import SWITCHES, ChangeResult, Retakes, RulesShown, ShowResult, Tries
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.views.cards import Button, Look, card, plain, primary
from bot.views.choosing import draw_choice
from bot.views.presses import Fields, Form, Interaction, asker, on_form, on_press, replace, reply, services
from bot.words.retaking import COUNTS, rules_sentence

SAID = {
    "only_missed": "A next try asks only for what was missed",
    "by_request": "Students ask you for each next try",
    "in_sessions": "Next tries are in booked retake sessions",
    "musts_first": "Must-do tasks come before the check",
    "test_out": "A check may be tried once before the pre-work",
}


@on_press("rules_tries")
async def ask_tries(interaction: Interaction, handle: str) -> None:
    shown = await _shown(interaction, handle)
    if shown is not None:
        await interaction.response.send_modal(tries_form(shown))


@on_form("rules_tries")
async def set_tries(interaction: Interaction, handle: str, fields: Fields) -> None:
    typed = Tries(*(str(fields.get(name, "")) for name in ("waits", "limit", "window", "last_day")))
    result = await services(interaction).check_rules.set_tries(
        asker(interaction), handle, typed, interaction.created_at
    )
    await _show(interaction, result, Button("Try again", "rules_tries", handle))


@on_press("rules_retakes")
async def ask_retakes(interaction: Interaction, handle: str) -> None:
    shown = await _shown(interaction, handle)
    if shown is not None:
        await interaction.response.send_modal(retakes_form(shown))


@on_form("rules_retakes")
async def set_retakes(interaction: Interaction, handle: str, fields: Fields) -> None:
    on = fields.get("on", [])
    counts = fields.get("counts", "")
    typed = Retakes(
        counts if isinstance(counts, str) else next(iter(counts), ""),
        tuple(on) if isinstance(on, list) else (on,),
        str(fields.get("recheck", "")),
    )
    result = await services(interaction).check_rules.set_retakes(
        asker(interaction), handle, typed, interaction.created_at
    )
    await _show(interaction, result, Button("Try again", "rules_retakes", handle))


async def _shown(interaction: Interaction, handle: str) -> RulesShown | None:
    result = await services(interaction).check_rules.show_of(asker(interaction), handle)
    if isinstance(result, NotStaff):
        await reply(interaction, draw_choice(result))
        return None
    return result


async def _show(interaction: Interaction, result: ChangeResult, again: Button) -> None:
    """What was refused leaves the card as it stands, with the way back into the form."""
    match result:
        case BadRule(problem) | BadTime(problem):
            await reply(interaction, card(Look.NOT_YET, "Not changed yet", problem, controls=[again]))
        case _:
            await replace(interaction, draw_rules(result))


def tries_form(shown: RulesShown) -> Form:
    rules = shown.rules
    last_day = rules.last_day.isoformat() if rules.last_day else ""
    return Form(
        "Tries",
        "rules_tries",
        shown.section.handle,
        _line(
            "waits",
            "Wait after the first, second … try",
            "Like 4 hours, 1 day, 2 days. Empty: each unit's own.",
            write_waits(rules.cooldown_hours),
        ),
        _line("limit", "Most tries", "A number; empty for as many as it takes", str(rules.limit or "")),
        _line(
            "window",
            "… in how many days",
            "A number; empty for the whole course",
            str(rules.window_days or ""),
        ),
        _line("last_day", "Last day for another try", "Like 12 Jun or 2027-06-12; empty for none", last_day),
    )


def _line(name: str, label: str, hint: str, value: str) -> ui.Label[Any]:
    box: ui.TextInput[Any] = ui.TextInput(
        custom_id=name, default=value or None, max_length=100, required=False
    )
    return ui.Label(text=label, description=hint, component=box)


def retakes_form(shown: RulesShown) -> Form:
    rules = shown.rules
    counts = ui.RadioGroup[Any](
        custom_id="counts",
        options=[
            discord.RadioGroupOption(label=words, value=rule.value, default=rule is rules.counts)
            for rule, words in COUNTS.items()
        ],
    )
    switches = ui.Select[Any](
        custom_id="on",
        min_values=0,
        max_values=len(SWITCHES),
        required=False,
        options=[
            discord.SelectOption(label=SAID[name], value=name, default=bool(getattr(rules, name)))
            for name in SWITCHES
        ],
    )
    return Form(
        "Counting and retakes",
        "rules_retakes",
        shown.section.handle,
        ui.Label(text="Which attempt counts", component=counts),
        ui.Label(text="Also", component=switches),
        _line(
            "recheck",
            "Look again after … days",
            "A later look at what was mastered; empty for none",
            str(rules.recheck_days or ""),
        ),
    )


def draw_rules(result: ShowResult | ChangeResult) -> ui.LayoutView:
    match result:
        case RulesShown():
            return _draw(result)
        case BadRule(problem) | BadTime(problem):
            return card(Look.NOT_YET, "Not changed yet", problem)
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def _draw(shown: RulesShown) -> ui.LayoutView:
    handle, rules = shown.section.handle, shown.rules
    sentence = rules_sentence(rules, None)
    if not shown.is_own:
        return card(
            Look.ASK,
            f"Checks in {plain(shown.section.name)}",
            sentence,
            _waits(rules),
            "After “not yet” you work on what was missed in a way that you choose; then your next try opens.",
            controls=[primary("What do I do now?", "today")],
        )
    return card(
        Look.STAFF,
        f"Checks of {plain(shown.section.name)}",
        "✅ Changed. It holds from now on; a wait that was promised gets no longer."
        if shown.is_changed
        else "",
        f"**What your students read**\n> {sentence} {_waits(rules)}".rstrip(),
        "\n".join(f"{'☑' if getattr(rules, name) else '☐'} {SAID[name]}" for name in SWITCHES),
        f"**Look again:** {_recheck(rules)}",
        "-# Before each next try the student works on what was missed, and that is recorded.",
        controls=[
            Button("Tries", "rules_tries", handle),
            Button("Counting and retakes", "rules_retakes", handle),
        ],
    )


def _waits(rules: MasteryRules) -> str:
    return "" if rules.cooldown_hours else "Each unit says how long the wait for the next try is."


def _recheck(rules: MasteryRules) -> str:
    return f"{rules.recheck_days} days after mastery" if rules.recheck_days else "no"
