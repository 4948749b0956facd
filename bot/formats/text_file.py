"""Bytes that people bring, as text."""

from __future__ import annotations

import re

from bot.domain import limits
from bot.domain.course import Fault


def decoded(data: bytes, file: str) -> str | Fault:
    """The text of a UTF-8 file, its line ends made newlines and a byte order mark taken off."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Fault(file, None, "", "it is saved as UTF-16: save it again with the encoding UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Fault(file, line, "", "it is not in UTF-8: save it again with the encoding UTF-8")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return Fault(file, line, "", "it holds a NUL character, so it is no text file")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def too_long(length: int) -> str:
    """Of what is not gone through at all."""
    return f"this is {length:,} characters long, which no question is: look whether a sign or an empty line is missing"


def long_line(text: str, file: str) -> Fault | None:
    """The first line that is longer than any question."""
    # most files have none, and this looks at no line of those
    begin = 0
    while len(text) - begin > limits.LINE:
        end = text.rfind("\n", begin, begin + limits.LINE + 1)
        if end < 0:
            line = text.count("\n", 0, begin) + 1
            stop = text.find("\n", begin)
            return Fault(file, line, "", too_long((len(text) if stop < 0 else stop) - begin))
        begin = end + 1
    return None


def shown_name(filename: str) -> str:
    """A file's name as it may be shown: without folders, control characters and excess length."""
    name = re.split(r"[/\\]", filename)[-1]
    return "".join(char for char in name if char.isprintable())[-100:] or "file"
