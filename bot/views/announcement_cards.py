"""What a teacher sees of an announcement: the preview, when it goes out, how far it has come."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.domain.announcing import PEOPLE, UNDO_WINDOW, Announced, Phase, group_words
from bot.domain.outbox import State, Way
from bot.domain.records import Section
from bot.domain.times import BadTime
from bot.services.announcement_results import (
    AnnouncementPreview,
    BadFile,
    Cost,
    Gone,
    NobodyThere,
    NoGroup,
    NoWords,
    Past,
    PreviewResult,
    Standing,
    TooLate,
    TooLong,
    WhichClasses,
)
from bot.services.choosing import NoClass, NotStaff
from bot.services.nudges import Recipient
from bot.views.cards import (
    Button,
    Choice,
    Control,
    Look,
    Menu,
    NewRow,
    UserMenu,
    card,
    count,
    plain,
    primary,
    shorten,
    stamp,
)
from bot.views.choosing import draw_choice
from bot.views.prose import paragraphs

WAYS = {Way.DM: "💬 By DM", Way.THREAD: "🧵 In a private thread", Way.SMS: "📱 By text"}
#: of each way, and of those whom none reaches: with the words they still fit a card
MOST_NAMES = 12
SHOWN_WORDS = 600
NOW = f"Goes out {UNDO_WINDOW.seconds} seconds after you send it, so that you can undo it."


def draw_refusal(result: NoClass | NotStaff | NoGroup | BadTime | Past) -> ui.LayoutView:
    """Before the form: what was typed with the command cannot be done."""
    match result:
        case NoGroup(typed, units):
            listed = "\n".join(f"- {plain(each)}" for each in units[:15])
            return card(
                Look.PROBLEM,
                f"I know no group “{plain(shorten(typed, 60))}”",
                "Choose one of those that the option `to` offers while you type. The units are:",
                listed,
            )
        case BadTime(problem):
            return card(Look.PROBLEM, "I do not understand that time", problem)
        case Past(at, _):
            return card(
                Look.PROBLEM,
                "That time lies in the past",
                f"I understood {stamp(at)}, that is {stamp(at, 'R')}. Leave `at` out to send it now.",
            )
        case NoClass() | NotStaff():
            return draw_choice(result)


def draw_preview(result: PreviewResult) -> ui.LayoutView:
    match result:
        case AnnouncementPreview():
            return _preview(result)
        case WhichClasses(handle, choices):
            return card(
                Look.ASK,
                "Which classes?",
                "Choose one or several. Who is in two of them gets it once.",
                controls=[_classes(handle, choices, ())],
            )
        case NobodyThere(it, sections):
            return card(
                Look.WAIT,
                "Nobody is in that group now",
                f"{_to(it, sections)}: there is nobody to send it to.",
                controls=[Button("Choose classes…", "announce_classes", it.handle)],
            )
        case Past(at, handle):
            return card(
                Look.WAIT,
                "That time has passed meanwhile",
                f"It was to go out {stamp(at, 'R')}. Nothing was sent.",
                controls=[primary("Send it now", "announce_now", handle), Button("Not now", "dismiss")]
                if handle
                else [],
            )
        case NoWords() | TooLong() | BadFile():
            return _rewrite(result)
        case Gone():
            return draw_gone()
        case NotStaff():
            return draw_choice(result)


def _rewrite(result: NoWords | TooLong | BadFile) -> ui.LayoutView:
    again = primary("Write it again", "announce_text", result.handle)
    match result:
        case NoWords():
            return card(
                Look.PROBLEM,
                "There are no words yet",
                "Nothing was sent. What shall I say?",
                controls=[again],
            )
        case TooLong(_, length, limit):
            return card(
                Look.PROBLEM,
                "That is too long",
                f"It has {length} characters; {limit} fit into a message. Send the rest as a file.",
                controls=[again],
            )
        case BadFile(handle, problem):
            return card(
                Look.PROBLEM,
                "I cannot send that file",
                f"{problem} Your words are kept.",
                controls=[
                    primary("Choose another file", "announce_text", handle),
                    Button("Go on without it", "announce_no_file", handle),
                ],
            )


def draw_gone() -> ui.LayoutView:
    return card(
        Look.WAIT,
        "That announcement is not there any more",
        "It was sent, or it is older than a day. `/announcements` shows what waits or runs.",
    )


def _preview(shown: AnnouncementPreview) -> ui.LayoutView:
    it, number = shown.it, len(shown.recipients)
    return card(
        Look.STAFF,
        _question(shown),
        f"{_to(it, shown.sections)}. {_when(shown)}",
        f">>> {paragraphs(shorten(it.words, SHOWN_WORDS))}",
        f"📎 {plain(it.file_name)}" if it.file_name else "",
        *(_by_way(way, [each for each in shown.recipients if each.way is way]) for way in WAYS),
        _held(it, shown.recipients),
        _texts(shown.cost, it),
        _unreachable([f"<@{who.discord}>: {why}" for who, why in shown.unreachable]),
        _strangers(shown.strangers),
        "Nobody is meant just now; who is when it starts will get it."
        if not number and _later(shown)
        else "",
        controls=[*_pickers(shown), *_steps(shown)],
    )


def _question(shown: AnnouncementPreview) -> str:
    if shown.recipients:
        return f"Announce to {count(len(shown.recipients), 'student')}?"
    if shown.it.audience.group == PEOPLE and not shown.it.audience.people:
        return "Whom do you want to write to?"
    return "Announce to whoever it is for by then?" if _later(shown) else "Nobody there can be written to"


def _later(shown: AnnouncementPreview) -> bool:
    return shown.first is not None or shown.times > 1


def _to(it: Announced, sections: Sequence[Section]) -> str:
    names = ", ".join(f"**{plain(each.name)}**" for each in sections[:10])
    more = f" and {len(sections) - 10} more" if len(sections) > 10 else ""
    return f"To {plain(group_words(it.audience.group))} in {names}{more}"


def _when(shown: AnnouncementPreview) -> str:
    begins = f"Goes out {stamp(shown.first)} ({stamp(shown.first, 'R')})." if shown.first else NOW
    return f"{begins} {_weekly(shown.it, shown.times)} Who it is for is looked up then.".replace("  ", " ")


def _weekly(it: Announced, times: int) -> str:
    if it.until is None:
        return ""
    return (
        f"Then every week at {it.wall:%H:%M} by the clock of {it.zone}, up to {it.until}: "
        f"{count(times, 'time')} in all."
    )


def _by_way(way: Way, recipients: list[Recipient]) -> str:
    if not recipients:
        return ""
    names = " ".join(f"<@{each.account.discord}>" for each in recipients[:MOST_NAMES])
    more = f" and {len(recipients) - MOST_NAMES} more" if len(recipients) > MOST_NAMES else ""
    return f"**{WAYS[way]}: {len(recipients)}**\n{names}{more}"


def _held(it: Announced, recipients: Sequence[Recipient]) -> str:
    held = [each.held_until for each in recipients if each.held_until is not None]
    if held:
        return f"🌙 Quiet hours: {len(held)} of them get it {stamp(min(held), 'R')}."
    return "🔔 Urgent: on Discord it goes out in quiet hours too, never as a text." if it.urgent else ""


def _texts(cost: Cost, it: Announced) -> str:
    if not cost.texts:
        return "📱 Texts too: nobody of them has a phone here." if it.texts_too else ""
    price = f", about {cost.money:.2f} {cost.currency}" if cost.money is not None else ""
    return f"📱 {count(cost.texts, 'text')}, {count(cost.segments, 'segment')}{price} each time."


def _unreachable(lines: list[str]) -> str:
    if not lines:
        return ""
    more = f"\n… and {len(lines) - MOST_NAMES} more" if len(lines) > MOST_NAMES else ""
    return f"**⚠️ Cannot be reached: {len(lines)}**\n" + "\n".join(lines[:MOST_NAMES]) + more


def _strangers(people: Sequence[int]) -> str:
    if not people:
        return ""
    names = " ".join(f"<@{each}>" for each in people[:MOST_NAMES])
    return f"Not in these classes, so they get nothing: {names}"


def _pickers(shown: AnnouncementPreview) -> list[Control]:
    if shown.it.audience.group != PEOPLE:
        return []
    return [UserMenu("Pick the students", "announce_people", shown.it.handle)]


def _steps(shown: AnnouncementPreview) -> list[Control]:
    handle, number = shown.it.handle, len(shown.recipients)
    send: list[Control] = []
    if number and not _later(shown):
        send = [primary(f"Send to {number}", "announce_send", handle)]
    elif _later(shown):
        send = [primary("Schedule it", "announce_send", handle)]
    several = len(shown.choices) > 1
    return [
        *send,
        Button("Change text", "announce_text", handle),
        *([Button("Choose classes…", "announce_classes", handle)] if several else []),
        *([Button("Leave the file out", "announce_no_file", handle)] if shown.it.file_name else []),
        Button("Not now", "dismiss"),
    ]


def draw_classes(result: PreviewResult) -> ui.LayoutView:
    """The menu of classes for a draft."""
    if not isinstance(result, AnnouncementPreview):
        return draw_preview(result)
    handle = result.it.handle
    return card(
        Look.ASK,
        "Which classes?",
        "Choose one or several. Who is in two of them gets it once.",
        controls=[
            _classes(handle, result.choices, [each.id for each in result.sections]),
            Button("Back", "announce_back", handle),
        ],
    )


def _classes(handle: str, choices: Sequence[Section], chosen: Sequence[int]) -> Menu:
    listed = [Choice(each.name, each.handle, chosen=each.id in chosen) for each in choices]
    return Menu("Choose classes", "announce_to", handle, listed, most=25)


def draw_confirmed(result: Standing | PreviewResult) -> ui.LayoutView:
    return draw_standing(result) if isinstance(result, Standing) else draw_preview(result)


def draw_undone(result: Standing | TooLate | Gone) -> ui.LayoutView:
    match result:
        case TooLate(standing):
            return draw_standing(standing, "It has begun, so it cannot be undone any more.")
        case Standing():
            return draw_standing(result)
        case Gone():
            return draw_gone()


def draw_standing(standing: Standing, note: str = "") -> ui.LayoutView:
    it = standing.it
    look, title = _state(standing)
    return card(
        look,
        title,
        note,
        f"{_to(it, standing.sections)}.",
        _progress(standing),
        f">>> {paragraphs(shorten(it.words, 200))}",
        controls=_acts(standing),
    )


def _state(standing: Standing) -> tuple[Look, str]:
    it = standing.it
    match it.phase:
        case Phase.WAITING if it.next_at is not None:
            return Look.WAIT, f"{'Goes out' if it.runs == 0 else 'Goes out again'} {stamp(it.next_at, 'R')}"
        case Phase.RUNNING if _under_way(standing):
            return Look.WAIT, "It is going out"
        case Phase.UNDONE:
            return Look.DONE, "Taken back: nobody got it"
        case Phase.STOPPED:
            return Look.DONE, "Stopped"
        case _:
            return Look.DONE, "It has gone out"


def _under_way(standing: Standing) -> int:
    open_states = (State.DUE, State.LEASED, State.CALLING, State.UNCERTAIN)
    return sum(standing.counts.get(each, 0) for each in open_states)


def _progress(standing: Standing) -> str:
    counts, it = standing.counts, standing.it
    lines: list[str] = []
    if counts:
        left = f", {_under_way(standing)} under way" if _under_way(standing) else ""
        lines.append(f"{count(counts.get(State.SENT, 0), 'message')} sent{left}.")
    if it.phase is Phase.STOPPED:
        lines.append(
            f"{count(standing.stopped, 'message')} stopped before going out. What was on its way may still arrive."
        )
    if it.next_at is not None and it.until is not None:
        again = "Every week" if it.phase is Phase.WAITING and it.runs == 0 else "Again"
        lines.append(f"{again} {stamp(it.next_at)}, by the clock of {it.zone}, up to {it.until}.")
    elif it.phase is Phase.WAITING and it.next_at is not None:
        lines.append(f"{stamp(it.next_at)}.")
    if counts.get(State.SENT, 0) or _under_way(standing):
        lines.append("`/delivery` shows who got it, by which way, and who did not.")
    return "\n".join(lines)


def _acts(standing: Standing) -> list[Control]:
    it = standing.it
    show = Button("How is it going?", "announce_show", it.handle)
    if it.phase is Phase.WAITING and it.runs == 0:
        return [Button("Undo", "announce_undo", it.handle), show]
    if it.phase is Phase.WAITING or (it.phase is Phase.RUNNING and (_under_way(standing) or it.next_at)):
        return [Button("Stop", "announce_stop", it.handle), show]
    return []


def draw_list(standings: Sequence[Standing]) -> ui.LayoutView:
    if not standings:
        return card(
            Look.DONE, "No announcement of yours waits or runs", "`/announce` makes one.",
        )  # fmt: skip
    shown = standings[:8]
    lines = [f"**{number}.** {_line(each)}" for number, each in enumerate(shown, start=1)]
    controls: list[Control] = []
    for number, each in enumerate(shown, start=1):
        is_new = each.it.phase is Phase.WAITING and each.it.runs == 0
        act = (
            Button(f"Undo {number}", "announce_undo", each.it.handle)
            if is_new
            else Button(f"Stop {number}", "announce_stop", each.it.handle)
        )
        controls += [act, Button(f"Show {number}", "announce_show", each.it.handle)]
        if number % 2 == 0:
            controls.append(NewRow())
    more = f"… and {len(standings) - len(shown)} more" if len(standings) > len(shown) else ""
    return card(Look.STAFF, "Your announcements that wait or run", "\n".join(lines), more, controls=controls)


def _line(standing: Standing) -> str:
    it = standing.it
    begins = plain(shorten(" ".join(it.words.split()), 60))
    repeats = f", every week up to {it.until}" if it.until and it.next_at else ""
    state = (
        f"goes out {stamp(it.next_at, 'R')}" if it.phase is Phase.WAITING and it.next_at else "is going out"
    )
    return f"“{begins}” {state}{repeats}. {_to(it, standing.sections)}."
