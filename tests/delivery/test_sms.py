"""A text to a phone, and what Twilio's answers mean for it."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.delivery.sms import Texts, TwilioAccount
from bot.domain.messages import Closed, Message, PhoneCode, Refused, Sent, ToPhone, Trouble, Unknown, Wait
from bot.domain.receipts import country_of
from bot.loopback.phone import Phone
from bot.words.texts import REPLY_STOP

NUMBER = "+15005550011"
TO = ToPhone(NUMBER, 1800)
MESSAGES = "/2010-04-01/Accounts/*/Messages.json"


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    async with Phone() as phone:
        yield phone


@pytest.fixture
async def texts(phone: Phone) -> AsyncIterator[Texts]:
    account = TwilioAccount(phone.account_sid, phone.auth_token, phone.number, phone.api_base)
    texts = Texts(account)
    yield texts
    await texts.aclose()


def _code(code: str = "123456") -> Message:
    return Message(PhoneCode(code, 10), TO, "nonce", 1)


async def test_a_code_arrives_on_the_phone(phone: Phone, texts: Texts) -> None:
    outcome = await texts.carry(_code(), TO)
    (text,) = phone.texts_to(NUMBER) or [await phone.receives(NUMBER)]
    assert "123456" in text.body
    assert text.segments == 1
    assert text.validity_s == 1800
    assert outcome == Sent(result=text.sid, segments=1)


@pytest.mark.parametrize(("asked", "given"), [(-5, 1), (0, 1), (36_000, 36_000), (90_000, 36_000)])
async def test_a_text_is_given_up_by_the_time_it_is_useless(
    phone: Phone, texts: Texts, asked: int, given: int
) -> None:
    await texts.carry(_code(), ToPhone(NUMBER, asked))
    assert phone.texts[0].validity_s == given


async def test_where_answers_are_heard_the_text_says_so_and_its_fate_is_told_back(phone: Phone) -> None:
    """RB5: the address carries the row's nonce, so that a callback finds its row."""
    phone.statuses = ()
    account = TwilioAccount(
        phone.account_sid,
        phone.auth_token,
        phone.number,
        phone.api_base,
        public_url="https://bot.school.example",
    )
    texts = Texts(account)
    code = Message(PhoneCode("123456", 10), TO, "a+nonce/1", 1)
    await texts.carry(code, TO)
    assert phone.texts[0].callback == "https://bot.school.example/twilio/status?n=a%2Bnonce%2F1"
    assert phone.texts[0].body.endswith(REPLY_STOP)
    await texts.aclose()
    # a later start without a web server still knows its own words
    alone = Texts(TwilioAccount(phone.account_sid, phone.auth_token, phone.number, phone.api_base))
    assert await alone.find(code, TO, phone.texts[0].at) is not None
    await alone.aclose()


async def test_six_hundred_texts_keep_to_one_a_second_but_for_a_burst(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """RB4: what waits, waits with us, where a stop still reaches it, and not in Twilio's queue."""
    now, went = 1000.0, []

    async def sleep(seconds: float) -> None:
        went.append(now + seconds)

    texts = Texts(TwilioAccount("AC1", "token", "+15005550006"))
    monkeypatch.setattr("bot.delivery.sms._now", lambda: now)
    monkeypatch.setattr("bot.delivery.sms.asyncio.sleep", sleep)
    for _ in range(600):
        await texts._in_turn(1)
    assert went == sorted(went)
    assert went[:10] == [1000.0] * 10
    assert all(went[each + 11] - went[each] >= 1.0 for each in range(589))
    assert went[-1] == pytest.approx(1000 + 600 - 1 - 10)


async def test_what_needs_buttons_is_no_text(phone: Phone, texts: Texts) -> None:
    trouble = Message(Trouble("a", "b"), TO, "nonce", 1)
    assert isinstance(await texts.carry(trouble, TO), Refused)
    assert phone.texts == []


@pytest.mark.parametrize("code", [21211, 21614, 21610, 21612])
async def test_a_number_that_cannot_be_texted_is_closed_for_good(
    phone: Phone, texts: Texts, code: int
) -> None:
    phone.fail(NUMBER, code)
    outcome = await texts.carry(_code(), TO)
    assert isinstance(outcome, Closed)
    assert outcome.lasting


@pytest.mark.parametrize(
    ("code", "status", "least_s"),
    [(20429, 429, 10), (30001, 400, 30), (30022, 400, 30), (30003, 400, 14_400)],
)
async def test_a_passing_trouble_waits(
    phone: Phone, texts: Texts, code: int, status: int, least_s: float
) -> None:
    phone.faults.answer(f"POST {MESSAGES}", status, code)
    outcome = await texts.carry(_code(), TO)
    assert isinstance(outcome, Wait)
    assert outcome.seconds >= least_s
    assert isinstance(await texts.carry(_code(), TO), Sent)


@pytest.mark.parametrize(
    ("code", "status"), [(20003, 401), (21606, 400), (30007, 400), (30032, 400), (30034, 400), (63038, 429)]
)
async def test_trouble_with_our_own_account_holds_every_text(
    phone: Phone, texts: Texts, code: int, status: int
) -> None:
    fault = phone.faults.answer(f"POST {MESSAGES}", status, code, times=None)
    for _ in range(5):
        outcome = await texts.carry(_code(), TO)
        assert isinstance(outcome, Wait)
        assert "runs the bot" in outcome.mend
    assert fault.hits == 1


@pytest.mark.parametrize("code", [21408, 21612])
async def test_a_country_that_cannot_be_reached_holds_its_own_texts_alone(
    phone: Phone, texts: Texts, code: int
) -> None:
    abroad, also, jamaica = "+34600000000", "+34611111111", "+18765550100"
    phone.fail(abroad, code)
    outcome = await texts.carry(_code(), ToPhone(abroad, 60))
    assert isinstance(outcome, Wait)
    assert "runs the bot" in outcome.mend
    assert outcome.country == "34"
    assert isinstance(await texts.carry(_code(), ToPhone(also, 60)), Wait)
    for number in (NUMBER, jamaica):
        assert isinstance(await texts.carry(_code(), ToPhone(number, 60)), Sent)


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+15005550011", "1500"),
        ("+18765550100", "1876"),
        ("+34600000000", "34"),
        ("+352621000000", "352"),
        ("+77010000000", "77"),
    ],
)
def test_a_number_tells_its_country(number: str, country: str) -> None:
    """A score of countries share +1, and they differ in what an account may send there."""
    assert country_of(number) == country


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_after_a_fault_at_twilio_nobody_knows(phone: Phone, texts: Texts, status: int) -> None:
    phone.faults.answer(f"POST {MESSAGES}", status, accepted=True)
    assert isinstance(await texts.carry(_code(), TO), Unknown)
    assert len(phone.texts) == 1


async def test_after_a_broken_connection_nobody_knows(phone: Phone, texts: Texts) -> None:
    phone.faults.cut(f"POST {MESSAGES}", accepted=True)
    assert isinstance(await texts.carry(_code(), TO), Unknown)
    assert len(phone.texts) == 1


async def test_a_twilio_that_hangs_is_given_up(phone: Phone, texts: Texts) -> None:
    await texts.carry(_code(), TO)
    assert texts._http is not None
    texts._http._timeout_s = 0.1  # of a connection that stands: only the answer can be late
    phone.faults.hang(f"POST {MESSAGES}", accepted=True)
    assert isinstance(await texts.carry(_code(), TO), Unknown)


async def test_without_a_connection_nothing_was_sent(phone: Phone) -> None:
    texts = Texts(TwilioAccount("AC1", "token", "+15005550006", "http://127.0.0.1:9"))
    assert isinstance(await texts.carry(_code(), TO), Wait)
    await texts.aclose()


async def test_a_lost_text_is_found_by_its_words(phone: Phone, texts: Texts) -> None:
    for code in ("111111", "222222", "333333"):
        await texts.carry(_code(code), TO)
    since = phone.texts[0].at
    assert await texts.find(_code("222222"), TO, since) == Sent(result=phone.texts[1].sid)
    assert await texts.find(_code("444444"), TO, since) is None


async def test_the_same_words_of_an_earlier_day_are_another_text(phone: Phone, texts: Texts) -> None:
    await texts.carry(_code(), TO)
    assert await texts.find(_code(), TO, phone.texts[0].at + timedelta(days=1)) is None


async def test_a_text_that_is_still_queued_is_found(phone: Phone, texts: Texts) -> None:
    phone.statuses = ()
    await texts.carry(_code(), TO)
    assert await texts.find(_code(), TO, phone.texts[0].at) is not None


async def test_the_phone_number_is_in_no_log(
    phone: Phone, texts: Texts, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        await texts.carry(_code(), TO)
        await texts.find(_code(), TO, phone.texts[0].at)
    assert NUMBER[1:] not in caplog.text
    assert phone.auth_token not in repr(texts._account)


def test_twilios_sdk_is_loaded_on_the_first_text_only() -> None:
    code = "import sys, bot.delivery.worker; print(any(name.startswith('twilio') for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
