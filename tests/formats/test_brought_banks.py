"""Files as Moodle and Canvas export them: formulas, units, pictures and odd encodings are understood."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from bot.domain.calculated import instantiate, with_item
from bot.domain.course import Course
from bot.domain.grading import mark_at_once
from bot.domain.questions import (
    Calculated,
    Numeric,
    SeveralChoices,
    SingleChoice,
    Tolerance,
    Typed,
    UnitRule,
)
from bot.formats.bank import Bank, read_bank
from bot.formats.bank_report import mark_of
from bot.formats.moodle_xml import read_moodle_xml
from bot.formats.moodle_xml_writer import write_moodle_xml
from bot.formats.pack import read_pack

ROOT = Path(__file__).parents[2]
#: one pixel
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def moodle(kind: str, inside: str, text: str = "How much?", more: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n<question type="{kind}"><name><text>n</text></name>'
        f'<questiontext format="html"><text><![CDATA[<p>{text}</p>]]></text>{more}</questiontext>'
        f"<defaultgrade>2.0000000</defaultgrade><penalty>0.3333333</penalty>{inside}</question></quiz>"
    ).encode()


def item(name: str, *values: str) -> str:
    items = "".join(
        f"<dataset_item><number>{number}</number><value>{value}</value></dataset_item>"
        for number, value in reversed([*enumerate(values, start=1)])
    )
    return (
        f"<dataset_definition><status><text>private</text></status><name><text>{name}</text></name>"
        "<type>calculated</type><distribution><text>uniform</text></distribution><minimum><text>1</text></minimum>"
        "<maximum><text>10</text></maximum><decimals><text>1</text></decimals><itemcount>2</itemcount>"
        f"<dataset_items>{items}</dataset_items><number_of_items>2</number_of_items></dataset_definition>"
    )


DATA_SETS = f"<dataset_definitions>{item('a', '1.5', '2')}{item('b', '4', '8.5')}</dataset_definitions>"
UNITS = (
    "<unitgradingtype>1</unitgradingtype><unitpenalty>0.1000000</unitpenalty><showunits>0</showunits>"
    "<units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit>"
    "<unit><multiplier>100</multiplier><unit_name>cm</unit_name></unit></units>"
)
FORMULA = (
    '<answer fraction="100"><text>{a}*{b}</text><tolerance>0.01</tolerance><tolerancetype>1</tolerancetype>'
    "<correctanswerformat>1</correctanswerformat><correctanswerlength>2</correctanswerlength>"
    '<feedback format="html"><text>Yes.</text></feedback></answer>'
)


def only(bank: Bank):
    assert [str(fault) for fault in bank.faults] == []
    (one,) = bank.questions
    return one.question


@pytest.mark.parametrize("kind", ["calculated", "calculatedsimple"])
def test_a_calculated_question_of_moodle_is_asked_with_the_items_of_its_data_set(kind: str):
    question = only(
        read_bank("q.xml", moodle(kind, FORMULA + UNITS + DATA_SETS, "{a} m by {b}: {={a}+{b}}?"))
    )
    assert isinstance(question, Calculated)
    made = with_item(question, 2)
    assert isinstance(made, Numeric)
    assert made.prompt == "2 m by 8.5: 10.5?"
    marks = [mark_at_once(made, Typed(text)) for text in ("17 m", "1700 cm", "17", "17.17 m", "17.2 m")]
    assert [each.credit for each in marks] == [1, 1, Fraction(9, 10), 1, 0]
    assert instantiate(question, "x").prompt in ("1.5 m by 4: 5.5?", "2 m by 8.5: 10.5?")


def test_a_calculated_choice_of_moodle_has_its_options_worked_out():
    answers = "".join(
        f'<answer fraction="{credit}"><text>about {{={formula}}}</text><correctanswerformat>2</correctanswerformat>'
        "<correctanswerlength>3</correctanswerlength><feedback><text></text></feedback></answer>"
        for credit, formula in ((100, "{a}*{b}"), (0, "{a}+{b}"))
    )
    question = only(read_bank("q.xml", moodle("calculatedmulti", f"<single>1</single>{answers}{DATA_SETS}")))
    assert isinstance(question, Calculated)
    made = with_item(question, 1)
    assert isinstance(made, SingleChoice)
    assert [(each.text, each.credit) for each in made.options] == [("about 6.00", 1), ("about 5.50", 0)]


def test_a_formula_that_nobody_can_work_out_is_told_with_its_line():
    bank = read_bank("q.xml", moodle("calculated", FORMULA.replace("{a}*", "{c}*") + DATA_SETS))
    assert [str(each) for each in bank.faults] == ["q.xml, line 3: n: the variable {c} is not defined"]


def test_three_thirds_as_moodle_rounds_them_make_a_whole():
    for written in ("33.33333", "33.333", "33.3333333", "33"):
        answers = (
            "".join(f'<answer fraction="{written}"><text>{letter}</text></answer>' for letter in "abc")
            + '<answer fraction="-100"><text>d</text></answer>'
        )
        bank = read_bank("q.xml", moodle("multichoice", f"<single>false</single>{answers}"))
        question = only(bank)
        assert isinstance(question, SeveralChoices)
        if written != "33":
            assert [each.credit for each in question.options] == [Fraction(1, 3)] * 3 + [Fraction(-1)]
            assert mark_of(bank.questions[0], "a|b") == Fraction(2, 3)


def test_a_picture_inside_moodle_xml_comes_with_its_question_and_goes_out_with_it():
    image = '<img src="@@PLUGINFILE@@/a%20flask.png" alt="A flask &amp; a beaker" width="9">'
    file = f'<file name="a flask.png" path="/" encoding="base64">{base64.b64encode(PNG).decode()}</file>'
    answer = '<answer fraction="100"><text>5</text></answer>'
    bank = read_bank("q.xml", moodle("numerical", answer, f"How full is it?{image}", file))
    question = only(bank)
    assert question.prompt == "How full is it?"
    assert (question.picture, question.alt) == (hashlib.sha256(PNG).hexdigest(), "A flask & a beaker")
    assert bank.pictures == {question.picture: PNG}
    again = read_bank("again.xml", write_moodle_xml(bank.questions, bank.pictures).encode())
    assert (only(again), again.pictures) == (question, bank.pictures)


@pytest.mark.parametrize(
    "src",
    ["data:image/png;base64,!!!!", "data:image/svg+xml;base64,PHN2Zy8+", "https://example.org/a.png", "x"],
)
def test_a_picture_that_is_not_at_hand_leaves_its_words_in_the_text(src: str):
    answer = '<answer fraction="100"><text>5</text></answer>'
    bank = read_bank("q.xml", moodle("numerical", answer, f'How full?<img alt="a flask" src="{src}">'))
    assert only(bank).prompt.endswith("a flask")
    assert bank.pictures == {}


# --- Canvas ----------------------------------------------------------------------------------------


def canvas(kind: str, text: str, presentation: str, processing: str = "", extension: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">'
        '<assessment ident="a" title="1.1"><section ident="root">\n<item ident="i" title="n"><itemmetadata><qtimetadata>'
        f"<qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>{kind}</fieldentry></qtimetadatafield>"
        f'</qtimetadata></itemmetadata><presentation><material><mattext texttype="text/html">{escape(text)}</mattext>'
        f'</material>{presentation}</presentation><resprocessing><outcomes><decvar maxvalue="100" minvalue="0" '
        f'varname="SCORE" vartype="Decimal"/></outcomes>{processing}</resprocessing>{extension}</item></section>'
        "</assessment></questestinterop>"
    ).encode()


TYPED = '<response_str ident="response1" rcardinality="Single"><render_fib fibtype="Decimal"/></response_str>'


def calculated_extension(formulas: str, tolerance: str) -> str:
    return (
        f"<itemproc_extension><calculated><answer_tolerance>{tolerance}</answer_tolerance>"
        f'<formulas decimal_places="1">{formulas}</formulas><vars><var name="x" scale="1"><min>1</min><max>9</max></var>'
        '<var name="mass" scale="0"><min>2</min><max>4</max></var></vars><var_sets><var_set ident="1">'
        '<var name="x">1.5</var><var name="mass">3</var><answer>13.5</answer></var_set><var_set ident="2">'
        '<var name="x">2</var><var name="mass">4</var><answer>24</answer></var_set></var_sets></calculated>'
        "</itemproc_extension>"
    )


def test_a_formula_question_of_canvas_is_marked_by_its_last_line():
    lines = "<formula>force = mass * (1 + x)</formula><formula>force + 2 * mass</formula>"
    data = canvas(
        "calculated_question", "<p>[x] and [mass] [sic]</p>", TYPED, "", calculated_extension(lines, "5%")
    )
    question = only(read_bank("q.xml", data))
    assert isinstance(question, Calculated)
    assert question.formulas[0].tolerance_kind is Tolerance.RELATIVE
    made = with_item(question, 1)
    assert isinstance(made, Numeric)
    assert made.prompt == "1.5 and 3 [sic]"
    assert [mark_at_once(made, Typed(text)).credit for text in ("13.5", "14.1", "14.2")] == [1, 1, 0]


@pytest.mark.parametrize(
    ("low", "high", "typed", "credit"),
    [("0", "5", "0", 1), ("0", "5", "5", 1), ("-5", "0", "-3", 1), ("-5", "0", "1", 0), ("0", "0", "0", 1)],
)
def test_a_range_of_canvas_may_begin_or_end_at_nought(low: str, high: str, typed: str, credit: int):
    processing = (
        '<respcondition continue="No"><conditionvar><or><varequal respident="response1">2</varequal><and>'
        f'<vargte respident="response1">{low}</vargte><varlte respident="response1">{high}</varlte></and></or>'
        '</conditionvar><setvar action="Set" varname="SCORE">100</setvar></respcondition>'
    )
    bank = read_bank("q.xml", canvas("numerical_question", "How much?", TYPED, processing))
    assert mark_of(bank.questions[0], typed) == credit


def test_points_out_of_one_count_like_points_out_of_a_hundred():
    options = "".join(
        f'<response_label ident="{letter}"><material><mattext>{letter}</mattext></material></response_label>'
        for letter in "ab"
    )
    presentation = f'<response_lid ident="r" rcardinality="Single"><render_choice>{options}</render_choice></response_lid>'
    processing = (
        '<respcondition><conditionvar><varequal respident="r">b</varequal></conditionvar>'
        '<setvar action="Set" varname="SCORE">1</setvar></respcondition>'
    )
    data = canvas("multiple_choice_question", "Which?", presentation, processing)
    bank = read_bank("q.xml", data.replace(b'maxvalue="100"', b'maxvalue="1"'))
    assert [mark_of(bank.questions[0], letter) for letter in "ab"] == [0, 1]


def test_a_picture_of_a_canvas_export_is_found_among_its_files():
    text = '<p>How full?</p><img src="$IMS-CC-FILEBASE$/Uploaded%20Media/flask.png?canvas_download=1" alt="A flask">'
    essay = canvas("essay_question", text, "")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a/a.xml", essay)
        archive.writestr("web_resources/Uploaded Media/flask.png", PNG)
    bank = read_bank("export.imscc", buffer.getvalue())
    assert (only(bank).prompt, only(bank).alt) == ("How full?", "A flask")
    assert list(bank.pictures.values()) == [PNG]


# --- odd encodings -----------------------------------------------------------------------------------

QUESTION = "::é:: Wie groß? {=5 µm ~6 µm}\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_text_is_read_in_every_encoding_that_says_what_it_is(encoding: str, ending: str):
    mark_of_order = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    data = mark_of_order + QUESTION.replace("\n", ending).encode(encoding)
    question = only(read_bank("q.gift", data))
    assert isinstance(question, SingleChoice)
    assert (question.prompt, question.options[0].text) == ("Wie groß?", "5 µm")


def test_a_text_of_an_old_windows_is_read_with_a_doubt():
    bank = read_bank("q.gift", QUESTION.encode("cp1252"))
    assert [one.question.prompt for one in bank.questions] == ["Wie groß?"]
    assert ["Windows" in str(each) for each in bank.faults] == [True]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_xml_is_read_in_the_encoding_that_it_names(encoding: str):
    text = moodle("essay", "", "Wie groß? é").decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    assert only(read_bank("q.xml", text.encode(encoding))).prompt == "Wie groß? é"


# --- sheets ----------------------------------------------------------------------------------------

SHEET = """name,type,question,answer,option 1,option 2,difficulty,unit,tags
s-1,formula,A car goes {v} m/s for {t} s. How far?,{v}*{t}:1%,v=5..20 step 0.5,t=2..9,hard,m,1.1
s-2,number,How long?,5:0.1,,,easy,cm,1.1
s-3,formula,What is {a} and 2?,{a}+2:0.5,a=1..3,,,,1.1
"""


def test_a_sheet_has_formulas_units_and_difficulties():
    bank = read_bank("q.csv", SHEET.encode())
    assert bank.faults == []
    first, second, third = (one.question for one in bank.questions)
    assert isinstance(first, Calculated)
    assert isinstance(second, Numeric)
    assert isinstance(third, Calculated)
    assert [each.difficulty for each in (first, second, third)] == [3, 1, 2]
    assert (first.unit, second.unit, third.unit) == (UnitRule("m"), UnitRule("cm"), None)
    assert first.variables[0].step == Decimal("0.5")
    assert (third.formulas[0].tolerance, third.formulas[0].tolerance_kind) == (
        Decimal("0.5"),
        Tolerance.NOMINAL,
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("formula,What is {a}?,{a}+2,,", "variables in the option columns"),
        ("formula,What is {a}?,{a}+2,a=3..1,", "from less to more"),
        ("formula,What is {a}?,{a}+2,a=1..3 step 0,", "steps above 0"),
        ("formula,What is {a}?,{a}+2,a=0..1 step 1e-9,", "take a larger step"),
        ("formula,What is {a}?,{a}+2,a is 1,", "is no variable"),
        ("formula,What is {a}?,{b}+2,a=1..3,", "the variable {b} is not defined"),
        ("formula,What is {a}?,{a}+2:wide,a=1..3,", "the margin 'wide'"),
        ("essay,Why?,,,m", "a unit belongs to a number"),
    ],
)
def test_a_row_that_cannot_be_asked_says_why(row: str, words: str):
    bank = read_bank("q.csv", f"type,question,answer,option 1,unit\n{row}\n".encode())
    assert (bank.questions, [words in str(each) for each in bank.faults]) == ([], [True])
    assert bank.faults[0].line == 2


# --- packs -----------------------------------------------------------------------------------------

COURSE = """[course]
slug = "c"
title = "C"

[[units]]
slug = "u"
title = "U"
objectives = [ { slug = "1.1", text = "Do it" }, { slug = "1.2", text = "Do more" } ]

[units.prework]
videos = [ { title = "V", url = "https://example.org/v", length = "6:00" } ]
questions = "Is it? {T}"

[units.check]
draw = 1
bank_file = "FILE"
"""


def pack(file: str, data: bytes) -> Course | tuple:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("course.toml", COURSE.replace("FILE", file))
        archive.writestr(file, data)
    return read_pack("pack.zip", buffer.getvalue())


ANSWER = '<answer fraction="100"><text>5</text></answer>'
TAGS = "<tags><tag><text>1.1</text></tag><tag><text>difficulty:hard</text></tag></tags>"


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("bank.csv", b"type,question,answer,tags,difficulty\nnumber,How much?,5,1.1,hard\n"),
        ("bank.xml", moodle("numerical", f"{ANSWER}{TAGS}")),
        ("bank.gift", b"// [tag:1.1] [tag:difficulty:hard]\nHow much? {#5}\n"),
    ],
)
def test_a_pack_takes_its_bank_from_any_format(file: str, data: bytes):
    course = pack(file, data)
    assert isinstance(course, Course), course
    (question,) = course.units[0].check.bank
    assert isinstance(question, Numeric)
    assert (question.prompt, question.objective, question.difficulty) == ("How much?", "1.1", 3)


def test_a_quiz_of_canvas_belongs_to_the_objective_that_it_is_called_after():
    processing = (
        '<respcondition><conditionvar><varequal respident="response1">Iron</varequal></conditionvar>'
        '<setvar action="Set" varname="SCORE">100</setvar></respcondition>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a/a.xml", canvas("short_answer_question", "Which?", TYPED, processing))
    course = pack("bank.imscc", buffer.getvalue())
    assert isinstance(course, Course), course
    assert course.units[0].check.bank[0].objective == "1.1"


def test_a_pack_with_a_zip_inside_says_what_to_call_it():
    result = pack("bank.zip", b"PK")
    assert isinstance(result, tuple)
    assert "archive inside" in str(result[0]) or ".imscc" in str(result[0])


# --- the command line ------------------------------------------------------------------------------


def test_a_calculated_question_is_marked_by_seed_or_item_on_the_command_line(tmp_path: Path):
    bank = tmp_path / "bank.xml"
    bank.write_bytes(moodle("calculated", FORMULA + UNITS + DATA_SETS, "{a} by {b}?"))

    def flipcord(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", "bank", *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    told = json.loads(flipcord("read", str(bank), "--json").stdout)["questions"][0]
    assert (told["type"], told["variables"][0]["items"]) == ("calculated", ["1.5", "2"])
    marked = flipcord("mark", str(bank), "n", "6", "--item", "1")
    assert (marked.stdout, marked.stderr) == ("9/10\n", "1.5 by 4?\n")
    assert flipcord("mark", str(bank), "n", "600 cm", "--item", "1").stdout == "1\n"
    seeded = flipcord("mark", str(bank), "n", "17 m", "--seed", "b")
    assert seeded.stderr in ("1.5 by 4?\n", "2 by 8.5?\n")
    assert flipcord("mark", str(bank), "n", "6", "--item", "9").returncode == 1


def test_what_is_written_for_moodle_is_read_with_nothing_lost_from_a_sheet():
    bank = read_bank("q.csv", SHEET.encode())
    again, faults = read_moodle_xml(write_moodle_xml(bank.questions).encode(), "again.xml")
    assert faults == []
    for one, other in zip(bank.questions, again, strict=True):
        question = other.question
        assert (question.difficulty, question.prompt) == (one.question.difficulty, one.question.prompt)
        if isinstance(one.question, Calculated) and isinstance(question, Calculated):
            assert question.formulas == one.question.formulas
            assert [(each.low, each.high, each.step) for each in question.variables] == [
                (each.low, each.high, each.step) for each in one.question.variables
            ]
            assert question.unit == one.question.unit
