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
    by_prompt = {each.prompt: each.slug for each in bank}
    added: list[Question] = []
    changed: dict[str, Change] = {}
    same = 0
    for each in brought:
        slug = by_prompt.get(each.prompt) or _named(each, kept)
        if slug is None:
            new = replace(each, slug=_free(each.slug, kept))
            added.append(new)
            kept[new.slug] = new
            by_prompt[new.prompt] = new.slug
            continue
        before, after = kept[slug], replace(each, slug=slug)
        if before == after:
            same += 1
            continue
        kept[slug] = after
        by_prompt[after.prompt] = slug
        changed[slug] = Change(changed[slug].before if slug in changed else before, after)
    news = tuple(kept[each.slug] for each in added)
    slugs = {each.slug for each in news}
    return Merged(
        tuple(kept.values()), news, tuple(each for slug, each in changed.items() if slug not in slugs), same
    )


def _named(question: Question, kept: dict[str, Question]) -> str | None:
    slug = question.slug
    return slug if slug in kept and not _MADE_UP.fullmatch(slug) else None


def _free(slug: str, kept: dict[str, Question]) -> str:
    number, candidate = 1, slug
    while candidate in kept:
        number += 1
        candidate = f"{slug[:70]}-{number}"
    return candidate
