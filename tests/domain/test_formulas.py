"""Formulas are read as what a student would write down; what cannot be read is refused in words, and at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.formulas import LONGEST, UnreadableFormula, formulas, read_formula, with_formulas

PLAIN = {
    r"x^2 = \frac{1}{4}": "x² = 1/4",
    r"H_2O": "H₂O",
    r"\alpha\cdot\beta \times 3": "α · β × 3",
    r"10^{-3}\,\text{mol}": "10⁻³ mol",
    r"v^2=v_0^2+2a\,\Delta x": "v² = v₀² + 2a Δx",
    r"-3 + -2": "−3 + −2",
    r"90^\circ": "90°",
    r"f^{\prime}(x)": "f′(x)",
    r"\sqrt[3]{8}": "³√8",
    r"\left(\frac{a}{b}\right)^2": "(a/b)²",
    r"\log_{10} x": "log₁₀ x",
    r"3{,}14 \approx \pi": "3,14 ≈ π",
    r"\mathbb{R}": "ℝ",
    r"A \xrightarrow{h\nu} B": "A —hν→ B",
    r"\ce{2H2 + O2 -> 2H2O}": "2H₂ + O₂ → 2H₂O",
    r"\ce{SO4^2-}": "SO₄²⁻",
    r"\ce{Na+ + Cl- <=> NaCl(s)}": "Na⁺ + Cl⁻ ⇌ NaCl(s)",
    r"\ce{CuSO4.5H2O}": "CuSO₄·5H₂O",
    r"\ce{^{14}_{6}C}": "¹⁴₆C",
    r"\ce{CaCO3 ->[heat] CaO + CO2 ^}": "CaCO₃ —heat→ CaO + CO₂↑",
    r"\ce{H3C-CH3}": "H₃C-CH₃",
}
DRAWN = {
    r"\frac{-b \pm \sqrt{b^2-4ac}}{2a}": "(−b ± √(b² − 4ac))/(2a)",
    r"\sum_{i=1}^{n} i^2": "∑ from i = 1 to n of i²",
    r"\begin{pmatrix}1&2\\3&4\end{pmatrix}": "(1, 2; 3, 4)",
    r"e^{-x^2}": "e^(−x²)",
    r"\frac{\ce{H2O}}{2}": "(H₂O)/2",
}


@pytest.mark.parametrize(("source", "text"), PLAIN.items())
def test_a_simple_formula_is_shown_as_text(source: str, text: str):
    read = read_formula(source)
    assert (read.text, read.is_plain) == (text, True)


@pytest.mark.parametrize(("source", "text"), DRAWN.items())
def test_what_a_line_cannot_show_is_drawn_and_read_out(source: str, text: str):
    read = read_formula(source)
    assert (read.text, read.is_plain) == (text, False)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (r"\foo{x}", r"\foo is not known"),
        (r"\hspace{99999em}x", r"\hspace is not known"),
        (r"\def\x{\x\x}\x", r"\def is not known"),
        ("{" * 5000 + "x" + "}" * 5000, "characters"),
        ("{" * 50 + "x" + "}" * 50, "nested"),
        (r"\sqrt" * 50 + "x", "nested"),
        (r"\sqrt{x", "never closed"),
        ("x}", "nothing was opened"),
        ("x & y", "nothing was opened"),
        ("a^b^c", "second ^"),
        (r"\begin{matrix}1\end{cases}", "ended by another"),
        (r"\ce{H2O", "never closed"),
        (r"\frac{1}", "missing"),
        ("", "empty"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(source: str, said: str):
    with pytest.raises(UnreadableFormula, match=said.replace("\\", r"\\").replace("^", r"\^")):
        read_formula(source)


TOKENS = st.sampled_from(
    [*r"{}^_&[]()x1+-=%$' ", "\\\\", r"\frac", r"\sqrt", r"\left", r"\right", r"\ce", r"\text", r"\vec", r"\sum",
     r"\begin{cases}", r"\end{cases}", r"\begin", r"\end", r"\alpha", r"\overset", "é", "\x00", "𝕏", "<"]
)  # fmt: skip


@given(st.lists(TOKENS, max_size=60).map("".join) | st.text(max_size=LONGEST))
def test_whatever_is_typed_is_read_as_one_line_or_refused(source: str):
    try:
        text = read_formula(source).text
    except UnreadableFormula:
        return
    assert text
    assert text.isprintable()


def test_formulas_are_found_between_each_of_the_usual_marks():
    text = r"Is \(a\) like $$b$$ or \[ c \], at $5 or $6?"
    assert formulas(text) == (("a", r"\(a\)"), ("b", "$$b$$"), ("c", r"\[ c \]"))
    assert with_formulas(text, ["1", "2", "3"]) == "Is 1 like 2 or 3, at $5 or $6?"
