"""Acting as people of a class, with an unmodified discord.py bot in a process of its own."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.loopback.people import Person
from bot.loopback.screen import NotPossible
from bot.loopback.seen import Answer
from tests.loopback.conftest import Classroom, soon
from tests.loopback.discord_openapi import discord_api

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILLED_IN = {
    "Which is a solid?": "Ice",
    "Which are metals?": ["Tin", "Iron"],
    "How sure are you?": "Very",
    "Summary": "Ice floats.",
}


async def card(person: Person) -> Answer:
    return await person.slash("card")


class TestCommands:
    async def test_a_command_is_answered_privately_and_others_do_not_see_it(self, classroom: Classroom):
        answer = await classroom.ana.slash("ping")
        assert (answer.kind, answer.text, answer.ephemeral) == ("message", "pong", True)
        assert answer.first_s is not None
        assert 0 < answer.first_s < 3
        assert answer.message is not None
        assert answer.message.id in [seen.id for seen in classroom.ana.visible_messages()]
        assert answer.message.id not in [seen.id for seen in classroom.ben.visible_messages()]
        classroom.ana.reload()
        assert answer.message.id not in [seen.id for seen in classroom.ana.visible_messages()]

    async def test_a_deferred_answer_is_waited_for(self, classroom: Classroom):
        answer = await classroom.ana.slash("slow")
        assert (answer.kind, answer.text, answer.ephemeral) == ("message", "thought about it", True)
        assert answer.first_s is not None
        assert answer.last_s is not None
        assert answer.first_s < answer.last_s

    async def test_a_bot_that_says_nothing_did_not_respond(self, classroom: Classroom):
        answer = await classroom.ana.slash("silent")
        assert (answer.kind, answer.text) == ("none", "The application did not respond")

    async def test_options_take_people_roles_and_words(self, classroom: Classroom):
        assert classroom.ana.roles == []
        answer = await classroom.teacher.slash("grant", {"who": classroom.ana, "role": classroom.unit_role})
        assert answer.text == "Ana has Unit 2"
        assert classroom.ana.roles == ["Unit 2"]
        assert classroom.wire.requests_to("PUT", "/guilds/*/members/*/roles/*")[-1].reason == "tëst"

    async def test_a_file_travels_to_the_bot_and_one_comes_back(self, classroom: Classroom):
        answer = await classroom.teacher.slash("course import", {"file": ("units of möle.toml", b"x = 1")})
        assert answer.text == "units of möle.toml: 5 bytes"
        assert answer.message is not None
        assert answer.message.files == ("sample_bot.py",)

    async def test_suggestions_come_while_typing(self, classroom: Classroom):
        offered = await classroom.teacher.suggestions("course import", "unit", "de")
        assert [(choice.label, choice.value) for choice in offered] == [("Density", "density")]

    async def test_commands_not_there_or_not_for_them_cannot_be_run(self, classroom: Classroom):
        with pytest.raises(NotPossible, match="no command /nothing"):
            await classroom.ana.slash("nothing")
        with pytest.raises(NotPossible, match="does not see /course"):
            await classroom.ana.slash("course import", {"file": ("a.toml", b"")})
        with pytest.raises(NotPossible, match="requires option 'file'"):
            await classroom.teacher.slash("course import")


class TestPresses:
    async def test_a_press_changes_the_card_for_everybody(self, classroom: Classroom):
        posted = await card(classroom.ana)
        answer = await classroom.ben.press("Pressed 0", posted)
        assert (answer.kind, answer.text) == ("update", "pressed 1 times")
        assert posted.message is not None
        now = next(seen for seen in classroom.ana.visible_messages() if seen.id == posted.message.id)
        assert now.button("Pressed 1").custom_id == "count:1"

    async def test_the_newest_message_with_the_button_is_meant_when_none_is_named(self, classroom: Classroom):
        await card(classroom.ana)
        newest = await card(classroom.ana)
        answer = await classroom.ana.press("count:0")
        assert answer.message is not None
        assert newest.message is not None
        assert answer.message.id == newest.message.id

    async def test_what_is_gone_disabled_or_a_link_cannot_be_pressed(self, classroom: Classroom):
        posted = await card(classroom.ana)
        with pytest.raises(NotPossible, match="disabled"):
            await classroom.ana.press("Over", posted)
        with pytest.raises(NotPossible, match="link"):
            await classroom.ana.press("Read", posted)
        await classroom.ana.press("Pressed 0", posted)
        with pytest.raises(NotPossible, match="has no 'Pressed 0'"):
            await classroom.ana.press("Pressed 0", posted)
        private = await classroom.ana.slash("ping")
        with pytest.raises(NotPossible, match="does not see that message"):
            await classroom.ben.press("Pressed 0", private)

    async def test_two_presses_at_once_both_arrive(self, classroom: Classroom):
        posted = await card(classroom.ana)
        answers = await asyncio.gather(
            *(classroom.ana.press("Pressed 0", posted) for _ in range(2)),
            classroom.ben.press("Pressed 0", posted),
        )
        assert [answer.kind for answer in answers] == ["update"] * 3

    async def test_a_tampered_client_may_press_what_was_never_there(self, classroom: Classroom):
        posted = await card(classroom.ana)
        assert posted.message is not None
        await classroom.ana.press("Pressed 0", posted)
        again = await classroom.ana.forge_press(posted.message, "count:0")
        assert (again.kind, again.text) == ("update", "pressed 1 times")

    async def test_a_menu_is_chosen_from_by_label(self, classroom: Classroom):
        posted = await classroom.ana.slash("panel")
        assert posted.text == "# Density"
        assert posted.message is not None
        assert [option.label for option in posted.message.menus[0].options] == ["Monday", "Friday"]
        answer = await classroom.ana.select("Friday", posted, menu="When?")
        assert answer.text == "booked fri"
        with pytest.raises(NotPossible, match="no option 'Sunday'"):
            await classroom.ana.select("Sunday", posted)
        with pytest.raises(NotPossible, match="between 1 and 1"):
            await classroom.ana.select(["Monday", "Friday"], posted)


class TestForms:
    async def test_a_form_is_filled_in_by_its_labels(self, classroom: Classroom):
        shown = await classroom.ana.press("Fill in", await card(classroom.ana))
        assert shown.kind == "form"
        assert shown.form is not None
        assert (shown.form.title, shown.form.text) == ("Hand in", "Three short questions.")
        assert [each.kind for each in shown.form.fields] == [
            "radio group",
            "checkbox group",
            "select",
            "text",
        ]
        answer = await classroom.ana.submit(shown, FILLED_IN)
        assert answer.text == "a ['iron', 'tin'] ['2'] Ice floats."
        with pytest.raises(NotPossible, match="not open"):
            await classroom.ana.submit(shown, FILLED_IN)

    async def test_what_the_form_forbids_cannot_be_sent(self, classroom: Classroom):
        shown = await classroom.ana.press("Fill in", await card(classroom.ana))
        with pytest.raises(NotPossible, match="not open"):
            await classroom.ben.submit(shown, FILLED_IN)
        with pytest.raises(NotPossible, match="no option 'Fog'"):
            await classroom.ana.submit(shown, FILLED_IN | {"Which is a solid?": "Fog"})

    @pytest.mark.parametrize(
        ("values", "complaint"),
        [
            ({"Summary": "x" * 301}, "max_length"),
            ({"Summary": ""}, "cannot be empty"),
            ({"Which are metals?": []}, "not supplied"),
        ],
    )
    async def test_limits_of_a_field_hold(self, classroom: Classroom, values: dict[str, str], complaint: str):
        shown = await classroom.ana.press("Fill in", await card(classroom.ana))
        with pytest.raises(NotPossible, match=complaint):
            await classroom.ana.submit(shown, FILLED_IN | values)

    async def test_a_tampered_client_may_send_a_form_twice(self, classroom: Classroom):
        shown = await classroom.ana.press("Fill in", await card(classroom.ana))
        await classroom.ana.submit(shown, FILLED_IN)
        # discord.py forgets a form once it was sent
        assert (await classroom.ana.forge_submit(shown, FILLED_IN)).kind == "none"


class TestSeeing:
    async def test_a_private_thread_is_seen_by_who_is_in_it(self, classroom: Classroom):
        await classroom.ana.slash("ask", {"question": "Why does ice float?"})
        thread = classroom.ana.private_threads()[-1]
        assert thread.name == "Question"
        assert [seen.text for seen in classroom.ana.visible_messages(thread)] == ["Why does ice float?"]
        assert classroom.ben.private_threads() == []
        with pytest.raises(NotPossible, match="cannot see"):
            classroom.ben.visible_messages(thread)
        assert "Question" not in [seen.text for seen in classroom.ben.visible_messages()]

    async def test_a_message_that_arrives_is_waited_for(self, classroom: Classroom):
        waiting = asyncio.create_task(classroom.ben.sees("psst", classroom.ben.dm))
        await soon(waiting)
        await classroom.teacher.slash("write", {"who": classroom.ben, "words": "psst"})
        assert (await waiting).author == "Flipcord"
        with pytest.raises(TimeoutError, match="Ben to see 'never'"):
            await classroom.ben.sees("never", timeout_s=0.01)

    async def test_people_write_too(self, classroom: Classroom):
        classroom.ana.say("hello", "general")
        assert classroom.ben.visible_messages("general")[-1].text == "hello"
        with pytest.raises(NotPossible, match="sees no channel 'elsewhere'"):
            classroom.ana.say("hello", "elsewhere")


class TestUnmodifiedDiscordPy:
    async def test_it_keeps_to_a_bucket_without_a_single_429(self, classroom: Classroom):
        limits = classroom.wire.rest.limits
        before, limits.routes = limits.routes, {"POST /channels/*/messages": (3, 0.3)}
        refused = classroom.wire.rest.statuses[429]
        began = time.monotonic()
        await classroom.teacher.slash("many", {"count": 9})
        limits.routes = before
        assert time.monotonic() - began > 0.55
        assert classroom.wire.rest.statuses[429] == refused

    async def test_it_waits_out_a_429_and_loses_nothing(self, classroom: Classroom):
        limits = classroom.wire.rest.limits
        limits.routes = {}
        await classroom.teacher.slash("many", {"count": 1})
        limits.routes, at = {"POST /channels/*/messages": (2, 0.8)}, time.monotonic()
        limits.now = lambda: at  # that window lasts until the library met it
        for _ in range(2):  # another bot's process took the bucket
            limits.check("POST", f"/channels/{classroom.general.id}/messages")
        refused = classroom.wire.rest.statuses[429]
        before = len(classroom.ana.visible_messages())
        pressing = asyncio.create_task(classroom.teacher.slash("many", {"count": 3}))
        await classroom.wire.changes.until(lambda: classroom.wire.rest.statuses[429] > refused, what="a 429")
        limits.now = time.monotonic
        await pressing
        limits.routes = {}
        assert classroom.wire.rest.statuses[429] == refused + 1
        assert [seen.text for seen in classroom.ana.visible_messages()[before + 1 :]] == [
            "message 0", "message 1", "message 2"
        ]  # fmt: skip

    async def test_a_dm_with_the_same_nonce_arrives_once(self, classroom: Classroom):
        before = len(classroom.ana.dm_messages())
        first = await classroom.teacher.slash("write", {"who": classroom.ana})
        second = await classroom.teacher.slash("write", {"who": classroom.ana})
        assert first.text == second.text
        assert len(classroom.ana.dm_messages()) == before + 1

    async def test_a_closed_dm_is_50007(self, classroom: Classroom):
        classroom.wire.close_dms(classroom.ana.id)
        answer = await classroom.teacher.slash("write", {"who": classroom.ana})
        classroom.wire.open_dms(classroom.ana.id)
        assert answer.text == "closed: 50007"

    async def test_a_press_missed_while_the_gateway_was_down_is_replayed(self, classroom: Classroom):
        gateway, posted = classroom.wire.gateway, await card(classroom.ana)
        before = gateway.identifies, gateway.resumes
        async with classroom.wire.gateway_down():
            pressing = asyncio.create_task(classroom.ana.press("Pressed 0", posted))
            await soon(pressing)
        assert (await pressing).text == "pressed 1 times"
        assert (gateway.identifies, gateway.resumes) == (before[0], before[1] + 1)

    async def test_it_reconnects_when_discord_asks(self, classroom: Classroom):
        gateway, resumed = classroom.wire.gateway, classroom.wire.gateway.resumes
        await classroom.wire.reconnect()
        await classroom.wire.changes.until(
            lambda: gateway.connected and gateway.resumes > resumed, what="a resume"
        )
        assert (await classroom.ana.slash("ping")).text == "pong"

    async def test_all_it_sent_is_valid_by_discords_own_description(self, classroom: Classroom):
        api = discord_api()
        await card(classroom.ana)
        assert len(classroom.wire.requests) > 10
        assert api.complaints(classroom.wire.requests) == []
