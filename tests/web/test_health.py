"""What a monitor sees: whether all is well, and how it goes, with no name in it."""

from __future__ import annotations

import asyncio
import json
import math
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from yarl import URL

import bot.web.health
from bot.domain.outbox import Effect, Kind, State, Way
from bot.domain.standing import Occurrence, Seen, Standstill
from bot.services.ports import Tx
from bot.services.vitals import MOST_LATE, Vitals, VitalsService
from bot.storage.database import Database
from bot.web.limits import PER_MINUTE
from bot.web.metrics import Metrics
from tests.builders import NOW, Ids
from tests.services.conftest import database, empty_database_file
from tests.web.conftest import Site

__all__ = ["database", "empty_database_file"]


def late(by: timedelta) -> Vitals:
    return Vitals({(State.DUE, Way.DM): 1}, {Way.DM: by})


async def test_all_is_well(site: Site):
    got = await site.ask("GET", "/healthz")
    assert got.status == 200
    assert json.loads(got.text) == {
        "ok": True,
        "gateway": True,
        "database": True,
        "beat": True,
        "deliveries": True,
        "oldest_due_s": 0.0,
        "last_beat_s": 0.0,
        "last_claim_s": 0.0,
        "last_send_s": None,
        "standing_still": {},
        "set_aside": 0,
        "given_up_today": 0,
        "failing_jobs": [],
    }


async def test_an_overdue_beat_is_not_well_whatever_else_is(site: Site):
    site.beat_s, site.beat_is_overdue = 200.0, True
    got = await site.ask("GET", "/healthz")
    shown = json.loads(got.text)
    assert (got.status, shown["beat"], shown["last_beat_s"]) == (503, False, 200.0)
    assert shown["deliveries"]


@pytest.mark.parametrize("state", Standstill)
async def test_what_stands_still_is_named_here_and_counted_there(site: Site, state: Standstill):
    since = NOW - timedelta(minutes=3)
    site.standing = [Occurrence(Seen(state, section), since, NOW) for section in (1, 2)]
    got = await site.ask("GET", "/healthz")
    shown = json.loads(got.text)
    assert shown["standing_still"] == {state: 180.0}
    # what one class has to mend is no alarm for who runs the bot
    is_well = state in (Standstill.REFUSED_CLASS, Standstill.CLASS_WAITS)
    assert (got.status, shown["ok"], shown["deliveries"]) == (200 if is_well else 503, is_well, is_well)
    counted = values((await site.ask("GET", "/metrics", proxied=False)).text)
    assert {each: counted[f"flipcord_standing_still_seconds['{each}']"] for each in Standstill} == {
        each: 180.0 if each is state else 0.0 for each in Standstill
    }


async def test_signs_of_life_are_counted_by_their_age(site: Site):
    site.beat_s = 70.0
    shown = values((await site.ask("GET", "/metrics", proxied=False)).text)
    assert shown["flipcord_last_beat_age_seconds[]"] == shown["flipcord_last_claim_age_seconds[]"] == 70
    assert math.isnan(shown["flipcord_last_send_age_seconds[]"])


async def test_what_is_set_aside_is_counted_and_makes_nothing_unwell(site: Site):
    site.vitals.shown = Vitals({}, {}, set_aside=2, given_up=1, failing=("nudges",))
    got = await site.ask("GET", "/healthz")
    assert got.status == 200
    shown = json.loads(got.text)
    assert (shown["set_aside"], shown["given_up_today"], shown["failing_jobs"]) == (2, 1, ["nudges"])
    seen = values((await site.ask("GET", "/metrics", proxied=False)).text)
    names = ("flipcord_set_aside[]", "flipcord_given_up[]", "flipcord_failing_jobs[]")
    assert [seen[name] for name in names] == [2, 1, 1]


@pytest.mark.parametrize("part", ["gateway", "database", "deliveries"])
async def test_what_is_not_well_is_said(site: Site, part: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bot.web.health, "ANSWER_S", 0.05)
    site.connected = part != "gateway"
    site.vitals.hangs = part == "database"
    site.vitals.shown = late(MOST_LATE + timedelta(seconds=1 if part == "deliveries" else 0))
    got = await site.ask("GET", "/healthz")
    shown = json.loads(got.text)
    assert got.status == 503
    assert not shown["ok"]
    assert not shown[part]
    # nobody can tell how deliveries stand when the database does not answer
    assert shown["gateway"] == (part != "gateway")


def values(text: str) -> dict[str, float]:
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_prometheus_reads_how_deliveries_stand(site: Site):
    site.vitals.shown = Vitals(
        {(State.DUE, Way.SMS): 2, (State.SENT, Way.DM): 40, (State.UNCERTAIN, Way.SMS): 1},
        {Way.SMS: timedelta(seconds=90)},
    )
    got = await site.ask("GET", "/metrics", proxied=False)
    shown = values(got.text)
    assert got.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert shown["flipcord_outbox_rows['due', 'sms']"] == 2
    assert shown["flipcord_outbox_rows['dm', 'sent']"] == 40
    assert shown["flipcord_outbox_rows['sms', 'uncertain']"] == 1
    assert shown["flipcord_outbox_rows['dm', 'failed']"] == 0
    assert shown["flipcord_due_lag_seconds['sms']"] == 90
    assert shown["flipcord_gateway_connected[]"] == shown["flipcord_database_up[]"] == 1


async def test_it_still_answers_when_the_database_does_not(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bot.web.health, "ANSWER_S", 0.05)
    site.vitals.hangs = True
    shown = values((await site.ask("GET", "/metrics", proxied=False)).text)
    assert shown["flipcord_database_up[]"] == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"Via": "1.1 proxy"},
        {"Host": "bot.school.example"},
        {"Host": "bot.school.example:443"},
    ],
)
async def test_whoever_comes_by_the_public_address_sees_no_metrics(site: Site, headers: dict[str, str]):
    assert (await site.ask("GET", "/metrics", proxied=False, headers=headers)).status == 404
    assert (await site.ask("GET", "/metrics")).status == 404


async def test_with_a_token_only_the_token_opens_them(site: Site):
    await site.restart(metrics_token="let-me-look")
    for given, status in (("Bearer let-me-look", 200), ("Bearer let-me-loop", 404), ("let-me-look", 404)):
        got = await site.ask("GET", "/metrics", headers={"Authorization": given})
        assert got.status == status, given
    assert (await site.ask("GET", "/metrics", proxied=False)).status == 404


@pytest.mark.parametrize(
    "given",
    [
        b"Bearer \xff",
        b"Bearer \xf0\x9f",
        "Bearer l\u00e9t-me-look".encode(),
        b"\x80\x81",
        b"Bearer",
        b"Bearer  ",
    ],
)
async def test_a_token_of_any_bytes_is_a_wrong_token(site: Site, given: bytes):
    await site.restart(metrics_token="let-me-look")
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(
        b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: " + given + b"\r\n\r\n"
    )
    answer = await reader.read()
    writer.close()
    assert int(answer.split()[1]) in (400, 404)
    assert b"Server:" not in answer


async def test_the_token_cannot_be_tried_through(site: Site):
    await site.restart(metrics_token="let-me-look")

    async def tried(token: str) -> int:
        return (await site.ask("GET", "/metrics", headers={"Authorization": f"Bearer {token}"})).status

    assert [await tried(f"guess-{n}") for n in range(PER_MINUTE + 3)] == [404] * PER_MINUTE + [429] * 3
    assert await tried("let-me-look") == 429
    site.proxy_headers["X-Forwarded-For"] = "198.51.100.7"
    assert await tried("let-me-look") == 200


async def test_the_first_response_is_timed_from_the_press_as_discord_dates_it():
    metrics = Metrics(lambda: NOW)
    pressed = int((NOW - timedelta(milliseconds=400)).timestamp() * 1000) - 1_420_070_400_000 << 22

    async def end(path: str, status: int = 204) -> None:
        url = URL(f"https://discord.com/api/v10{path}")
        params: Any = SimpleNamespace(url=url, response=SimpleNamespace(status=status))
        session: Any = None
        await metrics.on_request_end(session, None, params)

    await end(f"/interactions/{pressed}/a-token/callback")
    await end(f"/interactions/{pressed}/a-token/callback", 404)
    await end(f"/webhooks/{pressed}/a-token")
    await end("/callback")
    shown = values(metrics.text(None, connected=True).decode())
    assert shown["flipcord_interactions_answered_total['taken']"] == 1
    assert shown["flipcord_interactions_answered_total['refused']"] == 1
    assert shown["flipcord_interaction_first_response_seconds_count[]"] == 1
    assert shown["flipcord_interaction_first_response_seconds_sum[]"] == pytest.approx(0.4, abs=0.002)


async def test_no_label_tells_of_anybody(site: Site):
    families = list(text_string_to_metric_families((await site.ask("GET", "/metrics", proxied=False)).text))
    labels = {name for family in families for sample in family.samples for name in sample.labels}
    assert labels <= {"state", "way", "status", "answer", "le"}
    assert len(families) > 8


async def test_the_real_outbox_is_counted(database: Database):
    def fill(tx: Tx) -> None:
        effects = [
            Effect(f"k{n}", Kind.NUDGE, way, NOW + timedelta(minutes=n - 3), args={})
            for n, way in enumerate([Way.DM, Way.DM, Way.SMS, Way.SMS, Way.SMS])
        ]
        tx.outbox.add(effects, NOW, Ids())
        tx.outbox.claim(NOW, [Way.DM], 1, "lease", NOW + timedelta(minutes=1))

    await database.write(fill)
    vitals = await VitalsService(database).look(NOW)
    assert vitals.rows == {(State.LEASED, Way.DM): 1, (State.DUE, Way.DM): 1, (State.DUE, Way.SMS): 3}
    assert vitals.late == {Way.DM: timedelta(minutes=2), Way.SMS: timedelta(minutes=1)}
    assert vitals.latest == timedelta(minutes=2)
