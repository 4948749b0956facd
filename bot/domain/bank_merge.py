"""Questions brought into a unit's bank: which are new, which are changed, which are there already."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.course import Fault, Picture
from bot.domain.questions import Question

#: made up by a reader for a question that its file did not name; it says nothing of which question it is
_MADE_UP = re.compile(r"q\d+(-\d+)?")


@dataclass(frozen=True, slots=True)
class BroughtBank:
    """What a file holds for a unit: its questions as students will see them, and what was left out and why."""

    questions: tuple[Question, ...]
    skipped: tuple[Fault, ...]
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    before: Question
    after: Question


@dataclass(frozen=True, slots=True)
class Merged:
    """A bank as it would be; what the file does not hold stays as it is."""

    bank: tuple[Question, ...]
    added: tuple[Question, ...]
    changed: tuple[Change, ...]
    #: in the file just as in the bank
    same: int


def merge(bank: Sequence[Question], brought: Sequence[Question]) -> Merged:
    """``brought`` into ``bank``.

    A question is known by its text or else by its name. It keeps the name that it has in the bank, since attempts
    remember questions by name; a new one whose name is taken by another gets a number behind it.
    """
    kept = {each.slug: each for each in bank}
    pairs = list(zip(brought, _same_text(brought, bank), strict=True))
    taken = {slug for _, slug in pairs if slug}
    added: list[Question] = []
    changed: list[Change] = []
    for each, found in pairs:
        by_name = each.slug in kept and each.slug not in taken and not _MADE_UP.fullmatch(each.slug)
        slug = found or (each.slug if by_name else None)
        if slug is None:
            new = replace(each, slug=_free(each.slug, kept))
            kept[new.slug] = new
            added.append(new)
            taken.add(new.slug)
            continue
        taken.add(slug)
        before, kept[slug] = kept[slug], replace(each, slug=slug)
        if before != kept[slug]:
            changed.append(Change(before, kept[slug]))
    same = len(brought) - len(added) - len(changed)
    return Merged(tuple(kept.values()), tuple(added), tuple(changed), same)


def _same_text(brought: Sequence[Question], bank: Sequence[Question]) -> list[str | None]:
    """For each the name of a question that asks the same, none twice.

    Where several ask it, the very same comes first, then one that is the same in all but its name (so that a file which
    is brought again finds what it made), then that of the same name.
    """
    asking: dict[str, dict[str, Question]] = {}
    for each in bank:
        asking.setdefault(each.prompt, {})[each.slug] = each
    found: list[str | None] = [None] * len(brought)
    for fits in (_the_same, _same_otherwise, _same_name, _any):
        for place, each in enumerate(brought):
            if found[place] is None:
                left = asking.get(each.prompt, {})
                found[place] = next((slug for slug, one in left.items() if fits(each, one)), None)
                left.pop(found[place] or "", None)
    return found


def _the_same(brought: Question, kept: Question) -> bool:
    return brought == kept


def _same_name(brought: Question, kept: Question) -> bool:
    return brought.slug == kept.slug


def _same_otherwise(brought: Question, kept: Question) -> bool:
    return replace(brought, slug=kept.slug) == kept


def _any(brought: Question, kept: Question) -> bool:
    return True


def _free(slug: str, kept: dict[str, Question]) -> str:
    number, candidate = 1, slug
    while candidate in kept:
        number += 1
        candidate = f"{slug[:70]}-{number}"
    return candidate
