"""Which questions can be put before a student on Discord, and why others cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.domain import limits
from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Calculated,
    CalculatedOption,
    Essay,
    Gaps,
    Matching,
    Numeric,
    Option,
    Ordering,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
)


def why_not_asked(question: Question, *, in_check: bool) -> str:
    """What keeps it out of a check, or of the pre-work's form; "" where nothing does."""
    if not in_check and (problem := _not_in_a_form(question)):
        return problem
    return next(_problems(question), "")


def too_many(question: Question) -> str:
    """Of what it has more than one card can offer, so that nobody could answer it; "" where nothing."""
    return next(filter(None, _counts(question)), "")


def _problems(question: Question) -> Iterator[str]:
    """Numbers first: they tell best what to do."""
    found = [
        *_counts(question),
        longer(question.slug, limits.SLUG, "its name"),
        longer(question.prompt, limits.PROMPT, "the question"),
        longer(question.alt, limits.ALT, "what its picture shows"),
        *(longer(each, limits.LABEL, what) for what, each in _labels(question)),
        *(longer(each, limits.FEEDBACK, "a feedback") for each in _said(question)),
        *_told_of_formulas(question),
        _too_full(question),
    ]
    yield from filter(None, found)


def _counts(question: Question) -> Iterator[str]:
    match question:
        case SingleChoice(options=options) | SeveralChoices(options=options) | Calculated(options=options):
            yield more_than(len(options), limits.OPTIONS, "options")
        case Matching(pairs=pairs, rights=rights):
            yield more_than(len(pairs), limits.PAIRS, "pairs")
            yield more_than(len(rights), limits.OPTIONS, "right sides")
        case Ordering(items=items):
            yield more_than(len(items), limits.ITEMS, "items to put in order")
        case Gaps(gaps=gaps):
            yield more_than(len(gaps), limits.GAPS, "gaps")
            yield more_than(
                max((len(each.options) for each in gaps), default=0), limits.OPTIONS, "options in one gap"
            )
            known = max((len(each.texts) + len(each.numbers) for each in gaps), default=0)
            yield more_than(known, limits.ACCEPTED, "answers in one gap", "keep the likely ones")
        case ShortText(accepted=accepted) | Numeric(accepted=accepted):
            yield more_than(len(accepted), limits.ACCEPTED, "answers", "keep the likely ones")
        case _:
            pass
    if isinstance(question, Calculated):
        yield more_than(len(question.formulas), limits.ACCEPTED, "formulas", "keep the likely ones")
        yield more_than(len(question.variables), limits.VARIABLES, "variables", "use fewer")
    if isinstance(question, Numeric | Calculated) and question.unit is not None:
        yield more_than(len(question.unit.named), limits.UNITS_NAMED, "units", "keep the likely ones")


def more_than(count: int, most: int, what: str, mend: str = "make two questions of it") -> str:
    return f"it has {count} {what}, and {most} is the most: {mend}" if count > most else ""


def longer(text: str, most: int, what: str) -> str:
    if len(text) <= most:
        return ""
    begins = f": {text[:30]}…" if what[:2] in ("a ", "an") else ""
    # what is longer still was not gone through to its end
    length = str(len(text)) if len(text) < limits.RAW else f"{limits.RAW:,} or more"
    return f"{what} has {length} characters, and {most} is the most{begins}"


def _labels(question: Question) -> Iterator[tuple[str, str]]:
    """What stands on one line of a card or in a menu, or is typed."""
    match question:
        case SingleChoice(options=options) | SeveralChoices(options=options):
            yield from (("an option", each.text) for each in options)
        case Calculated(options=options):
            yield from (("an option", each.text) for each in options)
        case Matching(pairs=pairs, rights=rights):
            yield from (("a side of a pair", each.left) for each in pairs)
            yield from (("a side of a pair", each) for each in rights)
        case Ordering(items=items):
            yield from (("an item", each) for each in items)
        case ShortText(accepted=accepted):
            yield from (("an answer", each.pattern) for each in accepted)
        case Gaps(gaps=gaps):
            for gap in gaps:
                yield from (("an answer", each.pattern) for each in gap.texts)
                yield from (("an option", each.text) for each in gap.options)
        case _:
            pass


def _said(question: Question) -> Iterator[str]:
    yield question.general_feedback
    match question:
        case TrueFalse(wrong_feedback=wrong, right_feedback=right):
            yield from (wrong, right)
        case SingleChoice(options=parts) | SeveralChoices(options=parts):
            yield from _feedback(parts)
        case ShortText(accepted=parts):
            yield from _feedback(parts)
        case Numeric(accepted=parts):
            yield from (*_feedback(parts), question.otherwise_feedback)
        case Gaps(gaps=gaps):
            for gap in gaps:
                yield from (*_feedback(gap.texts), *_feedback(gap.numbers), *_feedback(gap.options))
        case Calculated(formulas=formulas, options=parts):
            yield from (*(each.feedback for each in formulas), *_feedback(parts), question.otherwise_feedback)
        case _:
            pass


def _feedback(parts: Iterable[Option | AcceptedText | AcceptedNumber | CalculatedOption]) -> Iterator[str]:
    return (each.feedback for each in parts)


def _told_of_formulas(question: Question) -> Iterator[str]:
    """What is worked out or compared rather than read."""
    patterns: list[AcceptedText] = []
    if isinstance(question, ShortText):
        patterns += question.accepted
    if isinstance(question, Gaps):
        patterns += (each for gap in question.gaps for each in gap.texts)
    for each in patterns:
        yield more_than(each.pattern.count("*"), limits.STARS, "stars in one answer", "keep fewer")
    if isinstance(question, Numeric | Calculated) and question.unit is not None:
        names = [question.unit.wanted, *(each.name for each in question.unit.named)]
        yield from (longer(each, limits.UNIT_NAME, "a unit") for each in names)
    if isinstance(question, Calculated):
        yield from (longer(each.name, limits.VARIABLE, "a variable") for each in question.variables)
        yield from (longer(each.expression, limits.EXPRESSION, "a formula") for each in question.formulas)
        for each in question.variables:
            yield more_than(len(each.items), limits.VALUES, "values of one variable", "keep fewer")


# --- what fits on one card -------------------------------------------------------------------------

#: of a line with its letter, or its number and an arrow
_MARKED = 10


def _too_full(question: Question) -> str:
    shown = shown_units(question)
    if shown <= limits.SHOWN:
        return ""
    return (
        f"its text and its options have {shown} characters together as Discord shows them, and {limits.SHOWN} fit on "
        "one card: make them shorter"
    )


def shown_units(question: Question) -> int:
    """Of a card's characters, those for its text, its options and what was answered."""
    return _shown(question.prompt) + _shown_below(question)


def _shown_below(question: Question) -> int:
    """What stands below the text when it is asked or answered."""
    match question:
        case SingleChoice(options=options) | SeveralChoices(options=options) | Calculated(options=options):
            return sum(_shown(each.text) + _MARKED for each in options)
        case Matching(pairs=pairs, rights=rights):
            below = [_shown(each) + _MARKED for each in rights]
            return sum(below) + sum(_shown(each.left) + _MARKED + max(below) for each in pairs)
        case Ordering(items=items):
            # once as it is asked, once in the order that was chosen
            return 2 * sum(_shown(each) + _MARKED for each in items)
        case _:
            return 0


def _shown(text: str) -> int:
    """UTF-16 units with a backslash before each sign that acts in Markdown."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 + sum(map(text.count, "_*~`|\\"))


def _not_in_a_form(question: Question) -> str:
    match question:
        case Matching() | Ordering() | Gaps() | Essay() | Calculated():
            return "the hand-in form asks for one choice, word or number: ask this in the check"
        case Numeric(unit=unit) if unit is not None:
            return "the hand-in form asks for a number without a unit: ask this in the check"
        case SingleChoice(options=options) | SeveralChoices(options=options) if len(options) > limits.TICKS:
            return f"it has {len(options)} options, and the hand-in form has room for {limits.TICKS}: ask this in the check"
        case _:
            return ""
