"""Questions and answers, as values. Marks are exact fractions: a bar is never missed by a float.

The vocabulary is that of GIFT and Moodle: each answer a question knows carries a *credit* between
-1 and 1 and its own feedback; the first that matches counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

EASY, MEDIUM, HARD = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    """What a question of any kind may have beside its slug, prompt, objective and general feedback."""

    #: EASY, MEDIUM or HARD
    difficulty: int = MEDIUM
    #: SHA-256, in hexadecimal, of a PNG that is shown with the prompt; "" for none
    picture: str = ""
    #: what the picture shows, for who cannot see it
    alt: str = ""


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
class TrueFalse(_Common):
    slug: str
    prompt: str
    answer: bool
    objective: str = ""
    wrong_feedback: str = ""
    right_feedback: str = ""
    general_feedback: str = ""


@dataclass(frozen=True, slots=True)
class SingleChoice(_Common):
    slug: str
    prompt: str
    options: tuple[Option, ...]
    objective: str = ""
    general_feedback: str = ""


@dataclass(frozen=True, slots=True)
class SeveralChoices(_Common):
    """Several options may be ticked; the credits of the ticked ones add up, kept within 0 and 1."""

    slug: str
    prompt: str
    options: tuple[Option, ...]
    objective: str = ""
    general_feedback: str = ""


@dataclass(frozen=True, slots=True)
class ShortText(_Common):
    slug: str
    prompt: str
    accepted: tuple[AcceptedText, ...]
    objective: str = ""
    general_feedback: str = ""
    #: capital letters must be right
    case_matters: bool = False


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit that a numeric question knows by its name.

    A number given in it is divided by ``multiplier`` before it is looked for among the accepted ones: where
    metres are wanted, cm has 100. (So Moodle's unit tables have it.)
    """

    name: str
    multiplier: Fraction


@dataclass(frozen=True, slots=True)
class UnitRule:
    """What unit a number is to have.

    ``wanted`` alone asks for any unit of that kind, converted exactly; a number without one is not marked but
    asked for again. With ``named`` only those count, by their spelling, as in Moodle: an answer without one
    or with another is read as a number in the first, and loses ``penalty``: that share of what the number
    earned or, where ``of_whole``, of the question's whole mark; nothing where it is 0.
    """

    wanted: str
    named: tuple[NamedUnit, ...] = ()
    #: 0 to 1
    penalty: Fraction = Fraction(0)
    of_whole: bool = False


@dataclass(frozen=True, slots=True)
class Numeric(_Common):
    slug: str
    prompt: str
    accepted: tuple[AcceptedNumber, ...]
    objective: str = ""
    general_feedback: str = ""
    #: what is said to any number that no interval holds (GIFT's last ``~`` or ``=*``)
    otherwise_feedback: str = ""
    #: None where a bare number is asked
    unit: UnitRule | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Matching(_Common):
    """Each left side is to get its right side; ``extra`` right sides belong to none."""

    slug: str
    prompt: str
    pairs: tuple[Pair, ...]
    extra: tuple[str, ...] = ()
    objective: str = ""
    general_feedback: str = ""

    @property
    def rights(self) -> tuple[str, ...]:
        """What can be chosen, each once: two left sides may share a right side."""
        return tuple(dict.fromkeys([*(pair.right for pair in self.pairs), *self.extra]))


@dataclass(frozen=True, slots=True)
class Ordering(_Common):
    """Items in their right order. ``rule`` is how an order is marked, a name of ``bot.domain.ordering``."""

    slug: str
    prompt: str
    items: tuple[str, ...]
    rule: str = "ABSOLUTE_POSITION"
    objective: str = ""
    general_feedback: str = ""


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
class Gaps(_Common):
    """A text with several blanks; in ``prompt`` each stands as ``[[1]]``, ``[[2]]`` ..."""

    slug: str
    prompt: str
    gaps: tuple[Gap, ...]
    objective: str = ""
    general_feedback: str = ""


@dataclass(frozen=True, slots=True)
class Essay(_Common):
    """Marked by the teacher. ``wants_file``: handed in as a file or photo."""

    slug: str
    prompt: str
    wants_file: bool = False
    objective: str = ""
    general_feedback: str = ""


@dataclass(frozen=True, slots=True)
class Variable:
    """A number that a calculated question draws anew: ``low``, ``low + step`` ... up to ``high``.

    Where there are ``items`` it is drawn from those, and every variable takes the item of the same number,
    as Moodle's shared data sets do.
    """

    name: str
    low: Decimal
    high: Decimal
    step: Decimal
    items: tuple[Decimal, ...] = ()


class Tolerance(StrEnum):
    """How far from a calculated value an answer may be, by the names that Moodle has for it."""

    #: times the value: 0.01 is one percent
    RELATIVE = "relative"
    #: as it stands
    NOMINAL = "nominal"
    #: the value may be divided or multiplied by 1 + the tolerance
    GEOMETRIC = "geometric"


@dataclass(frozen=True, slots=True)
class Formula:
    """An answer that a calculated question works out from its variables, which stand in it as ``{v}``."""

    expression: str
    credit: Fraction
    feedback: str = ""
    tolerance: Decimal = Decimal("0.01")
    tolerance_kind: Tolerance = Tolerance.RELATIVE
    #: how the right value is shown: so many decimals, or significant digits where ``significant``
    digits: int = 2
    significant: bool = False


@dataclass(frozen=True, slots=True)
class CalculatedOption:
    """A choice of a calculated question: ``{v}`` and ``{=2*{v}}`` in ``text`` stand for what they give."""

    text: str
    credit: Fraction
    feedback: str = ""
    #: of what expressions give: so many decimals, or significant digits where ``significant``
    digits: int = 2
    significant: bool = False


@dataclass(frozen=True, slots=True)
class Calculated(_Common):
    """A question with new numbers each time; ``bot.domain.calculated`` makes one that can be asked of it.

    ``{v}`` in ``prompt`` stands for a variable, ``{=2*{v}}`` for what an expression gives. With ``formulas``
    a number is asked for, with ``options`` one or, where ``several``, more of them.
    """

    slug: str
    prompt: str
    variables: tuple[Variable, ...]
    #: exactly one of these two is there
    formulas: tuple[Formula, ...] = ()
    options: tuple[CalculatedOption, ...] = ()
    several: bool = False
    objective: str = ""
    general_feedback: str = ""
    otherwise_feedback: str = ""
    unit: UnitRule | None = None


#: what can be put before a student as it stands
Posed = TrueFalse | SingleChoice | SeveralChoices | ShortText | Numeric | Matching | Ordering | Gaps | Essay
#: what a bank holds
Question = Posed | Calculated


@dataclass(frozen=True, slots=True)
class Chosen:
    """Indices into ``options`` as the question lists them (0 = true, 1 = false for TrueFalse)."""

    indices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a short-text or numeric question, a number with its unit."""

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


@dataclass(frozen=True, slots=True)
class Written:
    """What was handed in for an essay: a text, files by their handles, or both."""

    text: str
    files: tuple[str, ...] = ()


Answer = Chosen | Typed | Matched | Ordered | Filled | Written
