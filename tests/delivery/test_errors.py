"""Every refusal of Discord's means one thing (RA10)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.delivery.errors import ANYWHERE, DAY, TO_OPEN, TO_PERSON, TO_PLACE, read
from bot.delivery.line import LineShut, NotRepeated
from bot.domain.messages import Closed, Refused, Unknown, Wait

TABLES = {"person": TO_PERSON, "opening": TO_OPEN, "place": TO_PLACE}

#: what each code of RA10's list, and the commonest others, means by each carrier
MEANINGS: list[tuple[str, int, int, type]] = [
    ("person", 403, 50007, Closed),
    ("person", 403, 50278, Closed),
    ("person", 404, 10003, Closed),
    ("person", 404, 10013, Closed),
    ("person", 404, 10007, Closed),
    ("person", 403, 50001, Closed),
    ("person", 403, 50013, Closed),
    ("person", 400, 20009, Closed),
    ("person", 403, 20026, Closed),
    ("person", 400, 200000, Closed),
    ("person", 400, 240000, Refused),
    ("person", 400, 50035, Refused),
    ("opening", 400, 40003, Wait),
    ("opening", 403, 20026, Wait),
    ("opening", 403, 50007, Closed),
    ("opening", 403, 50278, Closed),
    ("place", 404, 10003, Wait),
    ("place", 404, 10004, Wait),
    ("place", 403, 50001, Wait),
    ("place", 403, 50013, Wait),
    ("place", 400, 200000, Wait),
    ("place", 400, 240000, Refused),
    ("place", 400, 30013, Wait),
    ("place", 400, 30005, Wait),
    ("place", 400, 20028, Wait),
    ("place", 403, 0, Wait),
    ("place", 404, 99999, Wait),
    ("place", 401, 0, Wait),
    ("place", 429, 0, Wait),
    ("place", 400, 99999, Refused),
    ("place", 500, 0, Unknown),
    ("place", 503, 0, Unknown),
    ("place", 504, 130000, Wait),
]


def refusal(status: int, code: int) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="refused", headers={})
    kind = {403: discord.Forbidden, 404: discord.NotFound}.get(status, discord.HTTPException)
    return kind(response, {"code": code, "message": "refused"})


@pytest.mark.parametrize(("table", "status", "code", "meaning"), MEANINGS)
def test_each_code_has_one_meaning(table: str, status: int, code: int, meaning: type) -> None:
    assert type(read(refusal(status, code), TABLES[table])) is meaning


def test_only_closed_direct_messages_close_the_inbox_for_good() -> None:
    lasting = {code for code, each in TO_PERSON.items() if isinstance(each, Closed) and each.lasting}
    assert lasting == {50007}


def test_no_refusal_with_403_or_404_drops_anything_that_stands_in_a_channel() -> None:
    for code in (0, 10003, 10004, 10011, 50001, 50013, 12345):
        for status in (403, 404):
            assert isinstance(read(refusal(status, code), TO_PLACE), Wait)


def test_what_teachers_read_is_short_and_says_what_to_do() -> None:
    outcomes = [outcome for table in (ANYWHERE, *TABLES.values()) for outcome in table.values()]
    assert len(outcomes) > 30
    for outcome in outcomes:
        assert isinstance(outcome, Closed | Wait | Refused)
        assert 10 < len(outcome.why) <= 100
        assert not outcome.why.endswith(".")
        if isinstance(outcome, Wait):
            assert 0 < outcome.seconds <= DAY
            # a passing state needs no hand; everything longer says whose
            assert outcome.mend or outcome.seconds <= 600, outcome


def test_a_long_429_waits_as_long_as_discord_says() -> None:
    assert read(discord.RateLimited(42.5), TO_PERSON) == Wait(42.5, "Discord is busy")


def test_what_was_never_sent_waits_and_what_may_have_counted_is_doubted() -> None:
    where: Any = SimpleNamespace(ssl=None, host="discord.example", port=443)
    unreachable = aiohttp.ClientConnectorError(where, OSError("refused"))
    assert isinstance(read(unreachable, TO_PERSON), Wait)
    assert isinstance(read(LineShut(700), TO_PERSON), Wait)
    for error in (
        ConnectionResetError(),
        TimeoutError(),
        aiohttp.ServerDisconnectedError(),
        NotRepeated("500"),
    ):
        assert isinstance(read(error, TO_PERSON), Unknown)
