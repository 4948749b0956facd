"""What makes a check fair for one student (K35); nobody but them and their teachers sees that they have it."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.drawing import Drawn
from bot.domain.questions import Calculated, Matching, SeveralChoices, SingleChoice

#: of a choice, however many are taken away
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Accommodation:
    #: percent on top of a time limit
    more_time: int = 0
    #: attempts on top of the class's limit
    more_tries: int = 0
    #: options that earn nothing, taken away from each choice
    fewer_options: int = 0


NONE = Accommodation()


def ends_at(began_at: datetime, limit_s: int | None, given: Accommodation) -> datetime | None:
    """When an attempt's time is up; None without a limit."""
    if limit_s is None:
        return None
    return began_at + timedelta(seconds=limit_s) * (100 + given.more_time) / 100


def with_fewer_options(drawn: Drawn, given: Accommodation, seed: str) -> Drawn:
    """Without some of the options that earn nothing, by chance and the same ones for the same seed.

    At least two options stay, and everything that is right.
    """
    surplus = [place for place in drawn.shown if _earns_nothing(drawn, place)]
    spare = min(given.fewer_options, len(surplus), len(drawn.shown) - _LEAST)
    if spare <= 0:
        return drawn
    dice = random.Random(f"{seed}/fewer/{drawn.question.slug}")  # noqa: S311  # a draw that can be repeated, no secret
    gone = dice.sample(surplus, spare)
    return replace(drawn, shown=tuple(place for place in drawn.shown if place not in gone))


def _earns_nothing(drawn: Drawn, place: int) -> bool:
    match drawn.question:
        case SingleChoice(options=options) | SeveralChoices(options=options) | Calculated(options=options):
            return options[place].credit <= 0
        case Matching(pairs=pairs, rights=rights):
            return rights[place] not in [pair.right for pair in pairs]
        case _:
            return False
