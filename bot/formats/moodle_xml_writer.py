"""Writes questions as Moodle XML that Moodle imports and that reads back here as the very same questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from xml.sax.saxutils import escape

from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Calculated,
    Essay,
    Gap,
    Gaps,
    Matching,
    Numeric,
    Option,
    Ordering,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from bot.formats.gift import Located
from bot.formats.gift_writer import percentage
from bot.formats.numbers_written import middle_and_margin


def write_moodle_xml(questions: Iterable[Located]) -> str:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    category = ""
    for one in questions:
        if one.category != category:
            category = one.category
            lines.append(f'<question type="category"><category>{_words(category)}</category></question>')
        lines += _question(one)
    return "\n".join([*lines, "</quiz>", ""])


def _question(one: Located) -> Iterator[str]:
    question = one.question
    yield f'<question type="{_KINDS[type(question)]}">'
    yield f"  <name>{_words(one.title or question.slug)}</name>"
    yield f"  {_formatted('questiontext', _prompt(question))}"
    yield f"  {_formatted('generalfeedback', question.general_feedback)}"
    yield "  <defaultgrade>1</defaultgrade>"
    yield f"  <idnumber>{escape(question.slug)}</idnumber>"
    for line in _answers(question):
        yield f"  {line}"
    if one.tags:
        yield f"  <tags>{''.join(f'<tag>{_words(tag)}</tag>' for tag in one.tags)}</tags>"
    yield "</question>"


_KINDS: dict[type[Question], str] = {
    TrueFalse: "truefalse",
    SingleChoice: "multichoice",
    SeveralChoices: "multichoice",
    ShortText: "shortanswer",
    Numeric: "numerical",
    Matching: "matching",
    Ordering: "ordering",
    Gaps: "cloze",
    Essay: "essay",
}


def _answers(question: Question) -> Iterator[str]:
    match question:
        case TrueFalse():
            yield from _true_false(question)
        case SingleChoice(options=options) | SeveralChoices(options=options):
            yield f"<single>{'true' if isinstance(question, SingleChoice) else 'false'}</single>"
            yield "<shuffleanswers>true</shuffleanswers>"
            yield from (_answer(each.text, each.credit, each.feedback) for each in options)
        case ShortText(accepted=accepted):
            yield f"<usecase>{int(question.case_matters)}</usecase>"
            yield from (_answer(each.pattern, each.credit, each.feedback) for each in accepted)
        case Numeric():
            yield from _numeric(question)
        case Matching():
            yield from _matching(question)
        case Ordering():
            yield from _ordering(question)
        case Essay(wants_file=wants_file):
            yield f"<attachmentsrequired>{int(wants_file)}</attachmentsrequired>"
        case Gaps() | Calculated():
            return


def _true_false(question: TrueFalse) -> Iterator[str]:
    said = {True: question.right_feedback, False: question.wrong_feedback}
    for word, truth in (("true", True), ("false", False)):
        is_right = truth == question.answer
        yield _answer(word, Fraction(is_right), said[is_right])


def _numeric(question: Numeric) -> Iterator[str]:
    yield from (_number(each) for each in question.accepted)
    if question.otherwise_feedback:
        yield _answer("*", Fraction(0), question.otherwise_feedback)


def _matching(question: Matching) -> Iterator[str]:
    yield "<shuffleanswers>true</shuffleanswers>"
    sides = [(pair.left, pair.right) for pair in question.pairs]
    for left, right in [*sides, *(("", each) for each in question.extra)]:
        answer = f"<answer>{_words(right)}</answer>"
        yield f'<subquestion format="plain_text">{_words(left)}{answer}</subquestion>'


def _ordering(question: Ordering) -> Iterator[str]:
    yield f"<gradingtype>{question.rule}</gradingtype>"
    for place, item in enumerate(question.items, start=1):
        yield f'<answer fraction="{place}" format="plain_text">{_words(item)}</answer>'


def _answer(text: str, credit: Fraction, feedback: str, more: str = "") -> str:
    said = _formatted("feedback", feedback)
    return f'<answer fraction="{percentage(credit)}" format="plain_text">{_words(text)}{more}{said}</answer>'


def _number(accepted: AcceptedNumber) -> str:
    middle, margin = middle_and_margin(accepted.low, accepted.high)
    more = f"<tolerance>{margin}</tolerance>"
    return _answer(str(middle), accepted.credit, accepted.feedback, more)


def _formatted(tag: str, text: str) -> str:
    return f'<{tag} format="plain_text">{_words(text)}</{tag}>'


def _words(text: str) -> str:
    return f"<text>{escape(text)}</text>"


# --- texts with gaps -------------------------------------------------------------------------------


def _prompt(question: Question) -> str:
    """Moodle keeps the answers of a text with gaps in the text itself."""
    if not isinstance(question, Gaps):
        return question.prompt
    prompt = question.prompt
    for number, gap in enumerate(question.gaps, start=1):
        prompt = prompt.replace(f"[[{number}]]", f"{{{gap.weight}:{_gap(gap)}}}", 1)
    return prompt


def _gap(gap: Gap) -> str:
    if gap.options:
        return f"MULTICHOICE:{_joined(gap.options)}"
    if gap.numbers:
        numbers = (middle_and_margin(each.low, each.high) for each in gap.numbers)
        texts = [f"{middle}:{margin}" for middle, margin in numbers]
        return "NUMERICAL:" + "~".join(
            f"%{percentage(each.credit)}%{text}{_said(each.feedback)}"
            for each, text in zip(gap.numbers, texts, strict=True)
        )
    return f"SHORTANSWER:{_joined(gap.texts)}"


def _joined(answers: Sequence[Option] | Sequence[AcceptedText]) -> str:
    return "~".join(
        f"%{percentage(each.credit)}%{_hidden(each.text if isinstance(each, Option) else each.pattern)}{_said(each.feedback)}"
        for each in answers
    )


def _said(feedback: str) -> str:
    return f"#{_hidden(feedback)}" if feedback else ""


def _hidden(text: str) -> str:
    for sign in '\\}#~/"':
        text = text.replace(sign, f"\\{sign}")
    return text
