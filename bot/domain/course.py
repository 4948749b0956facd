"""A course as a teacher writes it: units in order, each with objectives, pre-work and a mastery check."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.drawing import Blueprint
from bot.domain.questions import Question


@dataclass(frozen=True, slots=True)
class Objective:
    """One measurable thing a student can do after the unit."""

    slug: str
    text: str
    #: where to look again: shown when a check shows "not yet" on this objective; may be empty
    review: str = ""


@dataclass(frozen=True, slots=True)
class Video:
    title: str
    url: str
    #: whole seconds, as the video's page states it
    length_s: int


@dataclass(frozen=True, slots=True)
class Reading:
    title: str
    url: str
    #: the reading time that the teacher expects, in whole seconds
    length_s: int


Material = Video | Reading


@dataclass(frozen=True, slots=True)
class PreWork:
    """What is done before class."""

    materials: tuple[Material, ...]
    #: asked in the hand-in form; three at most (a Discord form has five fields: these, summary, question)
    questions: tuple[Question, ...]

    @property
    def length_s(self) -> int:
        return sum(material.length_s for material in self.materials)


@dataclass(frozen=True, slots=True)
class Check:
    """The mastery check of a unit: ``draw`` questions from ``bank``, spread over the objectives.

    ``blueprint`` says of some of them what they are on.
    """

    draw: int
    bank: tuple[Question, ...]
    #: least time between two attempts, whole seconds
    cooldown_s: int
    blueprint: Blueprint = ()
    #: whole seconds from the first question on, None for as long as it takes
    time_limit_s: int | None = None
    #: taken once, by the whole class in the hours that its teacher sets
    summative: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Where a missed objective is worked on again: a part of a video, a page, an exercise."""

    #: slug
    objective: str
    text: str
    #: "" where the text says it all
    url: str = ""
    #: seconds into the video; both 0 for the whole
    from_s: int = 0
    until_s: int = 0

    @property
    def link(self) -> str:
        """The address, at its time: as YouTube writes it there, as media fragments elsewhere (W3C)."""
        if not self.until_s:
            return self.url
        if "youtube.com/" in self.url or "youtu.be/" in self.url:
            return f"{self.url}{'&' if '?' in self.url else '?'}t={self.from_s}"
        return self.url if "#" in self.url else f"{self.url}#t={self.from_s},{self.until_s}"


class Level(StrEnum):
    """What everyone does, what most do, what the fast go on to (K24)."""

    MUST = "must"
    SHOULD = "should"
    ASPIRE = "aspire"


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do in a unit beside pre-work and check; the student ticks it."""

    slug: str
    title: str
    level: Level
    #: may be empty, like ``url``
    text: str = ""
    url: str = ""
    #: the time that the teacher expects
    minutes: int = 10


@dataclass(frozen=True, slots=True)
class Unit:
    slug: str
    title: str
    objectives: tuple[Objective, ...]
    prework: PreWork
    check: Check
    remediation: tuple[Part, ...] = ()
    #: as the teacher ordered them
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG made by this program; ``digest`` is the SHA-256 of its bytes, in hexadecimal."""

    digest: str
    png: bytes = field(repr=False)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as a PNG begins with them."""
        return int.from_bytes(self.png[16:20], "big"), int.from_bytes(self.png[20:24], "big")


@dataclass(frozen=True, slots=True)
class Course:
    slug: str
    title: str
    units: tuple[Unit, ...] = field(default=())
    #: those that its questions name
    pictures: tuple[Picture, ...] = ()

    def unit(self, slug: str) -> Unit:
        """The unit of that slug; KeyError when there is none."""
        for unit in self.units:
            if unit.slug == slug:
                return unit
        raise KeyError(slug)

    def after(self, slug: str) -> Unit | None:
        """The unit that mastering ``slug`` opens, None after the last one."""
        slugs = [unit.slug for unit in self.units]
        place = slugs.index(slug) + 1
        return self.units[place] if place < len(self.units) else None


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a file that a person brought, told so that they can mend it."""

    file: str
    #: 1-based; None where the fault has no line
    line: int | None
    #: dotted path of the key ("units[2].check.draw") or the question's title; may be empty
    field: str
    problem: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{place}: {self.field}: {self.problem}" if self.field else f"{place}: {self.problem}"
