"""The machine's clock is days ahead for some seconds, then right again: nothing that was to come is lost or comes twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.clock import KEPT_S, Steadiness
from bot.domain.outbox import Effect, Kind, State, Way
from bot.services.ports import Tx
from bot.services.texting import doubt_texts, texts_held
from tests.classroom import Classroom
from tests.cogs.test_nudges import HOUR, lived, nudges

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.open_class()
    await classroom.join(*classroom.students[:2])
    return classroom


async def ahead(room: Classroom, by: timedelta) -> None:
    """The bot looks at what is due by a clock that is ahead; then the clock is set right, and it looks again."""
    room.clock.ahead = by
    await room.work()
    room.clock.ahead = timedelta()
    await room.work()


@pytest.mark.parametrize("by", [2 * HOUR, DAY + HOUR, 3 * DAY, 40 * DAY])
@pytest.mark.parametrize("restarted", [False, True])
async def test_later_steps_still_come_and_none_twice(room: Classroom, by: timedelta, restarted: bool) -> None:
    ana, ben, _ = room.students
    await room.post_prework(deadline="thu 12:00")
    if restarted:
        room.clock.ahead = by
        await room.restart()
    before = {each: nudges(each) for each in (ana, ben)}
    await ahead(room, by)
    early = {each: nudges(each) - before[each] for each in (ana, ben)}
    came = await lived(room, ana, ben, until=4 * DAY)
    for each, name in ((ana, "ana"), (ben, "ben")):
        own = [one for one in came if one.endswith(name)]
        steps = [f"Wed 12:00 {name}", f"Thu 09:00 {name}"]
        # what went out early does not come again at its time; all the rest does
        assert own == [one for one in steps if one in own]
        assert len(own) + early[each] == len(steps)


async def test_what_had_to_wait_meanwhile_does_not_wait_for_days(room: Classroom) -> None:
    chloe = room.students[2]
    room.refuse("PUT", "/guilds/*/members/*/roles/*", 403, 50013)
    room.clock.ahead = 3 * DAY
    await room.join(chloe)
    room.accept("/guilds/*/members/*/roles/*")
    room.clock.ahead = timedelta()
    await room.work()
    assert "Period 3 student" in chloe.roles


async def test_a_clock_that_was_just_set_plans_nothing_until_it_has_kept_its_time(room: Classroom) -> None:
    ana = room.students[0]
    await room.post_prework(deadline="thu 12:00")
    seconds = 0.0
    room.app.steadiness = Steadiness(room.clock, lambda: seconds)

    async def beat(after_s: float) -> int:
        nonlocal seconds
        seconds += after_s
        await room.app.beat()
        await room.app.courier.work()
        await room.env.settle()
        return nudges(ana)

    assert await beat(0) == 0
    room.clock.ahead = 2 * DAY + 3 * HOUR  # a reminder would have come by then
    assert await beat(30) == 0
    assert await beat(30) == 0
    room.clock.ahead = timedelta()
    assert await beat(10) == 0
    assert await beat(KEPT_S + 1) == 0
    room.clock.ahead = 2 * DAY + 3 * HOUR  # the right time by now, after the machine had slept
    assert await beat(30) == 0
    assert await beat(KEPT_S + 1) == 1


async def test_log_ins_made_ahead_do_not_hold_up_the_next_one_for_days(room: Classroom) -> None:
    upkeep, now = room.app.services.upkeep, room.clock()
    await upkeep.mind_the_clock(now + 3 * DAY)
    for _ in range(20):
        await upkeep.note_identify(now + 3 * DAY)
    await upkeep.mind_the_clock(now)
    assert await upkeep.may_identify(now, 20) <= now + HOUR


async def test_what_was_in_doubt_or_set_aside_or_held_meanwhile_is_seen_to_at_once(room: Classroom) -> None:
    """A card in mid-call, a thing of a job that raised once, a bad answer of Twilio's: each by the clock ahead."""
    upkeep, now = room.app.services.upkeep, room.clock()
    await upkeep.mind_the_clock(now)
    await upkeep.mind_the_clock(now + 3 * DAY)
    await upkeep._db.write(_gone_wrong, now + 3 * DAY)
    await room.work()
    held, again = await upkeep._db.read(lambda tx: (texts_held(tx, now), tx.aside.next_again(after=now)))
    assert not held
    assert again is None or again <= now + HOUR
    await room.sleep(2 * MINUTE)
    await room.work()
    (card,) = [each for each in room.shown_in("period-3-teachers") if "was in mid-call" in each]
    assert "Look at it" in card


def _gone_wrong(tx: Tx, ahead: datetime) -> None:
    args = {"why": "it was in mid-call", "mend": "look at it"}
    card = Effect("test:ahead", Kind.TROUBLE, Way.ROOM, ahead - 4 * DAY, section=1, about=1, args=args)
    tx.outbox.add([card], ahead, lambda: "abcdef0123456789")
    (row,) = tx.outbox.claim(ahead, [Way.ROOM], 1, "another", ahead + MINUTE)
    tx.outbox.call(row.id, "another", ahead)
    assert tx.outbox.get(row.id).state is State.CALLING
    doubt_texts(tx, "the Twilio account is suspended", ahead, ahead + HOUR)
    again = {"at": ahead, "again_at": ahead + MINUTE, "section": 1, "tries": 1, "why": "it raised"}
    tx.aside.keep("time_limits", "7", **again)
