"""What became of messages, as a teacher sees it: what needs a hand first, each student's story, sending it again."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.domain.reporting import Shown, Story
from bot.domain.times import local_text
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.delivery_report import (
    GoneReport,
    NothingToResend,
    OneSending,
    Recent,
    RecentResult,
    ResendPreview,
    Resent,
    Sending,
    What,
)
from bot.views.cards import (
    Button,
    Choice,
    Control,
    Look,
    Menu,
    NewRow,
    card,
    count,
    plain,
    primary,
    shorten,
    stamp,
)
from bot.views.choosing import draw_choice
from bot.views.delivery_words import STATES, WAYS, line_of, mends, name_of, reasons
from bot.views.presses import Interaction, asker, on_pick, on_press, replace, reply, services

#: lines of each kind on one card; more are in the file and behind the menu
MOST_MISSED, MOST_SENDINGS = 6, 6
ALL, MISSED = "a", "m"


@on_press("dr_list")
async def recent(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).reports.recent_of(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw_recent(result))


@on_pick("dr_open")
async def look(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await _show(interaction, values[0], 0, only_missed=False)


@on_press("dr_page")
async def turn(interaction: Interaction, handle: str) -> None:
    nonce, page, filtered = _parts(handle)
    await _show(interaction, nonce, page, only_missed=filtered == MISSED)


async def _show(interaction: Interaction, nonce: str, page: int, *, only_missed: bool) -> None:
    result = await services(interaction).reports.one(
        asker(interaction), nonce, page, only_missed, interaction.created_at
    )
    await replace(interaction, draw_one(result))


@on_press("dr_resend")
async def preview_resend(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).reports.preview_resend(
        asker(interaction), handle, interaction.created_at
    )
    await reply(interaction, draw_resend_preview(result))


@on_press("dr_resend_go")
async def resend(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).reports.resend(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw_resent(result))


def _parts(handle: str) -> tuple[str, int, str]:
    """``nonce.page.filter``, as it comes back from whoever pressed."""
    nonce, page, filtered = (*handle.split("."), "", "")[:3]
    return nonce, int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 0, filtered


def draw_recent(result: RecentResult) -> ui.LayoutView:
    match result:
        case Recent():
            return _draw_recent(result)
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def _draw_recent(recent: Recent) -> ui.LayoutView:
    name = plain(recent.section.name)
    if not recent.sendings:
        return card(
            Look.WAIT,
            "Nothing went out in the last two weeks",
            f"Messages to the students of **{name}** show here: who got them, who did not, and why.",
            controls=[Button("Who can be reached?", "dr_reach", recent.section.handle)],
        )
    lost = len(recent.missed)
    return card(
        Look.PROBLEM if lost else Look.DONE,
        f"{lost} of {count(recent.students, 'student')} missed a message"
        if lost
        else "Nobody missed a message",
        f"**{name}**, the last two weeks." + (" Whoever got a later message is not named." if lost else ""),
        "\n".join(_missed(what, story) for what, story in recent.missed[:MOST_MISSED]),
        f"… and {lost - MOST_MISSED} more: they are in the file." if lost > MOST_MISSED else "",
        "\n".join(_sending(each) for each in recent.sendings[:MOST_SENDINGS]),
        controls=_recent_controls(recent),
    )


def _missed(what: What, story: Story) -> str:
    why = plain(shorten("; ".join(reasons(story)), 160))
    mended = ". ".join(mends(story)[:2])
    return f"⚠️ <@{story.last.discord}>: {plain(shorten(name_of(what), 60))}\n-# {why} → {mended}."


def _sending(sending: Sending) -> str:
    name = plain(shorten(name_of(sending.what), 60))
    return f"**{name}** · {stamp(sending.at, 'f')}\n{_counts(sending)}"


def _counts(sending: Sending) -> str:
    """``✅ 140 arrived · ⏳ 2 waiting until … (quiet hours)``."""
    parts: list[str] = []
    for state, number in sending.counts:
        mark, words = STATES[state]
        parts.append(f"{mark} {number} {words}{_until(sending) if state is Shown.WAITING else ''}")
    return " · ".join(parts)


def _until(sending: Sending) -> str:
    if sending.waits_until is None:
        return ""
    why = f" ({plain(sending.wait_why)})" if sending.wait_why else ""
    return f" until {stamp(sending.waits_until, 'f')}{why}"


def _recent_controls(recent: Recent) -> list[Control]:
    handle = recent.section.handle
    choices = [_choice(each, recent.section.zone) for each in recent.sendings]
    file = [primary("Not arrived, as a file", "dr_csv", f"{handle}.{MISSED}")] if recent.missed else []
    return [
        Menu("Look closer at one…", "dr_open", handle, choices),
        *file,
        Button("All, as a file", "dr_csv", f"{handle}.{ALL}"),
        Button("Who can be reached?", "dr_reach", handle),
    ]


def _choice(sending: Sending, zone: str) -> Choice:
    """With its time, since several may be about the same thing; menus show no Discord timestamps."""
    label = f"{local_text(sending.at, zone)} · {name_of(sending.what)}"
    return Choice(label, sending.handle, _in_short(sending))


def _in_short(sending: Sending) -> str:
    return ", ".join(f"{number} {STATES[state][1]}" for state, number in sending.counts)


def draw_one(result: OneSending | GoneReport) -> ui.LayoutView:
    match result:
        case GoneReport():
            return _gone()
        case OneSending(section, sending, told, page, pages, only_missed, _):
            lost = dict(sending.counts).get(Shown.NOT_ARRIVED, 0)
            return card(
                Look.PROBLEM if lost else Look.STAFF,
                plain(shorten(name_of(sending.what), 120)),
                f"**{plain(section.name)}** · {stamp(sending.at, 'f')}\n{_counts(sending)}",
                "\n".join(map(line_of, told)) or "There is nobody to show.",
                f"-# Page {page + 1} of {pages}{', only what did not arrive' if only_missed else ''}"
                if pages > 1 or only_missed
                else "",
                controls=_one_controls(result, lost),
            )


def _one_controls(one: OneSending, lost: int) -> list[Control]:
    handle, filtered = one.sending.handle, MISSED if one.only_missed else ALL
    controls: list[Control] = []
    if one.pages > 1:
        back, on = max(one.page - 1, 0), min(one.page + 1, one.pages - 1)
        # two buttons may not have one custom_id: a page that cannot be turned to is told by its filter's end
        controls += [
            Button("◀ Back", "dr_page", f"{handle}.{back}.{filtered}.b", disabled=one.page == 0),
            Button("Next ▶", "dr_page", f"{handle}.{on}.{filtered}.n", disabled=one.page == one.pages - 1),
        ]
    if one.only_missed:
        controls.append(Button("Show everybody", "dr_page", f"{handle}.0.{ALL}"))
    elif lost:
        controls.append(Button("Only what did not arrive", "dr_page", f"{handle}.0.{MISSED}"))
    controls.append(NewRow())
    if one.resendable:
        controls.append(primary(f"Send again to {one.resendable}…", "dr_resend", handle))
    return [
        *controls,
        Button("As a file", "dr_csv", f"{handle}.{filtered}"),
        Button("All messages", "dr_list", one.section.handle),
    ]


def draw_resend_preview(result: ResendPreview | NothingToResend | GoneReport) -> ui.LayoutView:
    match result:
        case ResendPreview(what, handle, ways):
            total = sum(number for _, number in ways)
            lines = [f"{WAYS[way].capitalize() if way is not way.DM else 'DM'}: {number}"
                     for way, number in ways if number and way is not None]  # fmt: skip
            lost = next((number for way, number in ways if way is None), 0)
            return card(
                Look.STAFF,
                f"Send this again to {count(total, 'student')}?",
                plain(shorten(name_of(what), 120)),
                "They have not pressed [Got it]. Who does, or finishes, before it goes out gets nothing.",
                "\n".join(lines),
                f"⚠️ No way is open to {count(lost, 'student')}: the teachers' room will name them."
                if lost
                else "",
                controls=[
                    primary(f"Send again to {total}", "dr_resend_go", handle),
                    Button("Not now", "dismiss"),
                ],
            )
        case NothingToResend():
            return _nothing()
        case GoneReport():
            return _gone()


def draw_resent(result: Resent | NothingToResend | GoneReport) -> ui.LayoutView:
    match result:
        case Resent(what, sent, lost):
            return card(
                Look.DONE,
                f"{count(sent, 'message')} on the way",
                plain(shorten(name_of(what), 120)),
                f"{count(lost, 'student')} cannot be reached by any way: the teachers' room names them."
                if lost
                else "",
            )
        case NothingToResend():
            return _nothing()
        case GoneReport():
            return card(Look.WAIT, "Nothing was sent", "That preview was used already.")


def _nothing() -> ui.LayoutView:
    return card(
        Look.DONE,
        "There is nobody to send it to again",
        "Everybody pressed [Got it], has finished, or gets it anyway; or its time is over.",
    )


def _gone() -> ui.LayoutView:
    return card(Look.WAIT, "I have no such message", "`/delivery messages` shows what there is.")
