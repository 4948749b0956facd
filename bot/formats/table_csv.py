"""Tables as CSV, for spreadsheets: UTF-8 with a mark by which Excel knows it, and no text that acts as a formula.

A spreadsheet reads a cell that begins with =, +, -, @ (or their full-width forms), a TAB or a line break as a
formula or as something else than it says (RG12). Such a text gets a TAB in front, inside quotes, which shows
nothing; Excel drops an apostrophe when it saves. Numbers are numbers, negative ones too. ``read_csv`` takes the TAB
off again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

Cell = str | int | float | date | None

_GUARD = "\t"
_ACTS = tuple("=+-@\t\r\n＝＋－＠")  # spreadsheets read the full-width forms too
#: what a spreadsheet passes over before it looks at the first character
_PASSED_OVER = " \u00a0\u200b\u200e\u200f\u2060\ufeff\0"


class CsvTables:
    """Offers what ``bot.services.ports.Tables`` asks for."""

    def csv(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        return write_csv(rows)


def write_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Comma-separated, CRLF, every text quoted. A datetime is written as its own wall time, to the minute."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_NONNUMERIC).writerows([_cell(each) for each in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", "replace")


def read_csv(data: bytes) -> list[list[str]]:
    """What ``write_csv`` wrote, with the texts as they were before."""
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return [[each.removeprefix(_GUARD) for each in row] for row in rows]


def _cell(value: Cell) -> str | int | float:
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case str():
            return _GUARD + value if value.lstrip(_PASSED_OVER).startswith(_ACTS) else value
        case _:
            return value
