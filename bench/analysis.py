"""What it costs to analyse the questions of a class of 150 with 40 units and three attempts at each check.

    python -m bench.analysis      prints it

Beside it stands the plain way, each attempt read by itself with its items, for one unit and the same analysis. The
loop is watched meanwhile: its longest block is how late a press would have been taken up.
"""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Awaitable
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from bench.planning import _watch
from bot.domain.course import Check, Course, Objective, PreWork, Reading, Unit
from bot.domain.item_analysis import AskedQuestion, Given, ItemAnalysis, analyse
from bot.domain.questions import Chosen, Option, SingleChoice
from bot.domain.records import Asker, Section
from bot.pictures.drawn import DrawnForServices
from bot.services.item_analysis import Analysed, ItemAnalysisService
from bot.services.ports import Tx
from bot.storage.database import open_database
from bot.storage.mastery_tables import attempt, attempt_item
from bot.storage.tables import enrolment, person
from tests.builders import GUILD, NOW, TEACHER, a_class

STUDENTS, UNITS, ATTEMPTS, BANK, DRAW = 150, 40, 3, 12, 8


async def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.sqlite3"
        async with open_database(path) as database:
            section = await a_class(database, _course(), students=())
            await asyncio.to_thread(_seed, path, section)
            worst = [0.0]
            watch = asyncio.create_task(_watch(worst))
            await asyncio.sleep(0.05)
            worst[0] = 0.0
            service = ItemAnalysisService(database, DrawnForServices())
            teacher = Asker(TEACHER, GUILD)
            one_s, one = await _timed(service.of(teacher, None, "u1"))
            all_s, everything = await _timed(service.of(teacher, None, None))
            watch.cancel()
            plain_s, plainly = await _timed(database.read(_attempt_by_attempt, section, "u1"))
            if _numbers(plainly) != _numbers(one) or len(everything.items) != UNITS * BANK:
                raise RuntimeError("the two ways differ")
    return {
        "analysis": {
            "one_unit_s": round(one_s, 3),
            "all_units_s": round(all_s, 3),
            "worst_block_ms": round(worst[0] * 1000, 1),
            "one_unit_attempt_by_attempt_s": round(plain_s, 3),
            "ratio_to_attempt_by_attempt": round(plain_s / one_s, 1),
        }
    }


async def _timed(work: Awaitable[object]) -> tuple[float, ItemAnalysis]:
    began = time.perf_counter()
    done = await work
    took = time.perf_counter() - began
    return took, done.analysis if isinstance(done, Analysed) else cast("ItemAnalysis", done)


def _numbers(analysis: ItemAnalysis) -> list[object]:
    return [(each.asked.question.slug, each.n, each.facility, each.discrimination) for each in analysis.items]


def _attempt_by_attempt(tx: Tx, section: Section, slug: str) -> ItemAnalysis:
    """As one would who has only what a student's own press needs."""
    unit = next(each for each in tx.courses.units(section.revision_id) if each.unit.slug == slug)
    numbers = {each.slug: number for number, each in enumerate(tx.attempts.bank(unit.id), 1)}
    asked: dict[int, AskedQuestion] = {}
    given: list[Given] = []
    for student in tx.sections.students(section.id):
        for each in tx.attempts.of_unit(student.person, section.course_id, slug):
            for item in tx.attempts.items(each.id):
                number = numbers[item.question.slug]
                asked[number] = AskedQuestion(number, slug, item.question)
                chosen = item.answer.indices if isinstance(item.answer, Chosen) else ()
                given.append(Given(student.person, each.id, number, item.credit or Fraction(0), chosen))
    return analyse(asked, given, section.bar)


def _course() -> Course:
    return Course("c", "Chemistry", tuple(_unit(number) for number in range(1, UNITS + 1)))


def _unit(number: int) -> Unit:
    texts = ("right", "one mistake", "another", "a third")
    options = tuple(Option(text, Fraction(text == "right")) for text in texts)
    bank = tuple(
        SingleChoice(f"q{each}", f"Unit {number}, question {each}?", options, f"o{each % 3}")
        for each in range(1, BANK + 1)
    )
    objectives = tuple(Objective(f"o{each}", f"Do {each}") for each in range(3))
    prework = PreWork((Reading("A page", "https://example.org/page", 60),), ())
    return Unit(f"u{number}", f"Unit {number}", objectives, prework, Check(DRAW, bank, 0))


def _seed(path: Path, section: Section) -> None:
    dice = random.Random(1)
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        rows = connection.execute(
            sa.text("SELECT u.id, u.slug, q.id FROM unit u JOIN question q ON q.unit_id = u.id ORDER BY q.id")
        )
        banks: dict[tuple[int, str], list[int]] = {}
        for unit_id, slug, question_id in rows:
            banks.setdefault((unit_id, slug), []).append(question_id)
        people = range(1000, 1000 + STUDENTS)
        connection.execute(sa.insert(person), [{"id": each, "created_at": NOW} for each in people])
        joined = {"section_id": section.id, "joined_at": NOW, "age_confirmed_at": NOW}
        connection.execute(sa.insert(enrolment), [{"person_id": each, **joined} for each in people])
        connection.execute(
            sa.text("INSERT INTO account (discord_id, person_id) VALUES (:discord, :person)"),
            [{"discord": 10**17 + each, "person": each} for each in people],
        )
        attempts, items = _sittings(dice, section, banks, people)
        connection.execute(sa.insert(attempt), attempts)
        connection.execute(sa.insert(attempt_item), items)
    engine.dispose()


def _sittings(
    dice: random.Random, section: Section, banks: dict[tuple[int, str], list[int]], people: range
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    attempts: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    for who in people:
        for (unit_id, slug), bank in banks.items():
            for number in range(1, ATTEMPTS + 1):
                made = len(attempts) + 1
                picks = [dice.choice((0, 0, 1, 2, 3)) for _ in range(DRAW)]
                items += [
                    {
                        "attempt_id": made,
                        "position": place,
                        "question_id": question,
                        "shown": "0,1,2,3",
                        "answer": {"chosen": [pick]},
                        "answered_at": NOW,
                        "credit": str(int(pick == 0)),
                    }
                    for place, (question, pick) in enumerate(
                        zip(dice.sample(bank, DRAW), picks, strict=True), 1
                    )
                ]
                attempts.append(
                    {
                        "id": made,
                        "handle": f"b{made}",
                        "person_id": who,
                        "section_id": section.id,
                        "course_id": section.course_id,
                        "unit_id": unit_id,
                        "unit_slug": slug,
                        "number": number,
                        "bar": 80,
                        "seed": "",
                        "began_at": NOW,
                        "submitted_at": NOW + timedelta(hours=number),
                        "score": str(Fraction(picks.count(0), DRAW)),
                        "passed": False,
                    }
                )
    return attempts, items


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure()), indent=2))
