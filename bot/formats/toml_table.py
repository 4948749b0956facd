"""A TOML table read key by key: each reader takes what is right and reports what is not, all of it."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

from bot.domain.course import Fault
from bot.formats.toml_outline import Outline, Path


@dataclass(slots=True)
class Report:
    """The faults of one TOML file, gathered while it is read."""

    file: str
    outline: Outline
    faults: list[Fault] = field(default_factory=list[Fault])

    def add(self, path: Path, problem: str) -> None:
        self.faults.append(Fault(self.file, self.outline.line_of(path), dotted(path), problem))


def dotted(path: Path) -> str:
    """A path as people write it, counting from 1: ("units", 0, "title") is "units[1].title"."""
    words = ""
    for step in path:
        words += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if words else step
    return words


class Table:
    """One table of a TOML file.

    A reader gives the value, or a harmless stand-in after reporting a fault, so that reading goes on; whoever
    reads looks at the report before using anything.
    """

    def __init__(self, values: dict[str, object], path: Path, report: Report) -> None:
        self._values = values
        self.path = path
        self.report = report

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def fault(self, key: str, problem: str) -> None:
        self.report.add((*self.path, key), problem)

    def line_of_text(self, key: str) -> int:
        """The line on which the text of the string at ``key`` begins."""
        path = (*self.path, key)
        outline = self.report.outline
        return outline.text_lines.get(path) or outline.line_of(path) or 1

    def text(self, key: str, *, optional: bool = False) -> str | None:
        """A string as it stands; None where it is missing or no string."""
        value = self._value(key, optional=optional)
        if value is None or isinstance(value, str):
            return value
        self.fault(key, 'it must be a text in quotes: "..."')
        return None

    def words(self, key: str, most: int, *, optional: bool = False) -> str:
        """A text of 1 to ``most`` characters on one line; an optional one may be missing or empty."""
        value = self.text(key, optional=optional)
        if value is None:
            return ""
        text = " ".join(value.split())
        if not text and not optional:
            self.fault(key, "it is empty")
        if len(text) > most:
            self.fault(key, f"it has {len(text)} characters, and {most} is the most")
        if any(unicodedata.category(char) == "Cc" for char in text):
            self.fault(key, "it has a control character in it: type it again")
        return text

    def number(self, key: str, least: int, most: int, default: int | None = None) -> Decimal:
        """A number, whole or not, within the bounds."""
        value = self._value(key, optional=default is not None)
        if value is None:
            return Decimal(least if default is None else default)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.fault(key, "it must be a number without quotes")
        elif not Decimal(value).is_finite() or not least <= value <= most:
            self.fault(key, f"it must be a number from {least} to {most}")
        else:
            return Decimal(value)
        return Decimal(least)

    def whole_number(self, key: str, least: int, most: int) -> int:
        number = self.number(key, least, most)
        if number != int(number):
            self.fault(key, "it must be a whole number")
        return int(number)

    def flag(self, key: str) -> bool:
        """true or false; false where it is missing."""
        value = self._value(key, optional=True)
        if value is not None and not isinstance(value, bool):
            self.fault(key, "it must be true or false, without quotes")
        return value is True

    def table(self, key: str) -> Table | None:
        value = self._value(key)
        if isinstance(value, dict):
            return Table(cast("dict[str, object]", value), (*self.path, key), self.report)
        if value is not None:
            self.fault(key, "it must be a table, with keys of its own")
        return None

    def tables(self, key: str, least: int, most: int) -> list[Table]:
        """``least`` to ``most`` tables; where ``least`` is 0 the key may be missing."""
        value = self._value(key, optional=least == 0)
        if value is None:
            return []
        found = cast("list[object]", value) if isinstance(value, list) else []
        tables = [cast("dict[str, object]", one) for one in found if isinstance(one, dict)]
        if not isinstance(value, list) or len(tables) < len(found):
            self.fault(key, "it must be a list of tables: [ { ... }, { ... } ]")
        elif not least <= len(tables) <= most:
            self.fault(key, f"there must be {least} to {most}, and there are {len(tables)}")
        return [Table(one, (*self.path, key, index), self.report) for index, one in enumerate(tables)]

    def refuse_unknown(self, *known: str) -> None:
        for key in self._values:
            if key not in known:
                near = difflib.get_close_matches(key[:40], known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
                self.fault(key, f"unknown key: {hint}")

    def _value(self, key: str, *, optional: bool = False) -> object:
        if key not in self._values and not optional:
            self.fault(key, "it is missing")
        return self._values.get(key)
