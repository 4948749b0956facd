"""A question's formulas stand in one picture that is read on a dark and on a light ground."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from bot.domain.formulas import DEEPEST, read_formula
from bot.pictures.formulas import CannotBeDrawn, draw_formulas
from bot.pictures.raster import MOST_WIDTH

ROOTS = r"\frac{-b \pm \sqrt{b^2-4ac}}{2a}"
MATRIX = r"\begin{pmatrix}1&2\\3&4\end{pmatrix}"


def image(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("L")


def test_it_is_dark_on_white_with_a_margin_all_round():
    drawn = image(draw_formulas([("", ROOTS)]))
    assert drawn.getextrema() == (0, 255)
    left, top, right, bottom = ImageOps.invert(drawn).getbbox() or (0, 0, 0, 0)
    assert min(left, top, drawn.width - right, drawn.height - bottom) >= 12


def test_several_stand_one_below_the_other():
    one, two = image(draw_formulas([("(1)", ROOTS)])), image(draw_formulas([("(1)", ROOTS), ("(2)", MATRIX)]))
    assert two.height > one.height + 50


def test_a_long_one_is_as_wide_as_a_picture_may_be():
    long = read_formula("+".join(rf"x_{{{n}}}^2" for n in range(14)))
    assert image(draw_formulas([("(1)", long.latex)])).width <= MOST_WIDTH


def test_the_deepest_that_is_read_is_drawn():
    source = r"\sqrt{" * DEEPEST + "x" + "}" * DEEPEST
    assert image(draw_formulas([("", read_formula(source).latex)])).width > 50


def test_what_the_drawer_does_not_know_is_told():
    with pytest.raises(CannotBeDrawn):
        draw_formulas([("", r"\left( x")])


PARTS = st.sampled_from(
    [r"\frac{a}{b}", r"\sqrt{x}", "x^2", r"\alpha", r"\ce{H2O}", r"\text{if } ", "<", r"\vec{a}", r"\binom{n}{k}",
     r"\left.x\right|", r"\begin{cases}1&x\\2&y\end{cases}", r"\overset{a}{b}", "é", "%", r"\sum_{i=1}^n", "'", r"\%"]
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(PARTS, min_size=1, max_size=6).map("".join))
def test_what_is_read_is_drawn_or_refused_but_ends_nothing(source: str):
    try:
        draw_formulas([("", read_formula(source).latex)])
    except ValueError:
        return
