"""Contracts: which bar a student signed for, whose signature is missing, and which bar holds at an instant.

A contract that is signed is never rewritten: another choice is another contract, and what was passed before keeps
the bar with which it began (P11, K42).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.mastery_rules import Tier

MOST_TIERS, MOST_NAME, MOST_CONSEQUENCE = 5, 30, 200
#: as signed, by a student or a guardian
SHORTEST_SIGNATURE, LONGEST_SIGNATURE = 2, 80


class Via(StrEnum):
    """How the second signature came."""

    #: the page whose address went to the guardian's own confirmed phone
    TEXT = "link"
    #: the page that the student showed to the guardian, with the code
    CODE = "code"
    #: on paper, noted by the teacher
    PAPER = "paper"
    #: the teacher's own word, with a reason
    TEACHER = "teacher"
    #: the class asks for no guardian's signature
    NOT_ASKED = ""


class Stage(StrEnum):
    WAITING = "waiting for the guardian"
    IN_FORCE = "in force"
    ENDED = "ended"
    #: another one was chosen before this one was signed by both
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Contract:
    id: int
    handle: str
    section: int
    person: int
    #: percent
    bar: int
    #: the tier's name as it was when it was signed
    tier: str
    #: what the student was shown, and the name that they typed under it
    wording: str
    signed_name: str
    signed_at: datetime
    guardian_wording: str
    guardian_name: str
    guardian_via: str
    guardian_signed_at: datetime | None
    in_force_at: datetime | None
    ended_at: datetime | None

    @property
    def stage(self) -> Stage:
        if self.in_force_at is None:
            return Stage.WAITING if self.ended_at is None else Stage.WITHDRAWN
        return Stage.IN_FORCE if self.ended_at is None else Stage.ENDED

    @property
    def first_name(self) -> str:
        """All of a student's name that a guardian's page shows."""
        return self.signed_name.split()[0] if self.signed_name.split() else "your child"


@dataclass(frozen=True, slots=True)
class Bar:
    """What a student has to reach, and whence it comes."""

    #: reached by a score of at least this many percent, exactly
    percent: int
    #: id of the contract, and when it came in force; None for the class's own bar
    contract: int | None = None
    since: datetime | None = None


def bar_at(contracts: Iterable[Contract], class_bar: int, at: datetime) -> Bar:
    """The bar of a student at an instant: of the contract in force then, else the class's.

    A contract is in force from ``in_force_at`` on and no more at ``ended_at``; of several, the last to begin counts.
    """
    holding = [
        (each.in_force_at, each.id, each)
        for each in contracts
        if each.in_force_at is not None
        and each.in_force_at <= at
        and (each.ended_at is None or at < each.ended_at)
    ]
    if not holding:
        return Bar(class_bar)
    since, _, found = max(holding, key=lambda each: each[:2])
    return Bar(found.bar, found.id, since)


def waiting(contracts: Iterable[Contract]) -> Contract | None:
    return next((each for each in contracts if each.stage is Stage.WAITING), None)


def in_force(contracts: Iterable[Contract]) -> Contract | None:
    return next((each for each in contracts if each.stage is Stage.IN_FORCE), None)


def tier_of(tiers: Iterable[Tier], bar: int) -> Tier | None:
    return next((each for each in tiers if each.bar == bar), None)


def signature(typed: str) -> str | None:
    """A typed name as it is kept; None where it is none."""
    name = " ".join(typed.split())
    if not SHORTEST_SIGNATURE <= len(name) <= LONGEST_SIGNATURE or not any(map(str.isalpha, name)):
        return None
    return name if name.isprintable() else None


# --- tiers as a teacher writes them -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BadTiers:
    """``problem`` says which line cannot be read, and how to write it."""

    problem: str


_LINE = re.compile(r"([0-9]{1,3})\s*%?\s*([^\W\d_][^:]*?)\s*:\s*(.+)")


def write_tiers(tiers: Iterable[Tier]) -> str:
    return "\n".join(f"{each.bar} {each.name}: {each.consequence}" for each in tiers)


def read_tiers(text: str) -> tuple[Tier, ...] | BadTiers:
    """One tier a line, ``76 Steady: what it means``, lowest first in the result; ``none`` for no tiers at all."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    if [line.casefold() for line in lines] == ["none"]:
        return ()
    found: list[Tier] = []
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            return BadTiers(
                f"I cannot read “{line}”. Write percent, name and words: `76 Steady: You go on at 76 %.`"
            )
        bar, name, words = int(match[1]), match[2], match[3]
        if not 1 <= bar <= 100:
            return BadTiers(f"“{line}”: the percent lie between 1 and 100.")
        if len(name) > MOST_NAME or len(words) > MOST_CONSEQUENCE:
            return BadTiers(
                f"“{line}” is too long: a name has at most {MOST_NAME} letters, the words {MOST_CONSEQUENCE}."
            )
        found.append(Tier(bar, name, words))
    if not found:
        return BadTiers("Write at least one line, or `none` if everybody has the class's own bar.")
    if len(found) > MOST_TIERS:
        return BadTiers(f"At most {MOST_TIERS} goals, please: more are hard to choose from.")
    if len({each.bar for each in found}) < len(found) or len({each.name.casefold() for each in found}) < len(
        found
    ):
        return BadTiers("Two lines have the same percent or the same name. Each goal needs its own.")
    return tuple(sorted(found, key=lambda each: each.bar))
