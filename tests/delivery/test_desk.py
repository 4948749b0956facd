"""The student's own thread in the teachers' room: one, whatever gets lost while it is made."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.delivery.desk import Desks
from bot.domain.letter_messages import LetterCard, ToDesk
from bot.domain.letters import Party, Via
from bot.domain.messages import Message, Sent, Unknown, Wait
from bot.loopback.people import Person
from tests.delivery.conftest import Desk


def _desks(desk: Desk) -> Desks:
    return Desks(desk.client)


def _to(desk: Desk, who: Person, thread: int | None = None) -> ToDesk:
    return ToDesk(who.id, desk.prework.id, thread, "Period 3", f"class:{who.id}")


def _letter(desk: Desk, who: Person, number: int = 1, thread: int | None = None) -> Message:
    card = LetterCard(
        who.id, Party.STUDENT, "Period 3", Via.DM, f"Letter {number}", 1, 1, 0, desk.now(), "h", left=False
    )
    return desk.message(_to(desk, who, thread), card, number=number)


def _threads(desk: Desk) -> list[int]:
    channels = desk.wire.backend.channels.values()
    return [each.id for each in channels if each.parent_id == desk.prework.id and each.is_thread]


def _letters(desk: Desk, thread: int | None) -> list[str]:
    return [each.text for each in desk.ana.visible_messages(thread) if "Letter" in each.text]


async def test_letters_of_a_student_hang_under_one_card_in_a_thread_with_their_name(desk: Desk) -> None:
    desks = _desks(desk)
    first = await desks.carry(_letter(desk, desk.ana, 1), _to(desk, desk.ana), None)
    assert isinstance(first, Sent)
    second = await desks.carry(
        _letter(desk, desk.ana, 2, first.channel), _to(desk, desk.ana, first.channel), None
    )
    assert isinstance(second, Sent)
    assert _threads(desk) == [first.channel] == [second.channel]
    assert desk.wire.backend.channels[first.channel or 0].name == "Ana · Period 3"
    assert len(_letters(desk, first.channel)) == 2


async def test_letters_at_once_make_one_thread(desk: Desk) -> None:
    desks = _desks(desk)
    sent = await asyncio.gather(
        *(desks.carry(_letter(desk, desk.ana, each), _to(desk, desk.ana), None) for each in range(1, 6))
    )
    assert all(isinstance(each, Sent) for each in sent)
    (thread,) = _threads(desk)
    assert len(_letters(desk, thread)) == 5
    assert len(desk.wire.requests_to("POST", "/channels/*/messages/*/threads")) == 1


async def test_an_answer_lost_while_the_thread_is_made_makes_no_second_one(desk: Desk) -> None:
    """The library repeats it after a 500: the thread of a message is one, and has its id."""
    desk.wire.rest.faults.answer("POST /channels/*/messages/*/threads", 500, accepted=True)
    sent = await _desks(desk).carry(_letter(desk, desk.ana), _to(desk, desk.ana), None)
    assert isinstance(sent, Sent)
    assert _threads(desk) == [sent.channel]


async def test_a_thread_that_stands_already_is_gone_on_with(desk: Desk) -> None:
    desk.wire.rest.faults.answer("POST /channels/*/messages/*/threads", 400, 160004, accepted=True)
    sent = await _desks(desk).carry(_letter(desk, desk.ana), _to(desk, desk.ana), None)
    assert isinstance(sent, Sent)
    assert _threads(desk) == [sent.channel]


async def test_a_process_that_died_before_it_noted_the_thread_finds_it_again(desk: Desk) -> None:
    called_at = desk.now()
    first = await _desks(desk).carry(_letter(desk, desk.ana), _to(desk, desk.ana), None)
    desk.move(minutes=30)  # Discord has forgotten every nonce
    assert await _desks(desk).find(_letter(desk, desk.ana), _to(desk, desk.ana), called_at) == first
    assert await _desks(desk).find(_letter(desk, desk.ana, 9), _to(desk, desk.ana), called_at) is None

    second = await _desks(desk).carry(_letter(desk, desk.ana, 2), _to(desk, desk.ana), called_at)
    assert isinstance(first, Sent)
    assert isinstance(second, Sent)
    assert second.channel == first.channel
    assert len(_threads(desk)) == 1


async def test_a_process_that_died_between_the_card_and_its_thread_hangs_the_thread_under_that_card(
    desk: Desk,
) -> None:
    called_at = desk.now()
    desk.wire.rest.faults.answer("POST /channels/*/messages/*/threads", 403, 50013)
    assert isinstance(await _desks(desk).carry(_letter(desk, desk.ana), _to(desk, desk.ana), None), Wait)
    desk.move(minutes=30)
    sent = await _desks(desk).carry(_letter(desk, desk.ana), _to(desk, desk.ana), called_at)
    assert isinstance(sent, Sent)
    cards = [
        each for each in desk.ana.visible_messages(desk.prework.id) if "Letters of a student" in each.text
    ]
    assert [each.id for each in cards] == [sent.channel]


async def test_a_thread_that_somebody_deleted_is_made_again(desk: Desk) -> None:
    desks = _desks(desk)
    first = await desks.carry(_letter(desk, desk.ana, 1), _to(desk, desk.ana), None)
    assert isinstance(first, Sent)
    desk.wire.backend.delete_channel(first.channel or 0)
    again = _to(desk, desk.ana, first.channel)
    second = await desks.carry(_letter(desk, desk.ana, 2, first.channel), again, desk.now())
    assert isinstance(second, Sent)
    assert second.channel != first.channel
    assert _threads(desk) == [second.channel]


async def test_an_archived_thread_is_opened_again(desk: Desk) -> None:
    desks = _desks(desk)
    first = await desks.carry(_letter(desk, desk.ana, 1), _to(desk, desk.ana), None)
    assert isinstance(first, Sent)
    desk.wire.rest.faults.answer(f"POST /channels/{first.channel}/messages", 400, 50083)
    second = await desks.carry(
        _letter(desk, desk.ana, 2, first.channel), _to(desk, desk.ana, first.channel), None
    )
    assert isinstance(second, Sent)
    assert second.channel == first.channel
    (opened,) = desk.wire.requests_to("PATCH", f"/channels/{first.channel}")
    assert opened.json == {"archived": False, "locked": False}


async def test_without_the_permission_the_letter_waits_and_says_what_to_mend(desk: Desk) -> None:
    desk.wire.rest.faults.answer("POST /channels/*/messages/*/threads", 403, 50013)
    outcome = await _desks(desk).carry(_letter(desk, desk.ana), _to(desk, desk.ana), None)
    assert isinstance(outcome, Wait)
    assert "Create Public Threads" in outcome.mend


async def test_a_student_who_has_left_has_a_thread_as_well(desk: Desk) -> None:
    desk.ben.leave()
    sent = await _desks(desk).carry(_letter(desk, desk.ben), _to(desk, desk.ben), None)
    assert isinstance(sent, Sent)
    assert desk.wire.backend.channels[sent.channel or 0].name == "A student who left · Period 3"


async def test_a_courier_that_lost_the_answer_to_a_letter_posts_it_once(desk: Desk) -> None:
    desk.courier()
    first = desk.deliveries.add(desk.now(), _letter(desk, desk.ana, 1))
    await desk.work()
    thread = desk.sent(first).channel
    desk.wire.rest.faults.answer(f"POST /channels/{thread}/messages", 500, accepted=True, times=10)
    second = desk.deliveries.add(desk.now(), _letter(desk, desk.ana, 2, thread))
    await desk.work()
    assert isinstance(desk.deliveries.outcomes(second)[-1], Unknown)
    desk.wire.rest.faults.clear()
    for _ in range(3):
        desk.wire.backend.clock.advance(timedelta(minutes=10).total_seconds())
        await desk.work()
    assert len(_letters(desk, thread)) == 2
