"""Formulas drawn by ziamath and resvg: all those of one question in one picture, dark on white.

ziamath needs twice the time for every level of nesting, and resvg ends the process on an immense width: only what
``bot.domain.formulas`` has read, which bounds both, is drawn here.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from bot.pictures.raster import MOST_WIDTH, as_png

if TYPE_CHECKING:
    from PIL import Image

#: pixels for one of ziamath's: letters are twice as tall as those of a message, and sharp on a phone
_ZOOM = 1.6
#: of a formula, in ziamath's units: wider ones would be too small to read on a phone
_MOST = 1000.0
_PADDING, _BETWEEN, _LABEL_WIDTH, _LABEL = 20, 22, 48, 28


class CannotBeDrawn(ValueError):
    """ziamath does not know what stands in the formula."""


def draw_formulas(rows: Sequence[tuple[str, str]], below: bytes = b"") -> bytes:
    """A PNG of labels and LaTeX, one row each; a label may be empty. Raises CannotBeDrawn.

    ``below`` is a PNG of the question's own that they stand under.
    """
    from PIL import Image, ImageDraw

    from bot.pictures.fonts import font

    drawn = [(label, _formula(latex)) for label, latex in rows]
    indent = _LABEL_WIDTH if any(label for label, _ in drawn) else 0
    width = 2 * _PADDING + indent + max(each.width for _, each in drawn)
    height = 2 * _PADDING + sum(each.height for _, each in drawn) + _BETWEEN * (len(drawn) - 1)
    sheet = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(sheet)
    top = _PADDING
    for label, each in drawn:
        if label:
            pen.text((_PADDING, top + each.height / 2), label, "#444444", font(_LABEL), anchor="lm")
        sheet.paste(each, (_PADDING + indent, top))
        top += each.height + _BETWEEN
    return as_png(_under(below, sheet) if below else sheet)


def _under(png: bytes, sheet: Image.Image) -> Image.Image:
    from PIL import Image

    with Image.open(BytesIO(png)) as above:
        both = Image.new("RGB", (max(above.width, sheet.width), above.height + sheet.height), "white")
        both.paste(above, (0, 0))
        both.paste(sheet, (0, above.height))
    return both


def _formula(latex: str) -> Image.Image:
    import resvg_py
    from PIL import Image

    svg, width, height = _outlines(latex)
    if not (0 < width <= _MOST and 0 < height <= _MOST):
        raise CannotBeDrawn("it would be too large")
    zoom = min(_ZOOM, (MOST_WIDTH - 2 * _PADDING - _LABEL_WIDTH) / width)
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom, background="white"))
    with Image.open(BytesIO(png)) as image:
        return image.convert("RGB")


def _outlines(latex: str) -> tuple[str, float, float]:
    """The SVG, its width and its height."""
    from ziamath.zmath import Latex

    try:
        made = Latex(latex)
        return made.svg(), *made.getsize()
    except Exception as error:  # latex2mathml and ElementTree raise of every kind at what they do not know
        raise CannotBeDrawn(f"it cannot be drawn ({type(error).__name__})") from error
