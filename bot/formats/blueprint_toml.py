"""The blueprint of a check, as course.toml has it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.drawing import Share, cell_of
from bot.domain.questions import Question
from bot.formats.tags import DIFFICULTIES
from bot.formats.toml_table import Table

_NAMES = {value: name for name, value in DIFFICULTIES.items()}


def read_blueprint(table: Table, objectives: Sequence[str], most: int) -> list[tuple[Table, Share]]:
    """The shares at the check's ``blueprint``, each with the table that it was written in."""
    rows = table.tables("blueprint", 0, most)
    shares = [_share(row, objectives, most) for row in rows]
    for index, (row, share) in enumerate(zip(rows, shares, strict=True)):
        earlier = [(one.objective, one.difficulty) for one in shares[:index]]
        if (share.objective, share.difficulty) in earlier:
            place = earlier.index((share.objective, share.difficulty)) + 1
            row.fault("objective", f"number {place} says this already: add up their counts")
    return list(zip(rows, shares, strict=True))


def refuse_unmet(
    table: Table, rows: Sequence[tuple[Table, Share]], draw: int, bank: Sequence[Question]
) -> None:
    """Reports where a form would have too little room for the blueprint, or the bank too few questions."""
    total = sum(share.count for _, share in rows)
    if total > draw:
        table.fault("blueprint", f"its counts add up to {total}, and a form has {draw} questions (draw)")
    for index, (row, share) in enumerate(rows):
        wanted = sum(one.count for _, one in rows[: index + 1] if one.objective == share.objective)
        have = sum(each.objective == share.objective for each in bank)
        cell = sum(cell_of(each) == (share.objective, share.difficulty) for each in bank)
        if share.difficulty is not None and share.count > cell:
            name = f"{_NAMES[share.difficulty]} questions on {share.objective}"
            row.fault("count", f"it asks for {share.count} {name}, and the bank has {cell}")
        elif wanted > have:
            row.fault("count", f"it makes {wanted} questions on {share.objective}, and the bank has {have}")


def _share(row: Table, objectives: Sequence[str], most: int) -> Share:
    row.refuse_unknown("objective", "difficulty", "count")
    objective = row.text("objective") or ""
    if "objective" in row and objective not in objectives:
        known = ", ".join(objectives)
        row.fault("objective", f"{objective[:40] or 'it'} is no objective of this unit ({known})")
    difficulty = row.text("difficulty", optional=True)
    if difficulty is not None and difficulty not in DIFFICULTIES:
        row.fault("difficulty", 'it must be "easy", "medium" or "hard"; leave it out for any')
    return Share(objective, row.whole_number("count", 1, most), DIFFICULTIES.get(difficulty or ""))
