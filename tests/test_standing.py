"""Each state in which messages stand still is seen, logged, and told in the teachers' room once, with what to do."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.delivery.line import MOST_REFUSED, MOST_REFUSED_CLASS, Refusals
from bot.domain.outbox import Effect, Kind, Way
from bot.domain.standing import LASTING, OVER_AFTER, TOLD, Occurrence, Register, Seen, Standstill
from bot.loopback.changes import PATIENCE_S
from bot.pulse import BEAT, NO_TEXT, ROUND, Pulse, claim_by
from bot.services.ports import Tx
from bot.services.standing import Look
from bot.services.texting import hold_texts, release_texts
from bot.standing import EVERY_S, STUCK_S, Discord, Lookout, TokenRefused
from bot.watch import Ended, Watch
from tests.builders import NOW
from tests.classroom import Classroom, open_classroom
from tests.meta.project import ROOT

ROOM_NAME = "period-3-teachers"
MINUTE = timedelta(minutes=1)


class Scene:
    """A class whose bot looks around, and what a test does to it."""

    def __init__(self, room: Classroom) -> None:
        self.room, self.app = room, room.app
        self.lookout = room.app.lookout
        # the pulse beats by the world's clock, which a test moves
        self.app.pulse._now = lambda: room.clock().timestamp()
        self.app.pulse._began = self.app.pulse._now()
        self.says: list[tuple[str, str]] = []
        self._undo: list[Callable[[], object]] = []
        self.holding: Callable[[], Awaitable[object]] | None = None

    @property
    def section(self) -> int:
        return 1

    @property
    def standing(self) -> set[Standstill]:
        return {each.seen.state for each in self.lookout.occurrences}

    async def write(self, fn: Callable[[Tx], Any]) -> Any:
        return await self.app.services.upkeep._db.write(fn)

    async def due(self, kind: Kind, way: Way, **more: Any) -> None:
        """A row of the outbox that is due now."""
        now = self.room.clock()
        effect = Effect(f"test:{kind}:{way}:{now}", kind, way, now, section=self.section, **more)
        await self.write(lambda tx: tx.outbox.add([effect], now, lambda: f"n{now.timestamp():.0f}"))

    async def look(self) -> set[Standstill]:
        with self.room.env.time_context():
            await self.lookout.look()
        return self.standing

    async def live_on(self, by: timedelta, *, beats: bool = True) -> None:
        """Time passes in minutes, each with a look; the courier does nothing unless the test says so."""
        until = self.room.clock() + by
        while self.room.clock() < until:
            await self.room.sleep(min(MINUTE, until - self.room.clock()))
            if beats:
                self.app.pulse.note(BEAT, ROUND)
                self.app.pulse.note(*(claim_by(each) for each in Way))
            else:
                self.app.pulse.note(ROUND)
            if self.holding is not None:
                await self.holding()
            await self.look()

    def cards(self, state: Standstill) -> list[str]:
        return [each for each in self.room.shown_in(ROOM_NAME) if TOLD[state].what in each]


Begin = Callable[[Scene], Awaitable[Callable[[], Awaitable[object]]]]
CAUSES: dict[Standstill, Begin] = {}


def cause(state: Standstill) -> Callable[[Begin], Begin]:
    """How it comes about; what the function gives ends it."""

    def keep(fn: Begin) -> Begin:
        CAUSES[state] = fn
        return fn

    return keep


@cause(Standstill.TOKEN)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    scene.room.refuse("GET", "/users/@me", 503, 0)
    await scene.app.line._ends(None, None, answered(401))

    async def end() -> None:
        scene.room.accept("/users/@me")
        await scene.live_on(2 * MINUTE)

    return end


def answered(status: int) -> Any:
    response = SimpleNamespace(status=status, headers={})
    return SimpleNamespace(response=response, url=SimpleNamespace(parts=("/", "guilds")))


@cause(Standstill.REFUSED)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    for _number in range(MOST_REFUSED):
        await scene.app.line._ends(None, None, answered(403))

    async def end() -> None:
        scene.app.line.refusals = Refusals()

    return end


@cause(Standstill.REFUSED_CLASS)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    with scene.app.line.carrying(scene.section):
        for _number in range(MOST_REFUSED_CLASS):
            await scene.app.line._ends(None, None, answered(403))

    async def end() -> None:
        scene.app.line._of_class.clear()

    return end


@cause(Standstill.DISCORD_SILENT)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    with scene.app.line.carrying():
        await scene.app.line._fails(None, None, SimpleNamespace(exception=ConnectionResetError()))  # pyright: ignore[reportArgumentType]

    async def end() -> None:
        await scene.app.line._ends(None, None, answered(200))

    return end


@cause(Standstill.GATEWAY)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    client: Any = scene.app.client
    live, client.ws = client.ws, SimpleNamespace(open=False)

    async def end() -> None:
        client.ws = live

    return end


@cause(Standstill.LOG_INS)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    for _number in range(20):
        await scene.app.services.upkeep.note_identify(scene.room.clock())
    waiting = asyncio.create_task(scene.app.client.before_identify_hook(None))
    async with asyncio.timeout(PATIENCE_S):
        while scene.app.client._logs_in_at is None:  # noqa: ASYNC110  # it waits by sleeping
            await asyncio.sleep(0)

    async def end() -> None:
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting

    return end


@cause(Standstill.TEXTS_HELD)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    await scene.due(Kind.TEXT_HELP, Way.SMS)
    until = scene.room.clock() + timedelta(hours=1)
    await scene.write(lambda tx: hold_texts(tx, "the Twilio account is suspended", until))

    async def end() -> None:
        await scene.write(release_texts)

    return end


@cause(Standstill.COUNTRY_HELD)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    await scene.due(Kind.TEXT_HELP, Way.SMS)
    until = scene.room.clock() + timedelta(hours=1)
    await scene.write(lambda tx: hold_texts(tx, "our text account may not send to that country", until, "34"))

    async def end() -> None:
        await scene.write(release_texts)

    return end


@cause(Standstill.TEXTS_SPENT)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    await scene.due(Kind.TEXT_HELP, Way.SMS)
    now = scene.room.clock()

    def spend(tx: Tx) -> None:
        (row,) = tx.outbox.claim(now, [Way.SMS], 1, "lease", now)
        done = "UPDATE outbox SET state = 'sent', segments = 3, called_at = due_at WHERE id = ?"
        tx.outbox._db.exec_driver_sql(done, (row.id,))  # pyright: ignore[reportAttributeAccessIssue]

    await scene.write(spend)
    scene.lookout._records._texts_a_day = 3  # pyright: ignore[reportAttributeAccessIssue]

    async def end() -> None:
        await scene.live_on(timedelta(hours=24))

    return end


@cause(Standstill.TEXTS_SILENT)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    await scene.due(Kind.TEXT_HELP, Way.SMS)

    async def fail() -> None:
        scene.app.pulse.note(NO_TEXT)

    await fail()
    scene.holding = fail

    async def end() -> None:
        scene.holding = None
        scene.app.pulse.clear(NO_TEXT)

    return end


@cause(Standstill.OPENINGS_STOPPED)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    scene.room.refuse("POST", "/users/@me/channels", 403, 20026)
    await scene.room.students[0].press("Open my inbox")

    async def end() -> None:
        scene.room.accept("/users/@me/channels")
        await scene.app.services.upkeep.allow_openings()

    return end


@cause(Standstill.OPENINGS_HELD)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    scene.room.refuse("POST", "/users/@me/channels", 403, 40003)
    await scene.room.students[0].press("Open my inbox")
    scene.holding = scene.room.work

    async def end() -> None:
        scene.room.accept("/users/@me/channels")
        scene.holding = None
        await scene.live_on(timedelta(minutes=21))

    return end


@cause(Standstill.CLASS_WAITS)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    with closing(sqlite3.connect(scene.app.settings.storage.path)) as file, file:
        (kept,) = file.execute(
            "SELECT discord_id FROM place WHERE kind = 'role' AND purpose LIKE 'section:%'"
        )
        file.execute("DELETE FROM place WHERE kind = 'role' AND purpose LIKE 'section:%'")
    file.close()
    late = scene.room.newcomer("dora")
    await late.slash("join")
    await late.press("I am old enough. Join")
    await scene.live_on(2 * MINUTE)

    async def end() -> None:
        guild = scene.room.guild.id
        await scene.app.services.deliveries.record_place(
            guild, "section:1:student", "role", kept[0], scene.room.clock()
        )
        await scene.room.work()

    return end


@cause(Standstill.UNCLAIMED)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    """Beats come, and nobody takes up what is due."""
    await scene.due(Kind.TROUBLE, Way.ROOM, about=1, args={"why": "the rows lie", "mend": ""})

    async def beat_alone() -> None:
        scene.app.pulse._at = {BEAT: scene.app.pulse._now(), ROUND: scene.app.pulse._now()}

    scene.holding = beat_alone
    await scene.live_on(2 * MINUTE)

    async def end() -> None:
        scene.holding = None
        await scene.room.work()

    return end


@cause(Standstill.COURIER)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    deliveries = scene.app.courier._deliveries
    resume = deliveries.resume

    async def raises(now: datetime) -> Any:
        raise ZeroDivisionError

    async def fail() -> None:
        deliveries.resume = raises
        scene.app.courier.start()
        assert scene.app.courier._background is not None
        await asyncio.wait([scene.app.courier._background])

    await fail()
    scene.holding = fail

    async def end() -> None:
        scene.holding = None
        deliveries.resume = resume
        await scene.room.work()

    return end


@cause(Standstill.BEAT)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    """Each round ends by a fault."""
    await scene.live_on(3 * MINUTE, beats=False)

    async def go_without() -> None:
        scene.app.pulse._at[BEAT] = 0

    scene.holding = go_without

    async def end() -> None:
        scene.holding = None
        scene.app.pulse.note(BEAT)

    return end


@cause(Standstill.DATABASE)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    """A disk that lets itself only be read."""
    writer: Any = scene.app.services.upkeep._db
    await writer._writer.connection.execute("PRAGMA query_only=ON")

    async def end() -> None:
        await writer._writer.connection.execute("PRAGMA query_only=OFF")

    return end


@cause(Standstill.STANDBY)
async def _(scene: Scene) -> Callable[[], Awaitable[object]]:
    """Another process had the database, and let what was due lie."""
    await scene.due(Kind.TROUBLE, Way.ROOM, about=1, args={"why": "the rows lie", "mend": ""})
    await scene.room.sleep(timedelta(minutes=30))
    scene.app.pulse.note(BEAT, ROUND, *(claim_by(each) for each in Way))
    scene.lookout.stood_by = True

    async def end() -> None:
        pass

    return end


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_classroom(tmp_path) as room:
        await room.open_class()
        await room.join(inbox=False)
        yield Scene(room)
        room.env._raise_errors_since(room.env._errors_acknowledged)


def test_every_state_of_the_list_has_its_words_and_its_test() -> None:
    assert set(TOLD) == set(CAUSES) == set(Standstill)
    for told in TOLD.values():
        assert told.what[:1].islower() or told.what.startswith("I ")
        assert told.mend
        assert not told.mend.endswith(".")


@pytest.mark.parametrize("state", Standstill)
async def test_it_is_seen_logged_and_told_once_when_it_has_lasted_ten_minutes(
    scene: Scene, state: Standstill, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await scene.look() == set()
    end = await CAUSES[state](scene)
    assert state in await scene.look()
    assert scene.cards(state) == []
    await scene.live_on(timedelta(minutes=12), beats=state is not Standstill.BEAT)
    if state is Standstill.DATABASE:  # nothing of it can be put into the outbox
        assert len(scene.cards(state)) == 1
    await end()
    await scene.live_on(timedelta(minutes=4))
    await scene.room.work()
    assert state not in scene.standing
    (card,) = scene.cards(state)
    assert TOLD[state].mend in card
    await scene.live_on(timedelta(minutes=4))
    await scene.room.work()
    assert len(scene.cards(state)) == 1
    said = "".join(capsys.readouterr())
    assert said.count(f"event='standing_still' state='{state}'") == 1, said
    assert said.count("event='going_on'") == said.count("event='standing_still'")


async def test_a_full_disk_is_told_as_that_alone_and_not_as_a_fault_of_ours(scene: Scene) -> None:
    """Nothing can be planned or taken up then: that is one cause, and no three."""
    await scene.due(Kind.TROUBLE, Way.ROOM, about=1, args={"why": "the rows lie", "mend": ""})
    end = await CAUSES[Standstill.DATABASE](scene)
    for _ in range(12):
        await scene.app.jobs.plan()
        scene.app.courier.start()
        assert scene.app.courier._background is not None
        await asyncio.wait([scene.app.courier._background])
        assert {each.state for source in (scene.app.courier, scene.app.jobs) for each in source.standing()}
        await scene.live_on(MINUTE)
        assert scene.standing == {Standstill.DATABASE}
    await end()
    await scene.app.jobs.plan()
    await scene.live_on(4 * MINUTE)
    await scene.room.work()
    told = [each for state in Standstill for each in scene.cards(state)]
    assert len(told) == 1
    assert TOLD[Standstill.DATABASE].what in told[0]


async def test_teachers_read_which_numbers_are_not_texted_and_that_all_others_are(scene: Scene) -> None:
    end = await CAUSES[Standstill.COUNTRY_HELD](scene)
    assert await scene.look() == {Standstill.COUNTRY_HELD}, "texts to everywhere else go out"
    await scene.live_on(timedelta(minutes=12))
    await scene.room.work()
    (card,) = scene.cards(Standstill.COUNTRY_HELD)
    assert "to +34: our text account may not send to that country" in card
    assert "all others are texted" in card
    await end()


async def test_a_country_held_before_does_not_hide_that_all_texts_are(scene: Scene) -> None:
    await CAUSES[Standstill.COUNTRY_HELD](scene)
    until = scene.room.clock() + timedelta(hours=1)
    await scene.write(lambda tx: hold_texts(tx, "the Twilio account is suspended", until))
    assert await scene.look() == {Standstill.TEXTS_HELD}
    held = next(iter(scene.lookout.occurrences))
    assert held.seen.why == "the Twilio account is suspended"


# --- what the list keeps, without a bot ----------------------------------------------------------------


def told_at(register: Register, minutes: float, *states: Standstill) -> list[Standstill]:
    change = register.look([Seen(each) for each in states], NOW + minutes * MINUTE)
    register.told(change.to_tell)
    return [each.seen.state for each in change.to_tell]


def test_what_comes_and_goes_is_one_standstill_and_told_once() -> None:
    register, token = Register(), Standstill.TOKEN
    for minute in range(30):
        seen = [token] if minute % 2 == 0 else []
        assert told_at(register, minute, *seen) == ([token] if minute == 10 else [])
    assert told_at(register, 31) == []
    assert not register.now
    assert told_at(register, 40, token) == []
    assert told_at(register, 50, token) == [token], "another one is told anew"


def test_what_is_over_before_it_could_be_told_is_told_all_the_same() -> None:
    register, seen = Register(), [Seen(Standstill.DATABASE)]
    for minute in range(12):
        register.look(seen, NOW + minute * MINUTE)  # and nobody could be told
    change = register.look([], NOW + 14 * MINUTE)
    assert [each.seen for each in change.over] == seen
    assert [each.seen for each in register.look([], NOW + 15 * MINUTE).to_tell] == seen
    register.told(change.to_tell)
    assert register.look([], NOW + 16 * MINUTE).to_tell == []
    assert register.all == []


def test_a_short_one_is_told_nobody() -> None:
    register = Register()
    assert told_at(register, 0, Standstill.GATEWAY) == told_at(register, 9.9, Standstill.GATEWAY) == []
    assert told_at(register, 15) == []
    assert register.all == []


def test_a_clock_that_jumps_ahead_and_back_leaves_no_standstill_for_ever() -> None:
    register = Register()
    register.look([Seen(Standstill.BEAT)], NOW + timedelta(days=3))
    register.look([Seen(Standstill.BEAT)], NOW)
    assert register.look([], NOW + OVER_AFTER).over
    assert not register.now


@pytest.mark.parametrize("state", Standstill)
def test_over_a_restart_only_what_lasts_by_itself_goes_on(state: Standstill) -> None:
    for gap, goes_on in ((MINUTE, True), (timedelta(days=2), state in LASTING)):
        register = Register()
        register.take_up([Occurrence(Seen(state), NOW, NOW + MINUTE, is_told=True)], NOW + MINUTE + gap)
        assert bool(register.now) is goes_on


# --- the end -------------------------------------------------------------------------------------------


class Still:
    """The records of a lookout that a test looks at alone."""

    async def look(self, now: datetime) -> Look:
        return Look((), {})

    async def known(self) -> list[Occurrence]:
        return []

    async def keep(self, occurrences: Any) -> None: ...
    async def tell(self, occurrences: Any, now: datetime) -> int:
        return 0

    async def rooms(self, occurrence: Occurrence, now: datetime) -> list[Any]:
        return []


class Alone:
    """A lookout whose times a test moves."""

    def __init__(self, *answers: bool | None) -> None:
        self.seconds, self.seen, self.answers, self.vouched = 0.0, list[Seen](), list(answers), 0
        self.watch, self.pulse = Watch(), Pulse(lambda: self.seconds)
        self.lookout = Lookout(
            Still(), [lambda: self.seen], Discord(self.asked, self.vouch, self.post), self.now, EVERY_S,
            pulse=self.pulse, watch=self.watch, wake=lambda: None,
        )  # fmt: skip

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    async def asked(self) -> bool | None:
        return self.answers.pop(0)

    def vouch(self) -> None:
        self.vouched += 1
        self.seen.clear()

    async def post(self, *_: Any) -> bool:
        return True

    async def at(self, seconds: float, *, beats: bool = True) -> None:
        self.seconds = seconds
        if beats:
            self.pulse.note(BEAT, ROUND)
        await self.lookout.look()

    async def fault(self) -> BaseException:
        with pytest.raises(Exception) as fault:  # noqa: PT011  # which, the test looks at
            await self.watch.beside(asyncio.sleep(0))
        return fault.value


async def test_a_beat_that_does_not_return_is_overdue_then_ends_the_bot() -> None:
    alone = Alone()
    await alone.at(0)
    await alone.at(EVERY_S + 61, beats=False)
    assert alone.lookout.beat_is_overdue
    assert [each.seen.state for each in alone.lookout.occurrences] == [Standstill.BEAT]
    await alone.at(EVERY_S + STUCK_S - 1, beats=False)
    assert alone.watch._fault is None
    await alone.at(EVERY_S + STUCK_S + 1, beats=False)
    assert isinstance(await alone.fault(), Ended)


async def test_discord_is_asked_about_the_token_after_a_minute_and_believed_the_second_time() -> None:
    alone = Alone(None, True)
    alone.seen = [Seen(Standstill.TOKEN)]
    for seconds in (0, 30, 59):
        await alone.at(seconds)
    assert len(alone.answers) == 2
    await alone.at(61)  # no answer to that
    await alone.at(100)
    assert len(alone.answers) == 1
    await alone.at(122)
    assert (alone.answers, alone.vouched) == ([], 1)
    alone.answers.append(False)
    alone.seen.append(Seen(Standstill.TOKEN))
    for seconds in (300, 330, 361):
        await alone.at(seconds)
    assert isinstance(await alone.fault(), TokenRefused)


@pytest.mark.parametrize(
    ("reason", "section", "is_explained"),
    [
        (Standstill.TOKEN, None, True),
        (Standstill.REFUSED, None, True),
        (Standstill.DISCORD_SILENT, None, True),
        (Standstill.REFUSED_CLASS, 7, True),
        (Standstill.REFUSED_CLASS, 8, False),
        (Standstill.TEXTS_SPENT, None, False),
    ],
)
async def test_a_class_is_not_told_twice_of_one_reason(
    reason: Standstill, section: int | None, is_explained: bool
) -> None:
    alone = Alone()
    alone.seen = [Seen(reason, section)]

    async def look(now: datetime) -> Look:
        return Look([Seen(Standstill.CLASS_WAITS, 7, "something waits")], {})

    alone.lookout._records.look = look
    await alone.at(0)
    states = [each.seen.state for each in alone.lookout.occurrences]
    assert (Standstill.CLASS_WAITS in states) is not is_explained


async def test_a_write_that_never_comes_back_is_seen_and_not_piled_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone, asked = Alone(), 0

    async def keep(occurrences: Any) -> None:
        nonlocal asked
        asked += 1
        await asyncio.Event().wait()

    monkeypatch.setattr("bot.standing.ANSWER_S", 0.01)
    alone.lookout._records.keep = keep
    for seconds in (0, 15, 30):
        await alone.at(seconds)
        assert [each.seen.state for each in alone.lookout.occurrences] == [Standstill.DATABASE]
    assert asked == 1
    alone.lookout.start()
    await alone.lookout.stop()


def test_the_page_for_operators_says_what_each_state_means() -> None:
    page = (ROOT / "docs" / "how-to" / "keep-running.md").read_text(encoding="utf-8")
    assert [line.split("`")[1] for line in page.splitlines() if line.startswith("| `") and " | " in line][
        -len(Standstill) :
    ] == list(Standstill)
