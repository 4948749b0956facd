"""The real bot as a process with a web server of its own: what it serves, and that none of its words is a secret."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli import EX_CONFIG
from tests.web.walk import METRICS_TOKEN, Live, Walk, open_live


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[Live]:
    async with open_live(tmp_path) as live:
        yield live


async def test_a_port_that_is_taken_is_told_in_one_line(live: Live):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(live.base.rpartition(":")[2])))
        taken.listen()
        await live.world.bot.start()
        assert await live.world.bot.wait() == EX_CONFIG
    lines = [line for line in live.world.bot.output.splitlines() if "event=" not in line]
    assert len(lines) == 1
    assert "web.port" in lines[0]
    assert live.world.wire.gateway.identifies == 0


async def test_a_monitor_sees_the_connection_go_and_come_back(live: Live):
    await live.world.start_bot()
    well = await live.health(ok=True)
    assert well["ok"]
    async with live.world.wire.gateway.down():
        unwell = await live.health(ok=False)
        assert not unwell["gateway"]
        assert unwell["database"]
    await live.health(ok=True)


async def test_no_secret_of_a_whole_walk_is_in_the_log_or_the_metrics(live: Live):
    walk, world = Walk(live), live.world
    await world.start_bot()
    await walk.join_and_prove_a_phone()
    await walk.be_reminded_and_write_back()
    page = await walk.look_at_the_stop_page()
    await walk.press_the_stop_page(page)
    assert "I do not text you" in (await walk.dev.slash("phone show", where="lobby")).text
    await walk.dev.slash("phone number", where="lobby")
    await walk.meet_a_fault()
    await walk.ask_wrongly()
    status, metrics = await live.get("/metrics", Authorization=f"Bearer {METRICS_TOKEN}")
    _, health = await live.get("/healthz")
    assert status == 200
    assert (await live.get("/metrics"))[0] == 404
    counted = {line.split()[0]: float(line.split()[1]) for line in metrics.splitlines() if line[0] != "#"}
    taken = counted['flipcord_interactions_answered_total{answer="taken"}']
    assert taken >= 12
    assert counted["flipcord_interaction_first_response_seconds_sum"] / taken < 1
    assert counted['flipcord_outbox_rows{state="sent",way="sms"}'] >= 2
    assert await world.bot.stop() == 0

    said = world.bot.output
    assert "interaction_fault" in said
    assert "level=debug" in said
    canaries = walk.canaries()
    found = {
        each for each in canaries for text in (said, metrics, health) if re.search(rf"(?<!\d){re.escape(each)}", text)
    }  # fmt: skip
    assert found == set(), [line for line in said.splitlines() if any(each in line for each in found)][:5]
    print(f"{len(canaries)} canaries, {len(said.splitlines())} lines")
