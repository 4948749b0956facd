"""The picture of a check's questions: nothing runs out of it, whatever a question says."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from bot.domain.item_analysis import AskedQuestion, Given, ItemAnalysis, analyse
from bot.pictures.fonts import font
from bot.pictures.item_analysis import MARGIN, TEXT, WIDTH, draw_item_analysis, fitting
from bot.words.item_analysis import MOST_DRAWN
from tests.builders import single
from tests.domain.test_item_analysis import a_class_sits

HOSTILE = [
    "x" * 5000,
    "W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W",
    "👨‍👩‍👧‍👦 🎉 " * 40,
    "שלום עולם " * 30,
    "مرحبا بالعالم " * 30,
    "a\nb\r\tc\x00\u202e d\u2028e",
    "\U0010ffff\ud800",
    "漢字を読む " * 20,
    "",
]


def drawn(title: str, analysis: ItemAnalysis) -> Image.Image:
    return Image.open(BytesIO(draw_item_analysis(title, analysis))).convert("RGB")


def asking(prompt: str) -> ItemAnalysis:
    analysis = a_class_sits(3, 60, broken={4: "key", 5: "easy", 6: "dead"})
    worded = (
        replace(each, asked=replace(each.asked, question=replace(each.asked.question, prompt=prompt)))
        for each in analysis.items
    )
    return replace(analysis, items=tuple(worded))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_runs_into_the_margins(text: str) -> None:
    image = drawn(text, asking(text))
    paper = Image.new("RGB", image.size, "#ffffff")
    left, top, right, bottom = ImageChops.difference(image, paper).getbbox() or (0, 0, 0, 0)
    assert left >= MARGIN - 2
    assert top > 0
    assert right <= WIDTH - MARGIN + 4
    assert bottom < image.height - 8


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cut_line_fits_and_says_that_it_is_cut(text: str) -> None:
    line = fitting(text, TEXT, 300)
    assert font(TEXT).getlength(line) <= 300
    assert len(text) < 1000 or line.endswith("…")


def test_a_short_question_stands_there_whole() -> None:
    assert fitting("What is the SI unit of mass?", TEXT, 700) == "What is the SI unit of mass?"


def test_a_big_bank_does_not_make_a_tower() -> None:
    """Discord shrinks what is taller than wide until nobody can read it."""
    asked = {n: AskedQuestion(n, "u", single(f"q{n}")) for n in range(1, 101)}
    analysis = analyse(asked, [Given(1, 1, n, Fraction(n % 2)) for n in asked], 80)
    image = drawn("All", analysis)
    assert image.height <= 1.5 * WIDTH
    assert len(analysis.by_need) > MOST_DRAWN


def test_a_fuller_bar_is_a_longer_one() -> None:
    """The bar's blue, counted in pixels, follows the share of credit from nothing to all."""
    lengths: list[int] = []
    for right in (0, 3, 10):
        asked = {1: AskedQuestion(1, "u", single("q"))}
        given = [Given(n, n, 1, Fraction(n < right)) for n in range(10)]
        image = drawn("One", analyse(asked, given, 80))
        lengths.append(sum(pixel == (0x2B, 0x6C, 0xB0) for pixel in image.get_flattened_data()))
    assert lengths[0] == 0 < lengths[1] < lengths[2]
