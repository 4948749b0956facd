"""A bank on its way between two processes: one JSON line for each thing."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from bot.domain.bank_merge import BroughtBank
from bot.domain.course import Fault, Picture
from bot.domain.question_codec import question_from_json, question_to_json


def bank_lines(bank: BroughtBank) -> Iterator[dict[str, Any]]:
    yield {"skipped": [asdict(each) for each in bank.skipped]}
    for question in bank.questions:
        yield {"question": question_to_json(question)}
    for picture in bank.pictures:
        yield {"digest": picture.digest, "png": b64encode(picture.png).decode()}


def bank_of(output: bytes) -> BroughtBank:
    """What ``bank_lines`` wrote, one to a line."""
    first, *rest = map(json.loads, output.splitlines())
    return BroughtBank(
        tuple(question_from_json(each["question"]) for each in rest if "question" in each),
        tuple(Fault(**each) for each in first["skipped"]),
        tuple(Picture(each["digest"], b64decode(each["png"])) for each in rest if "png" in each),
    )
