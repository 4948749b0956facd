"""Twilio's webhooks behind a proxy: what Twilio signed is believed, nothing else is, and nothing counts twice."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

import bot.web.keeping
from bot.loopback.changes import PATIENCE_S
from bot.loopback.texts import Text
from bot.storage.database import Database
from bot.web.forms import FORM_TYPE, Fields
from bot.web.twilio import NO_REPLY, Signatures
from tests.builders import NOW
from tests.services.conftest import database, empty_database_file
from tests.web.conftest import OLD_TOKEN, PUBLIC, TOKEN, Site

__all__ = ["database", "empty_database_file"]

SID = "SM" + "ab" * 16
NUMBER = "+12025550142"


def inbound(body: str = "STOP", sid: str = SID) -> dict[str, str]:
    return Text(sid, "+15005550006", NUMBER, body, NOW, "received", direction="inbound").inbound_params(
        "AC" + "0" * 32
    )


def callback(status: str = "delivered", sid: str = SID, error: int | None = None) -> dict[str, str]:
    text = Text(sid, NUMBER, "+15005550006", "", NOW, status, error_code=error)
    return text.callback_params("AC" + "0" * 32)


async def test_what_a_person_texts_back_is_kept_and_answered_with_no_text(site: Site):
    got = await site.twilio("/twilio/text", inbound("I can’t open the video 🙁"))
    assert (got.status, got.text) == (200, NO_REPLY)
    assert got.headers["Content-Type"].startswith("text/xml")
    assert site.incoming.kept == {SID: (NUMBER, "I can’t open the video 🙁")}


@pytest.mark.parametrize(("media", "files"), [("0", 0), ("1", 1), ("10", 10), ("", 0), ("-1", 0), ("x", 0)])
async def test_how_many_pictures_came_with_it_is_kept(site: Site, media: str, files: int):
    got = await site.twilio("/twilio/text", inbound("Here is my sheet") | {"NumMedia": media})
    assert got.status == 200
    assert site.incoming.files == {SID: files}


async def test_what_became_of_a_text_is_kept_with_the_row_it_was_for(site: Site):
    got = await site.twilio("/twilio/status?n=Abc_-123", callback("undelivered", error=30003))
    assert (got.status, got.text) == (204, "")
    assert site.receipts.kept == {SID: ("undelivered", "Abc_-123", 30003)}


# --- RB7: 14 cases and some ---

BLANK = {"Body": "", "FromCity": "", "MediaUrl0": ""}


@pytest.mark.parametrize(
    ("signed_for", "fields", "headers", "believed"),
    [
        pytest.param(PUBLIC, {}, {}, True, id="https"),
        pytest.param("http://bot.school.example", {}, {}, False, id="signed for http"),
        pytest.param(f"{PUBLIC}:443", {}, {}, True, id="signed with the port written out"),
        pytest.param(f"{PUBLIC}:8443", {}, {}, False, id="another port"),
        pytest.param(PUBLIC, BLANK, {}, True, id="blank parameters"),
        pytest.param(PUBLIC, {"Body": "naïve ✓ 日本 & = + %"}, {}, True, id="not ASCII"),
        pytest.param("https://evil.example", {}, {"Host": "evil.example"}, False, id="signed for another host"),
        pytest.param(
            "https://evil.example",
            {},
            {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example;proto=https"},
            False,
            id="a forged Forwarded header",
        ),
        pytest.param(
            PUBLIC, {}, {"X-Forwarded-Proto": "http", "X-Original-URL": "/x"}, True, id="a careless proxy"
        ),
    ],
)  # fmt: skip
async def test_only_the_public_address_of_the_settings_counts(
    site: Site, signed_for: str, fields: dict[str, str], headers: dict[str, str], believed: bool
):
    site.proxy_headers |= headers
    got = await site.twilio("/twilio/text", inbound() | fields, signed_for=signed_for)
    assert got.status == (200 if believed else 403)
    assert site.incoming.writes == believed


def test_the_public_address_may_have_a_folder_that_the_proxy_cuts_off():
    fields = Fields({name: [value] for name, value in inbound().items()})
    signature = RequestValidator(TOKEN).compute_signature("https://school.example/bot/twilio/text", fields)
    signatures = Signatures([TOKEN], "https://school.example/bot/")
    assert signatures.hold("/twilio/text", fields, signature)
    assert not signatures.hold("/bot/twilio/text", fields, signature)
    # a whole address in the place of a path is no way round it
    assert not signatures.hold("https://school.example/bot/twilio/text", fields, signature)


async def test_a_query_is_signed_too(site: Site):
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/twilio/status?n=mine", callback())
    headers = {"X-Twilio-Signature": signature, "Content-Type": FORM_TYPE}
    for path in ("/twilio/status?n=yours", "/twilio/status", "/twilio/status?n=mine&n=yours"):
        assert (await site.ask("POST", path, data=urlencode(callback()), headers=headers)).status == 403
    assert (
        await site.ask("POST", "/twilio/status?n=mine", data=urlencode(callback()), headers=headers)
    ).status == 204


async def test_a_repeated_parameter_is_signed_with_all_its_values(site: Site):
    pairs = [*inbound().items(), ("Tag", "b"), ("Tag", "a"), ("Tag", "b")]

    class Many(dict[str, Any]):
        def getall(self, name: str) -> list[str]:
            return [value for key, value in pairs if key == name]

    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/twilio/text", Many(pairs))
    headers = {"X-Twilio-Signature": signature, "Content-Type": FORM_TYPE}
    assert (await site.ask("POST", "/twilio/text", data=urlencode(pairs), headers=headers)).status == 200
    assert (
        await site.ask("POST", "/twilio/text", data=urlencode([*pairs, ("Tag", "c")]), headers=headers)
    ).status == 403


async def test_a_parameter_more_or_another_word_is_refused(site: Site):
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/twilio/text", inbound())
    headers = {"X-Twilio-Signature": signature, "Content-Type": FORM_TYPE}
    for changed in (inbound() | {"Extra": "1"}, inbound("START"), dict(list(inbound().items())[1:])):
        got = await site.ask("POST", "/twilio/text", data=urlencode(changed), headers=headers)
        assert got.status == 403
    assert site.incoming.writes == 0


async def test_the_token_before_this_one_is_believed_and_any_other_is_not(site: Site):
    assert (await site.twilio("/twilio/text", inbound(), token=OLD_TOKEN)).status == 200
    for wrong in ("0" * 32, TOKEN.upper(), ""):
        assert (await site.twilio("/twilio/text", inbound(sid="SM2"), token=wrong)).status == 403
    assert list(site.incoming.kept) == [SID]


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "OPTIONS", "DELETE"])
async def test_only_a_post_is_taken(site: Site, method: str):
    url = f"/twilio/text?{urlencode(inbound())}"
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + url, {})
    assert (await site.ask(method, url, headers={"X-Twilio-Signature": signature})).status == 403
    assert site.incoming.writes == 0


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", json.dumps(inbound()).encode()),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("text/plain", urlencode(inbound()).encode()),
        (f"{FORM_TYPE}; charset=no-such-charset", b"\xff\xfe=\xff"),
        (FORM_TYPE, b"a=1&" * 500),
        (FORM_TYPE, b""),
        ("", b""),
    ],
)
async def test_what_is_no_form_is_refused_and_breaks_nothing(site: Site, kind: str, body: bytes):
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/twilio/text", {})
    headers = {"X-Twilio-Signature": signature, "Content-Type": kind}
    got = await site.ask("POST", "/twilio/text", data=body, headers=headers)
    # an empty form may be signed, but tells of nothing
    assert got.status in (403, 400)
    assert site.incoming.writes == 0


async def test_a_refusal_says_nothing_and_takes_no_time(site: Site):
    for headers in (
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "ü" * 28},
        {"X-Twilio-Signature": "x"},
    ):
        got = await site.ask(
            "POST",
            "/twilio/text",
            data=urlencode(inbound("a canary")),
            headers={"Content-Type": FORM_TYPE, **headers},
        )
        assert (got.status, got.text) == (403, "refused")
    assert (site.incoming.writes, site.receipts.writes) == (0, 0)


async def test_a_body_that_is_too_long_is_not_read(site: Site):
    headers = {"Content-Type": FORM_TYPE, "X-Twilio-Signature": "x" * 28}
    assert (await site.ask("POST", "/twilio/text", data=b"a" * 200_000, headers=headers)).status == 413


# --- RG15: replay ---


async def test_a_thousand_captured_requests_sent_again_change_nothing(site: Site):
    texts = [inbound(f"text {n}", f"SM{n:032x}") for n in range(250)]
    statuses = [callback(status, f"SM{n:032x}") for n in range(250) for status in ("sent", "delivered")]
    captured = [("/twilio/text", each) for each in texts] + [
        ("/twilio/status?n=a", each) for each in statuses
    ]
    captured += [("/twilio/text", each) for each in texts]
    assert len(captured) == 1000
    for path, fields in captured:
        assert (await site.twilio(path, fields)).status < 300
    before = site.incoming.kept | site.receipts.kept, site.incoming.writes, site.receipts.writes
    for path, fields in reversed(captured):
        assert (await site.twilio(path, fields)).status < 300
    assert (site.incoming.kept | site.receipts.kept, site.incoming.writes, site.receipts.writes) == before


# --- when nothing can be kept ---


async def test_a_database_that_is_locked_for_a_while_loses_nothing(site: Site):
    site.incoming.locked = site.receipts.locked = 2
    answers = await asyncio.gather(
        site.twilio("/twilio/text", inbound("help")), site.twilio("/twilio/status", callback())
    )
    assert [each.status for each in answers] == [200, 204]
    assert site.incoming.kept == {SID: (NUMBER, "help")}
    assert site.receipts.kept == {SID: ("delivered", None, None)}


async def test_one_that_stays_locked_is_given_back_to_twilio_in_time(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    assert bot.web.keeping.KEEP_S < 15  # Twilio's own patience (RB6)
    monkeypatch.setattr(bot.web.keeping, "KEEP_S", 0.05)
    site.incoming.locked = 1000
    got = await site.twilio("/twilio/text", inbound())
    assert (got.status, got.headers["Retry-After"]) == (503, "5")
    assert site.incoming.kept == {}


class Durable:
    """Receipts that cost one durable write in the real database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def tell(
        self,
        sid: str,
        nonce: str | None,
        status: str,
        error_code: int | None,
        now: datetime,
        *,
        to: str = "",
        ours: str = "",
    ) -> None:
        await self._db.write(lambda tx: tx.upkeep.set_fact(sid, status))

    async def known(self, sid: str) -> str | None:
        return await self._db.read(lambda tx: tx.upkeep.fact(sid))


async def test_under_load_each_is_written_down_before_it_is_answered(site: Site, database: Database):
    """RB6, with a durable write in each."""
    durable = site.receipts = Durable(database)
    await site.restart()

    async def one(number: int) -> None:
        got = await site.twilio("/twilio/status", callback(sid=f"SM{number}"), proxied=False)
        assert got.status == 204
        assert await durable.known(f"SM{number}") == "delivered"

    for start in range(0, 400, 10):
        await asyncio.gather(*(one(number) for number in range(start, start + 10)))


async def test_while_another_program_holds_the_file_nothing_is_lost(
    site: Site, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bot.web.keeping, "KEEP_S", PATIENCE_S)  # however long this test is held up
    durable = site.receipts = Durable(database)
    await site.restart()
    other = sqlite3.connect(tmp_path / "flipcord.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asked = [
        asyncio.create_task(site.twilio("/twilio/status", callback(sid=f"SM{n}"), proxied=False))
        for n in range(5)
    ]
    await asyncio.wait(asked, timeout=0.4)
    assert not any(each.done() for each in asked)
    other.execute("COMMIT")
    other.close()
    assert [(await each).status for each in asked] == [204] * 5
    assert [await durable.known(f"SM{n}") for n in range(5)] == ["delivered"] * 5


async def test_statuses_are_counted_without_saying_whose(site: Site):
    for number, status in enumerate(("sent", "delivered", "delivered", "queued")):
        await site.twilio("/twilio/status", callback(status, f"SM{number}"))
    await site.twilio("/twilio/text", inbound())
    await site.ask("POST", "/twilio/text")
    shown = (await site.ask("GET", "/metrics", proxied=False)).text
    for line in (
        'flipcord_text_receipts_total{status="delivered"} 2.0',
        "flipcord_texts_in_total 1.0",
        "flipcord_webhooks_refused_total 1.0",
    ):
        assert line in shown
    assert NUMBER[1:] not in shown
