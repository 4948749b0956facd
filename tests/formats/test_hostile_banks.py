"""Files made to make a reader hang: each is read or refused at once, in words, and nothing breaks."""

from __future__ import annotations

import time

import pytest

from bot.formats.bank import read_bank

MANY = 200_000


def quiz(kind: str, inside: str, text: str = "x") -> bytes:
    return (
        f'<quiz><question type="{kind}"><name><text>n</text></name><questiontext format="html"><text><![CDATA[{text}]]>'
        f"</text></questiontext>{inside}</question></quiz>"
    ).encode()


def answer(text: str, fraction: str = "100") -> str:
    return f'<answer fraction="{fraction}"><text>{text}</text></answer>'


def variable(inside: str) -> str:
    return (
        f"<dataset_definitions><dataset_definition><name><text>a</text></name>{inside}</dataset_definition>"
        "</dataset_definitions>"
    )


FILES = {
    "a gap with many answers": ("a.xml", quiz("cloze", "", "{1:SA:=" + "a~" * MANY + "}")),
    "many gaps": ("a.xml", quiz("cloze", "", "{1:SA:=a}" * (MANY // 4))),
    "many gaps never closed": ("a.xml", quiz("cloze", "", "{1:SA:=a" * (MANY // 4))),
    "many gaps to choose": ("a.xml", quiz("gapselect", "<selectoption/>" * 2000, "[[1]]" * 20_000)),
    "many pictures": ("a.xml", quiz("essay", "", '<img src="x" ' * MANY)),
    "many stars": ("a.xml", quiz("shortanswer", answer("*a" * MANY))),
    "a formula of brackets": ("a.xml", quiz("calculated", answer("(" * 900))),
    "a text of formulas": ("a.xml", quiz("calculated", answer("1"), "{={a" * MANY)),
    "a formula too large": ("a.xml", quiz("calculated", answer("9**9**9**9"))),
    "a credit with an exponent": ("a.xml", quiz("multichoice", answer("a", "1e999999999") * 2)),
    "a credit with many digits": ("a.xml", quiz("multichoice", answer("a", "0." + "3" * 5000) * 2)),
    "a range without end": (
        "a.xml",
        quiz("calculated", answer("{a}") + variable("<maximum><text>1e300</text></maximum>")),
    ),
    "steps of nothing": (
        "a.xml",
        quiz("calculated", answer("{a}") + variable("<step><text>0</text></step>")),
    ),
    "questions that are none": ("a.xml", b"<quiz>" + b"<question/>" * 100_000 + b"</quiz>"),
    "a quote never closed": ("a.csv", b'type,question,answer\nessay,"' + b"a" * 500_000),
    "many rows": ("a.csv", b"type,question,answer\n" + b"essay,a,\n" * 100_000),
    "many braces": ("a.gift", b"{" * MANY),
    "many pairs": ("a.gift", b"q{" + b"=a->b " * MANY + b"}"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_done_with_at_once(name: str):
    file, data = FILES[name]
    began = time.process_time()
    bank = read_bank(file, data)
    assert time.process_time() - began < 5
    assert bank.questions or bank.faults
