"""Offers what ``bot.services.ports.Drawing`` asks for. What draws is met on first use: start-up is measured."""

from __future__ import annotations

from bot.domain.item_analysis import ItemAnalysis


class DrawnForServices:
    def item_analysis(self, title: str, analysis: ItemAnalysis) -> bytes:
        from bot.pictures.item_analysis import draw_item_analysis

        return draw_item_analysis(title, analysis)
