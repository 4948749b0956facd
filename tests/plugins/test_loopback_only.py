"""No test leaves this machine, whichever library it goes through."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import aiohttp
import pytest

from tests.plugins.loopback_only import OffTheMachine


@pytest.fixture
def refused(loopback_only: list[str]) -> Iterator[list[str]]:
    """What was refused; forgiven at the end, for it was asked for on purpose."""
    yield loopback_only
    loopback_only.clear()


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_a_connection_to_another_machine_is_refused(refused: list[str], host: str):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as each, pytest.raises(OffTheMachine):
        each.connect((host, 443))
    assert len(refused) == 1


def test_a_name_of_another_machine_is_not_looked_up(refused: list[str]):
    with pytest.raises(OffTheMachine):
        socket.getaddrinfo("example.org", 443)
    assert len(refused) == 1


async def test_the_client_that_the_bot_uses_is_refused_too(refused: list[str]):
    async with aiohttp.ClientSession() as session:
        with pytest.raises((aiohttp.ClientError, OSError)):
            await session.get("http://192.0.2.1/")
    assert refused


def test_this_machine_is_open():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()
