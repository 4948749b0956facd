"""What becomes of the outbox's rows: begun, ended, held, taken up again, and what follows from each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

import bot.services.deliveries
import bot.services.finishing
import bot.services.taking_up
from bot.domain.messages import (
    ClassSetUp,
    Closed,
    Message,
    Outcome,
    Refused,
    RoleGrant,
    Sent,
    Stumbled,
    ToChannel,
    ToThread,
    Trouble,
    Unknown,
    Wait,
)
from bot.domain.outbox import Delivery, Effect, Kind, State, Way
from bot.domain.records import Section
from bot.services.courses import set_up
from bot.services.parcels import marker_of
from bot.services.people import role_grant
from bot.services.places import prework_channel, staff_channel, student_role, unit_role
from bot.services.ports import Tx
from bot.storage.database import Database
from tests.builders import ANA, GUILD, NOW, Ids, a_class, posted_pre_work
from tests.services.mail import Mail

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
LEASE = timedelta(seconds=60)


class Desk:
    """Ana's class in Berlin with its channels and the student's role; nothing in the outbox."""

    def __init__(self, database: Database, section: Section, ana: int) -> None:
        self.database, self.section, self.ana = database, section, ana
        self.mail = Mail(database)

    async def add(self, *effects: Effect) -> None:
        ids = Ids(last=100 * len(effects[0].key))
        await self.database.write(lambda tx: tx.outbox.add(effects, NOW, ids))

    async def grant(self, cause: str = "a", purpose: str = "") -> None:
        await self.add(role_grant(self.section, self.ana, purpose or student_role(self.section), NOW, cause))

    async def card(self) -> int:
        """A pre-work card that is due; gives the pre-work's id."""
        posted = await posted_pre_work(self.database, self.section, "measurement")
        await self.add(self.effect(Kind.POST_PREWORK, Way.CHANNEL, about=posted.id, key="card"))
        return posted.id

    def effect(
        self, kind: Kind, way: Way, *, about: int, key: str = "k", person: int | None = None
    ) -> Effect:
        return Effect(key, kind, way, NOW, person=person, section=self.section.id, about=about)

    async def all(self, now: datetime = NOW, outcome: Outcome | None = None) -> list[Delivery]:
        """Carries what is due with that outcome (the room hears everything); gives the rows."""
        fate = outcome or Sent(7, "8")
        await self.mail.carry(now, lambda row, _: Sent(6, "9") if row.way is Way.ROOM else fate)
        return await self.mail.rows()


@pytest.fixture
async def desk(database: Database) -> Desk:
    section = await a_class(database)

    def places(tx: Tx) -> int:
        tx.sections.set_place(GUILD, prework_channel(section), "channel", 5)
        tx.sections.set_place(GUILD, staff_channel(section), "channel", 6)
        tx.sections.set_place(GUILD, student_role(section), "role", 4)
        return tx.people.known(ANA, NOW).person

    return Desk(database, section, await database.write(places))


# --- every outcome -----------------------------------------------------------------------------------


async def test_what_arrived_is_sent_and_remembered(desk: Desk) -> None:
    prework = await desk.card()
    (row,) = await desk.all()
    assert (row.state, row.channel, row.result) == (State.SENT, 7, "8")
    posted = await desk.database.read(lambda tx: tx.prework.get(prework))
    assert (posted.channel, posted.message) == (7, 8)


async def test_what_has_to_wait_is_due_again_then_with_its_reason_and_the_teacher_told_once_a_day(
    desk: Desk,
) -> None:
    await desk.grant()
    wait = Wait(300, "my role lacks Manage Roles", "Give it to my role")
    rows = await desk.all(NOW, wait)
    assert (rows[0].state, rows[0].due_at, rows[0].why) == (State.DUE, NOW + 5 * MINUTE, wait.why)
    for minutes in (5, 10, 15):
        await desk.all(NOW + minutes * MINUTE, wait)
    rows = await desk.all(NOW + DAY, wait)
    told = [each for each in rows if each.kind is Kind.TROUBLE]
    assert [(each.state, each.way) for each in told] == [(State.SENT, Way.ROOM)] * 2
    rows = await desk.all(NOW + 2 * DAY)
    assert (rows[0].state, rows[0].why, rows[0].tries) == (State.SENT, "", 6)


async def test_a_wait_that_nobody_can_mend_bothers_nobody(desk: Desk) -> None:
    await desk.grant()
    assert len(await desk.all(NOW, Wait(15, "Discord could not be reached"))) == 1


@pytest.mark.parametrize("kind", [Kind.POST_PREWORK, Kind.GRANT_ROLE, Kind.SET_UP_CLASS])
async def test_what_will_never_work_is_told_in_the_teachers_room(desk: Desk, kind: Kind) -> None:
    if kind is Kind.POST_PREWORK:
        await desk.card()
    elif kind is Kind.GRANT_ROLE:
        await desk.grant()
    else:
        await desk.add(set_up(desk.section, NOW, "now"))
    why = "Discord holds a link in it to be harmful"
    failed, told = await desk.all(NOW, Refused(why))
    assert (failed.state, failed.why) == (State.FAILED, why)
    assert (told.kind, told.state, told.args) == (Kind.TROUBLE, State.SENT, {"why": why, "mend": ""})


async def test_trouble_with_the_teachers_room_itself_is_not_told_there(desk: Desk) -> None:
    await desk.add(
        Effect("t", Kind.TROUBLE, Way.ROOM, NOW, section=desk.section.id, args={"why": "x", "mend": "y"})
    )
    await desk.mail.carry(NOW, lambda *_: Wait(300, "I may not write there", "Let me"))
    await desk.mail.carry(NOW + 5 * MINUTE, lambda *_: Refused("no"))
    (row,) = await desk.mail.rows()
    assert row.state is State.FAILED


async def test_what_nobody_knows_about_is_looked_for_before_it_is_sent_again(desk: Desk) -> None:
    await desk.mail.service.resume(NOW)  # at the start, it takes over what the last process left
    await desk.card()
    (row,) = await desk.all(NOW, Unknown("no answer came in time"))
    assert row.state is State.UNCERTAIN
    assert await desk.mail.carry(NOW + 59 * SECOND) == []
    assert await desk.mail.service.resume(NOW + 59 * SECOND) == []
    ((delivery, parcel),) = await desk.mail.service.resume(NOW + LEASE)
    assert isinstance(parcel, Message)
    await desk.mail.service.found(delivery, parcel, None, NOW + LEASE)
    (again,) = await desk.mail.begin(NOW + LEASE)
    assert isinstance(again[1], Message)
    assert (again[1].nonce, again[1].marker) == (parcel.nonce, parcel.marker)


async def test_what_was_found_there_is_sent(desk: Desk) -> None:
    prework = await desk.card()
    await desk.all(NOW, Unknown("lost"))
    await desk.mail.service.resume(NOW)
    ((delivery, parcel),) = await desk.mail.service.resume(NOW + LEASE)
    await desk.mail.service.found(delivery, parcel, Sent(7, "88"), NOW + LEASE)
    (row,) = await desk.mail.rows()
    assert (row.state, row.result) == (State.SENT, "88")
    posted = await desk.database.read(lambda tx: tx.prework.get(prework))
    assert posted.message == 88


# --- a process that dies -----------------------------------------------------------------------------


async def test_the_next_process_takes_up_at_once_what_the_last_one_held(desk: Desk) -> None:
    await desk.card()
    await desk.grant()
    called = await desk.mail.begin(NOW)
    assert len(called) == 2
    await desk.grant("b")
    dead = desk.mail
    await dead.service.claim(NOW, tuple(Way), 9)
    desk.mail = Mail(desk.database)
    looked_for = await desk.mail.service.resume(NOW + SECOND)
    assert [each.id for each, _ in looked_for] == [each.id for each, _ in called]
    assert len(await desk.mail.begin(NOW + SECOND)) == 1
    # whatever the dead one still believes, its word counts for nothing
    for delivery, parcel in called:
        await dead.service.finish(delivery, parcel, Refused("a late word"), NOW + SECOND)
    assert State.FAILED not in {each.state for each in await desk.mail.rows()}


async def test_a_process_that_is_not_alone_waits_for_the_lease_of_the_other(desk: Desk) -> None:
    await desk.grant()
    await desk.mail.begin(NOW)
    other = Mail(desk.database, is_alone=False)
    assert await other.service.resume(NOW + SECOND) == []
    assert len(await other.service.resume(NOW + LEASE)) == 1


async def test_what_no_longer_applies_when_it_is_taken_up_is_ended_with_a_word_on_both(desk: Desk) -> None:
    await desk.grant()
    await desk.mail.begin(NOW)
    await desk.database.write(lambda tx: tx.sections.leave(GUILD, desk.ana, NOW))
    assert await Mail(desk.database).service.resume(NOW) == []
    (row,) = await desk.mail.rows()
    assert row.state is State.SUPPRESSED
    assert row.why == "no longer in the class; it may have gone out just before"


# --- the last look -----------------------------------------------------------------------------------


async def test_a_grant_waits_for_its_role_and_goes_out_once_the_set_up_made_it(desk: Desk) -> None:
    await desk.grant(purpose=unit_role(desk.section, "measurement"))
    (row,) = await desk.all()
    assert (row.state, row.why) == (State.DUE, "its role is not made yet")
    await desk.mail.service.record_place(GUILD, unit_role(desk.section, "measurement"), "role", 44, NOW)
    await desk.add(set_up(desk.section, NOW, "now"))
    gone = await desk.mail.carry(NOW + SECOND)
    assert [type(parcel) for _, parcel in gone] == [ClassSetUp, RoleGrant]
    grant = gone[-1][1]
    assert isinstance(grant, RoleGrant)
    assert (grant.guild, grant.discord, grant.role) == (GUILD, ANA, 44)


async def test_a_grant_to_one_who_left_is_dropped(desk: Desk) -> None:
    await desk.grant()
    await desk.database.write(lambda tx: tx.sections.leave(GUILD, desk.ana, NOW))
    (row,) = await desk.all()
    assert (row.state, row.why) == (State.SUPPRESSED, "no longer in the class")


async def test_what_came_too_late_is_not_even_looked_at(desk: Desk) -> None:
    await desk.add(Effect("x", Kind.NUDGE, Way.DM, NOW, person=desk.ana, about=99, expires_at=NOW + MINUTE))
    (row,) = await desk.all(NOW + MINUTE)
    assert row.state is State.EXPIRED


async def test_each_way_has_its_address(desk: Desk) -> None:
    posted = await posted_pre_work(desk.database, desk.section, "measurement")
    await desk.add(
        desk.effect(Kind.NUDGE, Way.THREAD, about=posted.id, key="thread", person=desk.ana),
        Effect("room", Kind.TROUBLE, Way.ROOM, NOW, section=desk.section.id, args={"why": "x", "mend": ""}),
        desk.effect(Kind.POST_PREWORK, Way.CHANNEL, about=posted.id, key="card"),
    )
    found = {row.key: parcel for row, parcel in await desk.mail.begin(NOW)}
    assert {key: parcel.address for key, parcel in found.items() if isinstance(parcel, Message)} == {
        "thread": ToThread(ANA, 5, None, "Chem 1"),
        "room": ToChannel(6),
        "card": ToChannel(5),
    }
    trouble = found["room"]
    assert isinstance(trouble, Message)
    assert trouble.content == Trouble("x", "")


async def test_a_thread_once_made_is_used_again(desk: Desk) -> None:
    posted = await posted_pre_work(desk.database, desk.section, "measurement")
    for key in ("one", "two"):
        await desk.add(desk.effect(Kind.NUDGE, Way.THREAD, about=posted.id, key=key, person=desk.ana))
        ((_, parcel),) = await desk.mail.carry(NOW, lambda *_: Sent(77, "8"))
        assert isinstance(parcel, Message)
        assert isinstance(parcel.address, ToThread)
    assert parcel.address.thread == 77


async def test_a_way_that_is_closed_for_good_is_noted_and_one_that_is_for_now_is_not(desk: Desk) -> None:
    posted = await posted_pre_work(desk.database, desk.section, "measurement")

    def open_inbox(tx: Tx) -> None:
        tx.people.ask_inbox(desk.ana, NOW)
        tx.people.set_dm_channel(desk.ana, 9)

    await desk.database.write(open_inbox)
    for lasting, is_open in ((False, True), (True, False)):
        key = f"lasting {lasting}"
        await desk.add(desk.effect(Kind.NUDGE, Way.DM, about=posted.id, key=key, person=desk.ana))
        fate = Closed("closed", lasting=lasting)
        await desk.mail.carry(NOW, lambda row, _, fate=fate: fate if row.way is Way.DM else Sent(1, "2"))
        account = await desk.database.read(lambda tx: tx.people.account(desk.ana))
        assert account is not None
        assert account.dm_open is is_open


def test_a_marker_is_always_the_same_for_a_nonce_and_fits_discords_ids() -> None:
    markers = [marker_of(f"nonce {number}") for number in range(2000)]
    assert len(set(markers)) == 2000
    assert all(1 <= each < 2**31 for each in markers)
    assert marker_of("nonce 1") == markers[1]


# --- what raises every time ------------------------------------------------------------------------


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of rows whose words cannot be made."""
    victims, build = list[int](), bot.services.deliveries.parcel_of

    def raising(tx: Tx, delivery: Delivery, terms: Any, now: datetime) -> Any:
        if delivery.id in victims:
            raise ZeroDivisionError
        return build(tx, delivery, terms, now)

    monkeypatch.setattr(bot.services.deliveries, "parcel_of", raising)
    monkeypatch.setattr(bot.services.taking_up, "parcel_of", raising)
    return victims


async def test_a_card_that_cannot_be_made_is_given_up_after_three_tries_and_told_once(
    desk: Desk, poisoned: list[int]
) -> None:
    await desk.card()
    await desk.grant()
    (card, _) = await desk.mail.rows()
    poisoned.append(card.id)
    states: list[State] = []
    for now in (NOW, NOW + MINUTE, NOW + 6 * MINUTE):
        rows = await desk.all(now)
        states.append(rows[0].state)
    assert states == [State.DUE, State.DUE, State.FAILED]
    assert rows[1].state is State.SENT
    assert rows[0].why == "a fault of mine (ZeroDivisionError)"
    assert [each.kind for each in rows[2:]] == [Kind.TROUBLE]
    assert "could not be sent" in rows[2].args["why"]
    assert rows[2].state is State.SENT


async def test_a_row_that_raises_when_it_is_taken_up_holds_up_no_other(
    desk: Desk, poisoned: list[int]
) -> None:
    await desk.card()
    await desk.grant()
    begun = await desk.mail.begin(NOW)
    poisoned.append(begun[0][0].id)
    second = Mail(desk.database)
    taken: list[int] = []
    for minutes in (2, 4, 6, 8):
        taken += [each.id for each, _ in await second.service.resume(NOW + minutes * MINUTE)]
    assert set(taken) == {begun[1][0].id}
    row = (await desk.mail.rows())[0]
    assert (row.state, row.why) == (State.FAILED, "a fault of mine (ZeroDivisionError); it may have gone out")


async def test_what_was_sent_stays_sent_whatever_raises_over_what_follows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raising(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(bot.services.finishing, "note", raising)
    monkeypatch.setattr(bot.services.finishing, "pursue", raising)
    await desk.card()
    assert (await desk.all())[0].state is State.SENT
    await desk.add(desk.effect(Kind.POST_PREWORK, Way.CHANNEL, about=1, key="k2"))
    refused = await desk.all(outcome=Refused("no"))
    assert refused[1].state is State.FAILED
    assert refused[1].why.startswith("no; then a fault of mine")
    assert refused[2].kind is Kind.TROUBLE


async def test_a_fault_of_a_carrier_before_its_call_is_tried_again_and_after_it_looked_for(
    desk: Desk,
) -> None:
    await desk.card()
    before = await desk.all(outcome=Stumbled("a fault of mine (X)", called=False))
    assert (before[0].state, before[0].due_at) == (State.DUE, NOW + MINUTE)
    after = await desk.all(NOW + MINUTE, outcome=Stumbled("a fault of mine (X)", called=True))
    assert after[0].state is State.UNCERTAIN
