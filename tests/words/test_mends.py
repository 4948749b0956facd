"""Every reason for which a message can fail has a mend of its own."""

from __future__ import annotations

import pytest

from bot.delivery.errors import ANYWHERE, TO_PERSON
from bot.domain.messages import Closed, Refused
from bot.domain.receipts import ERRORS, UNKNOWN
from bot.words.mends import MENDS, carrier, mend

#: of the tables of refusals, and of our own last look (services.parcels, services.nudges)
REASONS = sorted(
    {each.why for table in (ANYWHERE, TO_PERSON) for each in table.values() if isinstance(each, Closed | Refused)}
    | {each.why for each in (*ERRORS.values(), UNKNOWN)}
    | {
        "the inbox is not open",
        "not in the class any more",
        "the class has no pre-work channel",
        "no confirmed phone",
        "the key of the number is missing",
        "DMs are closed, no phone, and the class has no pre-work channel",
        "texting is not set up",
        "it does not fit into a text",
        "Twilio refused it (21999)",
        "Discord refused it (400, code 1)",
    }
)  # fmt: skip


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_has_a_mend(reason: str) -> None:
    assert len(REASONS) > 40
    found = [words for words, _ in MENDS if words in reason]
    assert found, f"nothing says what helps when {reason!r}"
    assert mend(reason).strip()


def test_what_nobody_foresaw_still_ends_in_something_to_do() -> None:
    assert "Tell them yourself" in mend("a fault that is new")
    assert "Twilio's code 39999" in carrier(39999)
    assert carrier(30006) == "the number is a landline"
    assert carrier(None) == "the carrier gave no reason"


@pytest.mark.parametrize(
    ("reason", "start"),
    [
        ("STOP was answered from that phone", "They stopped texts"),
        ("the number is a landline", "They can give a number"),
        ("the student's direct messages are closed", "They can open DMs"),
        ("the server has as many threads as Discord allows", "Archive threads"),
        ("our number cannot send texts", "Ask the person who runs"),
        ("I lack a permission for it", "Give my role"),
    ],
)
def test_the_usual_ones_say_what_to_do(reason: str, start: str) -> None:
    assert mend(reason).startswith(start)
