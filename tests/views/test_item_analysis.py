"""The analysis of questions, drawn with every kind of text: within Discord's limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.item_analysis import ItemAnalysis
from bot.domain.questions import SingleChoice
from bot.domain.records import Section
from bot.services.item_analysis import Analysed, UnknownUnit
from bot.views.item_analysis import draw_analysis, draw_question
from bot.words.item_analysis import in_words
from tests.cogs.test_hostile_text import WORLDS, Hostile
from tests.domain.test_item_analysis import a_class_sits
from tests.limits import check_components


def hostile(draw: Hostile) -> ItemAnalysis:
    analysis = a_class_sits(3, 60, questions=30, broken={4: "key", 5: "easy", 6: "dead"})
    items = [
        replace(
            each,
            asked=replace(each.asked, question=replace(each.asked.question, prompt=draw.text())),
            options=tuple(replace(option, text=draw.text()) for option in each.options),
        )
        for each in analysis.items
        if isinstance(each.asked.question, SingleChoice)
    ]
    return replace(analysis, items=tuple(items))


@pytest.mark.parametrize("seed", range(WORLDS))
def test_the_cards_keep_within_discords_limits(seed: int) -> None:
    draw = Hostile(seed)
    section = Section(1, "s" * 12, 2, draw.text(), 3, 4, "America/Chicago", 80)
    analysed = Analysed(section, None, (), hostile(draw))
    views = [draw_analysis(analysed), draw_analysis(UnknownUnit(draw.text(), (draw.text(),) * 40))]
    views += [draw_question(analysed, str(each.asked.id)) for each in analysed.analysis.items]
    for view in views:
        check_components(view.to_components())
    assert len(in_words(analysed.analysis)) < 1024
