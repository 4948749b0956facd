"""How a class checks mastery, and what comes before the next try, in the words that students read."""

from __future__ import annotations

from datetime import date

from bot.domain.mastery_rules import Counts, MasteryRules

COUNTS = {
    Counts.BEST: "Best attempt counts.",
    Counts.LATEST: "The latest attempt counts.",
    Counts.MEAN: "The average of all attempts counts.",
    Counts.MODE: "The score that you get most often counts.",
    Counts.DECAYING: "The latest attempt counts 65 %, all before it together 35 %.",
}
#: the same within a sentence
COUNTED = {
    Counts.BEST: "your best attempt",
    Counts.LATEST: "the latest attempt",
    Counts.MEAN: "the average of all attempts",
    Counts.MODE: "the score that you got most often",
    Counts.DECAYING: "the latest with 65 % and all before it with 35 %",
}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def rules_sentence(rules: MasteryRules, cooldown_s: int | None, more_tries: int = 0) -> str:
    """What a student has to know about attempts, in one to four short sentences.

    ``cooldown_s`` is the unit's own, for a class that gives none; None where no unit is meant.
    """
    parts = [COUNTS[rules.counts], _next_try(rules, cooldown_s, more_tries)]
    if rules.only_missed:
        parts.append("A next try asks only for what you missed.")
    if rules.by_request and rules.in_sessions:
        parts.append("For each next try you ask your teacher and book a retake session.")
    elif rules.by_request:
        parts.append("For each next try you ask your teacher.")
    elif rules.in_sessions:
        parts.append("Each next try is in a retake session that you book.")
    return " ".join(each for each in parts if each)


def _next_try(rules: MasteryRules, cooldown_s: int | None, more_tries: int) -> str:
    waits = _waits(rules, cooldown_s)
    limit = _limit(rules, more_tries)
    head = f"Next try {waits}" if waits else ""
    if head and limit:
        return f"{head}; at most {limit}."
    if limit:
        return f"At most {limit}."
    until = f"{'; ' if head else ''}the last day for it is {day(rules.last_day)}" if rules.last_day else ""
    whole = head + until
    return f"{whole[0].upper()}{whole[1:]}." if whole else ""


def _limit(rules: MasteryRules, more_tries: int) -> str:
    if rules.limit is None:
        return ""
    count = rules.limit + more_tries
    window = f" in {_count(rules.window_days, 'day')}" if rules.window_days else ""
    last = f", until {day(rules.last_day)}" if rules.last_day and window else ""
    by = f" by {day(rules.last_day)}" if rules.last_day and not window else ""
    return f"{_count(count, 'try', 'tries')}{window}{last}{by}"


def _waits(rules: MasteryRules, cooldown_s: int | None) -> str:
    hours = list(rules.cooldown_hours)
    while len(hours) > 1 and hours[-1] == hours[-2]:  # the last one repeats anyway
        hours.pop()
    if not hours:
        return "" if cooldown_s is None else _after(cooldown_s / 3600, "the last one")
    if len(hours) == 1:
        return _after(hours[0], "the last one")
    each = [_after(length, f"the {_ordinal(place)}") for place, length in enumerate(hours[:-1])]
    return ", ".join([*each, _after(hours[-1], "each later one")])


def _ordinal(place: int) -> str:
    return _ORDINALS[place] if place < len(_ORDINALS) else f"{place + 1}th"


def _after(hours: float, what: str) -> str:
    return f"{span(hours)} after {what}" if hours else f"right after {what}"


def span(hours: float) -> str:
    """``1 day``, ``36 hours``, ``30 minutes``."""
    if hours and hours % 24 == 0:
        return _count(int(hours // 24), "day")
    if hours == int(hours):
        return _count(int(hours), "hour")
    return _count(round(hours * 60), "minute")


def day(on: date) -> str:
    """``12 June``; the year is left to the reader, since last days lie in this school year."""
    return f"{on.day} {_MONTHS[on.month - 1]}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
