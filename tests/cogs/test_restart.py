"""The process ends and another starts on the same database: nothing is lost, nothing comes twice."""

from __future__ import annotations

from datetime import timedelta

from tests.classroom import Classroom
from tests.cogs.test_nudges import nudges
from tests.cogs.test_prework import DONE, handed_in

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


async def test_every_card_that_was_posted_before_is_answered_after(classroom: Classroom) -> None:
    await classroom.open_class()
    ana, ben, chloe = classroom.students
    await classroom.join(ana)
    card = await classroom.post_prework()
    (door,) = classroom.cards_in("lobby")
    plan = await classroom.teacher.slash(
        "class create", name="Period 4", course="intro-chemistry", zone="America/Chicago"
    )
    await ben.slash("join")
    await classroom.restart()

    assert "Started" in (await ana.press("Start", card)).text
    assert "Period 3?" in (await chloe.press("Join this class", door)).text
    assert "You are in Period 3" in (await ben.press("I am old enough. Join")).text
    assert "Period 3 student" in ben.roles
    assert "Pre-work" in (await ana.press("What do I do now?", ana.last_dm())).text
    assert "is being made" in (await classroom.teacher.press("Create the class", plan)).text
    assert "period-4-pre-work" in classroom.channels


async def test_a_form_that_was_open_over_the_restart_counts_and_what_was_typed_before_is_there(
    classroom: Classroom,
) -> None:
    await classroom.open_class()
    ana = classroom.students[0]
    await classroom.join(ana)
    card = await classroom.post_prework()
    await ana.press("Start", card)
    await handed_in(ana, card, summary="Too short")
    await ana.press("Hand in", card)
    await classroom.restart()
    await classroom.move(HOUR)
    assert "counts, and on time" in (await ana.fill(**DONE)).text
    assert "It counts" in (await ana.press("Hand in", card)).text


async def test_what_was_planned_goes_out_once_whichever_process_lives_to_do_it(classroom: Classroom) -> None:
    await classroom.open_class()
    ana, ben, _ = classroom.students
    await classroom.join(ana)
    await classroom.teacher.slash("prework post", unit="1", deadline="wed 12:00", at="today 12:00")
    await classroom.restart()
    await classroom.sleep(2 * HOUR)
    await classroom.work()
    assert len(classroom.prework_cards()) == 1
    await classroom.teacher.slash("nudge")
    await classroom.restart()
    await classroom.teacher.press("Send 1")
    assert nudges(ana) == 1
    # planned, and the process died before it was carried
    await classroom.sleep(DAY)
    await classroom.app.services.nudges.plan(classroom.clock())
    await classroom.restart()
    await classroom.work()
    assert nudges(ana) == 2
    await classroom.restart()
    await classroom.work()
    assert nudges(ana) == 2
    assert len(classroom.prework_cards()) == 1
    assert len(classroom.shown_in("lobby")) == 1
    await ben.slash("join")


async def test_a_process_that_dies_in_mid_call_neither_loses_nor_doubles_the_message(
    classroom: Classroom,
) -> None:
    """The row says "calling": the next process looks whether the card stands before it posts it."""
    await classroom.open_class()
    ana, ben, _ = classroom.students
    await classroom.join(ana, ben)
    await classroom.post_prework(deadline="wed 12:00")
    await classroom.sleep(DAY + 2 * HOUR)
    deliveries = classroom.app.services.deliveries
    finish = deliveries.finish

    async def dies(*_: object) -> None:
        raise ZeroDivisionError("the power went")

    deliveries.finish = dies  # type: ignore[method-assign]
    await classroom.work()
    assert (nudges(ana), nudges(ben)) == (1, 1)
    assert finish is not dies
    await classroom.restart()
    await classroom.sleep(10 * MINUTE)  # past the time for which Discord knows a nonce
    await classroom.work()
    assert (nudges(ana), nudges(ben)) == (1, 1)
    await classroom.move(DAY)
    assert (nudges(ana), nudges(ben)) == (2, 2)
