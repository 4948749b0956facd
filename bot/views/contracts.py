"""A student's contract: the goals on offer, signing for one, who still signs, and what was signed before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from discord import ui

from bot.domain.contracts import LONGEST_SIGNATURE, Contract, Stage, Via, in_force, waiting
from bot.services.choosing import NoClass, WhichClass
from bot.services.contracts import (
    AlreadySigned,
    ChooseResult,
    EnoughToday,
    NoSuchTier,
    NothingToText,
    OwnContracts,
    OwnResult,
    SignResult,
    TextGoes,
    TextResult,
    ToSign,
)
from bot.views.bars import your_bar
from bot.views.cards import Button, Control, Link, Look, NewRow, card, plain, primary, stamp
from bot.views.choosing import draw_choice
from bot.views.presses import Fields, Form, Interaction, asker, on_form, on_pick, on_press, replace, services
from bot.words.contracts import WELCOME

VIAS = {
    Via.TEXT: "by the link in a text to their phone",
    Via.CODE: "on the page that you showed them",
    Via.PAPER: "on paper; your teacher noted it",
    Via.TEACHER: "set by your teacher",
}
MOST_EARLIER = 8


# --- presses ---------------------------------------------------------------------------------------
# A handle is the class's, then the bar in percent.


@on_press("contract")
async def show(interaction: Interaction, handle: str) -> None:
    chosen = None if handle == "-" else handle
    result = await services(interaction).contracts.own(asker(interaction), chosen, interaction.created_at)
    await replace(interaction, draw_own(result))


@on_pick("contract_which")
async def show_of(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await show(interaction, values[0])


@on_press("contract_choose")
async def choose(interaction: Interaction, handle: str) -> None:
    await replace(interaction, draw_choose(await _choose(interaction, handle)))


@on_press("contract_sign")
async def ask_name(interaction: Interaction, handle: str) -> None:
    result = await _choose(interaction, handle)
    if isinstance(result, ToSign):
        await interaction.response.send_modal(sign_form(result))
    else:
        await replace(interaction, draw_choose(result))


@on_form("contract_sign")
async def sign(interaction: Interaction, handle: str, fields: Fields) -> None:
    section, bar = _split(handle)
    result = await services(interaction).contracts.sign(
        asker(interaction), section, bar, str(fields.get("name", "")), interaction.created_at
    )
    await replace(interaction, draw_signed(result))


@on_press("contract_text")
async def text_guardian(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).contracts.text_guardian(
        asker(interaction), handle, interaction.created_at
    )
    await replace(interaction, draw_text(result))


async def _choose(interaction: Interaction, handle: str) -> ChooseResult:
    section, bar = _split(handle)
    return await services(interaction).contracts.choose(
        asker(interaction), section, bar, interaction.created_at
    )


def _split(handle: str) -> tuple[str, int]:
    """0 for what is no bar: no class offers that."""
    section, _, bar = handle.partition(".")
    return section, int(bar) if re.fullmatch(r"[0-9]{1,3}", bar) else 0


# --- cards -----------------------------------------------------------------------------------------


def draw_own(result: OwnResult, note: str = "") -> ui.LayoutView:
    if isinstance(result, WhichClass | NoClass):
        return draw_choice(result, "contract_which")
    if not result.rules.tiers and not result.contracts:
        return card(
            Look.WAIT,
            f"{plain(result.section.name)}: one bar for everybody",
            f"{your_bar(result.bar.percent, None)} There is nothing to choose and nothing to sign.",
            controls=[Button("What do I do now?", "today")],
        )
    open_one, held = waiting(result.contracts), in_force(result.contracts)
    return card(
        Look.ASK if not result.contracts else Look.WAIT if open_one else Look.DONE,
        f"Your goal in {plain(result.section.name)}",
        note and f"⚠️ {note}",
        ""
        if result.contracts
        else "\n".join(f"{place}. {line}" for place, line in enumerate(WELCOME, start=1)),
        _standing(result, held),
        _waits(result, open_one) if open_one else "",
        _offer(result, open_one or held),
        _earlier(result),
        controls=[*_guardian(result, open_one), NewRow(), *_tiers(result, open_one or held)],
    )


def _standing(own: OwnContracts, held: Contract | None) -> str:
    if held is None:
        return f"**Now:** {your_bar(own.bar.percent, None)} That is the class's own, as long as no contract is in force."
    return (
        f"**Now:** {your_bar(held.bar, held.in_force_at)}\n"
        f"{plain(held.tier)}, signed by you {stamp(held.signed_at)}. {_guardian_said(held)}"
        if held.signed_name
        else f"**Now:** {your_bar(held.bar, held.in_force_at)}\n{plain(held.tier)}. {_guardian_said(held)}"
    )


def _guardian_said(contract: Contract) -> str:
    if contract.guardian_signed_at is None:
        return "No other signature is needed."
    via = VIAS.get(Via(contract.guardian_via), "")
    if contract.guardian_via == Via.TEACHER:
        return f"{plain(contract.guardian_wording)}, {stamp(contract.guardian_signed_at)}."
    return f"Your guardian signed {stamp(contract.guardian_signed_at)}, {via}."


def _waits(own: OwnContracts, open_one: Contract) -> str:
    signed = f"you signed for {plain(open_one.tier)}, {open_one.bar} %, {stamp(open_one.signed_at)}."
    missing = "Your parent or guardian still has to sign. Until then your bar stays as it is."
    lines = [f"**Next:** {signed} {missing}"]
    if own.can_text:
        lines.append("Press the button, and I text them the link.")
    if own.page is not None:
        lines.append(
            ("Or open" if own.can_text else "Open")
            + f" the page and hand it to them: they write their name and the code **{own.page.code}**. "
            "The link is good for two weeks."
        )
    if not own.can_text and own.page is None:
        lines.append(
            "They sign on paper: write your goal on a sheet, both sign it, and your teacher notes it here."
        )
    return "\n".join(lines)


def _offer(own: OwnContracts, standing: Contract | None) -> str:
    if not own.rules.tiers:
        return ""
    head = "**Another goal?** What you passed stays passed." if standing else "**Choose your goal:**"
    lines = [f"**{each.bar} % · {plain(each.name)}**\n{plain(each.consequence)}" for each in own.rules.tiers]
    return "\n".join([head, *lines])


def _earlier(own: OwnContracts) -> str:
    past = [each for each in own.contracts if each.stage in (Stage.ENDED, Stage.WITHDRAWN)]
    lines = [f"-# {plain(each.tier)}, {each.bar} %: {_spell(each)}" for each in past[-MOST_EARLIER:]]
    return "\n".join(["-# Before:", *lines]) if lines else ""


def _spell(contract: Contract) -> str:
    if contract.in_force_at is None or contract.ended_at is None:
        return f"signed {stamp(contract.signed_at, 'd')}, never in force"
    return f"in force {stamp(contract.in_force_at, 'd')} to {stamp(contract.ended_at, 'd')}"


def _guardian(own: OwnContracts, open_one: Contract | None) -> list[Control]:
    if open_one is None:
        return []
    texts = [primary("Text it to my guardian", "contract_text", own.section.handle)] if own.can_text else []
    page = [Link("Page for my guardian", own.page.url)] if own.page else []
    return [*texts, *page, Button("Has it been signed?", "contract", own.section.handle)]


def _tiers(own: OwnContracts, standing: Contract | None) -> list[Control]:
    return [
        Button(f"{each.bar} % · {each.name}", "contract_choose", f"{own.section.handle}.{each.bar}")
        for each in own.rules.tiers
        if standing is None or standing.bar != each.bar
    ]


def draw_choose(result: ChooseResult) -> ui.LayoutView:
    match result:
        case ToSign():
            return _to_sign(result)
        case NoSuchTier(own):
            return draw_own(own, "Your class does not offer that goal. Choose one of these.")
        case NoClass():
            return draw_choice(result)


def _to_sign(asked: ToSign, note: str = "") -> ui.LayoutView:
    handle = asked.section.handle
    return card(
        Look.ASK,
        f"{plain(asked.tier.name)}: {asked.tier.bar} %",
        note and f"⚠️ {note}",
        "\n".join(f"> {plain(line)}" for line in asked.wording.splitlines()),
        "You sign by typing your name.",
        controls=[
            primary("Sign this", "contract_sign", f"{handle}.{asked.tier.bar}"),
            Button("Back", "contract", handle),
        ],
    )


def sign_form(asked: ToSign) -> Form:
    name: ui.TextInput[Any] = ui.TextInput(custom_id="name", max_length=LONGEST_SIGNATURE)
    return Form(
        f"Sign for {asked.tier.bar} %",
        "contract_sign",
        f"{asked.section.handle}.{asked.tier.bar}",
        ui.TextDisplay("\n".join(plain(line) for line in asked.wording.splitlines())),
        ui.Label(text="Your name", description="First and last name, as you sign on paper", component=name),
    )


def draw_signed(result: SignResult) -> ui.LayoutView:
    match result:
        case OwnContracts():
            return draw_own(result)
        case ToSign(name=typed):
            said = (
                f"“{plain(typed)}” does not look like a name"
                if typed and typed.strip()
                else "No name was typed"
            )
            return _to_sign(result, f"{said}. Nothing is signed yet: press the button and write your name.")
        case AlreadySigned(own):
            return draw_own(own, "You have signed for that one already. It counted once.")
        case NoSuchTier(own):
            return draw_own(own, "Your class does not offer that goal any more. Choose one of these.")
        case EnoughToday(own):
            return draw_own(
                own, "You changed your goal several times today. Sleep on it, and choose again tomorrow."
            )
        case NoClass():
            return draw_choice(result)


def draw_text(result: TextResult) -> ui.LayoutView:
    match result:
        case TextGoes(own):
            return draw_own(
                own, "A text with the link goes to your guardian, in the daytime, once a day at most."
            )
        case NothingToText(own):
            return draw_own(own, "There is nothing to text: it is signed, or no guardian's phone is known.")
        case NoClass():
            return draw_choice(result)
