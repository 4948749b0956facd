"""What a pack's questions name or write as LaTeX reaches students as text and as one picture with words beside it."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.domain.course import Course
from bot.domain.questions import Essay, Matching, Option, Pair, SingleChoice, TrueFalse
from bot.domain.unit_lint import FormulaAsTyped, look_over
from bot.formats.illustrate import Album, PictureProblem
from bot.formats.pack import read_pack
from bot.formats.worker import WorkerPackParser
from tests.formats.packs import files, zipped

ROOTS = r"\(\frac{-b \pm \sqrt{b^2-4ac}}{2a}\)"
MATRIX = r"$$\begin{pmatrix}1&2\\3&4\end{pmatrix}$$"


def jpeg(width: int = 60, height: int = 40) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "navy").save(out, "JPEG")
    return out.getvalue()


def size(png: bytes) -> tuple[int, int]:
    return Image.open(BytesIO(png)).size


def choice(prompt: str, *options: str) -> SingleChoice:
    return SingleChoice(
        "q", prompt, tuple(Option(text, Fraction(not place)) for place, text in enumerate(options))
    )


def bank(question: str) -> str:
    """With a second question, as the unit draws two."""
    return f"// [tag:1.1]\n{question}\n\n// [tag:1.2]\nIce floats. {{T}}"


# --- formulas --------------------------------------------------------------------------------------


def test_simple_formulas_become_text_and_need_no_picture():
    album = Album(None)
    shown = album.illustrated(choice(r"\(\ce{H2O}\) at $$10^5$$ Pa?", r"\(x^2\)", "$5"))
    assert (shown.prompt, [each.text for each in shown.options]) == ("H₂O at 10⁵ Pa?", ["x²", "$5"])
    assert (shown.picture, shown.alt, album.pictures) == ("", "", ())


def test_a_lone_formula_is_drawn_and_read_out():
    album = Album(None)
    shown = album.illustrated(TrueFalse("q", f"Is {ROOTS} real?", answer=True))
    assert shown.prompt == "Is [formula] real?"
    assert shown.alt == "(−b ± √(b² − 4ac))/(2a)"
    [picture] = album.pictures
    assert shown.picture == picture.digest == hashlib.sha256(picture.png).hexdigest()


def test_several_are_labelled_in_the_text_and_in_what_is_read_out():
    shown = Album(None).illustrated(
        TrueFalse("q", f"Does {ROOTS} follow from {MATRIX} and {ROOTS}?", answer=True)
    )
    assert shown.prompt == "Does ① follow from ② and ①?"
    assert shown.alt == "① (−b ± √(b² − 4ac))/(2a); ② (1, 2; 3, 4)"


def test_an_option_keeps_its_words_beside_its_label():
    shown = Album(None).illustrated(choice("Which?", MATRIX, "none"))
    assert [each.text for each in shown.options] == ["① (1, 2; 3, 4)", "none"]


@settings(max_examples=15, deadline=None)
@given(st.permutations([r"\(\frac{a+1}{2}\)", r"\(\frac{b+1}{2}\)", r"\(\frac{c+1}{2}\)"]))
def test_the_picture_is_the_same_whichever_option_is_right(options: list[str]):
    """Teachers write the right one first (RF1)."""
    shown = Album(None).illustrated(choice("Which?", *options))
    assert shown.picture == Album(None).illustrated(choice("Which?", *sorted(options))).picture
    assert sorted(each.text for each in shown.options) == ["① (a + 1)/2", "② (b + 1)/2", "③ (c + 1)/2"]


def test_other_kinds_and_feedback_read_formulas_out():
    shown = Album(None).illustrated(
        Matching("q", "Match.", (Pair(r"\(x^2\)", ROOTS),), general_feedback=r"See \(\pi\).")
    )
    assert shown.pairs == (Pair("x²", "(−b ± √(b² − 4ac))/(2a)"),)
    assert shown.general_feedback == "See π."


@pytest.mark.parametrize("source", [r"\(\unknown{x}\)", "$$" + "{" * 40 + "x" + "}" * 40 + "$$"])
def test_what_cannot_be_read_is_shown_as_typed_and_told_to_the_teacher(source: str):
    escaped = source.replace("{", r"\{").replace("}", r"\}")
    course = read_pack("pack.zip", zipped(files(measurement=bank(f"::Odd::What is {escaped}? {{T}}"))))
    assert isinstance(course, Course)
    assert course.units[0].check.bank[0].prompt == f"What is {source}?"
    [advice] = [each for each in look_over(course) if isinstance(each, FormulaAsTyped)]
    assert advice.question == "odd"


# --- pictures --------------------------------------------------------------------------------------

NAMED = "![a balance with two pans](pictures/balance.jpg)"


def test_a_picture_that_is_named_in_a_question_comes_over_with_the_course():
    written = bank(f"::Balance::{NAMED} What does it measure? {{=mass ~time}}")
    course = read_pack("pack.zip", zipped({**files(measurement=written), "pictures/balance.jpg": jpeg()}))
    assert isinstance(course, Course)
    question = course.units[0].check.bank[0]
    assert (question.prompt, question.alt) == ("What does it measure?", "a balance with two pans")
    assert [each.digest for each in course.pictures] == [question.picture]


async def test_pictures_come_over_from_the_process_that_reads_packs():
    roots = ROOTS.replace("{", r"\{").replace("}", r"\}").replace("=", r"\=")
    written = bank(f"{NAMED} What is {roots}? {{=mass ~time}}")
    data = zipped({**files(measurement=written), "pictures/balance.jpg": jpeg()})
    assert await WorkerPackParser().parse("pack.zip", data) == read_pack("pack.zip", data)


def test_a_picture_stands_above_the_formulas_of_its_question():
    album = Album({"a.png": jpeg(900, 40)})
    shown = album.illustrated(Essay("q", f"![a scale](a.png) Derive {ROOTS}."))
    assert shown.alt == "a scale; (−b ± √(b² − 4ac))/(2a)"
    width, height = size(album.pictures[0].png)
    assert width == 900
    assert height > 100


def test_an_embedded_picture_is_made_anew():
    album = Album({"f00": jpeg()})
    shown = album.illustrated(Essay("q", "What is it?", picture="f00", alt="a flask"))
    assert shown.picture == album.pictures[0].digest != "f00"
    assert shown.alt == "a flask"


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("![](a.png) What?", "say what the picture shows"),
        ("![x](b.png) What?", "did you mean a.png"),
        ("![x](a.svg) What?", "its name ends in"),
        ("![x](../a.png) What?", "climb out"),
        ("![x](a.png) ![y](a.png) What?", "more than one picture"),
        ("![x](a.png)", "asks nothing"),
        (f"![{'x' * 400}](a.png) What?", "300 characters"),
        ("![x](text.png) What?", "save it again as one"),
    ],
)
def test_what_is_wrong_with_a_picture_is_told_with_what_to_do(prompt: str, said: str):
    with pytest.raises(PictureProblem, match=said):
        Album({"a.png": jpeg(), "text.png": b"hello"}).illustrated(Essay("q", prompt))


def test_a_fault_names_the_file_the_line_and_the_question():
    written = bank(f"::Balance::{NAMED} What? {{=mass ~time}}")
    found = read_pack("pack.zip", zipped(files(measurement=written)))
    assert isinstance(found, tuple)
    assert [str(each) for each in found] == [
        "questions/measurement.gift, line 2: Balance: there is no file pictures/balance.jpg in the pack"
    ]
