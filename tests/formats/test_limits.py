"""One set of limits for every format and every way in: what is at them is read, what is beyond is told with its line."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest

from bot.domain import limits
from bot.domain.course import Course
from bot.domain.questions import Question
from bot.formats.bank import Bank, read_bank
from bot.formats.bank_files import BankFiles
from bot.formats.bank_report import write_as
from bot.formats.pack import read_pack
from bot.formats.tags import Located
from bot.formats.worker import WorkerPackParser
from bot.loopback.changes import PATIENCE_S
from tests.extremes import BEYOND, LARGEST, words
from tests.photos import photo

FORMATS = (".gift", ".xml", ".csv")


def written(question: Question, suffix: str) -> bytes:
    """In that format; skips what the format cannot say."""
    text, left_out = write_as(suffix, [Located(question, 1, "n", ("1.1",))], {})
    if left_out:
        pytest.skip(f"{suffix} has no such question")
    return text.encode()


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_of_each_kind_is_read(name: str, suffix: str):
    bank = read_bank(f"a{suffix}", written(LARGEST[name], suffix))
    assert not bank.faults
    assert [each.question.prompt for each in bank.questions] == [LARGEST[name].prompt]


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", BEYOND)
def test_one_more_is_refused_with_its_line(name: str, suffix: str):
    question, why = BEYOND[name]
    bank = read_bank(f"a{suffix}", written(question, suffix))
    assert_refused(bank, why)


def assert_refused(bank: Bank, why: str) -> None:
    assert not bank.questions
    [fault] = bank.faults
    assert fault.line
    assert (
        why in fault.problem or "which no question is" in fault.problem or "cannot be read" in fault.problem
    )
    assert len(str(fault)) < 600


COURSE = """
[course]
slug = "c"
title = "C"
[[units]]
slug = "u"
title = "U"
objectives = [ { slug = "1.1", text = "Do." } ]
[units.prework]
readings = [ { title = "R", url = "https://a.example/r", minutes = 5 } ]
questions = "Ice floats. {T}"
[units.check]
draw = 1
"""


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", ["prompt", "options", "pairs", "items", "gaps", "answers", "a card"])
async def test_packs_and_banks_of_a_running_bot_refuse_the_same(name: str, suffix: str):
    question, why = BEYOND[name]
    data = written(question, suffix)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("course.toml", f'{COURSE}bank_file = "bank{suffix}"\n')
        archive.writestr(f"bank{suffix}", data)
    worker = WorkerPackParser()
    brought = await BankFiles(worker).read(f"a{suffix}", data, ["1.1"], "1.1")
    course = await worker.parse("c.zip", packed.getvalue())
    assert not brought.questions
    assert not isinstance(course, Course)
    for fault in (*brought.skipped, *course):
        assert why in fault.problem
        assert fault.line


def test_gift_within_a_course_file_is_told_with_its_line_there():
    toml = f"{COURSE}bank = '''\n\nA {{T}}\n\n{'x' * 1501} {{T}}\n'''\n"
    result = read_pack("course.toml", toml.encode())
    assert not isinstance(result, Course)
    [fault] = result
    assert (fault.line, "1501 characters" in fault.problem) == (
        toml[: toml.index("xxx")].count("\n") + 1,
        True,
    )


@pytest.mark.parametrize(
    ("prework", "why"),
    [
        ("Which? {=a " + " ".join(f"~b{n}" for n in range(10)) + "}", "11 options, and the hand-in form has room for 10"),
        ("\n\n".join(f"{n}{'x' * 1300} {{T}}" for n in range(3)), "fit on the card that starts the pre-work"),
    ],
)  # fmt: skip
def test_what_no_form_of_the_pre_work_can_ask_is_refused(prework: str, why: str):
    toml = (
        COURSE.replace("Ice floats. {T}", "''QQ''").replace("\"''QQ''\"", f"'''\n{prework}\n'''")
        + "bank = 'A {T}'\n"
    )
    result = read_pack("course.toml", toml.encode())
    assert not isinstance(result, Course)
    assert any(why in each.problem and each.line for each in result)


# --- formats that the bot only reads ---------------------------------------------------------------


def aiken(prompt: str, *options: str) -> bytes:
    lines = [
        prompt,
        *(f"{letter}) {text}" for letter, text in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", options, strict=False)),
    ]
    return "\n".join([*lines, "ANSWER: A", ""]).encode()


def canvas(prompt: str, *options: str, feedback: str = "") -> bytes:
    labels = "".join(
        f'<response_label ident="o{n}"><material><mattext>{escape(text)}</mattext></material></response_label>'
        for n, text in enumerate(options)
    )
    return (
        '<questestinterop><assessment title="t"><section><item title="n"><itemmetadata><qtimetadata><qtimetadatafield>'
        "<fieldlabel>question_type</fieldlabel><fieldentry>multiple_choice_question</fieldentry></qtimetadatafield>"
        f"</qtimetadata></itemmetadata><presentation><material><mattext>{escape(prompt)}</mattext></material>"
        f'<response_lid ident="r"><render_choice>{labels}</render_choice></response_lid></presentation>'
        '<resprocessing><respcondition><conditionvar><varequal respident="r">o0</varequal></conditionvar>'
        "<setvar>100</setvar></respcondition></resprocessing>"
        f'<itemfeedback ident="general_fb"><flow_mat><material><mattext>{feedback}</mattext></material></flow_mat>'
        "</itemfeedback></item></section></assessment></questestinterop>"
    ).encode()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (aiken("x" * 1501, "a", "b"), "1501 characters, and 1500"),
        (aiken("Which?", "a" * 201, "b"), "201 characters, and 200"),
        (aiken("Which?", *(f"o{n}" for n in range(26))), "26 options, and 25"),
        (aiken("Which?\n" + "more\n" * 500_000, "a", "b"), "which no question is"),
        (aiken("x" * 4_000_000, "a", "b"), "which no question is"),
        (canvas("x" * 1501, "a", "b"), "1501 characters, and 1500"),
        (canvas("x" * 9_000_000, "a", "b"), "is the most"),
        (canvas("Which?", "a" * 201, "b"), "201 characters, and 200"),
        (canvas("Which?", *(f"o{n}" for n in range(26))), "26 options, and 25"),
        (canvas("Which?", *(f"o{n}" for n in range(60_000))), "make several questions of it"),
        (canvas("Which?", "a", "b", feedback="x" * 1501), "1501 characters, and 1500"),
    ],
)
def test_aiken_and_canvas_have_the_same_limits(data: bytes, why: str):
    bank = read_bank("a.xml" if data.startswith(b"<") else "a.txt", data)
    assert not bank.questions
    assert why in bank.faults[0].problem
    assert bank.faults[0].line


def test_names_tags_and_categories_have_limits_too():
    one = "// [tag:{}]\n::{}::A {{T}}\n"
    for tag, name, why in (("t" * 101, "n", "a tag has 101"), ("t", "n" * 256, "its name has 256")):
        assert_refused(read_bank("a.gift", one.format(tag, name).encode()), why)
    assert_refused(
        read_bank("a.gift", f"$CATEGORY: {'c' * 501}\n\nA {{T}}\n".encode()), "its category has 501"
    )


def test_what_is_left_of_a_bank_keeps_only_its_own_pictures():
    png = photo("PNG", plain=True)
    text, _ = write_as(".xml", [Located(replace(BEYOND["options"][0], picture="d"), 1, "n", ())], {"d": png})
    assert read_bank("a.xml", text.encode()).pictures == {}


# --- early, with bounded work and memory -----------------------------------------------------------

HUGE = 15_000_000


def moodle(text: bytes, count: int = 1) -> bytes:
    head = b'<question type="essay"><questiontext format="html"><text><![CDATA['
    return b"<quiz>" + (head + text + b"]]></text></questiontext></question>") * count + b"</quiz>"


FLOODS = {
    "a line of gift": ("a.gift", b"A" * HUGE + b"{T}"),
    "gift without end": ("a.gift", b"A{T}\n\n" * 100_000),
    "faults without end": ("a.gift", b"A}\n\n" * 100_000),
    "answers of one": ("a.gift", (b"Q {" + b"=a " * 30_000 + b"}\n\n") * 20),
    "aiken without end": ("a.txt", b"Q?\nA) a\nB) b\nANSWER: A\n\n" * 100_000),
    "aiken without an answer": ("a.txt", b"ANSWER: A\n" + b"Q\n" * 3_000_000),
    "rows without end": ("a.csv", b"type,question,answer\n" + b"essay,a,\n" * 100_000),
    "a row of cells": ("a.csv", b"type,question,answer\n" + b"," * HUGE),
    "a row of lines": ("a.csv", b"type,question,answer\n" + b'"\n",' * 1_000_000),
    "moodle without end": ("a.xml", moodle(b"a", 60_000)),
    "a tag without end": ("a.xml", moodle(b"<" + b"a" * HUGE)),
    "small tags without end": ("a.xml", moodle(b"<b" * 49_000)),
    "a text in pieces": ("a.xml", moodle(b"a]]>&amp;<![CDATA[" * 800_000)),
    "a text of formulas": ("a.xml", moodle(rb"\(" * 49_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", FLOODS)
async def test_a_flood_is_told_within_the_memory_that_the_reading_process_has(name: str):
    """Its time is the machine's; that it ends at all, and not by being killed, is seen here."""
    file, data = FLOODS[name]
    brought = await BankFiles(WorkerPackParser(cpu_s=round(PATIENCE_S), timeout_s=PATIENCE_S)).read(
        file, data, ["1.1"], "1.1"
    )
    assert brought.skipped
    assert not any("the reader gave up" in each.problem for each in brought.skipped)
    assert len(brought.questions) <= limits.QUESTIONS
    assert len(brought.skipped) <= limits.FAULTS + 1


@pytest.mark.parametrize("suffix", [".gift", ".csv", ".xml", ".txt"])
def test_as_many_questions_as_a_file_may_have_and_no_more(suffix: str):
    one = {
        ".gift": "A{T}\n\n",
        ".csv": "essay,a,\n",
        ".xml": '<question type="essay"><questiontext><text>a</text></questiontext></question>\n',
        ".txt": "Q?\nA) a\nB) b\nANSWER: A\n\n",
    }[suffix]
    head, tail = {".csv": ("type,question,answer\n", ""), ".xml": ("<quiz>", "</quiz>")}.get(suffix, ("", ""))
    for extra in (0, 1):
        bank = read_bank(f"a{suffix}", (head + one * (limits.QUESTIONS + extra) + tail).encode())
        assert len(bank.questions) == limits.QUESTIONS
        assert [each.problem.partition(" ")[0] for each in bank.faults] == ["more"] * extra


def test_the_command_line_refuses_the_same(tmp_path: Path):
    file = tmp_path / "a.xml"
    file.write_bytes(written(BEYOND["forty options"][0], ".xml"))
    done = subprocess.run(
        [sys.executable, "-m", "bot", "bank", "read", str(file), "--json"], capture_output=True, check=False
    )
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["questions"] == []
    assert "40 options, and 25 is the most" in told["faults"][0]["problem"]


def test_words_are_as_long_as_they_say():
    assert [len(words(each, 7)) for each in (5, 54, 1500)] == [5, 54, 1500]
