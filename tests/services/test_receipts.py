"""What became of a text is known whatever order it is told in, and something follows from it (RB5, RB14)."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from bot.delivery.sms import _outcome
from bot.domain.messages import Content, Outcome, PhonePaused, PreWorkNudge, Trouble, Unknown, Wait
from bot.domain.outbox import Delivery, Kind, State, Way
from bot.domain.receipts import ERRORS, RANKS, Fate, Receipt, country_of, error_of
from bot.services.phones import Paused, Proven
from bot.services.ports import Tx
from bot.services.texting import texts_shut
from bot.storage.database import Database
from tests.builders import ANA, NOW, a_class, posted_pre_work, student
from tests.services.phone_desk import NUMBER, PhoneDesk

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

GONE = (21211, 21614, 30005, 30006)
LATER = (30003,)
BUSY = (20429, 21611, 30001, 30022)
HELD = (30007, 30034, 30032, 30023, 30024, 30027, 30033, 63038)


@pytest.fixture
async def desk(database: Database) -> PhoneDesk:
    desk = PhoneDesk(database, await a_class(database, students=(ANA,)))
    await desk.places()
    await desk.prove()
    return desk


async def a_nudge(desk: PhoneDesk, key: str = "nudge") -> Delivery:
    """Due in the afternoon, of use for a day."""
    posted = await posted_pre_work(desk.database, desk.section, "measurement")
    return await desk.due(Kind.NUDGE, about=posted.id, key=key, expires_at=posted.deadline)


# --- in any order ------------------------------------------------------------------------------------

#: what happens to one text, in the order in which it happens
LIVES = (
    ("queued", "sending", "sent", "delivered"),
    ("accepted", "queued", "sent", "undelivered"),
    ("queued", "failed"),
    ("scheduled", "canceled"),
    ("accepted", "sending", "sent", "delivered", "read"),
    ("queued", "sent", "telepathy"),
    ("queued", "sent", "undelivered", "delivered"),
)


def told(life: tuple[str, ...], dice: random.Random) -> list[str]:
    """As webhooks tell it: shuffled, some twice, some never; the last one comes at some time."""
    some = [each for each in life[:-1] if dice.random() < 0.7]
    order = [*some, *(each for each in life if dice.random() < 0.3), life[-1]]
    dice.shuffle(order)
    return order


@pytest.mark.slow
async def test_five_thousand_jumbled_sequences_end_where_the_text_did(database: Database) -> None:
    """RB5: a status only moves forward, and one that Twilio may invent yet is no fault."""
    dice = random.Random(5)

    def run(tx: Tx) -> list[tuple[list[str], str]]:
        wrong: list[tuple[list[str], str]] = []
        for number in range(5_000):
            order = told(dice.choice(LIVES), dice)
            ranks = [0]
            for minute, status in enumerate(order):
                tx.receipts.raise_to(Receipt(f"SM{number}", "n", status, None, NOW + minute * MINUTE))
                kept = tx.receipts.of(f"SM{number}")
                assert kept is not None
                ranks.append(RANKS.get(kept.status, 0))
            last = tx.receipts.of(f"SM{number}")
            assert last is not None
            furthest = max(order, key=lambda each: RANKS.get(each, 0))
            if last.status != furthest or ranks != sorted(ranks):
                wrong.append((order, last.status))
        return wrong

    assert await database.write(run) == []


async def test_a_status_that_nobody_knows_yet_is_kept_where_it_is_the_first(desk: PhoneDesk) -> None:
    await desk.receipts.tell("SM9", "unknown nonce", "telepathy-of-a-name-too-long-for-it", 99999, NOW)
    kept = await desk.database.read(lambda tx: tx.receipts.of("SM9"))
    assert kept is not None
    assert kept.status == "telepathy-of-a-name-too-"


# --- a callback proves that the text was taken -------------------------------------------------------


def lost(row: Delivery) -> Outcome | None:
    return Unknown("no answer came in time") if row.way is Way.SMS else None


async def test_a_callback_settles_a_text_whose_answer_was_lost(desk: PhoneDesk) -> None:
    row = await a_nudge(desk)
    await desk.carried(fate=lost)  # type: ignore[arg-type]
    assert (await desk.row("nudge")).state is State.UNCERTAIN
    await desk.receipts.tell("SMfound", row.nonce, "sent", None, NOW)
    settled = await desk.row("nudge")
    assert (settled.state, settled.result) == (State.SENT, "SMfound")
    assert await desk.mail.service.resume(NOW + HOUR) == []


async def test_a_callback_settles_a_text_that_is_about_to_be_sent_again(desk: PhoneDesk) -> None:
    """The look found nothing, and it was wrong."""
    row = await a_nudge(desk)
    await desk.carried(fate=lost)  # type: ignore[arg-type]
    await desk.mail.service.resume(NOW)
    ((delivery, parcel),) = await desk.mail.service.resume(NOW + MINUTE)
    await desk.mail.service.found(delivery, parcel, None, NOW + MINUTE)
    assert (await desk.row("nudge")).state is State.DUE
    await desk.receipts.tell("SMfound", row.nonce, "queued", None, NOW + MINUTE)
    assert await desk.texts(NOW + MINUTE) == []
    assert (await desk.row("nudge")).state is State.SENT


async def test_a_callback_of_a_text_that_was_never_called_proves_nothing(desk: PhoneDesk) -> None:
    row = await a_nudge(desk)
    await desk.receipts.tell("SMother", row.nonce, "delivered", None, NOW)
    assert (await desk.row("nudge")).state is State.DUE


# --- each code, once by the call and once by a callback ----------------------------------------------


async def fails(desk: PhoneDesk, code: int, by: str, now: datetime = NOW) -> list[Content]:
    """The text of the nudge fails with that code; gives what goes out in its wake."""
    if by == "call":

        def refused(row: Delivery) -> Outcome | None:
            return _outcome(ERRORS[code]) if row.way is Way.SMS else None

        gone = await desk.carried(now, refused)  # type: ignore[arg-type]
        return [said for way, _, said in gone if way is not Way.SMS]
    await desk.texts(now)
    row = next(
        each
        for each in reversed(await desk.mail.rows())
        if each.kind is Kind.NUDGE and each.way is Way.SMS and each.state is State.SENT
    )
    for _ in range(2):  # a repeat changes nothing
        await desk.receipts.tell(f"SM{row.id}", row.nonce, "undelivered", code, now)
    return [said for _, _, said in await desk.carried(now)]


@pytest.mark.parametrize("by", ["call", "callback"])
@pytest.mark.parametrize("code", GONE)
async def test_a_dead_number_is_paused_its_owner_asked_and_nothing_more_is_sent(
    desk: PhoneDesk, code: int, by: str
) -> None:
    await desk.open_inbox()
    await a_nudge(desk)
    wake = await fails(desk, code, by)
    assert [type(each) for each in wake].count(PhonePaused) == 1
    why = ERRORS[code].why
    assert await desk.phones.status(student(), NOW) == Paused("42", why)
    unreached = [each for each in await desk.mail.rows() if each.kind is Kind.UNREACHED]
    assert len(unreached) == 1, "the ladder goes on at once"
    await a_nudge_again(desk)
    assert await desk.texts(NOW + MINUTE) == []
    await desk.prove(now=NOW + MINUTE)
    assert isinstance(await desk.phones.status(student(), NOW + MINUTE), Proven)


async def a_nudge_again(desk: PhoneDesk) -> None:
    first = await desk.row("nudge")
    await desk.due(
        Kind.NUDGE, about=first.about, key="again", now=NOW + MINUTE, expires_at=NOW + timedelta(days=1)
    )


@pytest.mark.parametrize("by", ["call", "callback"])
async def test_a_phone_that_said_stop_is_never_texted_again(desk: PhoneDesk, by: str) -> None:
    await a_nudge(desk)
    await fails(desk, 21610, by)
    from tests.services.phone_desk import VAULT

    optout = await desk.database.read(lambda tx: tx.optouts.of(VAULT.mark(NUMBER)))
    assert optout is not None
    assert optout.from_the_phone
    await a_nudge_again(desk)
    assert await desk.texts(NOW + MINUTE) == []


@pytest.mark.parametrize("by", ["call", "callback"])
@pytest.mark.parametrize("code", LATER)
async def test_what_passes_is_tried_twice_in_a_day_and_then_goes_another_way(
    desk: PhoneDesk, code: int, by: str
) -> None:
    await a_nudge(desk)
    assert await fails(desk, code, by) == []
    then = NOW + ERRORS[code].after
    assert then in {each.due_at for each in await desk.mail.rows() if each.state is State.DUE}
    # four hours on it is evening in Berlin; next day its number's own zone, New York, wakes at three in Berlin
    then = NOW + timedelta(hours=23)
    await fails(desk, code, by, then)
    rows = await desk.mail.rows()
    assert len([each for each in rows if each.kind is Kind.UNREACHED]) == 1
    assert await desk.texts(NOW + timedelta(hours=23, minutes=30)) == []


@pytest.mark.parametrize("by", ["call", "callback"])
@pytest.mark.parametrize("code", BUSY)
async def test_a_busy_twilio_loses_nothing_however_often_it_says_so(
    desk: PhoneDesk, code: int, by: str
) -> None:
    """It is asked again, at growing distances; while the message is still of use, it then goes another way."""
    await desk.open_inbox()
    posted = await posted_pre_work(desk.database, desk.section, "measurement")
    until = NOW + timedelta(minutes=50)
    await desk.due(Kind.NUDGE, about=posted.id, key="nudge", expires_at=until)
    now, wake, tries = NOW, list[Content](), 0
    while not wake:
        wake = await fails(desk, code, by, now)
        tries += 1
        waiting = [each.due_at for each in await desk.mail.rows() if each.state is State.DUE]
        now = min(waiting, default=now)
    assert sorted(type(each).__name__ for each in wake) == ["PreWorkNudge", "Trouble"], "by direct message"
    assert now < until
    assert 4 <= tries <= 9
    rows = await desk.mail.rows()
    assert not [each for each in rows if each.kind is Kind.UNREACHED or each.state is State.EXPIRED]


@pytest.mark.parametrize("code", BUSY)
async def test_after_a_busy_minute_the_text_goes_out(desk: PhoneDesk, code: int) -> None:
    await a_nudge(desk)
    for minute in range(3):
        assert await fails(desk, code, "call", NOW + (2**minute - 1) * MINUTE) == []
    assert len(await desk.texts(NOW + 7 * MINUTE)) == 1


async def test_a_country_that_the_account_does_not_reach_stops_alone(desk: PhoneDesk) -> None:
    """21408: Ana's number is American, Ben's is Spanish; nobody's number is at fault."""
    await desk.open_inbox()
    await a_nudge(desk)
    await desk.texts()
    row = await desk.row("nudge")
    callback = {"to": "+34600000000", "ours": "+15005550006"}
    await desk.receipts.tell(f"SM{row.id}", row.nonce, "failed", 21408, NOW, **callback)
    wake = [said for _, _, said in await desk.carried()]
    assert sorted(type(each).__name__ for each in wake) == ["PreWorkNudge", "Trouble"]
    assert await desk.phones.status(student(), NOW) == Proven("42", NOW)
    await a_nudge_again(desk)
    assert len(await desk.texts(NOW + MINUTE)) == 1, "other countries are texted"

    def shut(tx: Tx, number: str) -> str | None:
        return texts_shut(tx, row, number, None, NOW + MINUTE)

    assert await desk.database.read(shut, "+34611111111") == ERRORS[21408].why
    assert await desk.database.read(shut, NUMBER) is None


@pytest.mark.parametrize("by", ["call", "callback"])
@pytest.mark.parametrize("code", HELD)
async def test_trouble_with_our_own_number_stops_the_whole_run_and_the_rest_goes_by_dm(
    desk: PhoneDesk, code: int, by: str
) -> None:
    await desk.open_inbox()
    await a_nudge(desk)
    wake = await fails(desk, code, by)
    assert sorted(type(each).__name__ for each in wake) == ["PreWorkNudge", "Trouble"]
    trouble = next(each for each in wake if isinstance(each, Trouble))
    assert ERRORS[code].why in trouble.problem
    await a_nudge_again(desk)
    gone = await desk.carried(NOW + MINUTE)
    assert [(way, type(said)) for way, _, said in gone] == [(Way.DM, PreWorkNudge)]
    # whoever runs the bot has looked, and starts it again
    desk.mail.service._resumed = False
    await desk.mail.service.resume(NOW + 2 * MINUTE)
    await desk.due(
        Kind.NUDGE, about=(await desk.row("nudge")).about, key="third", expires_at=NOW + timedelta(days=1)
    )
    assert len(await desk.texts(NOW + 2 * MINUTE)) == 1


async def text_at(desk: PhoneDesk, at: timedelta) -> list[Way]:
    """By which way a new message to the phone goes out then."""
    posted = (await desk.row("nudge")).about
    await desk.due(Kind.NUDGE, about=posted, key=f"at {at}", now=NOW + at, expires_at=NOW + timedelta(days=1))
    return [way for way, _, said in await desk.carried(NOW + at) if isinstance(said, PreWorkNudge)]


OURS = [code for code, error in ERRORS.items() if error.fate is Fate.HELD]


@pytest.mark.parametrize("by", ["call", "callback"])
@pytest.mark.parametrize("code", OURS)
async def test_one_bad_answer_about_our_account_is_no_verdict(desk: PhoneDesk, code: int, by: str) -> None:
    """Texts wait 90 seconds, then the next one asks again; nobody has to start anything."""
    await desk.open_inbox()
    await a_nudge(desk)
    await fails(desk, code, by)
    assert await text_at(desk, timedelta(seconds=80)) == [Way.DM]
    assert await text_at(desk, timedelta(seconds=100)) == [Way.SMS]
    assert await text_at(desk, HOUR / 2) == [Way.SMS]


@pytest.mark.parametrize("code", OURS)
async def test_a_second_one_when_it_was_asked_again_is_a_verdict(desk: PhoneDesk, code: int) -> None:
    await desk.open_inbox()
    row = await a_nudge(desk)
    await fails(desk, code, "call")
    later = NOW + 2 * MINUTE
    await desk.due(Kind.NUDGE, about=row.about, key="second", now=later, expires_at=NOW + timedelta(days=1))

    def refused(row: Delivery) -> Outcome | None:
        return _outcome(ERRORS[code]) if row.way is Way.SMS else None

    await desk.carried(later, refused)  # type: ignore[arg-type]
    assert await text_at(desk, HOUR / 2) == [Way.DM]


@pytest.mark.parametrize("code", OURS)
async def test_a_second_callback_is_one_too_though_texts_were_accepted(desk: PhoneDesk, code: int) -> None:
    await desk.open_inbox()
    await a_nudge(desk)
    await fails(desk, code, "callback")
    assert await text_at(desk, 2 * MINUTE) == [Way.SMS]
    second = await desk.row(f"at {2 * MINUTE}")
    await desk.receipts.tell(f"SM{second.id}", second.nonce, "undelivered", code, NOW + 3 * MINUTE)
    assert await text_at(desk, HOUR / 2) == [Way.DM]


async def test_a_country_that_was_texted_since_is_doubted_anew(desk: PhoneDesk) -> None:
    """Two slips within a day, with texts to that very country between them, are no verdict."""
    await desk.open_inbox()
    error, country = ERRORS[21408], country_of(NUMBER)
    slip = Wait(error.after.total_seconds(), error.why, "ask whoever runs the bot", country=country)

    def refused(row: Delivery) -> Outcome | None:
        return slip if row.way is Way.SMS else None

    row = await a_nudge(desk)
    await desk.carried(NOW, refused)  # type: ignore[arg-type]
    assert await text_at(desk, 2 * MINUTE) == [Way.SMS]
    later, until = NOW + HOUR, NOW + timedelta(days=1)
    await desk.due(Kind.NUDGE, about=row.about, key="second", now=later, expires_at=until)
    await desk.carried(later, refused)  # type: ignore[arg-type]
    assert await text_at(desk, HOUR + 2 * MINUTE) == [Way.SMS]


@pytest.mark.parametrize(
    ("to", "ours", "fate"),
    [
        ("+18765550100", "+15005550006", Fate.GONE),
        ("+447700900001", "+447700900000", Fate.GONE),
        ("+4915100000000", "+447700900000", Fate.COUNTRY),
        ("+34600000000", "+33600000000", Fate.COUNTRY),
    ],
)
def test_only_a_number_of_our_own_country_is_itself_to_blame(to: str, ours: str, fate: Fate) -> None:
    assert error_of(21612, to, ours).fate is fate


@pytest.mark.parametrize("by", ["call", "callback"])
async def test_a_failure_that_comes_too_late_bothers_nobody(desk: PhoneDesk, by: str) -> None:
    await a_nudge(desk)
    await desk.texts()
    row = await desk.row("nudge")
    await desk.receipts.tell(f"SM{row.id}", row.nonce, "undelivered", 30003, NOW + timedelta(days=2))
    assert not [each for each in await desk.mail.rows() if each.kind is Kind.UNREACHED]


def test_every_code_that_was_promised_has_its_fate() -> None:
    assert {ERRORS[each].fate for each in GONE} == {Fate.GONE}
    assert {ERRORS[each].fate for each in LATER} == {Fate.LATER}
    assert {ERRORS[each].fate for each in HELD} == {Fate.HELD}
    assert {ERRORS[each].fate for each in BUSY} == {Fate.BUSY}
    assert ERRORS[21610].fate is Fate.STOPPED


# --- a cap on the day (RB4) --------------------------------------------------------------------------


async def test_beyond_the_days_cap_everybody_is_told_by_another_way_and_the_operator_once(
    desk: PhoneDesk,
) -> None:
    from dataclasses import replace

    await desk.open_inbox()
    desk.mail.service._terms = replace(desk.mail.service._terms, texts_a_day=6)
    posted = await posted_pre_work(desk.database, desk.section, "measurement")
    gone = []
    for number in range(20):
        await desk.due(Kind.NUDGE, about=posted.id, key=f"n{number}", expires_at=posted.deadline)
        gone += await desk.carried()
    ways = [way for way, _, said in gone if isinstance(said, PreWorkNudge)]
    assert (ways.count(Way.SMS), ways.count(Way.DM)) == (5, 15), "one of the six was the code"
    assert sum(isinstance(said, Trouble) for _, _, said in gone) == 1
    rows = await desk.mail.rows()
    assert all(each.why or each.state is State.SENT for each in rows), "every one is accounted for"
    # codes are answers to a press of their own; the next day there is room again
    await desk.phones.give(student(), NUMBER, "wording", NOW + MINUTE)
    assert len(await desk.texts(NOW + MINUTE)) == 1
