"""Refuses every connection that would leave this machine, and fails the test that tried."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from typing import Any

import pytest

LOCAL_NAMES = ("", "localhost", "0.0.0.0", "::")  # noqa: S104  # what a listener may bind, never reached from afar

_refused: list[str] = []


class OffTheMachine(OSError):
    """A test reached for a host that is not this one."""


def _is_local(host: object) -> bool:
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return name in LOCAL_NAMES or ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        return False


def _host(event: str, args: tuple[Any, ...]) -> object:
    """Where it goes; None for a socket of the file system."""
    match event:
        case "socket.getaddrinfo" | "socket.gethostbyname":
            return args[0]
        case "socket.connect" | "socket.sendto":
            return args[1][0] if isinstance(args[1], tuple) else None
        case _:
            return None


def _watch(event: str, args: tuple[Any, ...]) -> None:
    # every open file and import passes here: the cheapest look first
    if event.startswith("socket.") and not _is_local(host := _host(event, args)):
        _refused.append(f"{event}: {host}")
        raise OffTheMachine(f"tests stay on this machine; {event} asked for {host}")


# an audit hook sees what any library does, and cannot be taken off: it lasts as long as the tests
sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def loopback_only() -> Iterator[list[str]]:
    """What was refused during the test, which must be nothing when it ends."""
    _refused.clear()
    yield _refused
    assert not _refused, _refused
