"""Short texts that are right but for their spelling, so that a student may be told where to look."""

from __future__ import annotations

from bot.domain.questions import ShortText
from bot.domain.typed_texts import plain

#: of shorter words too many others are near
_SHORTEST = 5
#: from so many letters on, two slips are near
_LONG = 9


def is_near(question: ShortText, text: str) -> bool:
    """Whether one slip, or two in a long text, make ``text`` something that earns full credit."""
    typed = plain(text).casefold()
    wanted = (plain(each.pattern).casefold() for each in question.accepted if each.credit == 1)
    return any(
        "*" not in each and len(each) >= _SHORTEST and _slips(each, typed) <= (2 if len(each) >= _LONG else 1)
        for each in wanted
    )


def _slips(one: str, other: str) -> int:
    """Letters left out, added, changed, or swapped with their neighbour, to make one the other."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
