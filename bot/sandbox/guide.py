"""The tour for newcomers that stands beside the conversation: whom to be, and what to press."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from bot.domain.course import Course
from bot.domain.questions import Question
from bot.sandbox.answers import right


@dataclass(frozen=True, slots=True)
class Solution:
    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    #: one paragraph each; a word in *stars* is shown as a button's label, in `ticks` as typed
    lines: tuple[str, ...]
    #: whom to be, by name
    person: str = ""
    #: the beginning of the room's name, or "dm"
    room: str = ""
    #: offers to move time on: "minutes", "hour" or "morning"
    time: str = ""
    #: for who does not know the course
    solutions: tuple[Solution, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def steps(course: Course) -> tuple[Step, ...]:
    """The tour of the class in ``scenario``, which is at the first unit of ``course``."""
    unit = course.units[0]
    return (
        Step(
            "See who has done it",
            ("You are the teacher. Type `/prework status` below, press Enter, then the arrow at the right.",
             "Ana is done, Ben tried, Chloé and Dev have not opened it. Only you see this answer."),
            person="Ms Rivera", room="period-3-pre-work",
        ),
        Step(
            "Hand in too early",
            ("You are Chloé. Under the pre-work card press *Start*, then *Hand in*, and fill in the form.",
             "A minute is not enough for this video, so it says not yet, and why. What you wrote is kept."),
            person="Chloé", room="period-3-pre-work", solutions=_solutions(unit.prework.questions),
        ),
        Step(
            "Get texts on your phone",
            (("Still Chloé: type `/phone number`, press *Give my number*, and type the number of her phone, "
              "which stands on this page."),
             "A code arrives on that phone. Press *Enter the code* and type it in."),
            person="Chloé", room="dm",
        ),
        Step(
            "Let the evening pass",
            ("All but Ana still owe the pre-work. Move past its deadline, and watch the numbers on the left.",
             ("Ben gets a reminder by DM. Dev's DMs are closed, so his comes in a private thread. "
              "Chloé's phone gets a text as well. Ana gets nothing: she is done.")),
            person="Chloé", room="dm", time="morning",
        ),
        Step(
            "Stop the texts",
            (("Still Chloé: write `STOP` on her phone, on this page, and send it. In your own words does it, too: "
              "`please stop texting me`."),
             "No text goes to that number any more, whoever asks for it. Discord goes on as before."),
            person="Chloé", room="dm",
        ),
        Step(
            "See what became of each message",
            (("You are the teacher. `/delivery messages` lists what went out. Choose the newest reminder: who got it, by "
              "which way, and who pressed *Got it*."),
             "`/delivery reach` shows before it matters whom nothing would reach, and what helps."),
            person="Ms Rivera", room="period-3-teachers",
        ),
        Step(
            "Hand in, late",
            ("You are Ben. The reminder in the DM has its next step as a button. Fill in what was missing.",
             "It counts, and is marked late. Then press *What do I do now?*"),
            person="Ben", room="dm", solutions=_solutions(unit.prework.questions),
        ),
        Step(
            "Tell everybody something",
            ("You are the teacher. Type `/announce`, press the arrow, and write a line or two.",
             ("You see who would get it and how before it goes. For twenty seconds you can take it back; "
              "then it arrives where each of them reads.")),
            person="Ms Rivera", room="period-3-teachers",
        ),
        Step(
            "Book office hours",
            (("You are the teacher. Type `/officehours open`, press Enter, type `tomorrow 15:00`, press Tab, "
              "type `16:00`, press the arrow, and *Open them*."),
             "Then be a student and type `/book`: they choose a time, and you see it in the teachers' room."),
            person="Ms Rivera", room="period-3-teachers",
        ),
        Step(
            "Sign for a goal",
            (("You are Ana. Type `/contract`, choose *86 % · Strong* and sign with a name. Her guardian signs, too: open "
              "*Page for my guardian*, and type a name and the code."),
             "From then on 86 % is her bar, and 80 % is not yet. The class's own bar stays 80 %."),
            person="Ana", room="dm",
        ),
        Step(
            "Pass the check, open the next unit",
            ("Still Ana: type `/quiz` and answer the questions, one of them not right. Nobody else sees them.",
             ("With 4 of 5 it says not yet, and what to look at again. Choose a way to work on it, move time on, and try "
               "again: the questions are others, and with her bar reached the channel of unit 2 appears on the left. "
               "`/why` tells at any time what opens a unit.")),
            person="Ana", room="dm", solutions=_solutions(unit.check.bank),
        ),
        Step(
            "Open a unit by your word",
            (("You are the teacher. Type `/override`, choose Ben, the first unit and a reason such as `showed it at the "
              "board`."),
             "Unit 2 opens for Ben, he is told, and your reason stands in the record. *Undo* takes it back."),
            person="Ms Rivera", room="period-3-teachers",
        ),
        Step(
            "Join as somebody new",
            ("You are Emeka, and new. Type `/join`, say that you are old enough, and open your inbox.",
             "The rest is real, too: press what you like. Ctrl-C in the terminal ends it all."),
            person="Emeka", room="general",
        ),
    )  # fmt: skip


def _solutions(questions: tuple[Question, ...]) -> tuple[Solution, ...]:
    return tuple(Solution(question.prompt, right(question)) for question in questions)
