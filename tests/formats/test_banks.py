"""Banks in every format that teachers bring: read with the place of every fault, written with nothing lost."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given, settings

from bot.domain.ordering import RULES, mark_order
from bot.domain.questions import Calculated, Essay, Gaps, Numeric, Ordering, ShortText
from bot.formats.bank import read_bank
from bot.formats.bank_csv import read_csv, write_csv
from bot.formats.bank_report import as_json, find, mark_of
from bot.formats.gift import read_gift
from bot.formats.gift_writer import write_gift
from bot.formats.moodle_xml import read_moodle_xml
from bot.formats.moodle_xml_writer import write_moodle_xml
from bot.formats.tags import Located
from tests.formats.banks import banks, same

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
collected = pytest.mark.skipif(not DATA.is_dir(), reason="the collected files are not beside the project")


# --- nothing is lost -----------------------------------------------------------------------------------


@settings(max_examples=400, deadline=None)
@given(banks())
def test_gift_reads_back_as_the_same_questions_or_says_what_it_cannot_hold(bank: list[Located]):
    text, left_out = write_gift(bank)
    found, faults = read_gift(text, "bank.gift")
    assert faults == []
    kept = [one for one in bank if one not in left_out]
    assert len(found) == len(kept)
    assert [(one, other) for one, other in zip(kept, found, strict=True) if not same(one, other)] == []
    for one in left_out:
        question = one.question
        cannot = isinstance(question, Ordering | Gaps | Essay | Calculated)
        assert (
            cannot
            or (isinstance(question, Numeric) and question.unit is not None and question.unit.named)
            or (isinstance(question, ShortText) and question.case_matters)
            or "->" in str(question)
            or "%" in str(question)
        )


@settings(max_examples=400, deadline=None)
@given(banks())
def test_moodle_xml_reads_back_as_the_same_questions(bank: list[Located]):
    found, faults = read_moodle_xml(write_moodle_xml(bank).encode(), "bank.xml")
    assert faults == []
    assert [(one, other) for one, other in zip(bank, found, strict=True) if not same(one, other)] == []


@settings(max_examples=300, deadline=None)
@given(banks())
def test_a_sheet_reads_back_as_the_same_questions_or_says_what_it_cannot_hold(bank: list[Located]):
    text, left_out = write_csv(bank)
    found, faults = read_csv(text, "bank.csv")
    assert faults == []
    kept = [one.question for one in bank if one not in left_out]
    assert [one.question for one in found] == kept


@collected
def test_every_collected_file_survives_the_way_through_both_formats():
    looked = 0
    for path in sorted(DATA.rglob("*")):
        if path.suffix not in (".gift", ".txt", ".xml", ".qti", ".zip", ".imscc") or "LICENSES" in path.parts:
            continue
        bank = read_bank(path.name, path.read_bytes())
        found = bank.questions
        again, faults = read_moodle_xml(write_moodle_xml(found, bank.pictures).encode(), "again.xml")
        assert (path, faults) == (path, [])
        assert [one.question for one in again] == [one.question for one in found], path
        text, left_out = write_gift(found)
        again, faults = read_gift(text, "again.gift")
        assert (path, faults) == (path, [])
        kept = [one for one in found if one not in left_out]
        without_pictures = [replace(one.question, picture="", alt="") for one in kept]
        assert [one.question for one in again] == without_pictures, path
        looked += len(found)
    assert looked > 350


# --- marks -------------------------------------------------------------------------------------------


def longest(order: tuple[int, ...], *, contiguous: bool) -> int:
    """The slow way: every choice of items that keeps their order."""
    best = 0
    for choice in range(1 << len(order)):
        run = [item for place, item in enumerate(order) if choice >> place & 1]
        rising = all(one < other for one, other in pairwise(run))
        close = all(one + 1 == other for one, other in pairwise(run))
        if rising and (close or not contiguous):
            best = max(best, len(run))
    return best if best > 1 else 0


def by_hand(rule: str, order: tuple[int, ...]) -> Fraction:
    count = len(order)
    place = {item: number for number, item in enumerate(order)}
    right = sum(item == number for number, item in enumerate(order))
    match rule:
        case "ALL_OR_NOTHING":
            return Fraction(right == count)
        case "ABSOLUTE_POSITION":
            return Fraction(right, count)
        case "RELATIVE_NEXT_EXCLUDE_LAST":
            return Fraction(sum(place[item + 1] == place[item] + 1 for item in range(count - 1)), count - 1)
        case "RELATIVE_NEXT_INCLUDE_LAST":
            following = sum(place[item + 1] == place[item] + 1 for item in range(count - 1))
            return Fraction(following + (order[-1] == count - 1), count)
        case "RELATIVE_ONE_PREVIOUS_AND_NEXT":
            following = sum(place[item + 1] == place[item] + 1 for item in range(count - 1))
            return Fraction(2 * following + (order[0] == 0) + (order[-1] == count - 1), 2 * count)
        case "RELATIVE_ALL_PREVIOUS_AND_NEXT":
            pairs = [(one, other) for other in range(count) for one in range(other)]
            return Fraction(sum(place[one] < place[other] for one, other in pairs), len(pairs))
        case "LONGEST_ORDERED_SUBSET" | "LONGEST_CONTIGUOUS_SUBSET":
            return Fraction(longest(order, contiguous="CONTIGUOUS" in rule), count)
        case _:
            return Fraction(sum(count - 1 - abs(place[item] - item) for item in order), count * (count - 1))


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_order_of_up_to_six_items_is_marked_as_by_hand(rule: str):
    looked = 0
    for count in range(2, 7):
        for order in permutations(range(count)):
            assert mark_order(rule, order, count) == by_hand(rule, order), order
            looked += 1
    assert looked == 872


BANK = """
::choice::Which? {=iron ~%-50%neon ~gold|leaf}

::ticks::Which two? {~%50%iron ~%50%gold ~%-50%neon}

::pairs::Match. {=cat -> meow =dog -> woof =fox -> ?}

::number::Pi? {#3.14:0.01 =%50%3..4}

::word::Metal? {=%100%iron =%50%fe*}

::truth::Iron is a metal. {T}

::words::Why? {}
"""


@pytest.mark.parametrize(
    ("question", "answer", "mark"),
    [
        ("choice", "iron", "1"), ("choice", "neon", "0"), ("choice", "gold|leaf", "0"), ("CHOICE", "A", "1"),
        ("ticks", "iron|gold", "1"), ("ticks", "gold | iron", "1"), ("ticks", "iron|neon", "0"),
        ("ticks", "iron", "1/2"), ("pairs", "cat=meow|dog=woof|fox=?", "1"), ("pairs", "cat=meow|dog=?", "1/3"),
        ("number", "3.15", "1"), ("number", "3,13", "1"), ("number", "3.1500000001", "1/2"), ("number", "5", "0"),
        ("word", "IRON", "1"), ("word", "ferrum", "1/2"), ("word", "gold", "0"),
        ("truth", "true", "1"), ("truth", "F", "0"), ("2", "iron", "1/2"),
    ],
)  # fmt: skip
def test_an_answer_gets_its_exact_mark(question: str, answer: str, mark: str):
    bank = read_bank("bank.gift", BANK.encode())
    found, faults = bank.questions, bank.faults
    assert faults == []
    one = find(found, question)
    assert one is not None
    assert mark_of(one, answer) == Fraction(mark)


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        ("choice", "silver", "none of the options"), ("pairs", "cat", "left=right"),
        ("pairs", "cow=meow", "none of the options"), ("words", "because", "its teacher marks it"),
    ],
)  # fmt: skip
def test_an_answer_that_fits_not_is_told_what_would(question: str, answer: str, words: str):
    one = find(read_bank("bank.gift", BANK.encode()).questions, question)
    assert one is not None
    with pytest.raises(ValueError, match=words):
        mark_of(one, answer)


# --- the files that teachers bring ---------------------------------------------------------------------


def test_aiken_with_small_letters_is_refused_with_what_to_write_instead():
    bank = read_bank("a.txt", b"One?\nA) x\nB) y\nANSWER: B\n\nTwo?\na) x\nb) y\nANSWER: b")
    assert [each.question.slug for each in bank.questions] == ["q1"]
    (fault,) = bank.faults
    assert (fault.line, fault.field) == (9, "Two?")
    assert "its letter, a capital" in fault.problem


@collected
@collected
def test_aiken_files_are_read_as_moodle_reads_them():
    for path in sorted((DATA / "aiken").glob("*.txt")):
        golden = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
        bank = read_bank(path.name, path.read_bytes())
        found, faults = bank.questions, bank.faults
        wanted = [each for each in golden["questions"] if each["answer_in_range"]]
        assert [
            (one.question.prompt, [option.text for option in one.question.options])  # pyright: ignore[reportAttributeAccessIssue]
            for one in found
        ] == [(each["text"], each["options"]) for each in wanted]
        lines = {fault.line for fault in faults}
        assert {line for line, _ in golden["moodle_errors"]} <= lines
        assert len(faults) == len(golden["moodle_errors"]) + (len(golden["questions"]) - len(wanted)) + (
            golden["unfinished_at_end_of_file"] is not None
        )


@collected
def test_canvas_files_give_their_kinds_and_their_key():
    folder = DATA / "qti12"
    bank = read_bank("quiz.zip", (folder / "own_canvas_quiz.zip").read_bytes())
    found, faults = bank.questions, bank.faults
    assert faults == []
    kinds = [each["type"] for each in as_json(found, faults)["questions"]]
    assert kinds == [
        "single_choice", "several_choices", "numeric", "short_text", "essay", "true_false", "essay",
    ]  # fmt: skip
    marks = {"1": ("floats", "1"), "2": ("g/cm³|N", "0"), "3": ("2.55", "1"), "4": ("hg", "1")}
    for number, (answer, mark) in marks.items():
        one = find(found, number)
        assert one is not None
        assert mark_of(one, answer) == Fraction(mark)
    bank = read_bank("fitb.xml", (folder / "prairielearn" / "canvas-fitb.xml").read_bytes())
    blanks, _ = bank.questions, bank.faults
    assert mark_of(blanks[0], "Bogota|riga") == Fraction(1, 2)


@pytest.mark.parametrize(
    ("name", "data", "line", "words"),
    [
        ("a.xml", b"<quiz>\n<question type='essay'>", 2, "this is no XML"),
        ("a.xml", b"<!DOCTYPE quiz [<!ENTITY a 'b'>]><quiz>&a;</quiz>", 1, "DTD"),
        ("a.xml", b"<html/>", 1, "not Moodle's"),
        ("a.xml", b"<quiz>\n<question type='calculated'><name><text>n</text></name></question></quiz>", 2, "no text"),
        ("a.xml", b"<quiz>" + b"<a>" * 100 + b"</a>" * 100 + b"</quiz>", 1, "nested too deeply"),
        ("a.csv", b"name,question\n", 1, "type, answer is missing"),
        ("a.csv", b"type,question,answer,option 1,option 2\nchoice,Which?,C,a,b\n", 2, "names no option"),
        ("a.csv", b"type,question,answer\nguess,Which?,C\n", 2, "'guess' is none of"),
        ("a.gift", b"", None, "no questions"),
        ("a.gift", b"\xff\xfea\0", 1, "no answers in braces"),
        ("a.zip", b"PK\x03\x04 broken", None, "damaged"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_line(name: str, data: bytes, line: int | None, words: str):
    bank = read_bank(name, data)
    found, faults = bank.questions, bank.faults
    assert found == []
    assert [fault.line for fault in faults] == [line]
    assert words in faults[0].problem


def test_an_archive_that_would_unpack_to_a_flood_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("quiz.xml", b"<questestinterop>" + b" " * 5_000_000)
    bank = read_bank("quiz.zip", buffer.getvalue())
    found, faults = bank.questions, bank.faults
    assert found == []
    assert "100 times its size" in faults[0].problem


def test_what_looks_like_a_formula_is_no_formula_in_a_sheet():
    found, _ = read_gift("::a::[plain]\\=1+1 {\\=2}", "a")
    text, left_out = write_csv(found)
    assert left_out == []
    assert "'=1+1" in text
    assert [one.question.prompt for one in read_csv(text, "a.csv")[0]] == ["=1+1"]


# --- the command line ----------------------------------------------------------------------------------


def flipcord(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "bank", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_bank_is_read_marked_and_converted_on_the_command_line(tmp_path: Path):
    bank = tmp_path / "bank.gift"
    bank.write_text(BANK + "\n::broken::What? {=a\n", encoding="utf-8")
    told = flipcord("read", str(bank), "--json")
    assert told.returncode == 0
    body = json.loads(told.stdout)
    assert [each["name"] for each in body["questions"]][:2] == ["choice", "ticks"]
    assert body["faults"][0]["line"] == 16
    assert "1 to mend" in flipcord("read", str(bank)).stdout
    assert flipcord("mark", str(bank), "pairs", "cat=meow").stdout == "1/3\n"
    missing = flipcord("mark", str(bank), "broken", "a")
    assert (missing.returncode, "never closed" in missing.stderr) == (1, True)
    written = flipcord("convert", str(bank), str(tmp_path / "bank.xml"))
    assert (written.returncode, "7 questions written" in written.stdout) == (0, True)
    assert "not read" in written.stderr
    assert flipcord("convert", str(bank), str(tmp_path / "bank.xml")).returncode == 1
    assert flipcord("read", str(tmp_path / "none.gift")).returncode == 1
