"""People delete and change roles and channels by hand: their teachers hear of it at once, and one press mends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import discord
import pytest
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from tests.classroom import Classroom, Person

SOON = timedelta(seconds=10)
ROOM, PREWORK, UNIT = "period-3-teachers", "period-3-pre-work", "unit-1-measurement"
FIRST = "Unit 1: Measurement, units and significant figures"
STUDENT = "Period 3 student"


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.open_class()
    await classroom.join()
    return classroom


def told(room: Classroom) -> list[str]:
    return [each for each in room.shown_in(ROOM) if "something was changed on the server" in each]


async def make_again(room: Classroom) -> None:
    card = [each for each in room.cards_in(ROOM) if "Make it again" in str(each.components)][-1]
    await room.teacher.press("Make it again", card)


def target(room: Classroom, name: str) -> int:
    """Id of a role of that name; of the bot itself for "me"."""
    backend = room.env.backend
    if name == "me":
        return backend.bot_user.id
    roles = backend.get_guild(room.guild.id).roles.values()
    return next(each.id for each in roles if each.name == name)


async def overwrite(room: Classroom, channel: str, name: str, **said: bool) -> None:
    """Somebody who may changes who sees a channel, by hand; with nothing said, what stood there is taken away."""
    backend, where, whom = room.env.backend, room.channel(channel).id, target(room, name)
    allow, deny = discord.PermissionOverwrite(**said).pair()
    kind = OverwriteType.MEMBER if name == "me" else OverwriteType.ROLE
    with room.env.time_context():
        if said:
            backend.set_overwrite(where, Overwrite(whom, kind, allow.value, deny.value))
        else:
            backend.delete_overwrite(where, whom)
    await room.work()


@contextmanager
def unheard(room: Classroom) -> Iterator[None]:
    """What happens meanwhile is told to no bot."""
    backend = room.env.backend
    heard, backend.emit = backend.emit, lambda *_args, **_more: None
    try:
        yield
    finally:
        backend.emit = heard


async def test_the_classs_role_deleted_by_mistake_is_told_at_once_and_made_again_by_one_press(
    room: Classroom,
) -> None:
    ana = room.students[0]
    await room.delete_role(STUDENT)
    assert not ana.sees(PREWORK)
    await room.move(SOON)
    (card,) = told(room)
    assert f"Deleted: the role **{STUDENT}**" in card
    await make_again(room)
    assert all(STUDENT in each.roles and each.sees(PREWORK) for each in room.students)
    await room.move(SOON)
    assert len(told(room)) == 1
    assert "is in order" in (await room.teacher.slash("class check")).text


async def test_several_things_deleted_at_once_are_one_card_and_one_press(room: Classroom) -> None:
    ana = room.students[0]
    card = await room.post_prework()
    await room.delete_role(STUDENT)
    await room.delete_role(FIRST)
    await room.delete_channel(PREWORK)
    await room.delete_channel(UNIT)
    await room.move(SOON)
    (shown,) = told(room)
    assert all(each in shown for each in (STUDENT, FIRST, PREWORK, UNIT))
    await make_again(room)
    assert {STUDENT, FIRST} <= ana.roles
    assert ana.sees(PREWORK)
    assert ana.sees(UNIT)
    (again,) = room.prework_cards()
    assert again.id != card.id
    assert "Start" in str(again.components)
    assert "Hand in" in (await ana.press("Start", again)).buttons


async def test_what_goes_to_a_channel_that_was_deleted_waits_and_arrives_after_the_press(
    room: Classroom,
) -> None:
    await room.delete_channel(PREWORK)
    await room.teacher.slash("prework post", unit="1", deadline="fri 12:00")
    await room.move(timedelta(minutes=5))
    assert PREWORK not in room.channels
    await make_again(room)
    assert len(room.prework_cards()) == 1
    await room.move(timedelta(hours=7))
    assert len(room.prework_cards()) == 1


async def test_when_the_teachers_room_itself_is_gone_its_teacher_is_written_to(room: Classroom) -> None:
    await room.delete_channel(ROOM)
    await room.move(SOON)
    assert f"Deleted: the channel **{ROOM}**" in room.teacher.inbox[-1]
    await room.teacher.press("Make it again", room.teacher.last_dm())
    assert room.teacher.sees(ROOM)
    assert not any(each.sees(ROOM) for each in room.students)
    await room.students[0].dm("I am stuck")
    assert "I am stuck" in room.desk_texts(room.students[0])[-1]


async def test_only_a_teacher_of_the_class_makes_it_again(room: Classroom) -> None:
    await room.delete_channel(UNIT)
    await room.move(SOON)
    card = [each for each in room.cards_in(ROOM) if "Make it again" in str(each.components)][-1]
    stranger: Person = room.colleague("mallory")
    await stranger.slash("class check")
    assert "Make it again" not in stranger.screen.buttons
    assert UNIT not in room.channels
    await room.teacher.press("Make it again", card)
    assert UNIT in room.channels


async def test_what_was_deleted_while_the_bot_was_off_is_told_at_its_start(room: Classroom) -> None:
    with unheard(room):
        await room.delete_channel(UNIT)
    await room.restart()
    await room.work()
    await room.move(SOON)
    (card,) = told(room)
    assert UNIT in card
    await room.restart()
    await room.move(SOON)
    assert len(told(room)) == 1


async def test_nothing_is_told_of_what_is_renamed_and_of_what_the_bot_makes_itself(room: Classroom) -> None:
    with room.env.time_context():
        room.env.backend.edit_channel(room.channel(UNIT).id, {"name": "atoms-and-more"})
    await room.work()
    await room.teacher.slash(
        "class create", name="Period 4", course="intro-chemistry", zone="America/Chicago"
    )
    await room.teacher.press("Create the class")
    await room.move(SOON)
    assert told(room) == []
    assert "is in order" in (await room.teacher.slash("class check", **{"class": "Period 3"})).text


async def test_the_channel_where_newcomers_join_is_the_teachers_to_choose_anew(room: Classroom) -> None:
    other = room.guild.create_text_channel("welcome")
    await room.delete_channel("lobby")
    room.lobby = other
    await room.move(SOON)
    (card,) = told(room)
    assert "where newcomers join" in card
    assert "/class create" in card
    assert "Make it again" not in str(room.cards_in(ROOM)[-1].components)
    await room.teacher.slash(
        "class create", name="Period 3", course="intro-chemistry", zone="America/Chicago"
    )
    await room.teacher.press("Create the class")
    assert len(room.cards_in("welcome")) == 1
    assert "is in order" in (await room.teacher.slash("class check")).text


# --- changed, not deleted ------------------------------------------------------------------------------


async def test_a_channel_that_students_lost_and_one_that_everybody_sees_are_set_right_by_one_press(
    room: Classroom,
) -> None:
    ana, stranger = room.students[0], room.newcomer("mallory")
    await overwrite(room, PREWORK, STUDENT)
    await overwrite(room, ROOM, "@everyone", view_channel=True, add_reactions=False)
    assert ana.sees(ROOM)
    await room.move(SOON)
    (card,) = told(room)
    assert f"Students do not see the channel **{PREWORK}**" in card
    assert f"Everybody sees the channel **{ROOM}**" in card
    await make_again(room)
    assert ana.sees(PREWORK)
    assert not ana.sees(ROOM)
    assert not stranger.sees(PREWORK)
    kept = next(each for each in room.channel(ROOM).overwrites if each.target_id == target(room, "@everyone"))
    assert discord.Permissions(kept.deny).add_reactions, "what else somebody said is theirs"
    assert "is in order" in (await room.teacher.slash("class check")).text


async def test_a_room_that_the_bot_is_locked_out_of_is_told_directly(room: Classroom) -> None:
    await overwrite(room, ROOM, "me")
    await room.move(SOON)
    assert f"I cannot see the channel **{ROOM}**" in room.teacher.inbox[-1]
    await room.students[0].dm("I am stuck")
    assert not room.desk_texts(room.students[0])
    await overwrite(room, ROOM, "me", view_channel=True, send_messages=True, read_message_history=True,
                    create_public_threads=True, send_messages_in_threads=True, manage_threads=True)  # fmt: skip
    assert "I am stuck" in room.desk_texts(room.students[0])[-1]


async def test_a_role_dragged_above_the_bots_is_told_and_needs_no_press_once_it_is_back(
    room: Classroom,
) -> None:
    await room.move_my_role(1)
    await room.move(SOON)
    (card,) = told(room)
    assert f"The role **{STUDENT}** does not stand below mine" in card
    assert "Make it again" not in str(room.cards_in(ROOM)[-1].components)
    await room.move_my_role(50)
    await room.move(SOON)
    assert len(told(room)) == 1
    assert "is in order" in (await room.teacher.slash("class check")).text


async def test_the_teacher_hears_when_the_bot_is_taken_off_the_server(room: Classroom) -> None:
    with room.env.time_context():
        room.env.backend.remove_guild(room.guild.id)
    await room.work()
    await room.move(SOON)
    assert "I am not on the server of Period 3 any more" in room.teacher.inbox[-1]


# --- threads -------------------------------------------------------------------------------------------


def thread_of(room: Classroom, who: Person) -> int:
    (found,) = [each.id for each in room.env.backend.channels.values() if who.id in each.thread_members]
    return found


async def remind(room: Classroom) -> None:
    await room.teacher.slash("nudge")
    await room.teacher.press(next(each for each in room.teacher.screen.buttons if each.startswith("Send")))


async def test_a_private_thread_that_was_deleted_or_locked_still_brings_the_next_reminder(
    classroom: Classroom,
) -> None:
    room, ana = classroom, classroom.students[0]
    await room.open_class()
    await room.join(ana, inbox=False)
    await room.post_prework(deadline="fri 12:00")
    await remind(room)
    first = thread_of(room, ana)
    with room.env.time_context():
        room.env.backend.delete_channel(first)
    await room.work()
    await remind(room)
    second = thread_of(room, ana)
    assert second != first
    room.refuse("POST", f"/channels/{second}/messages", 403, 50083, times=1)
    await remind(room)
    assert thread_of(room, ana) == second
    assert len(ana.threads) == 2
    opened = room.requests("PATCH", f"/channels/{second}")
    assert [each.json["locked"] for each in opened] == [False]
