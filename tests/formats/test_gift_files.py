"""Every question of the collected real files is read, or refused with its line and the reason."""

from __future__ import annotations

import csv
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bot.domain.questions import (
    Essay,
    Matching,
    Numeric,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from bot.formats.gift import GAP, Located, read_gift

DATA = Path(__file__).parents[3] / "shared" / "data"
GIFT = DATA / "gift"

pytestmark = pytest.mark.skipif(not GIFT.is_dir(), reason="the collected files are not beside the project")

#: kinds of the golden files that we have; the others are refused
OURS = {
    "TF": (TrueFalse,),
    "MC": (SingleChoice, SeveralChoices),
    "Short": (ShortText,),
    "Numerical": (Numeric,),
    "Essay": (Essay,),
    "Matching": (Matching,),
}
REFUSED = {"Description": "no answers in braces"}


def gift_files() -> list[Path]:
    return sorted(path for path in GIFT.rglob("*") if path.suffix in (".gift", ".txt"))


def test_every_item_of_every_file_is_read_or_refused():
    with (DATA / "gift_questions.csv").open(encoding="utf-8", newline="") as listing:
        items = list(csv.DictReader(listing))
    read = refused = 0
    for path in gift_files():
        text = path.read_text(encoding="utf-8")
        found, faults = read_gift(text, path.name)
        name = path.relative_to(GIFT).as_posix()
        wanted = sum(item["file"] == name and item["type"] != "Category" for item in items)
        assert len(found) + len(faults) == wanted, name
        lines = text.count("\n") + 1
        assert all(fault.line and 1 <= fault.line <= lines and fault.problem for fault in faults)
        read, refused = read + len(found), refused + len(faults)
    assert len(gift_files()) >= 45
    assert read >= 300
    assert refused >= 10


def test_most_real_files_are_read_without_a_single_fault():
    clean = [path for path in gift_files() if not read_gift(path.read_text(encoding="utf-8"), path.name)[1]]
    assert len(clean) >= 30


def golden_pairs() -> list[Path]:
    return [path for path in gift_files() if path.with_suffix(".json").exists()]


def test_the_golden_files_agree_in_kind_and_answers():
    compared = refused = 0
    for path in golden_pairs():
        items = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        found, faults = read_gift(path.read_text(encoding="utf-8"), path.name)
        ours = iter(found)
        reasons = iter(faults)
        for item in items:
            if item["type"] == "Category":
                continue
            if item["type"] in OURS:
                agree(next(ours), item)
                compared += 1
            else:
                assert REFUSED[item["type"]] in next(reasons).problem
                refused += 1
        assert not list(ours), path
        assert not list(reasons), path
    assert compared >= 40
    assert refused >= 1


def agree(one: Located, item: dict[str, Any]) -> None:
    question = one.question
    assert isinstance(question, OURS[item["type"]])
    assert one.title == (item["title"] or "")
    assert one.tags == tuple(item.get("tags") or ())
    assert item.get("id") in (None, question.slug)
    assert bare(question.prompt) == bare(item["stem"]["text"])
    assert bare(question.general_feedback) == said(item["globalFeedback"])
    assert answers_of(question) == golden_answers(item)


def answers_of(question: Question) -> list[Any]:
    match question:
        case TrueFalse():
            # the golden files name the first feedback after the true answer; Moodle shows it to the wrong one
            return [question.answer, bare(question.wrong_feedback), bare(question.right_feedback)]
        case SingleChoice(options=options) | SeveralChoices(options=options):
            return [(bare(option.text), option.credit, bare(option.feedback)) for option in options]
        case ShortText(accepted=texts):
            return [(bare(text.pattern), text.credit, bare(text.feedback)) for text in texts]
        case Numeric(accepted=numbers):
            return [
                (Fraction(one.low), Fraction(one.high), one.credit, bare(one.feedback)) for one in numbers
            ]
        case Matching(pairs=pairs, extra=extra):
            sides = [(bare(pair.left), bare(pair.right)) for pair in pairs]
            return [*sides, *(("", bare(right)) for right in extra)]
        case _:
            return []


def golden_answers(item: dict[str, Any]) -> list[Any]:
    if item["type"] == "TF":
        return [item["isTrue"], said(item["trueFeedback"]), said(item["falseFeedback"])]
    if item["type"] == "Essay":
        return []
    if item["type"] == "Matching":
        return [(bare(each["subquestion"]["text"]), bare(each["subanswer"])) for each in item["matchPairs"]]
    if isinstance(item["choices"], dict):
        return [(*golden_interval(item["choices"]), Fraction(1), "")]
    if item["type"] == "Numerical":
        return [
            (*golden_interval(choice["text"]), golden_credit(choice), said(choice["feedback"]))
            for choice in item["choices"]
        ]
    return [
        (bare(choice["text"]["text"]), golden_credit(choice), said(choice["feedback"]))
        for choice in item["choices"]
    ]


def golden_credit(choice: dict[str, Any]) -> Fraction:
    if choice["weight"] is None:
        return Fraction(int(choice["isCorrect"]))
    # the nearest fraction with a small denominator: 33.33333 % is a third
    return (Fraction(str(choice["weight"])) / 100).limit_denominator(20)


def golden_interval(number: dict[str, Any]) -> tuple[Fraction, Fraction]:
    if number["type"] == "high-low":
        return Fraction(str(number["numberLow"])), Fraction(str(number["numberHigh"]))
    middle, margin = Fraction(str(number["number"])), Fraction(str(number.get("range", 0)))
    return middle - margin, middle + margin


def said(feedback: dict[str, Any] | None) -> str:
    return bare(feedback["text"]) if feedback else ""


def bare(text: str) -> str:
    """The words alone: without tags, line breaks, and the gap's length and spacing."""
    words = re.sub(r"</?\w[^<>]*>|<!--.*?-->", "", text)
    return re.sub(r"\s+", "", words).replace("_____", GAP)
