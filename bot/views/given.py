"""What a student answered, in one line for their teacher."""

from __future__ import annotations

from bot.domain.mastery import Item
from bot.domain.questions import Chosen, Filled, Matched, Matching, Ordered, Ordering, Typed, Written
from bot.domain.showing import option_texts


def given_text(item: Item) -> str:
    match item.question, item.answer:
        case question, Chosen(indices):
            texts = option_texts(question)
            return ", ".join(texts[each] for each in indices)
        case _, Typed(text) | Written(text, _):
            return text
        case Matching(pairs=pairs, rights=rights), Matched(given):
            return "; ".join(
                f"{pair.left} → {rights[each]}"
                for pair, each in zip(pairs, given, strict=True)
                if each is not None
            )
        case Ordering(items=items), Ordered(places):
            return ", ".join(items[each] for each in places)
        case _, Filled(texts):
            return "; ".join(texts)
        case _:
            return "nothing"
