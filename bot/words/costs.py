"""What a run of texts costs, told before it is sent (RB13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bot.words.gsm import segments


@dataclass(frozen=True, slots=True)
class TextCost:
    texts: int
    #: what is billed
    segments: int
    #: in the currency of the setting; None where no price is set
    price: Decimal | None


def cost_of(bodies: Iterable[str], price_per_segment: Decimal | None) -> TextCost:
    """Of texts as they would go out, each to one phone."""
    counts = [segments(body) for body in bodies]
    total = sum(counts)
    return TextCost(len(counts), total, None if price_per_segment is None else total * price_per_segment)
