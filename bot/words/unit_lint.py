"""What the look over a unit found, in a sentence with what to do about it."""

from __future__ import annotations

from bot.domain.unit_lint import (
    Advice,
    FormulaAsTyped,
    LongVideo,
    NoQuestions,
    NoReview,
    ThinBank,
    VagueObjective,
)
from bot.words.lengths import exactly


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
                f"{count} more on {objective or 'any objective'}" for objective, count in more
            )
            return f"Bank of {pool}, form of {form}: try {attempt} repeats {percent} %. Write {write}."
