"""Questions and answers, as values. Marks are exact fractions: a bar is never missed by a float.

The vocabulary is that of GIFT and Moodle: each answer a question knows carries a *credit* between
-1 and 1 and its own feedback; the first that matches counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a single- or several-choice question."""

    text: str
    credit: Fraction
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class AcceptedText:
    """A text that a short-answer question knows; ``*`` in it stands for any run of characters."""

    pattern: str
    credit: Fraction
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class AcceptedNumber:
    """A closed interval that a numeric question knows."""

    low: Decimal
    high: Decimal
    credit: Fraction
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class TrueFalse:
    slug: str
    prompt: str
    answer: bool
    objective: str = ""
    wrong_feedback: str = ""
    right_feedback: str = ""
    general_feedback: str = ""


@dataclass(frozen=True, slots=True)
class SingleChoice:
    slug: str
    prompt: str
    options: tuple[Option, ...]
    objective: str = ""
    general_feedback: str = ""


@dataclass(frozen=True, slots=True)
class SeveralChoices:
    """Several options may be ticked; the credits of the ticked ones add up, kept within 0 and 1."""

    slug: str
    prompt: str
    options: tuple[Option, ...]
    objective: str = ""
    general_feedback: str = ""


@dataclass(frozen=True, slots=True)
class ShortText:
    slug: str
    prompt: str
    accepted: tuple[AcceptedText, ...]
    objective: str = ""
    general_feedback: str = ""


@dataclass(frozen=True, slots=True)
class Numeric:
    slug: str
    prompt: str
    accepted: tuple[AcceptedNumber, ...]
    objective: str = ""
    general_feedback: str = ""
    #: credit of any number that no interval holds (GIFT's last ``~`` or ``=*``), and what is said to it
    otherwise_feedback: str = ""


Question = TrueFalse | SingleChoice | SeveralChoices | ShortText | Numeric


@dataclass(frozen=True, slots=True)
class Chosen:
    """Indices into ``options`` as the question lists them (0 = true, 1 = false for TrueFalse)."""

    indices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a short-text or numeric question."""

    text: str


Answer = Chosen | Typed
