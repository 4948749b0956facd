"""The questions of a check as bars: how many have each right, and whether it tells students apart.

Drawn for a phone: Discord shows a picture some 350 points wide, so that letters of 28 pixels in 800 are read like
the text around it. Nothing is told by colour alone: marks and words say the same.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw

from bot.domain.item_analysis import ItemAnalysis, ItemStatistics
from bot.pictures.fonts import font
from bot.words.item_analysis import IN_SHORT, MOST_DRAWN, percent, sign

WIDTH, MARGIN = 800, 28
TITLE, TEXT = 34, 28
HEAD, ROW, FOOT = 138, 112, 92
BAR = 230
PAPER, INK, SOFT = "#ffffff", "#1b1f24", "#50565e"
EMPTY, RIGHT, ALARM = "#d9dee4", "#2b6cb0", "#b02a1a"


def draw_item_analysis(title: str, analysis: ItemAnalysis) -> bytes:
    """A PNG of 800 pixels' width: the first eight questions of ``analysis.by_need``, as numbered there."""
    shown = analysis.by_need[:MOST_DRAWN]
    image = Image.new("RGB", (WIDTH, HEAD + ROW * len(shown) + FOOT), PAPER)
    pen = ImageDraw.Draw(image)
    _write(pen, MARGIN, 22, title, TITLE, INK, WIDTH - MARGIN)
    more = f", the first {MOST_DRAWN} of {len(analysis.items)}" if len(analysis.items) > MOST_DRAWN else ""
    _write(pen, MARGIN, 80, f"Questions, what to look at first{more}", TEXT, SOFT, WIDTH - MARGIN)
    for place, item in enumerate(shown):
        _row(pen, HEAD + ROW * place, place + 1, item)
    below = HEAD + ROW * len(shown)
    _write(pen, MARGIN, below + 4, "Bar: share of credit at the first answer.", 24, SOFT, WIDTH - MARGIN)
    key = "▲ who does well elsewhere does well here, ▼ does worse."
    _write(pen, MARGIN, below + 38, key, 24, SOFT, WIDTH - MARGIN)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _row(pen: ImageDraw.ImageDraw, top: int, number: int, item: ItemStatistics) -> None:
    pen.line((MARGIN, top, WIDTH - MARGIN, top), EMPTY, 2)
    # apart from the question, whose letters may run from the right
    at = _write(pen, MARGIN, top + 12, f"{number}.", TEXT, INK, WIDTH)
    _write(pen, at + 14, top + 12, item.asked.question.prompt, TEXT, INK, WIDTH - MARGIN)
    middle = top + 58
    pen.rectangle((MARGIN, middle, MARGIN + BAR, middle + 32), EMPTY, SOFT)
    filled = round(BAR * float(item.facility))
    if filled:
        pen.rectangle((MARGIN, middle, MARGIN + filled, middle + 32), RIGHT, SOFT)
    at = _write(pen, MARGIN + BAR + 18, middle - 2, percent(item.facility), TEXT, INK, MARGIN + BAR + 120)
    at = _write(pen, max(at + 18, MARGIN + BAR + 118), middle - 2, sign(item), TEXT, INK, WIDTH - MARGIN)
    if item.reasons:
        words = f"⚠ {IN_SHORT[item.reasons[0].flag]}"
        left = WIDTH - MARGIN - 246
        _write(pen, max(left, at + 12), middle - 2, words, TEXT, ALARM, WIDTH - MARGIN)


def _write(
    pen: ImageDraw.ImageDraw, left: int, top: int, text: str, size: int, colour: str, right: int
) -> int:
    """One line between ``left`` and ``right``, cut with an ellipsis where it is longer; gives where it ends."""
    line = fitting(text, size, right - left)
    pen.text((left, top), line, colour, font(size))
    return left + round(font(size).getlength(line))


def fitting(text: str, size: int, width: int) -> str:
    """``text`` on one line of ``width`` pixels, of the letters that the typeface has."""
    plain = " ".join("".join(each if _has(each) else " " for each in text[:400]).split())
    if font(size).getlength(plain) <= width:
        return plain
    while plain and font(size).getlength(plain + "…") > width:
        plain = plain[:-1].rstrip()
    return plain + "…"


@lru_cache(maxsize=2048)
def _has(letter: str) -> bool:
    if letter.isspace() or unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"):
        return False
    return _drawn(letter) != _drawn("\uffff")


def _drawn(letter: str) -> bytes:
    image = Image.new("1", (2 * TEXT, 2 * TEXT))
    ImageDraw.Draw(image).text((0, 0), letter, 1, font(TEXT))
    return image.tobytes()
