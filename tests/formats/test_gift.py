"""What a teacher may write in GIFT, and what they are told where it is not GIFT."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.course import Fault
from bot.domain.grading import mark_at_once, percent
from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Chosen,
    Essay,
    Matching,
    Numeric,
    Option,
    Pair,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from bot.formats.askable import refuse_unaskable
from bot.formats.gift import read_gift
from bot.formats.tags import Located

ONE, HALF, NONE = Fraction(1), Fraction(1, 2), Fraction(0)
THIRD = Fraction(1, 3)


def one(text: str) -> Any:
    return located(text).question


def located(text: str) -> Located:
    found, faults = read_gift(text, "bank.gift")
    assert not faults
    assert len(found) == 1
    return found[0]


def refused(text: str) -> Fault:
    read, faults = read_gift(text, "bank.gift")
    found, unaskable = refuse_unaskable(read, "bank.gift")
    faults += unaskable
    assert not found
    assert len(faults) == 1
    return faults[0]


# --- the kinds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("braces", "truth"),
    [("{T}", True), ("{TRUE}", True), ("{ True }", True), ("{F}", False), ("{\nFALSE\n}", False)],
)
def test_true_false(braces: str, truth: bool):
    assert one(f"Ice floats.{braces}") == TrueFalse("q1", "Ice floats.", truth)


def test_an_arrow_in_a_feedback_makes_no_pairs():
    question = one("Which way? {=right#first left -> then right =%50%left#nearly -> once more}")
    assert question.accepted == (
        AcceptedText("right", Fraction(1), "first left -> then right"),
        AcceptedText("left", Fraction(1, 2), "nearly -> once more"),
    )


def test_marks_in_the_feedback_of_true_and_false_change_nothing():
    assert one("Ice floats.{T#about ~10 % = a tenth -> look again}") == TrueFalse(
        "q1", "Ice floats.", True, wrong_feedback="about ~10 % = a tenth -> look again"
    )


def test_true_false_feedback_is_first_for_the_wrong_and_then_for_the_right_answer():
    question = one("Ice sinks. {F#Think of a lake in winter.#Right.####Water is odd.}")
    assert isinstance(question, TrueFalse)
    assert question.wrong_feedback == "Think of a lake in winter."
    assert question.right_feedback == "Right."
    assert question.general_feedback == "Water is odd."


def test_one_right_option_among_wrong_ones_is_a_single_choice():
    question = one("Who lies there? {~Grant#Look again. ~Jefferson =no one#Yes!}")
    options = (Option("Grant", NONE, "Look again."), Option("Jefferson", NONE), Option("no one", ONE, "Yes!"))
    assert question == SingleChoice("q1", "Who lies there?", options)


def test_several_right_options_are_still_a_single_choice_where_either_will_do():
    question = one("A safe method? {=GET =HEAD ~%-50%POST ~%25%OPTIONS}")
    assert isinstance(question, SingleChoice)
    assert [option.credit for option in question.options] == [1, 1, -HALF, Fraction(1, 4)]


def test_percentages_alone_are_several_choices():
    question = one("Between? {~%50%yellow ~%-100%red#no ~%50%beige ~blue}")
    assert isinstance(question, SeveralChoices)
    assert [option.credit for option in question.options] == [HALF, -1, HALF, 0]


def test_a_percentage_after_the_equals_sign_is_worth_that_much():
    question = one("Which? {=%50%a =%50%b ~%-50%c}")
    assert isinstance(question, SeveralChoices)
    assert [option.credit for option in question.options] == [HALF, HALF, -HALF]


@pytest.mark.parametrize("parts", range(2, 11))
@pytest.mark.parametrize("decimals", [1, 2, 5])
@pytest.mark.parametrize("cut_off", [True, False])
def test_equal_parts_make_exactly_a_hundred_percent(parts: int, decimals: int, cut_off: bool):
    share = Decimal(100) / parts
    unit = Decimal(1).scaleb(-decimals)
    written = share.quantize(unit, rounding="ROUND_DOWN" if cut_off else "ROUND_HALF_UP")
    question = one("Which? {" + "".join(f"~%{written}%o{n}\n" for n in range(parts)) + "}")
    everything = mark_at_once(question, Chosen(tuple(range(parts)))).credit
    assert everything == 1
    assert percent(Fraction(everything)) == "100"


@pytest.mark.parametrize(
    "written", [("33.3", "33.3", "33.4"), ("14.3", "85.6"), ("49.9", "49.9"), ("60.2", "40")]
)
def test_percentages_that_nearly_make_a_hundred_are_made_to(written: tuple[str, ...]):
    question = one("Which? {" + "".join(f"~%{share}%o\n" for share in written) + "~%-50%x}")
    assert isinstance(question, SeveralChoices)
    assert sum(option.credit for option in question.options[:-1]) == 1
    assert question.options[-1].credit == -HALF


@pytest.mark.parametrize(
    ("written", "credit"),
    [
        ("33.33333", THIRD),
        ("33.3", THIRD),
        ("-33.33333", -THIRD),
        ("66.66667", 2 * THIRD),
        ("16.67", THIRD / 2),
        ("83.33333", Fraction(5, 6)),
        ("14.28571", Fraction(1, 7)),
        ("11.11111", Fraction(1, 9)),
        ("8.33", Fraction(1, 12)),
        ("12.5", Fraction(1, 8)),
        ("33", Fraction(33, 100)),
        ("33.4", Fraction(334, 1000)),
        ("50.0", HALF),
        ("0", NONE),
        ("-100", Fraction(-1)),
    ],
)
def test_well_known_percentages_are_the_fractions_that_they_stand_for(written: str, credit: Fraction):
    question = one(f"Which? {{=a ~%{written}%b}}")
    assert isinstance(question, SingleChoice)
    assert question.options[1].credit == credit


def test_short_answers_with_percentages_and_feedback():
    question = one("Best animal? {=Frog#Good! =%50%Cat =%0%*#Hm.}")
    accepted = (AcceptedText("Frog", ONE, "Good!"), AcceptedText("Cat", HALF), AcceptedText("*", NONE, "Hm."))
    assert question == ShortText("q1", "Best animal?", accepted)


def test_a_short_answer_needs_no_equals_sign():
    assert one("Two plus two is {four}") == ShortText("q1", "Two plus two is", (AcceptedText("four", ONE),))


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("3.14:0.01", "3.13", "3.15"),
        ("1..5", "1", "5"),
        ("-5..5", "-5", "5"),
        ("-3.142..-3.141", "-3.142", "-3.141"),
        ("1822", "1822", "1822"),
        ("-1", "-1", "-1"),
        ("3,14:0,01", "3.13", "3.15"),
        ("6.022e23:1e20", "602100000000000000000000", "602300000000000000000000"),
        ("1:1e-15", "0.999999999999999", "1.000000000000001"),
    ],
)
def test_a_numeric_answer_is_an_exact_interval(written: str, low: str, high: str):
    question = one(f"How much? {{#{written}}}")
    assert question == Numeric("q1", "How much?", (AcceptedNumber(Decimal(low), Decimal(high), ONE),))


def test_numeric_answers_with_percentages_feedback_and_a_word_for_all_others():
    question = one("Born? {# =%100%1822:0#Yes =%50%1822:2#Near ~#Look it up.####A general.}")
    assert isinstance(question, Numeric)
    assert [(number.low, number.credit, number.feedback) for number in question.accepted] == [
        (Decimal(1822), ONE, "Yes"),
        (Decimal(1820), HALF, "Near"),
    ]
    assert question.otherwise_feedback == "Look it up."
    assert question.general_feedback == "A general."
    assert one("Born? {#=1822 =%0%*#Look.}") == Numeric(
        "q1", "Born?", (AcceptedNumber(Decimal(1822), Decimal(1822), ONE),), otherwise_feedback="Look."
    )


# --- the text around them ----------------------------------------------------------------------------


def test_a_missing_word_leaves_a_gap():
    assert one("Water boils at {=100 ~90} degrees.").prompt == "Water boils at ___ degrees."
    assert one("Two and two is {=four}.").prompt == "Two and two is ___."
    assert one("What is it? {=four}").prompt == "What is it?"


def test_escapes_are_read_and_other_backslashes_stay():
    question = one(r"A \{set\}\: 2 \= 2 \~ \# \\ end\nnext \frac{=\{x\} \= 1 ~\~\#}")
    assert question.prompt == "A {set}: 2 = 2 ~ # \\ end\nnext \\frac"
    assert isinstance(question, SingleChoice)
    assert [option.text for option in question.options] == ["{x} = 1", "~#"]


def test_a_doubled_backslash_before_an_n_is_no_line_break():
    assert one(r"Type \\n here {T}").prompt == r"Type \n here"


def test_titles_categories_comments_and_byte_order_marks_are_taken_out():
    text = (
        "\ufeff// notes\r\n$CATEGORY: top/Unit 1\r\n\r\n"
        "::A \\: title:: Is it?\r\n{\r\n// why\r\n\r\nT}\r\n// end"
    )
    question = TrueFalse("a-title", "Is it?", answer=True)
    assert located(text) == Located(question, 4, "A : title", (), "top/Unit 1")


def test_blank_lines_inside_braces_do_not_end_the_question():
    question = one("Which?\n{\n\n=a\n\n~b\n\n}\n")
    assert isinstance(question, SingleChoice)
    assert [option.text for option in question.options] == ["a", "b"]


def test_a_line_that_looks_like_a_title_inside_braces_belongs_to_the_answers():
    question = one("Which?\n{=std\n::vector\n~list}")
    assert isinstance(question, SingleChoice)
    assert question.options[0].text == "std ::vector"


def test_id_and_tags_come_from_the_comments_before_the_question():
    found, faults = read_gift("// [id:m-01] [tag:1.1]\n// [tag:hard] note\nA {T}\n\nB {F}\n", "f")
    assert not faults
    assert (found[0].question.slug, found[0].tags) == ("m-01", ("1.1", "hard"))
    assert (found[1].question.slug, found[1].tags, found[1].line) == ("q2", (), 5)


def test_slugs_are_made_from_titles_and_never_given_twice():
    text = "::Größe & Maß::A{T}\n\n::Größe & Maß::B{T}\n\n::质量::C{T}\n\nD{T}\n\n// [id:q4]\nE{T}"
    found, faults = read_gift(text, "f")
    assert not faults
    assert [one.question.slug for one in found] == ["grosse-mass", "grosse-mass-2", "q3", "q4-2", "q4"]


def test_lines_are_those_of_the_file_that_holds_the_text():
    found, faults = read_gift("\nA {T}\n\nB {\n=\n}", "course.toml", first_line=40)
    assert found[0].line == 41
    assert faults == [
        Fault("course.toml", 44, "B { = }", "an answer has no text: one = or ~ stands before each")
    ]


# --- formats -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("wrapped\nlines  flow", "wrapped lines flow"),
        ("[plain]two\nlines <b>stay</b>", "two\nlines <b>stay</b>"),
        ("[markdown] **bold**\n- item\n    - nested", "**bold**\n- item\n    - nested"),
        ("[moodle]a <b>bold</b> word", "a bold word"),
        ("[html]<p>One</p>\\n<p>Two<br/>Three &amp; four</p>", "One\n\nTwo\nThree & four"),
        ("[html]Use&nbsp;<code>&lt;a&gt;</code>", "Use <a>"),
        ("[html]x<!-- not <b> this -->y", "xy"),
        ("[html]x<!-- never closed", "x"),
        ("[html]<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("[html]<pre>\n  def f()\\:\n    pass\n</pre>done", "def f():\n    pass\n\ndone"),
        ("[html]10<sup>8</sup> and H<sub>2</sub>O", "10⁸ and H₂O"),
        ("[html]e<sup>kt</sup>, v<sub>max</sub>", "e^(kt), v_max"),
        (
            '[html]See <img src\\="a.png" alt\\="a flask"> and <img src\\="b.png">',
            "See a flask and [picture]",
        ),
        ("the <head> of a page", "the <head> of a page"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("one<br>two", "one\ntwo"),
        ("Tom &amp; AT&T &copy 2", "Tom & AT&T &copy 2"),
        ("bell\x07 rings", "bell rings"),
    ],
)
def test_every_format_comes_down_to_what_people_read(written: str, shown: str):
    assert one(written + "{T}").prompt == shown


def test_answers_take_the_questions_format_unless_they_name_their_own():
    question = one("[html]<p>Where?</p>{=<p>East</p>#<b>Yes</b> ~[plain]<p>#[plain]<b>}")
    assert question == SingleChoice("q1", "Where?", (Option("East", ONE, "Yes"), Option("<p>", NONE, "<b>")))


def test_an_option_that_is_a_tag_is_shown_as_it_stands():
    question = one("Which makes a link? {=<a> ~<link> ~<br/>}")
    assert isinstance(question, SingleChoice)
    assert [option.text for option in question.options] == ["<a>", "<link>", "<br/>"]


# --- what is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("Match. {=cat -> cat food}", 1, "two pairs"),
        ("Match. {=cat -> cat food =dog ->}", 1, "no right side"),
        ("Match. {=cat -> cat food\n=dog}", 2, "left -> right"),
        ("Match. {=cat -> cat food =cat -> bone}", 1, "on the left of two pairs"),
        ("\nJust a text.", 2, "no answers in braces"),
        ("Which? {=a ~b", 1, "never closed"),
        ("Which? =a ~b}", 1, "without a {"),
        ("Which?\n{\n=a {x}\n~b}", 3, r"write \{"),
        ("Template {{ x }} {T}", 1, "inside the answers"),
        ("A {T}\nB {F}", 2, "empty line between two questions"),
        ("{=a ~b}", 1, "no text"),
        ("::title\nA {T}", 1, "never closed"),
        ("Red?\n{=#ff0000\n~#00ff00}", 2, r"\#"),
        ("Which?\n{=a\n~\n~b}", 3, "an answer has no text"),
        ("Which? {=~%50%a =~%50%b}", 1, "an answer has no text"),
        ("Which? {~only}", 1, "2 to 25 options"),
        ("Which? {=a" + "~b" * 25 + "}", 1, "it has 26 options, and 25 is the most"),
        ("Which? {=a" + "=b" * 60 + "}", 1, "50 is the most"),
        ("Which? {a ~b}", 1, "before the first"),
        ("Which? {~a ~b}", 1, "no option is right"),
        ("Which? {~%50%a ~%30%b}", 1, "add up to 80"),
        ("Which? {~%50%a ~%50%b ~%50%c}", 1, "add up to 150"),
        ("Which? {=a ~%150%b}", 1, "between -100 and 100"),
        ("Which? {=a%100% ~b}", 1, "before the option's text"),
        ("What? {=%50%a}", 1, "100 %"),
        ("What? {=%-100%a}", 1, "100 %"),
        ("How much? {#}", 1, "100 %"),
        ("How much? {#many}", 1, "'many' is not a number"),
        ("How much? {#1e999}", 1, "not a number"),
        ("How much? {#nan}", 1, "not a number"),
        ("How much? {#5..1}", 1, "from more to less"),
        ("How much? {#5:-1}", 1, "less than 0"),
        ("How much? {#5 ~6#no}", 1, "only feedback"),
        ("How much? {#5 =*#no}", 1, "earns nothing"),
        ("// [id:with space]\nA {T}", 2, "letters, digits"),
        ("// [tag:1.1]\n\n$CATEGORY: x", 1, "directly before"),
        ("x" * 1501 + "{T}", 1, "1501 characters"),
        ("A {=" + "x" * 201 + "}", 1, "201 characters"),
        ("A {T#" + "x" * 1501 + "}", 1, "1501 characters"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line_and_the_reason(text: str, line: int, words: str):
    fault = refused(text)
    assert (fault.file, fault.line) == ("bank.gift", line)
    assert words in fault.problem


def test_one_broken_question_does_not_take_the_others_with_it():
    text = "A {T}\n\n::Broken:: B {=x ~y\n\n::Next:: C {T}\n\nD }\n\nE {F}\n"
    found, faults = read_gift(text, "f")
    assert [one.question.prompt for one in found] == ["A", "C", "E"]
    assert [(fault.line, fault.field) for fault in faults] == [(3, "Broken"), (7, "D }")]


def test_a_text_without_end_is_read_to_a_thousand_questions():
    found, faults = read_gift("A{T}\n\n" * 1001, "f", most=1000)
    assert len(found) == 1000
    assert [(fault.line, fault.problem) for fault in faults] == [
        (2001, "more than 1,000 questions: the rest is not read")
    ]


def test_the_same_id_twice_is_refused_and_the_first_named():
    _, faults = read_gift("// [id:a]\nA {T}\n\n// [id:a]\nB {T}", "f")
    assert [(fault.line, fault.problem) for fault in faults] == [
        (5, "[id:a] is already that of the question on line 2")
    ]


gift_like = st.text(st.sampled_from("{}=~#:\\n%*->$[]/\n \t15.aT<b&;"), max_size=60)


@settings(deadline=None)
@given(gift_like)
def test_any_text_is_read_or_refused_with_a_line_that_it_has(text: str):
    found, faults = read_gift(text, "f")
    lines = text.count("\n") + 1
    assert all(1 <= (fault.line or 0) <= lines for fault in faults)
    assert all(1 <= one.line <= lines for one in found)
    assert len({one.question.slug for one in found}) == len(found)
    assert all(one.question.prompt for one in found)


# --- pairs, and what the teacher marks ---------------------------------------------------------------


def test_pairs_keep_their_sides_and_a_right_side_alone_belongs_to_none():
    question = one("Match.{=cat -> meow\n=[html]<b>dog</b> -> woof = -> moo}")
    assert question == Matching("q1", "Match.", (Pair("cat", "meow"), Pair("dog", "woof")), ("moo",))


def test_empty_braces_are_for_the_teacher_to_mark():
    assert one("Explain.{}") == Essay("q1", "Explain.")
    assert one("Explain.{####Think of bonds.}").general_feedback == "Think of bonds."
