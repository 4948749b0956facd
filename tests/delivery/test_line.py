"""The wire: how fast, how many refusals, and what is never repeated."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.asking import knows_token
from bot.delivery.line import MOST_REFUSED, MOST_REFUSED_CLASS, LineShut, NotRepeated, Pace, Refusals
from bot.domain.standing import Seen, Standstill
from tests.delivery.conftest import Desk


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 0.05), st.floats(0, 0.2)), min_size=120, max_size=240),
    st.lists(st.integers(0, 239), max_size=30),
)
def test_no_second_ever_sees_more_than_discord_allows(
    pauses: list[tuple[float, float]], unpaced: list[int]
) -> None:
    """However late each one wakes, and with others that do not wait, as long as those stay few."""
    pace, now, gone = Pace(), 100.0, []
    for number, (pause, late) in enumerate(pauses):
        now += pause
        if number not in unpaced:
            while (wait := pace.wait_s(now)) > 0:
                now += wait + (late if number % 7 == 0 else 0)
        pace.count(now)
        gone.append((now, number in unpaced))
    for start, _ in gone:
        inside = [free for at, free in gone if start <= at <= start + 1.02]
        assert inside.count(False) <= 50
        assert len(inside) <= 51 + inside.count(True)


def test_it_goes_as_fast_as_it_may_although_it_wakes_late() -> None:
    pace, now = Pace(), 100.0
    for _ in range(1000):
        while (wait := pace.wait_s(now)) > 0:
            now += wait + 0.004
        pace.count(now)
    assert 1000 / (now - 100) > 48


async def test_where_the_network_squeezes_requests_together_it_goes_slower(desk: Desk) -> None:
    before = _rate(Pace())
    at = time.monotonic()
    desk.wire.rest.limits.now = lambda: at
    await _send(desk)
    desk.wire.rest.limits.per_second = 1
    with pytest.raises(discord.HTTPException):  # sleeping takes no time here: the library gives up
        await _send(desk)
    assert 41 < _rate(desk.line.pace) < before - 1


def _rate(pace: Pace) -> float:
    now = start = asyncio.get_running_loop().time() + 100
    for _ in range(500):
        while (wait := pace.wait_s(now)) > 0:
            now += wait
        pace.count(now)
    return 500 / (now - start)


def test_a_quiet_bot_does_not_wait() -> None:
    pace = Pace()
    for second in range(10):
        assert pace.wait_s(float(second)) == 0
        pace.count(float(second))


async def test_a_patient_request_goes_after_all_that_wait() -> None:
    """Reading letters back after a gap takes no turn from a reminder."""
    pace, gone = Pace(per_second=1000, most=50), []

    async def go(name: str, *, patient: bool = False) -> None:
        await pace.turn(patient=patient)
        gone.append(name)

    reminders = [go(f"reminder {number}") for number in range(20)]
    await asyncio.gather(*reminders[:10], go("letters", patient=True), *reminders[10:])
    assert gone[-1] == "letters"


@settings(deadline=None)
@given(st.lists(st.floats(0, 60), min_size=1, max_size=400))
def test_never_more_refusals_in_the_window_than_the_budget(pauses: list[float]) -> None:
    refusals, now, counted = Refusals(most=20, window_s=600), 0.0, []
    for pause in pauses:
        now += pause
        if refusals.shut_for(now) == 0:
            refusals.count(now)
            counted.append(now)
    for last in counted:
        assert sum(last - 600 < each <= last for each in counted) <= 20


async def _send(desk: Desk) -> None:
    with desk.line.carrying():
        await desk.client.get_partial_messageable(desk.prework.id).send("x")


async def test_a_server_that_refuses_everything_is_left_alone_before_a_hundred(desk: Desk) -> None:
    """RA7: ten thousand refusals in ten minutes would ban the address."""
    desk.line.pace, desk.wire.rest.limits.per_second = Pace(per_second=1_000_000), None
    desk.wire.rest.faults.answer("POST /channels/*/messages", 403, 50013, times=None)
    for _ in range(120):
        with pytest.raises((discord.Forbidden, LineShut)):
            await _send(desk)
    assert desk.posts() == MOST_REFUSED
    assert 500 < desk.line.shut_for <= 600


async def test_answers_to_people_go_out_while_the_outbox_is_held_back(desk: Desk) -> None:
    for _ in range(100):
        desk.line.refusals.count(asyncio.get_running_loop().time())
    with pytest.raises(LineShut):
        await _send(desk)
    await desk.client.get_partial_messageable(desk.prework.id).send("an answer")
    assert desk.posts() == 1


async def test_a_shared_429_is_not_held_against_us(desk: Desk) -> None:
    desk.wire.rest.faults.answer("POST /channels/*/messages", 429, times=3)
    await _send(desk)
    assert desk.posts() == 4
    assert len(desk.line.refusals._at) == 0


async def test_a_revoked_token_ends_all_calls_after_one(desk: Desk) -> None:
    desk.wire.token = "another"
    for _ in range(5):
        with pytest.raises((discord.HTTPException, LineShut)):
            await _send(desk)
    assert desk.posts() == 1
    assert desk.line.shut_for == float("inf")
    assert [each.state for each in desk.line.standing()] == [Standstill.TOKEN]


async def test_one_bad_answer_about_the_token_is_no_verdict(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Asked again, Discord knows it: everything goes on, and a 401 that comes again is about that request alone."""
    only = f"POST /channels/{desk.prework.id}/messages"
    desk.wire.rest.faults.answer(only, 401, times=2)
    with pytest.raises(discord.HTTPException):
        await _send(desk)
    assert await knows_token(desk.client)
    desk.line.vouch()
    assert desk.line.standing() == []
    with pytest.raises(discord.HTTPException):
        await _send(desk)
    assert desk.line.shut_for == 0
    await _send(desk)


@pytest.mark.parametrize(
    ("fault", "is_known"), [((401, 0), False), ((403, 0), None), ((500, 0), None), ((429, 0), None)]
)
async def test_only_a_401_is_an_answer_about_the_token(
    desk: Desk, fault: tuple[int, int], is_known: bool | None
) -> None:
    desk.wire.rest.faults.answer("GET /users/@me", *fault, times=None)
    assert await knows_token(desk.client) is is_known
    desk.wire.rest.faults.clear()
    desk.wire.rest.faults.cut("GET /users/@me", times=None)
    assert await knows_token(desk.client) is None


async def test_a_discord_that_gives_no_answer_is_seen_until_it_gives_one(desk: Desk) -> None:
    for silence in (desk.wire.rest.faults.cut, lambda route: desk.wire.rest.faults.answer(route, 502)):
        silence("POST /channels/*/messages")
        with desk.line.once(), pytest.raises((NotRepeated, aiohttp.ClientError)):
            await _send(desk)
        assert [each.state for each in desk.line.standing()] == [Standstill.DISCORD_SILENT]
        await _send(desk)
        assert desk.line.standing() == []


async def test_what_is_refused_for_a_class_stands_still_for_that_class(desk: Desk) -> None:
    desk.line.pace, desk.wire.rest.limits.per_second = Pace(per_second=1_000_000), None
    desk.wire.rest.faults.answer("POST /channels/*/messages", 403, 50013, times=None)
    for _ in range(MOST_REFUSED_CLASS):
        with desk.line.carrying(7), pytest.raises(discord.Forbidden):
            await desk.client.get_partial_messageable(desk.prework.id).send("x")
    assert desk.line.standing() == [Seen(Standstill.REFUSED_CLASS, 7)]
    for _ in range(MOST_REFUSED - MOST_REFUSED_CLASS):
        with pytest.raises(discord.Forbidden):
            await _send(desk)
    assert Seen(Standstill.REFUSED) in desk.line.standing()


async def test_what_has_no_nonce_is_not_repeated_by_the_library(desk: Desk) -> None:
    desk.wire.rest.faults.answer("POST /guilds/*/roles", 500, accepted=True)
    desk.wire.rest.faults.cut("POST /guilds/*/roles", accepted=True)
    for _ in range(2):
        with desk.line.once(), pytest.raises(NotRepeated):
            await desk.client.guilds[0].create_role(name="Unit 1")
    assert len(desk.wire.requests_to("POST", "/guilds/*/roles")) == 2


async def test_a_message_is_repeated_by_the_library_and_is_in_doubt(desk: Desk) -> None:
    desk.wire.rest.faults.answer("POST /channels/*/messages", 500, accepted=True)
    with desk.line.carrying() as call:
        await desk.client.get_partial_messageable(desk.prework.id).send("x", nonce="same")
    assert call.doubtful
    assert desk.posts() == 2
    assert len(desk.ana.visible_messages(desk.prework)) == 1


async def test_doubt_about_one_call_is_none_about_another(desk: Desk) -> None:
    desk.wire.rest.faults.answer("POST /channels/*/messages", 500)

    async def send(words: str) -> bool:
        with desk.line.carrying() as call:
            await desk.client.get_partial_messageable(desk.prework.id).send(words)
        return call.doubtful

    assert sorted(await asyncio.gather(*(send(str(each)) for each in range(4)))) == [False] * 3 + [True]
