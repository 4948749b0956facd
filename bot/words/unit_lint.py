"""What the look over a unit found, in a sentence with what to do about it."""

from __future__ import annotations

from bot.domain.questions import EASY, HARD, MEDIUM
from bot.domain.unit_lint import (
    MINUTES_EACH,
    MOST_MINUTES,
    Advice,
    FormulaAsTyped,
    LongVideo,
    MarkingLoad,
    NoQuestions,
    NoReview,
    NoTimeToRetake,
    ThinBank,
    VagueObjective,
)
from bot.words.lengths import exactly

_HARDNESS = {None: "", EASY: "easy ", MEDIUM: "medium ", HARD: "hard "}


def advice(found: Advice) -> str:
    match found:
        case VagueObjective(_, objective, verb):
            return f"Objective {objective} begins with “{verb}”: say what a student can do, such as explain, solve or draw."
        case NoQuestions(_, objective):
            return f"Objective {objective} has no question in the bank, so the check never asks for it."
        case NoReview(_, objective):
            return f"Objective {objective} has no review: say where to look again after “not yet”."
        case LongVideo(_, title, length_s):
            return f"“{title}” takes {exactly(length_s)}: cut it into parts of ten minutes at most."
        case FormulaAsTyped(_, question, reason):
            return f"Question {question} shows a formula as it was typed, since {reason}."
        case ThinBank(_, pool, form, attempt, percent, more):
            write = " and ".join(
                f"{share.count} more {_HARDNESS[share.difficulty]}on {share.objective or 'any objective'}"
                for share in more
            )
            return f"Bank of {pool}, form of {form}: try {attempt} repeats {percent} %. Write {write}."
        case MarkingLoad(_, students, answers, minutes):
            return (
                f"With {students} students about {answers} answers are marked by hand in its week: {minutes // 60} hours "
                f"at {MINUTES_EACH} minutes each. Over {MOST_MINUTES // 60} hours is hard to keep up: ask fewer essays."
            )
        case NoTimeToRetake(_, cooldown_s):
            return (
                f"With {exactly(cooldown_s)} between tries, a third try does not fit into a week: "
                "shorten cooldown_hours, so that those who need longer can keep up."
            )
