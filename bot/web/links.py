"""Signed links and forms: who they are for and what they may do is in them, and nobody else can make one.

Each purpose has a salt of its own, so that what is signed for one opens nothing else. Links that stop texts run out
only with the key that signed them: a stop must work however late it is asked for, and can do nothing but stop (RG2).
Links to a contract run out by themselves.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import Signer

from bot.domain.contracts import Via

#: tells the key of links from the keys of other purposes, though all come from the same setting
_LINKS = b"flipcord: signs links"
#: one letter each: a link should leave room in a text
PARTIES = {"s": "student", "g": "guardian"}
_LETTERS = {party: letter for letter, party in PARTIES.items()}
#: for how long an open page may be pressed
FORM_LIFE = timedelta(days=1)


class Seal:
    """Signs words with the first of the settings' keys, and opens what any of them signed."""

    def __init__(self, keys: Sequence[str], purpose: str) -> None:
        if not keys:
            raise ValueError("a seal needs a key")
        secrets = [hmac.digest(key.encode(), _LINKS, hashlib.sha256) for key in keys]
        self._signers = [Signer(each, salt=f"flipcord {purpose}", key_derivation="hmac") for each in secrets]

    def sign(self, words: str) -> str:
        return self._signers[0].sign(words).decode()

    def open(self, sealed: str) -> str | None:
        """The words, None when none of the keys signed exactly this. Compared in constant time."""
        words = sealed.rpartition(".")[0]
        given = sealed.encode(errors="replace")
        # signed anew rather than verified: base64 would let a few spellings of one signature pass
        matches = [hmac.compare_digest(each.sign(words), given) for each in self._signers]
        return words if any(matches) else None

    def digits(self, words: str) -> list[str]:
        """Six digits that stand for the words, by each of the keys."""
        signed = [hashlib.sha256(each.sign(words)).digest() for each in self._signers]
        return [f"{int.from_bytes(each[:8]) % 1_000_000:06}" for each in signed]


class StopLinks:
    """Makes and reads addresses of the page that stops texts."""

    def __init__(self, keys: Sequence[str], public_url: str) -> None:
        self._seal, self._public_url = Seal(keys, "stop page"), public_url.rstrip("/")

    def make(self, person: int, party: str) -> str:
        """``party`` is student or guardian; KeyError for any other."""
        return f"{self._public_url}/stop/{self._seal.sign(f'{person}{_LETTERS[party]}')}"

    def read(self, token: str) -> tuple[int, str] | None:
        """The person and party, None when the token is not one of ours."""
        words = self._seal.open(token)
        return None if words is None else (int(words[:-1]), PARTIES[words[-1]])


_VIA = {"g": Via.TEXT, "c": Via.CODE}
_VIA_LETTERS = {via: letter for letter, via in _VIA.items()}
#: of texts that went out while the record still kept their links: whoever had the record had the link
_CLOSED = "t"
_CONTRACT = re.compile(rf"([0-9]{{1,15}})([gc{_CLOSED}])([0-9]{{1,6}})")
#: whole days, counted from 1970, that a link to a contract is good for
CONTRACT_DAYS = 14


@dataclass(frozen=True, slots=True)
class RunOut:
    """One of ours, but too old."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """One of ours, but whoever was to have it got another one since."""


class ContractLinks:
    """Makes and reads addresses of the page on which a guardian signs: one contract, one way, for two weeks."""

    def __init__(self, keys: Sequence[str], public_url: str) -> None:
        self._seal, self._public_url = Seal(keys, "contract page"), public_url.rstrip("/")
        self._codes = Seal(keys, "contract code")

    def make(self, contract: int, via: Via, now: datetime) -> str:
        """``via`` is TEXT or CODE; KeyError for any other."""
        last = _day(now) + CONTRACT_DAYS
        return f"{self._public_url}/agree/{self._seal.sign(f'{contract}{_VIA_LETTERS[via]}{last}')}"

    def read(self, token: str, now: datetime) -> tuple[int, Via] | RunOut | Replaced | None:
        """The contract's id and the way; None when the token is not one of ours."""
        words = self._seal.open(token)
        match = _CONTRACT.fullmatch(words) if words is not None else None
        if match is None:
            return None
        if _day(now) > int(match[3]):
            return RunOut()
        return Replaced() if match[2] == _CLOSED else (int(match[1]), _VIA[match[2]])

    def code(self, contract: int) -> str:
        return self._codes.digits(str(contract))[0]

    def fits(self, typed: str, contract: int) -> bool:
        given = re.sub(r"\s", "", typed).encode(errors="replace")
        matches = [hmac.compare_digest(each.encode(), given) for each in self._codes.digits(str(contract))]
        return any(matches)


def _day(now: datetime) -> int:
    return int(now.timestamp()) // 86_400


class FormSeal:
    """Ties the button of a page to the page: a link that is merely followed presses nothing (RG1, RG4)."""

    def __init__(self, keys: Sequence[str], purpose: str = "stop form") -> None:
        self._seal = Seal(keys, purpose)

    def make(self, token: str, now: datetime) -> str:
        return self._seal.sign(f"{token}.{int(now.timestamp())}")

    def fits(self, form: str, token: str, now: datetime) -> bool:
        words = self._seal.open(form)
        if words is None:
            return False
        made_for, _, at = words.rpartition(".")
        age = now.timestamp() - int(at)
        return made_for == token and -60 <= age <= FORM_LIFE.total_seconds()
