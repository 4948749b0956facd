"""What is said of a question that does not work, and of one that does."""

from __future__ import annotations

from fractions import Fraction

from bot.domain.item_analysis import ENOUGH_TO_COMPARE, Flag, ItemAnalysis, ItemStatistics, Reason

#: from here on a question is said to tell students apart well, or at all (usual bounds of item analysis)
WELL, A_LITTLE = 0.3, 0.15
#: bars of a picture: more would make it so tall that Discord shrinks it
MOST_DRAWN = 8

IN_SHORT = {
    Flag.STRONG_CHOOSE_ANOTHER: "check the key",
    Flag.NEGATIVE: "upside down",
    Flag.NEARLY_NOBODY_RIGHT: "nearly nobody",
    Flag.DEAD_DISTRACTOR: "unused answer",
    Flag.EVERYBODY_RIGHT: "all have it",
}


def percent(share: Fraction) -> str:
    """Whole percents; 0 and 100 only where they are exact."""
    whole = int(share * 100 + Fraction(1, 2))
    if 0 < share < 1:
        whole = min(max(whole, 1), 99)
    return f"{whole} %"


def sign(item: ItemStatistics) -> str:
    """▲▲ tells students apart well, ▲ a little, = hardly, ▼ the wrong way round; with the index. ? where it cannot be told."""
    index = item.discrimination
    if index is None:
        return "? too few" if item.n < ENOUGH_TO_COMPARE else "?"
    mark = "▲▲" if index >= WELL else "▲" if index >= A_LITTLE else "=" if index > -A_LITTLE else "▼"
    return f"{mark} {index:+.2f}".replace("-", "−")


def what_and_do(item: ItemStatistics, reason: Reason) -> tuple[str, str]:
    """What stands out, and what to do about it. Option texts are as the teacher wrote them."""
    option = "" if reason.option is None else item.options[reason.option].text
    keys = " / ".join(each.text for each in item.options if each.is_key)
    match reason.flag:
        case Flag.STRONG_CHOOSE_ANOTHER:
            return f"Strong students choose “{option}” more than the key “{keys}”.", "Check the key."
        case Flag.NEGATIVE:
            return (
                "Students who do well on the other questions do worse on this one.",
                "Check the key, and whether it can be read in two ways.",
            )
        case Flag.NEARLY_NOBODY_RIGHT:
            return (
                f"Only {percent(item.facility)} of the credit was earned by {item.n} students.",
                "Check the key; if it holds, teach this again.",
            )
        case Flag.DEAD_DISTRACTOR:
            return f"Nobody chooses “{option}”.", "Put a mistake there that students really make."
        case Flag.EVERYBODY_RIGHT:
            return (
                f"All {item.n} students have it right.",
                "Keep it if it shows what you need; it tells nobody apart.",
            )


def in_words(analysis: ItemAnalysis) -> str:
    """The picture for who cannot see it."""
    lines = [
        f"{number}. {percent(each.facility)} right of {each.n}, {sign(each)}"
        + (f", {IN_SHORT[each.reasons[0].flag]}" if each.reasons else "")
        for number, each in enumerate(analysis.by_need[:MOST_DRAWN], 1)
    ]
    return "Questions, the ones to look at first. " + "; ".join(lines)
