"""What goes back to a phone that wrote, or to one that is let go: always a text."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.disclosure import Reader, Recorded, read_by


@read_by(Reader.STUDENT, Reader.GUARDIAN)
@dataclass(frozen=True, slots=True)
class TextsEnded:
    """Always a text, and the last one: confirms a stop that was said in free words (RB9)."""

    #: False where the words may have meant something else
    is_sure: Recorded[bool]


@read_by(Reader.STUDENT, Reader.GUARDIAN)
@dataclass(frozen=True, slots=True)
class TextsAgain:
    """Always a text: answers a START."""

    #: False where a step is missing yet
    go_on: Recorded[bool]
    #: whom that step has to be asked of: a guardian's is the teacher's
    is_guardian: Recorded[bool]


@read_by(Reader.GUARDIAN)
@dataclass(frozen=True, slots=True)
class GuardianEnded:
    """Always a text, and the last one: a guardian hears that a student or teacher ended texts to their number."""

    class_name: Recorded[str]
    #: by their student; else the class's teacher gave another number
    by_student: Recorded[bool]


@read_by(Reader.STUDENT, Reader.GUARDIAN)
@dataclass(frozen=True, slots=True)
class TextHelp:
    """Always a text: answers HELP."""

    class_name: Recorded[str]
