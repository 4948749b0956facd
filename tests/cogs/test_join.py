"""A student joins a class, opens the inbox, leaves, and comes back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.classroom import ZONE, Classroom, open_classroom

FIRST = "Unit 1: Measurement, units and significant figures"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.open_class()
    return classroom


async def test_a_student_says_they_are_old_enough_and_only_the_first_unit_opens(room: Classroom) -> None:
    ana, ben, _ = room.students
    assert not any(ana.sees(each) for each in room.channels if each != "lobby")
    asked = await ana.slash("join")
    assert "13 and over" in asked.text
    assert "Period 3 student" not in ana.roles
    assert asked.result.response.ephemeral
    await ana.press("I am old enough. Join")
    assert "You are in Period 3" in ana.screen.text
    assert {"Period 3 student", FIRST} <= ana.roles
    seen = {each for each in room.channels if ana.sees(each)}
    assert seen == {"lobby", "period-3-pre-work", "unit-1-measurement"}
    assert {each for each in room.channels if ben.sees(each)} == {"lobby"}
    assert all(room.teacher.sees(each) for each in room.channels)

    assert "You are in Period 3 already" in (await ana.slash("join")).text
    (door,) = room.cards_in("lobby")
    assert "You are in Period 3 already" in (await ana.press("Join this class", door)).text


async def test_the_card_with_join_works_for_newcomers_and_tells_the_teacher_that_it_is_theirs(
    room: Classroom,
) -> None:
    (door,) = room.cards_in("lobby")
    newcomer = room.newcomer("dana")
    assert "Join Period 3?" in (await newcomer.press("Join this class", door)).text
    await newcomer.press("I am old enough. Join")
    assert "Period 3 student" in newcomer.roles
    assert "You teach Period 3" in (await room.teacher.press("Join this class", door)).text
    assert "Period 3 student" not in room.teacher.roles


async def test_with_several_classes_a_student_chooses_from_a_menu(room: Classroom) -> None:
    for name in ("Period 4", "Honours *A*"):
        await room.teacher.slash("class create", name=name, course="intro-chemistry", zone=ZONE)
        await room.teacher.press("Create the class")
    ana = room.students[0]
    await ana.slash("join")
    assert list(ana.screen.menu) == ["Honours *A*", "Period 3", "Period 4"]
    assert "Join Period 4?" in (await ana.pick("Period 4")).text
    await ana.press("I am old enough. Join")
    assert ana.sees("period-4-pre-work")
    assert not ana.sees("period-3-pre-work")
    # the unit is the course's, shared by the classes
    assert ana.sees("unit-1-measurement")


async def test_where_there_is_no_class_there_is_nothing_to_join(classroom: Classroom) -> None:
    assert "no class to join here" in (await classroom.students[0].slash("join")).text


async def test_whoever_leaves_the_server_and_comes_back_joins_again_and_has_what_was_theirs(
    room: Classroom,
) -> None:
    ana = room.students[0]
    await room.join(ana)
    card = await room.post_prework()
    await ana.press("Start", card)
    await ana.leave()
    await ana.come_back()
    assert not ana.sees("period-3-pre-work")
    assert "already" in (await ana.slash("join")).text
    assert {"Period 3 student", FIRST} <= ana.roles
    assert ana.sees("period-3-pre-work")
    assert "You have started" in (await ana.slash("today")).text
    assert "1 student joined" in (await room.teacher.slash("class check")).text


async def test_one_who_left_is_found_out_by_the_next_nudge_told_once_and_left_alone(room: Classroom) -> None:
    ana = room.students[0]
    await room.join(ana, inbox=False)
    await room.post_prework(deadline="wed 12:00")
    await ana.leave()
    room.refuse("PUT", f"/channels/*/thread-members/{ana.id}", 404, 10007)
    await room.move(timedelta(days=1, hours=3))
    told = [each for each in room.shown_in("period-3-teachers") if "did not arrive" in each]
    assert len(told) == 1
    assert "left the server" in told[0]
    await room.move(timedelta(days=1))
    assert len(room.shown_in("period-3-teachers")) == len(told)
    assert "0 students joined" in (await room.teacher.slash("class check")).text
    await ana.come_back()
    assert "Join Period 3?" in (await ana.slash("join")).text
    await ana.press("I am old enough. Join")
    assert {"Period 3 student", FIRST} <= ana.roles


# --- the inbox ---------------------------------------------------------------------------------------


def openings(room: Classroom) -> list[str]:
    return [each.json["recipient_id"] for each in room.requests("POST", "/users/@me/channels")]


async def test_only_who_asked_is_ever_written_to(room: Classroom) -> None:
    ana, ben, chloe = room.students
    await room.join(ana, inbox=True)
    await room.join(ben, chloe, inbox=False)
    await room.post_prework()
    await room.teacher.slash("nudge")
    await room.teacher.press("Send 3")
    await room.move(timedelta(days=2))
    assert openings(room) == [ana.id]
    assert len(ana.inbox) >= 3
    assert (ben.inbox, chloe.inbox) == ([], [])
    assert any("Still open" in each for each in ben.threads)


async def test_who_is_in_no_class_cannot_open_an_inbox(room: Classroom) -> None:
    ana = room.students[0]
    await room.join(ana, inbox=False)
    pressed = ana.screen
    stranger = room.newcomer("mallory")
    await stranger.slash("today")
    assert "Open my inbox" in pressed.buttons
    assert "Open my inbox" not in stranger.screen.buttons
    assert openings(room) == []


async def test_a_crowd_is_let_in_by_drips_and_each_card_says_when(tmp_path: Path) -> None:
    drip = {"inbox": {"opens": 2, "per_minutes": 10}}
    async with open_classroom(tmp_path, discord={"token": "a.test.token", **drip}) as room:
        await room.open_class()
        crowd = [*room.students, room.newcomer("dana"), room.newcomer("eli")]
        start = int(room.clock().timestamp())
        await room.join(*crowd)
        said = [each.screen.text for each in crowd if each.screen]
        assert ["writing to you now" in each for each in said] == [True, True, False, False, False]
        for each, minutes in zip(said[2:], (10, 10, 20), strict=True):
            assert f"<t:{start + minutes * 60}:R>" in each
        assert [len(each.inbox) for each in crowd] == [1, 1, 0, 0, 0]
        await room.move(10 * MINUTE)
        assert [len(each.inbox) for each in crowd] == [1, 1, 1, 1, 0]
        await room.move(10 * MINUTE)
        assert [len(each.inbox) for each in crowd] == [1, 1, 1, 1, 1]
        assert openings(room) == [each.id for each in crowd]


async def test_when_discord_wants_it_slower_no_opening_is_tried_for_ten_minutes_and_none_is_lost(
    room: Classroom,
) -> None:
    ana, ben, chloe = room.students
    room.refuse("POST", "/users/@me/channels", 400, 40003, times=1)
    await room.join(ana, ben, chloe)
    assert len(openings(room)) == 1
    await room.move(9 * MINUTE)
    assert len(openings(room)) == 1
    await room.move(2 * MINUTE)
    assert [len(each.inbox) for each in (ana, ben, chloe)] == [1, 1, 1]
    assert len(openings(room)) == 4


async def test_a_closed_inbox_is_noted_until_the_student_opens_it_again(room: Classroom) -> None:
    ana = room.students[0]
    await room.join(ana)
    await room.post_prework()
    await ana.close_dms()
    await room.teacher.slash("nudge")
    assert "By DM: 1" in room.teacher.screen.text
    await room.teacher.press("Send 1")
    assert len(ana.inbox) == 1
    assert len([each for each in ana.threads if "Still open" in each]) == 1

    await ana.allow_dms()
    await room.teacher.slash("nudge")
    assert "private thread: 1" in room.teacher.screen.text
    today = await ana.slash("today")
    assert "Your inbox is closed" in today.text
    await ana.press("Open my inbox")
    assert len(ana.inbox) == 2
    assert "inbox is closed" not in (await ana.slash("today")).text
    await room.teacher.slash("nudge")
    assert "By DM: 1" in room.teacher.screen.text
