"""Who tries Flipcord in the browser: what they find, what they press, and what arrives by itself."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import aiohttp

from tests.sandbox.visitor import Frame, Visitor

ROOM = "period-3-pre-work"


async def test_a_newcomer_finds_a_class_in_the_middle_of_its_work(visitor: Visitor):
    state = await visitor.state()
    assert [each["name"] for each in state["people"]] == ["Ms Rivera", "Ana", "Ben", "Chloé", "Dev", "Emeka"]
    assert {"general", ROOM, "period-3-teachers", "Flipcord"} <= set(await visitor.rooms("Ms Rivera"))
    assert "period-3-teachers" not in await visitor.rooms("Ana")
    assert "unit-1-measurement" in await visitor.rooms("Ana")
    assert "unit-2-atoms" not in await visitor.rooms("Ana")
    assert set(await visitor.rooms("Emeka")) == {"general", "Flipcord"}
    rivera = await visitor.open("Ms Rivera", ROOM)
    await rivera.slash("prework status")
    status = rivera.texts[-1]
    assert "1 on time" in status
    assert "3 not yet" in status


async def test_a_student_hands_in_too_early_then_after_ten_minutes(visitor: Visitor):
    chloe = await visitor.open("Chloé", ROOM)
    await chloe.press("Start")
    await chloe.press("Hand in")
    guide = (await visitor.state())["guide"]
    solutions = next(step["solutions"] for step in guide if step["person"] == "Chloé" and step["solutions"])
    answers = [_value(field, solution) for field, solution in zip(_fields(chloe), solutions, strict=False)]
    await chloe.submit(*answers, "Conversion factors equal one, so the amount stays.", "When do we round?")
    assert "Not yet" in chloe.texts[-1]
    await visitor.move("minutes")
    await chloe.press("Hand in again")
    await chloe.submit(*answers, "Conversion factors equal one, so the amount stays.", "When do we round?")
    assert "Done" in chloe.texts[-1]
    assert "on time" in chloe.texts[-1]


def _fields(frame):
    return [part["component"] for part in frame.form["components"] if "component" in part]


def _value(field, solution):
    texts = solution["answers"]
    values = [each["value"] for each in field.get("options", ()) if each["label"] in texts]
    return values[0] if values else texts[0]


def phones(state):
    return [phone for each in state["people"] for phone in each["phones"]]


async def confirm_phone(visitor: Visitor) -> Frame:
    """Chloé gives her number, and the code that comes to it."""
    chloe = await visitor.open("Chloé", "Flipcord")
    await chloe.slash("phone number")
    await chloe.press("Give my number")
    await chloe.submit((await visitor.phone("Chloé"))["number"])
    await visitor.until(lambda state: any(each["phones"][0]["texts"] for each in state["people"]))
    code = re.search(r"\d{6}", (await visitor.phone("Chloé"))["texts"][0]["body"])
    assert code is not None
    await chloe.press("Enter the code")
    await chloe.submit(code[0])
    assert "confirmed" in chloe.texts[-1]
    return chloe


async def test_the_night_brings_reminders_to_those_who_owe_it_each_by_their_way(visitor: Visitor):
    await confirm_phone(visitor)
    ben = await visitor.open("Ben", "Flipcord")
    before = len(ben.texts)
    await visitor.move("morning")
    await visitor.move("morning")
    assert "Still open" in await ben.sees("Still open")
    assert len(ben.texts) > before
    assert len((await visitor.phone("Chloé"))["texts"]) == 2
    threads = [each for each in (await visitor.person("Dev"))["rooms"] if each["kind"] == "thread"]
    assert len(threads) == 1
    assert threads[0]["unread"] > 0
    assert not any(each["kind"] == "thread" for each in (await visitor.person("Chloé"))["rooms"])
    assert (await visitor.rooms("Ana"))["Flipcord"]["unread"] == 1, "only the hello of an hour ago"
    happened = [each["what"] for each in (await visitor.state())["happenings"]]
    assert any(each.startswith("DM to Ben: Still open") for each in happened)
    assert any(each.startswith("Private thread with Dev: Still open") for each in happened)
    assert any(each.startswith("Text to Chloé") for each in happened)
    assert not any("Ana:" in each for each in happened)


async def test_a_telephone_that_says_stop_in_words_of_its_own_gets_one_answer_and_no_more(visitor: Visitor):
    chloe = await confirm_phone(visitor)
    await visitor.text("Chloé", "please stop texting me")
    last = "this is the last one"
    await visitor.until(
        lambda state: any(last in phone["texts"][-1]["body"] for phone in phones(state) if phone["texts"])
    )
    texts = (await visitor.phone("Chloé"))["texts"]
    await visitor.move("morning")
    await visitor.move("morning")
    assert len((await visitor.phone("Chloé"))["texts"]) == len(texts)
    assert "Still open" in await chloe.sees("Still open"), "on Discord all goes on"
    rivera = await visitor.open("Ms Rivera", "period-3-teachers")
    await rivera.slash("delivery messages")
    assert "3 arrived" in rivera.texts[-1]
    await rivera.slash("delivery reach")
    assert "In a private thread: 1" in rivera.texts[-1]


async def test_the_page_that_stops_texts_opens_from_the_card_and_stops_them(visitor: Visitor):
    chloe = await confirm_phone(visitor)
    await chloe.slash("phone show")
    async with aiohttp.ClientSession() as session, session.get(chloe.link()) as page:
        assert page.status == 200
        assert "Stop" in await page.text()


async def test_time_moves_to_eight_on_the_class_s_wall(visitor: Visitor):
    zone = ZoneInfo((await visitor.state())["zone"])
    before = datetime.fromisoformat((await visitor.state())["now"]).astimezone(zone)
    await visitor.move("morning")
    after = datetime.fromisoformat((await visitor.state())["now"]).astimezone(zone)
    assert (after.date() - before.date()).days == 1
    assert (after.hour, after.minute) == (8, 0)


async def test_what_is_looked_at_is_read_and_what_is_not_stays_unread(visitor: Visitor):
    assert (await visitor.rooms("Ben"))["Flipcord"]["unread"] == 1
    await visitor.open("Ben", "Flipcord")
    assert (await visitor.rooms("Ben"))["Flipcord"]["unread"] == 0
    assert (await visitor.rooms("Chloé"))["Flipcord"]["unread"] == 1


async def test_a_press_on_a_room_that_changed_is_told_and_counts_the_second_time(visitor: Visitor):
    ben = await visitor.open("Ben", ROOM)
    body = {"protocol_version": 3, "sequence": 1, "request_id": "r1", "kind": "click", "target_id": "1"}
    seen = ben._snapshot
    stale = body | {
        "generation": seen["context"]["generation"],
        "bot_generation": seen["botGeneration"],
        "published_revision": 0,
        "control_key": "message:1:component:0",
    }
    answer = await ben._ask("POST", "/api/action", stale)
    assert answer["rejected"]
    number, words = (await visitor.state())["trouble"]
    assert number == 1
    assert "once more" in words
    await ben.press("Hand in")
    assert ben.form is not None
