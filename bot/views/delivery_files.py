"""Files about messages to take away: what became of them, and the record that nobody can edit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import discord
from discord import ui

from bot.domain.attachments import Attachment
from bot.domain.outbox import Kind
from bot.domain.reporting import Shown, Story
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.delivery_report import GoneReport, Sheet, What
from bot.services.history import BadDay, Record, RecordResult, Told
from bot.services.ports import Cell
from bot.views.cards import Card, Look, attached, card, count, plain, shorten, stamp
from bot.views.choosing import draw_choice
from bot.views.delivery_words import STATES, WAYS, mends, name_of, reasons
from bot.views.presses import Interaction, asker, on_press, reply, services
from bot.views.uploads import outgoing, sending

HEADER = ("message", "student", "Discord", "state", "by", "when", "reason", "what helps")
RECORD_HEADER = ("number", "when", "what", "student", "Discord", "by whom", "way", "state", "words", "reason")
#: members that Discord gives in one answer, and seconds to wait for it: the ids alone do as well
AT_ONCE, PATIENCE_S = 100, 5.0
Names = Mapping[int, str]


@on_press("dr_csv")
async def take(interaction: Interaction, handle: str) -> None:
    whose, _, filtered = handle.partition(".")
    result = await services(interaction).reports.sheet(
        asker(interaction), whose, filtered == "m", interaction.created_at
    )
    if isinstance(result, GoneReport):
        await reply(
            interaction,
            card(Look.WAIT, "I have no such message", "`/delivery messages` shows what there is."),
        )
        return
    # asking Discord for names may take more than a press has
    await interaction.response.defer(ephemeral=True, thinking=True)
    names = await names_of(interaction, (story.last.discord for _, story in result.rows))
    rows = sheet_rows(result, names)
    data = await asyncio.to_thread(services(interaction).tables.csv, rows)
    day = f"{interaction.created_at.astimezone(ZoneInfo(result.section.zone)):%Y-%m-%d}"
    shown = card(
        Look.STAFF,
        f"{count(len(result.rows), 'message')} of {plain(result.section.name)}",
        "For a spreadsheet. It names students: keep it where you keep marks.",
    )
    await send_file(interaction, shown, f"{'not-arrived' if filtered == 'm' else 'messages'}-{day}.csv", data)


async def send_file(interaction: Interaction, view: ui.LayoutView, name: str, data: bytes) -> None:
    """Into the place of the answer that was put off, which the teacher alone sees."""
    async with outgoing():
        with sending(Attachment(name, data)) as files:
            await interaction.edit_original_response(
                view=Card([*view.to_components(), attached(name)]),
                attachments=files,
                allowed_mentions=discord.AllowedMentions.none(),
            )


async def names_of(interaction: Interaction, ids: Iterable[int]) -> Names:
    """How these people are called on the server; without those whom Discord does not tell in time."""
    wanted, found = sorted(set(ids)), dict[int, str]()
    try:
        async with asyncio.timeout(PATIENCE_S):
            for start in range(0, len(wanted) if interaction.guild else 0, AT_ONCE):
                guild, some = interaction.guild, wanted[start : start + AT_ONCE]
                members = (
                    await guild.query_members(user_ids=some, limit=AT_ONCE, cache=False) if guild else []
                )
                found |= {each.id: each.display_name for each in members}
    except (TimeoutError, discord.DiscordException):
        pass
    return found


def sheet_rows(sheet: Sheet, names: Names) -> Iterator[Sequence[Cell]]:
    zone = sheet.section.zone
    yield [*HEADER[:5], f"when ({zone})", *HEADER[6:]]
    for what, story in sheet.rows:
        yield _row(what, story, names, ZoneInfo(zone))


def _row(what: What, story: Story, names: Names, zone: ZoneInfo) -> Sequence[Cell]:
    last, lost = story.last, story.shown is Shown.NOT_ARRIVED
    at = story.got_it_at or last.ended_at or last.due_at
    return (
        name_of(what),
        names.get(last.discord, "") + (" (guardian)" if last.to_guardian else ""),
        f"<@{last.discord}>",
        STATES[story.shown][1],
        "" if last.kind is Kind.UNREACHED else WAYS.get(last.way, str(last.way)),
        at.astimezone(zone),
        "; ".join(reasons(story)) if lost else last.why,
        ". ".join(mends(story)) if lost else "",
    )


# --- the record --------------------------------------------------------------------------------------


async def send_record(interaction: Interaction, result: RecordResult, as_json: bool) -> None:
    """The file, or why there is none."""
    if not isinstance(result, Record):
        await reply(interaction, _no_record(result))
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    names = await names_of(interaction, (each.who for each in result.lines if each.who))
    data = await asyncio.to_thread(
        lambda: (
            record_json(result) if as_json else services(interaction).tables.csv(record_rows(result, names))
        )
    )
    limit = interaction.guild.filesize_limit if interaction.guild else 0
    if len(data) > limit:
        await reply(interaction, _too_big(result))
        return
    shown = card(
        Look.STAFF,
        f"{count(len(result.lines), 'line')} of the record of {plain(result.section.name)}",
        f"Since {stamp(result.since)}. Nobody can edit the record, and its last line proves it: keep that digest.",
        f"-# {result.digest}",
        "It names students and what was said to them: keep it where you keep marks.",
    )
    await send_file(interaction, shown, f"history.{'json' if as_json else 'csv'}", data)


def _no_record(result: BadDay | WhichClass | NoClass | NotStaff) -> ui.LayoutView:
    if isinstance(result, BadDay):
        return card(
            Look.PROBLEM,
            "I do not know that day",
            f"“{plain(shorten(result.typed, 60))}” is no day before today. Write it as `2026-11-24`.",
        )
    return draw_choice(result)


def _too_big(record: Record) -> ui.LayoutView:
    return card(
        Look.PROBLEM,
        "The record is too long for one file",
        f"It has {count(len(record.lines), 'line')} since {stamp(record.since)}. Choose a later day in `since`.",
    )


def record_rows(record: Record, names: Names) -> Iterator[Sequence[Cell]]:
    """One row a line; the last is the digest over everything up to the newest line."""
    zone = ZoneInfo(record.section.zone)
    yield [RECORD_HEADER[0], f"when ({record.section.zone})", *RECORD_HEADER[2:]]
    for number, told in enumerate(record.lines, 1):
        yield _record_row(number, told, names, zone)
    yield ["digest", record.digest, f"after {record.count} lines in all"]


def _record_row(number: int, told: Told, names: Names, zone: ZoneInfo) -> Sequence[Cell]:
    body = dict(told.line.body or {})
    kind, way, state, why = (str(body.pop(each, "")) for each in ("kind", "way", "state", "why"))
    words = "(erased)" if told.line.body is None else _words(body)
    return (
        number,
        told.line.at.astimezone(zone),
        f"{told.line.what} {kind}".strip().replace("_", " "),
        names.get(told.who or 0, ""),
        f"<@{told.who}>" if told.who else "",
        f"<@{told.by}>" if told.by else "the bot",
        way,
        state,
        words,
        why,
    )


def _words(body: Mapping[str, Any]) -> str:
    """Facts as ``name: value``, those of a message without their common heading."""
    flat = {**{name: value for name, value in body.items() if name != "said"}, **body.get("said", {})}
    return "; ".join(f"{name.replace('_', ' ')}: {_listed(value)}" for name, value in flat.items())


def _listed(value: Any) -> str:
    return ", ".join(map(str, cast("list[object]", value))) if isinstance(value, list) else str(value)


def record_json(record: Record) -> bytes:
    """The same for programs: lines with UTC times, and the digest."""
    lines = [
        {
            "at": _utc(each.line.at),
            "what": each.line.what,
            "student": str(each.who) if each.who else None,
            "by": str(each.by) if each.by else None,
            "body": each.line.body,
        }
        for each in record.lines
    ]
    whole = {"since": _utc(record.since), "lines": lines, "count": record.count, "digest": record.digest}
    return json.dumps(whole, indent=1).encode()


def _utc(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
