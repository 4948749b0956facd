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
    #: digest of its picture, and what that shows in words for who cannot see it
    picture: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class SingleChoice:
    slug: str
    prompt: str
    options: tuple[Option, ...]
    objective: str = ""
    general_feedback: str = ""
    picture: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class SeveralChoices:
    """Several options may be ticked; the credits of the ticked ones add up, kept within 0 and 1."""

    slug: str
    prompt: str
    options: tuple[Option, ...]
    objective: str = ""
    general_feedback: str = ""
    picture: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class ShortText:
    slug: str
    prompt: str
    accepted: tuple[AcceptedText, ...]
    objective: str = ""
    general_feedback: str = ""
    #: capital letters must be right
    case_matters: bool = False
    picture: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Numeric:
    slug: str
    prompt: str
    accepted: tuple[AcceptedNumber, ...]
    objective: str = ""
    general_feedback: str = ""
    #: what is said to any number that no interval holds (GIFT's last ``~`` or ``=*``)
    otherwise_feedback: str = ""
    picture: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Matching:
    """Each left side is to get its right side; ``extra`` right sides belong to none."""

    slug: str
    prompt: str
    pairs: tuple[Pair, ...]
    extra: tuple[str, ...] = ()
    objective: str = ""
    general_feedback: str = ""
    picture: str = ""
    alt: str = ""

    @property
    def rights(self) -> tuple[str, ...]:
        """What can be chosen, each once: two left sides may share a right side."""
        return tuple(dict.fromkeys([*(pair.right for pair in self.pairs), *self.extra]))


@dataclass(frozen=True, slots=True)
class Ordering:
    """Items in their right order. ``rule`` is how an order is marked, a name of ``bot.domain.ordering``."""

    slug: str
    prompt: str
    items: tuple[str, ...]
    rule: str = "ABSOLUTE_POSITION"
    objective: str = ""
    general_feedback: str = ""
    picture: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """One blank of a text: words or a number that is typed, or an option that is chosen."""

    #: exactly one of the three is there
    texts: tuple[AcceptedText, ...] = ()
    numbers: tuple[AcceptedNumber, ...] = ()
    options: tuple[Option, ...] = ()
    #: how much it counts beside the other gaps
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Gaps:
    """A text with several blanks; in ``prompt`` each stands as ``[[1]]``, ``[[2]]`` ..."""

    slug: str
    prompt: str
    gaps: tuple[Gap, ...]
    objective: str = ""
    general_feedback: str = ""
    picture: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Essay:
    """Marked by the teacher. ``wants_file``: handed in as a file or photo."""

    slug: str
    prompt: str
    wants_file: bool = False
    objective: str = ""
    general_feedback: str = ""
    picture: str = ""
    alt: str = ""


Question = TrueFalse | SingleChoice | SeveralChoices | ShortText | Numeric
#: what a bank may hold; a check on Discord asks the kinds of ``Question`` so far
BankQuestion = Question | Matching | Ordering | Gaps | Essay


@dataclass(frozen=True, slots=True)
class Chosen:
    """Indices into ``options`` as the question lists them (0 = true, 1 = false for TrueFalse)."""

    indices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a short-text or numeric question."""

    text: str


@dataclass(frozen=True, slots=True)
class Matched:
    """For each left side the index of a right side among ``rights``, None where nothing was chosen."""

    rights: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Ordered:
    """Indices of items in the order in which they were put."""

    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """What was typed or chosen for each gap; "" where nothing was."""

    texts: tuple[str, ...]


Answer = Chosen | Typed
BankAnswer = Answer | Matched | Ordered | Filled
