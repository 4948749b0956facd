"""A course and a class with students, built through the repositories: what most tests start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from bot.domain.course import Check, Course, Objective, PreWork, Unit, Video
from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Numeric,
    Option,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from bot.domain.records import Asker, Posted, Section
from bot.services.ports import Database, Tx

#: a Monday
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
GUILD = 900_000_000_000_000_001
TEACHER = 100_000_000_000_000_001
ANA, BEN = 200_000_000_000_000_001, 200_000_000_000_000_002

RIGHT, WRONG = Fraction(1), Fraction(0)


@dataclass(slots=True)
class Ids:
    """Handles that a test can foresee: h1, h2 ..."""

    last: int = 0

    def __call__(self) -> str:
        self.last += 1
        return f"h{self.last}"


def single(slug: str, objective: str = "1.1", *, right: int = 0, options: Sequence[str] = ()) -> SingleChoice:
    """One of four is right; each option's feedback names the option's place."""
    texts = options or [f"{slug} option {place}" for place in range(4)]
    return SingleChoice(
        slug,
        f"Which one? ({slug})",
        tuple(
            Option(text, RIGHT if place == right else WRONG, f"about {slug} choice {place}")
            for place, text in enumerate(texts)
        ),
        objective,
    )


def several(slug: str, objective: str = "1.1", *, right: Sequence[int] = (0, 2)) -> SeveralChoices:
    credit = Fraction(1, len(right))
    return SeveralChoices(
        slug,
        f"Which ones? ({slug})",
        tuple(Option(f"{slug} option {place}", credit if place in right else -credit) for place in range(4)),
        objective,
    )


def true_false(slug: str, objective: str = "1.1", *, answer: bool = True) -> TrueFalse:
    return TrueFalse(slug, f"Is it so? ({slug})", answer, objective, "No.", "Yes.")


def numeric(slug: str, objective: str = "1.1", *, low: str = "3.2", high: str = "3.3") -> Numeric:
    accepted = AcceptedNumber(Decimal(low), Decimal(high), RIGHT)
    prompt = f"How much? ({slug})"
    return Numeric(slug, prompt, (accepted,), objective, otherwise_feedback="Read the scale again.")


def short(slug: str, objective: str = "1.1", *, accepted: str = "mole") -> ShortText:
    return ShortText(slug, f"What is it called? ({slug})", (AcceptedText(accepted, RIGHT),), objective)


def a_unit(
    slug: str = "measurement",
    title: str = "Measurement and units",
    *,
    bank: Sequence[Question] = (),
    draw: int = 3,
    cooldown_s: int = 4 * 3600,
) -> Unit:
    """Two objectives, one video of six minutes, and a bank of six single choices unless another is given."""
    questions = tuple(bank) or tuple(single(f"{slug}-{n}", "1.1" if n < 3 else "1.2") for n in range(6))
    return Unit(
        slug,
        title,
        (
            Objective("1.1", "Read a scale to the right digit", "Watch the first two minutes again."),
            Objective("1.2", "Convert between units", "Do the three examples on the sheet."),
        ),
        PreWork((Video("How to read a scale", "https://example.org/scale", 360),), ()),
        Check(draw, questions, cooldown_s),
    )


def a_course(*units: Unit, slug: str = "chemistry") -> Course:
    """The course of those units; without any, of two."""
    return Course(slug, "Introductory chemistry", units or (a_unit(), a_unit("matter", "Matter")))


async def a_class(
    database: Database,
    course: Course | None = None,
    *,
    students: Sequence[int] = (ANA,),
    bar: int = 80,
    name: str = "Chem 1",
    guild: int = GUILD,
) -> Section:
    """A class of that course with these Discord accounts in it, the first unit open to each."""
    return await database.write(_a_class, course or a_course(), students, bar, name, guild)


def _a_class(tx: Tx, course: Course, students: Sequence[int], bar: int, name: str, guild: int) -> Section:
    owner = tx.people.known(TEACHER, NOW).person
    record, _ = tx.courses.save(owner, course, f"digest of {hash(course)}", NOW)
    section = tx.sections.create(
        handle=f"s{guild % 1000}{name.replace(' ', '')}"[:16],
        guild=guild,
        name=name,
        course=record,
        zone="Europe/Berlin",
        bar=bar,
        owner=owner,
        at=NOW,
    )
    for account in students:
        person = tx.people.known(account, NOW).person
        tx.sections.enrol(section.id, person, NOW)
        tx.progress.open(person, section.course_id, course.units[0].slug, NOW)
    return section


async def posted_pre_work(database: Database, section: Section, unit_slug: str) -> Posted:
    """Pre-work of that unit whose card stands, due in a day."""
    return await database.write(_posted_pre_work, section, unit_slug)


def _posted_pre_work(tx: Tx, section: Section, unit_slug: str) -> Posted:
    unit = next(each for each in tx.courses.units(section.revision_id) if each.unit.slug == unit_slug)
    posted = tx.prework.create(
        handle=f"p{section.id}{unit.position}",
        section=section.id,
        unit=unit.id,
        post_at=NOW,
        deadline=NOW + timedelta(days=1),
        zone=section.zone,
        wall="2026-11-24T16:00",
    )
    tx.prework.mark_posted(posted.id, 1, 2, NOW)
    return tx.prework.get(posted.id)


def student(account: int = ANA, guild: int | None = GUILD) -> Asker:
    return Asker(account, guild)
