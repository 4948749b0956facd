"""/marking: essays and handed-in files, one after the other, each marked by a press."""

from __future__ import annotations

import discord
from discord import ui

from bot.domain.attachments import Attachment
from bot.domain.grading import percent
from bot.services.answer_marking import (
    LONGEST_COMMENT,
    MARKS,
    AnswerMarked,
    AnswerToMark,
    Before,
    BeginResult,
    CommentSoFar,
    MarkedBefore,
    MarkingDesk,
    MarkTakenBack,
    TooLateToUndo,
)
from bot.views.cards import (
    FIGURE_NAME,
    Button,
    Card,
    Control,
    Figure,
    Look,
    NewRow,
    attached,
    card,
    count,
    plain,
    shorten,
    stamp,
    utf16,
)
from bot.views.choosing import draw_choice
from bot.views.presses import Fields, Form, Interaction, asker, on_form, on_press, replace, services
from bot.views.prose import name_of
from bot.views.quiz_results import block
from bot.views.uploads import outgoing, sending

#: UTF-16 units of a card's 4000 for each text; longer words of a student come whole in a file as well
WORDS, PROMPT, LOOK_FOR, COMMENT = 1400, 700, 400, 400
LABELS = dict(
    zip(
        MARKS,
        ("Not yet · 0 %", "Begun · 25 %", "Half · 50 %", "Nearly · 75 %", "Mastered · 100 %"),
        strict=True,
    )
)


# --- presses ---------------------------------------------------------------------------------------
# A handle is the attempt's, then the question's position from 1, then the percentage.


@on_press("essay_mark")
async def mark(interaction: Interaction, handle: str) -> None:
    attempt, position, given = _split(handle)
    result = await services(interaction).answer_marks.mark(
        asker(interaction), attempt, position, given, interaction.created_at
    )
    await show_desk(interaction, result)


@on_press("essay_skip")
async def skip(interaction: Interaction, handle: str) -> None:
    attempt, position, _ = _split(handle)
    await show_desk(
        interaction, await services(interaction).answer_marks.skip(asker(interaction), attempt, position)
    )


@on_press("essay_undo")
async def undo(interaction: Interaction, handle: str) -> None:
    attempt, position, _ = _split(handle)
    result = await services(interaction).answer_marks.undo(
        asker(interaction), attempt, position, interaction.created_at
    )
    await show_desk(interaction, result)


@on_press("essay_comment")
async def ask_comment(interaction: Interaction, handle: str) -> None:
    attempt, position, _ = _split(handle)
    result = await services(interaction).answer_marks.comment_so_far(asker(interaction), attempt, position)
    if not isinstance(result, CommentSoFar):
        await show_desk(interaction, result)
        return
    words: ui.TextInput[ui.LayoutView] = ui.TextInput(
        custom_id="comment",
        style=discord.TextStyle.paragraph,
        max_length=LONGEST_COMMENT,
        default=result.comment,
        required=False,
    )
    label = ui.Label(text="Comment", description="The student reads it with the result.", component=words)
    await interaction.response.send_modal(Form("Comment on this answer", "essay_comment", handle, label))


@on_form("essay_comment")
async def commented(interaction: Interaction, handle: str, fields: Fields) -> None:
    attempt, position, _ = _split(handle)
    result = await services(interaction).answer_marks.comment(
        asker(interaction), attempt, position, str(fields.get("comment", ""))
    )
    await show_desk(interaction, result)


def _split(handle: str) -> tuple[str, int, int]:
    """Of what no button of ours says, -1: the service knows no such place and no such mark."""
    attempt, position, given = [*handle.split("."), "", ""][:3]
    return attempt, _number(position), _number(given)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else -1


# --- what is shown ---------------------------------------------------------------------------------


async def show_desk(interaction: Interaction, result: BeginResult) -> None:
    """In the place of what stood there; with files Discord first gets word, since they may take longer than a press has."""
    if not isinstance(result, MarkingDesk):
        await replace(interaction, draw_choice(result))
        return
    files = handed_in(result.answer) if result.answer else []
    if not files:
        await replace(interaction, draw_desk(result))
        return
    if interaction.message is None:
        await interaction.response.defer(ephemeral=True, thinking=True)
    else:
        await interaction.response.defer()
    try:
        await _put(interaction, draw_desk(result), files)
    except discord.HTTPException:
        named = ", ".join(plain(each.name) for each in files)
        await _put(
            interaction,
            draw_desk(result, f"Discord did not take the files: {named}. Skip, and come back."),
            [],
        )


async def _put(interaction: Interaction, view: Card, files: list[Attachment]) -> None:
    parts = [
        attached(each.name, as_picture=each.is_picture, alt="Handed in by the student") for each in files
    ]
    pictures = [Attachment(FIGURE_NAME, view.figure.png)] if view.figure else []
    async with outgoing():
        with sending(*pictures, *files) as sent:
            await interaction.edit_original_response(
                view=Card([*view.to_components(), *parts], view.figure),
                attachments=sent,
                allowed_mentions=discord.AllowedMentions.none(),
            )


def handed_in(answer: AnswerToMark) -> list[Attachment]:
    """The files under names that differ, and words that are longer than a card has room for."""
    files = [Attachment(f"{each.place}_{each.name}", each.data) for each in answer.files]
    if utf16(block(answer.words)) > WORDS:
        files.append(Attachment("answer.txt", answer.words.encode()))
    return files


def draw_desk(desk: MarkingDesk, trouble: str = "") -> Card:
    note, answer = _note(desk.before), desk.answer
    undo = _undo(desk.before)
    if answer is None:
        return card(
            Look.DONE, f"All marked: {name_of(desk.class_name)}", note, "No answer waits.", controls=undo
        )
    number = f"{answer.handle}.{answer.position}"
    return card(
        Look.STAFF,
        f"{answer.place} of {answer.waiting} to mark, oldest {stamp(answer.oldest, 'R')}",
        note,
        f"{_student(answer.student)} · {name_of(answer.unit_title)}, question {answer.position} · "
        f"handed in {stamp(answer.submitted_at)}",
        f"**Question**\n{shorten(block(answer.prompt), PROMPT)}",
        Figure(answer.png, answer.alt) if answer.png else "",
        f"**What you look for**\n{shorten(block(answer.look_for), LOOK_FOR)}" if answer.look_for else "",
        f"**Answer**\n{_words(answer)}",
        f"**Your comment**\n{shorten(block(answer.comment), COMMENT)}" if answer.comment else "",
        trouble,
        controls=[
            *(Button(LABELS[each], "essay_mark", f"{number}.{each}") for each in MARKS),
            Button("Comment", "essay_comment", number),
            Button("Skip", "essay_skip", number),
            *undo,
        ],
    )


def _words(answer: AnswerToMark) -> str:
    words = block(answer.words)
    if utf16(words) > WORDS:
        return f"{shorten(words, WORDS)}\n-# All of it is in the file answer.txt."
    return words or "-# No words, only what was handed in below."


def _student(discord_id: int | None) -> str:
    return f"<@{discord_id}>" if discord_id else "Somebody whose account is gone"


def _undo(before: Before | None) -> list[Control]:
    match before:
        case AnswerMarked(handle, position, can_undo=True):
            return [NewRow(), Button("Undo my last mark", "essay_undo", f"{handle}.{position}")]
        case _:
            return []


def _note(before: Before | None) -> str:
    match before:
        case AnswerMarked(_, position, student, unit_title, credit, passed, left):
            said = (
                f"☑ {_student(student)}, {name_of(unit_title)}, question {position}: **{percent(credit)} %**."
            )
            if left:
                return (
                    f"{said} {count(left, 'answer')} more of this check to mark; until then you can undo it."
                )
            if passed is None:
                return f"{said} All of the check is marked; its result is held back, as you set it."
            return f"{said} The check is {'passed' if passed else 'not yet passed'}, and they are told."
        case MarkedBefore(by, credit, unsaid):
            who = f" by <@{by}>" if by else ""
            kept = f"\nYour comment came too late for it: {block(unsaid)}" if unsaid else ""
            return f"That answer is marked already{who}: **{percent(credit)} %**. It stays so.{kept}"
        case MarkTakenBack():
            return "Your mark is taken back. The answer waits again."
        case TooLateToUndo():
            return "That mark stays: its check has a result, or it is not yours. `/override` opens a unit by your word."
        case None:
            return ""
