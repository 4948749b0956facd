"""A class that has handed in its checks, put down through the repositories: many students in a moment."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from bot.domain.contracts import Bar
from bot.domain.drawing import Drawn
from bot.domain.questions import Chosen, SingleChoice
from bot.domain.records import Section
from bot.services.ports import Tx
from tests.builders import NOW

FIRST_STUDENT = 300_000_000_000_000_001


def sit(tx: Tx, section: Section, students: int, wrong_key: str) -> None:
    """Each is asked every single choice of the first unit; the better half knows all but what the key denies.

    Of the question ``wrong_key`` they choose the second option, of which the key says that it is not right.
    """
    unit = tx.courses.units(section.revision_id)[0]
    bank = [each for each in tx.attempts.bank(unit.id) if isinstance(each, SingleChoice)]
    for number in range(students):
        person = tx.people.known(FIRST_STUDENT + number, NOW).person
        tx.sections.enrol(section.id, person, NOW)
        form = [Drawn(each, tuple(range(len(each.options)))) for each in bank]
        tried = tx.attempts.begin(
            handle=f"t{number}",
            seed="",
            person=person,
            section=section,
            unit=unit,
            form=form,
            bar=Bar(section.bar),
            at=NOW,
        )
        credits: list[Fraction] = []
        for place, question in enumerate(bank):
            knows = number * 2 >= students or (number + place) % 4 == 0
            right = next(at for at, each in enumerate(question.options) if each.credit == 1)
            others = [at for at in range(len(question.options)) if at != right]
            if question.slug == wrong_key:
                chosen = others[0] if knows else (right, *others)[number % len(question.options)]
            else:
                chosen = right if knows else others[(number + place) % len(others)]
            credits.append(Fraction(chosen == right))
            tx.attempts.answer(tried.id, place + 1, Chosen((chosen,)), NOW)
        score = sum(credits, Fraction(0)) / len(credits)
        tx.attempts.submit(
            tried.id, credits=credits, score=score, passed=False,
            retake_at=NOW + timedelta(hours=4), at=NOW,
        )  # fmt: skip
