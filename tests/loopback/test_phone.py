from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from bot.loopback.changes import PATIENCE_S
from bot.loopback.phone import Phone
from bot.loopback.texts import Text

# twilio 9.13 itself still uses what aiohttp 3.14 deprecates
pytestmark = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]

ANA, BEN = "+15005550101", "+15005550102"
PUBLIC = "https://school.example"


@pytest.fixture
async def twilio(phone: Phone) -> AsyncIterator[Client]:
    """The real SDK, with nothing changed but its base address."""
    async with AsyncTwilioHttpClient(timeout=PATIENCE_S) as http:
        client = Client(phone.account_sid, phone.auth_token, http_client=http)
        client.api.base_url = phone.api_base
        yield client


@dataclass(slots=True)
class Webhook:
    """What the app's web server would be: checks the signature as for its public address."""

    token: str
    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    failing: int = 0

    async def handle(self, request: web.Request) -> web.Response:
        if self.failing:
            self.failing -= 1
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        form = {name: str(value) for name, value in (await request.post()).items()}
        signature = request.headers["X-Twilio-Signature"]
        if not RequestValidator(self.token).validate(PUBLIC + request.path_qs, form, signature):
            return web.Response(status=403)
        self.got.append(form)
        return web.Response(text="<Response/>", content_type="text/xml")


@pytest.fixture
async def webhook(phone: Phone) -> AsyncIterator[Webhook]:
    hook = Webhook(phone.auth_token)
    app = web.Application()
    app.router.add_post("/sms/{what}", hook.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    phone.really_at[PUBLIC] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield hook
    await runner.cleanup()


async def send(twilio: Client, phone: Phone, to: str = ANA, body: str = "hello", **more: Any):
    return await twilio.messages.create_async(to=to, from_=phone.number, body=body, **more)


async def test_a_text_sent_with_the_sdk_is_on_the_phone(phone: Phone, twilio: Client):
    sent = await send(twilio, phone, body="déjà vu", validity_period=3600)
    assert (sent.status, sent.num_segments) == ("queued", "1")
    text = await phone.receives(ANA, "vu")
    assert (text.sid, text.body, text.sender, text.validity_s) == (sent.sid, "déjà vu", phone.number, 3600)
    assert phone.texts_to(BEN) == []
    assert sent.sid is not None
    await phone.settle()
    assert (await twilio.messages(sent.sid).fetch_async()).status == "delivered"


async def test_sent_texts_are_listed_newest_first_by_number_and_time(phone: Phone, twilio: Client):
    began = datetime.now(UTC) - timedelta(seconds=1)
    for number in range(3):
        await send(twilio, phone, body=f"text {number}")
    await send(twilio, phone, BEN)
    listed = await twilio.messages.list_async(to=ANA, from_=phone.number, date_sent_after=began, page_size=2)
    assert [message.body for message in listed] == ["text 2", "text 1", "text 0"]
    assert await twilio.messages.list_async(to=ANA, date_sent_after=began + timedelta(days=1)) == []
    assert len(await twilio.messages.list_async(to=BEN, date_sent=datetime.now(UTC).date())) == 1
    assert len(await twilio.messages.list_async(date_sent_before=datetime.now(UTC) + timedelta(days=1))) == 4


async def test_wrong_credentials_are_refused(phone: Phone):
    async with AsyncTwilioHttpClient(timeout=PATIENCE_S) as http:
        client = Client(phone.account_sid, "wrong", http_client=http)
        client.api.base_url = phone.api_base
        with pytest.raises(TwilioRestException) as refused:
            await send(client, phone)
    assert (refused.value.status, refused.value.code) == (401, 20003)


@pytest.mark.parametrize(
    ("to", "body", "code"),
    [("5550101", "hello", 21211), (ANA, "", 21602), (ANA, "x" * 1601, 21617)],
)
async def test_what_twilio_would_refuse_is_refused(
    phone: Phone, twilio: Client, to: str, body: str, code: int
):
    with pytest.raises(TwilioRestException) as refused:
        await send(twilio, phone, to, body)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert phone.texts == []


async def test_a_number_can_be_refused_at_once_or_never_reached(phone: Phone, twilio: Client):
    phone.fail(ANA, 21614)
    with pytest.raises(TwilioRestException) as refused:
        await send(twilio, phone)
    assert refused.value.code == 21614
    phone.fail(BEN, 30005)
    sent = await send(twilio, phone, BEN)
    await phone.settle()
    assert sent.sid is not None
    fetched = await twilio.messages(sent.sid).fetch_async()
    assert (fetched.status, fetched.error_code) == ("undelivered", 30005)
    assert phone.texts_to(BEN) == []
    phone.mend(ANA)
    await send(twilio, phone)


async def test_a_text_may_be_accepted_and_its_answer_lost(phone: Phone, twilio: Client):
    route = "POST */Messages.json"
    phone.faults.answer(route, 500, accepted=True)
    with pytest.raises(TwilioRestException):
        await send(twilio, phone, body="one")
    phone.faults.cut(route, accepted=True)
    with pytest.raises(aiohttp.ClientConnectionError):
        await send(twilio, phone, body="two")
    phone.faults.hang(route, accepted=True)
    hanging = asyncio.create_task(send(twilio, phone, body="three"))
    await phone.changes.until(lambda: phone.texts[2:], what="the third text")
    assert not hanging.done()
    hanging.cancel()
    phone.faults.answer(route, 429, 20429)
    with pytest.raises(TwilioRestException) as refused:
        await send(twilio, phone, body="four")
    assert refused.value.code == 20429
    assert [text.body for text in phone.texts] == ["one", "two", "three"]


async def test_the_list_can_fail_too(phone: Phone, twilio: Client):
    phone.faults.answer("GET */Messages.json", 503)
    with pytest.raises(TwilioException, match="503"):  # for lists the SDK raises its more general error
        await twilio.messages.list_async(to=ANA)
    assert await twilio.messages.list_async(to=ANA) == []


async def test_each_status_is_called_back_in_order_with_a_valid_signature(
    phone: Phone, twilio: Client, webhook: Webhook
):
    phone.statuses = ("queued", "sent", "delivered")
    sent = await send(twilio, phone, status_callback=PUBLIC + "/sms/status?d=1")
    await phone.settle()
    assert [form["MessageStatus"] for form in webhook.got] == ["queued", "sent", "delivered"]
    assert {form["MessageSid"] for form in webhook.got} == {sent.sid}
    assert [(callback.status, callback.answered) for callback in phone.callbacks] == [
        ("queued", 200), ("sent", 200), ("delivered", 200)
    ]  # fmt: skip


async def test_an_undelivered_text_is_called_back_with_its_error(
    phone: Phone, twilio: Client, webhook: Webhook
):
    phone.fail(ANA, 30005)
    await send(twilio, phone, status_callback=PUBLIC + "/sms/status")
    await phone.settle()
    assert [(form["MessageStatus"], form.get("ErrorCode")) for form in webhook.got] == [
        ("sent", None), ("undelivered", "30005")
    ]  # fmt: skip


async def test_a_callback_is_tried_once_more_when_the_connection_fails(
    phone: Phone, twilio: Client, webhook: Webhook
):
    phone.statuses = ("delivered",)
    webhook.failing = 1
    await send(twilio, phone, status_callback=PUBLIC + "/sms/status")
    await phone.settle()
    webhook.failing = 2
    await send(twilio, phone, status_callback=PUBLIC + "/sms/status")
    await phone.settle()
    assert [callback.answered for callback in phone.callbacks] == [200, None]


async def test_a_reply_from_the_phone_is_posted_to_the_webhook_signed(phone: Phone, webhook: Webhook):
    assert await phone.reply(ANA, "YES please ✓", PUBLIC + "/sms/inbound") == (200, "<Response/>")
    assert (webhook.got[0]["From"], webhook.got[0]["Body"]) == (ANA, "YES please ✓")
    phone.auth_token = "another"
    assert (await phone.reply(ANA, "hello", PUBLIC + "/sms/inbound"))[0] == 403


async def test_after_stop_twilio_sends_no_more_until_start(phone: Phone, twilio: Client, webhook: Webhook):
    await phone.reply(ANA, " stop ", PUBLIC + "/sms/inbound")
    with pytest.raises(TwilioRestException) as refused:
        await send(twilio, phone)
    assert refused.value.code == 21610
    await phone.reply(ANA, "Start", PUBLIC + "/sms/inbound")
    await send(twilio, phone)


async def test_nothing_is_ever_posted_off_this_machine(phone: Phone):
    with pytest.raises(ValueError, match="not on 127"):
        await phone.reply(ANA, "hello", "https://elsewhere.example/sms")


@pytest.mark.parametrize(
    ("body", "segments"),
    [("a" * 160, 1), ("a" * 161, 2), ("é€" * 53, 1), ("é€" * 54, 2), ("ł" * 70, 1), ("😀" * 36, 2)],
)
def test_segments_are_counted_as_they_are_billed(body: str, segments: int):
    assert Text("SM1", ANA, BEN, body, datetime.now(UTC), "queued").segments == segments
