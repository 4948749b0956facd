"""One look at every question that a file brings, whatever its format: what cannot be asked is told with its line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.domain import limits
from bot.domain.askable import longer, more_than, why_not_asked
from bot.domain.course import Fault
from bot.formats.tags import Located


def refuse_unaskable(found: Iterable[Located], file: str) -> tuple[list[Located], list[Fault]]:
    """Those that can be asked in a check, and a fault with its line for each that cannot."""
    kept: list[Located] = []
    faults: list[Fault] = []
    for one in found:
        if problem := _label_problem(one) or why_not_asked(one.question, in_check=True):
            faults.append(Fault(file, one.line, shown_title(one), problem))
        else:
            kept.append(one)
    return kept, faults


def shown_title(one: Located) -> str:
    """By which a person finds it in the file."""
    return (one.title or " ".join(one.question.prompt[: 2 * _TITLE].split()))[:_TITLE]


_TITLE = 40


def told(faults: Sequence[Fault], file: str) -> list[Fault]:
    """As many as anybody reads, each short: a fault may repeat what its file says."""
    short = [replace(each, field=each.field[:80], problem=each.problem[:400]) for each in faults]
    if len(short) <= limits.FAULTS:
        return short
    more = len(short) - limits.FAULTS
    return [*short[: limits.FAULTS], Fault(file, None, "", f"and {more} more: mend these first")]


def _label_problem(one: Located) -> str:
    return (
        longer(one.title, limits.NAME, "its name")
        or longer(one.category, limits.CATEGORY, "its category")
        or more_than(len(one.tags), limits.TAGS, "tags", "take some out")
        or next(filter(None, (longer(tag, limits.TAG, "a tag") for tag in one.tags)), "")
    )
