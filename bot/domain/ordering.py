"""Marking an order that a student put things into, by the rules of Moodle's ordering questions.

Items are numbered by their right place, so that 0, 1, 2 ... is the right order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise


def mark_order(rule: str, order: Sequence[int], count: int) -> Fraction:
    """The share of ``count`` items, put in this ``order``, that is right; from 0 to 1.

    Raises KeyError for a rule that is not among ``RULES``, ValueError for an order that is not one of the items.
    """
    if sorted(order) != list(range(count)):
        raise ValueError(f"{order!r} is no order of {count} items")
    got, most = RULES[rule](order)
    return Fraction(got, most) if most else Fraction(0)


Rule = Callable[[Sequence[int]], tuple[int, int]]


def _absolute(order: Sequence[int]) -> tuple[int, int]:
    return sum(place == item for place, item in enumerate(order)), len(order)


def _all_or_nothing(order: Sequence[int]) -> tuple[int, int]:
    got, most = _absolute(order)
    return (got if got == most else 0), most


def _next(order: Sequence[int], *, with_last: bool) -> tuple[int, int]:
    """Each item with the one that follows it; the last one is followed by nothing, if that counts."""
    given = [*order, -1] if with_last else list(order)
    follows = dict(pairwise(given))
    right = [*range(len(order)), -1] if with_last else list(range(len(order)))
    wanted = list(pairwise(right))
    return sum(follows.get(item) == after for item, after in wanted), len(wanted)


def _next_but_last(order: Sequence[int]) -> tuple[int, int]:
    return _next(order, with_last=False)


def _next_and_last(order: Sequence[int]) -> tuple[int, int]:
    return _next(order, with_last=True)


def _neighbours(order: Sequence[int]) -> tuple[int, int]:
    """Each item with the one before and the one after it; nothing (-1) is a neighbour of the ends."""
    given, right = _around(order), _around(range(len(order)))
    got = sum(
        (given[item][0] == before) + (given[item][1] == after) for item, (before, after) in right.items()
    )
    return got, 2 * len(order)


def _around(order: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    padded = [-1, *order, -1]
    return {item: (padded[place], padded[place + 2]) for place, item in enumerate(order)}


def _all_before_and_after(order: Sequence[int]) -> tuple[int, int]:
    place = {item: number for number, item in enumerate(order)}
    pairs = [(one, other) for one in range(len(order)) for other in range(one + 1, len(order))]
    # each pair that stands right counts for both of its items
    return 2 * sum(place[one] < place[other] for one, other in pairs), 2 * len(pairs)


def _longest_subset(order: Sequence[int]) -> tuple[int, int]:
    """The longest run of items that stand in the right order, others between them or not; one item is none."""
    lengths: list[int] = []
    for place, item in enumerate(order):
        before = (lengths[each] for each in range(place) if order[each] < item)
        lengths.append(1 + max(before, default=0))
    return _more_than_one(max(lengths, default=0)), len(order)


def _longest_contiguous(order: Sequence[int]) -> tuple[int, int]:
    """The longest run of items that follow each other in the right order without a gap in their numbers."""
    ends: dict[int, int] = {}
    for item in order:
        ends[item] = 1 + ends.get(item - 1, 0)
    return _more_than_one(max(ends.values(), default=0)), len(order)


def _more_than_one(length: int) -> int:
    return length if length > 1 else 0


def _near_to_right(order: Sequence[int]) -> tuple[int, int]:
    most = len(order) - 1
    return sum(most - abs(place - item) for place, item in enumerate(order)), most * len(order)


#: by the names that Moodle's files carry
RULES: Mapping[str, Rule] = {
    "ALL_OR_NOTHING": _all_or_nothing,
    "ABSOLUTE_POSITION": _absolute,
    "RELATIVE_NEXT_EXCLUDE_LAST": _next_but_last,
    "RELATIVE_NEXT_INCLUDE_LAST": _next_and_last,
    "RELATIVE_ONE_PREVIOUS_AND_NEXT": _neighbours,
    "RELATIVE_ALL_PREVIOUS_AND_NEXT": _all_before_and_after,
    "LONGEST_ORDERED_SUBSET": _longest_subset,
    "LONGEST_CONTIGUOUS_SUBSET": _longest_contiguous,
    "RELATIVE_TO_CORRECT": _near_to_right,
}
