"""What the analysis of questions needs: the answers of a class, and a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.domain.item_analysis import AskedQuestion, Given, ItemAnalysis


class ItemAnswers(Protocol):
    def answers(
        self, section: int, course: int, unit_slug: str
    ) -> tuple[Mapping[int, AskedQuestion], Sequence[Given]]:
        """What was asked, by number, and each answer of handed-in attempts."""
        ...


class Drawing(Protocol):
    """Draws PNGs. Drawing takes its time: not on the loop."""

    def item_analysis(self, title: str, analysis: ItemAnalysis) -> bytes:
        """A bar for each question, the ones to look at first."""
        ...
