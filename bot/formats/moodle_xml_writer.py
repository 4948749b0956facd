"""Writes questions as Moodle XML that Moodle imports and that reads back here as the very same questions."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from xml.sax.saxutils import escape, quoteattr

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
from bot.formats.embedded import ending_of
from bot.formats.gift_writer import percentage
from bot.formats.moodle_written import answer_line, calculated_answers, formatted, unit_lines, words_line
from bot.formats.numbers_written import middle_and_margin
from bot.formats.tags import Located, tags_of


def write_moodle_xml(questions: Iterable[Located], pictures: Mapping[str, bytes] | None = None) -> str:
    """The file, with those of ``pictures`` (by their digest) that belong to a question."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    category = ""
    for one in questions:
        if one.category != category:
            category = one.category
            lines.append(f'<question type="category"><category>{words_line(category)}</category></question>')
        lines += _question(one, pictures or {})
    return "\n".join([*lines, "</quiz>", ""])


def _question(one: Located, pictures: Mapping[str, bytes]) -> Iterator[str]:
    question = one.question
    is_choice = isinstance(question, Calculated) and question.options
    yield f'<question type="{"calculatedmulti" if is_choice else _KINDS[type(question)]}">'
    yield f"  <name>{words_line(one.title or question.slug)}</name>"
    yield f"  {_question_text(question, pictures)}"
    yield f"  {formatted('generalfeedback', question.general_feedback)}"
    yield "  <defaultgrade>1</defaultgrade>"
    yield f"  <idnumber>{escape(question.slug)}</idnumber>"
    for line in _answers(question):
        yield f"  {line}"
    if tags := tags_of(one):
        yield f"  <tags>{''.join(f'<tag>{words_line(tag)}</tag>' for tag in tags)}</tags>"
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
    Calculated: "calculated",
}


def _answers(question: Question) -> Iterator[str]:
    match question:
        case TrueFalse():
            yield from _true_false(question)
        case SingleChoice(options=options) | SeveralChoices(options=options):
            yield f"<single>{'true' if isinstance(question, SingleChoice) else 'false'}</single>"
            yield "<shuffleanswers>true</shuffleanswers>"
            yield from (answer_line(each.text, each.credit, each.feedback) for each in options)
        case ShortText(accepted=accepted):
            yield f"<usecase>{int(question.case_matters)}</usecase>"
            yield from (answer_line(each.pattern, each.credit, each.feedback) for each in accepted)
        case Numeric():
            yield from _numeric(question)
        case Matching():
            yield from _matching(question)
        case Ordering():
            yield from _ordering(question)
        case Essay(wants_file=wants_file):
            yield f"<attachmentsrequired>{int(wants_file)}</attachmentsrequired>"
        case Calculated():
            yield from calculated_answers(question)
        case Gaps():
            return


def _true_false(question: TrueFalse) -> Iterator[str]:
    said = {True: question.right_feedback, False: question.wrong_feedback}
    for word, truth in (("true", True), ("false", False)):
        is_right = truth == question.answer
        yield answer_line(word, Fraction(is_right), said[is_right])


def _numeric(question: Numeric) -> Iterator[str]:
    yield from (_number(each) for each in question.accepted)
    if question.otherwise_feedback:
        yield answer_line("*", Fraction(0), question.otherwise_feedback)
    yield from unit_lines(question.unit)


def _matching(question: Matching) -> Iterator[str]:
    yield "<shuffleanswers>true</shuffleanswers>"
    sides = [(pair.left, pair.right) for pair in question.pairs]
    for left, right in [*sides, *(("", each) for each in question.extra)]:
        answer = f"<answer>{words_line(right)}</answer>"
        yield f'<subquestion format="plain_text">{words_line(left)}{answer}</subquestion>'


def _ordering(question: Ordering) -> Iterator[str]:
    yield f"<gradingtype>{question.rule}</gradingtype>"
    for place, item in enumerate(question.items, start=1):
        yield f'<answer fraction="{place}" format="plain_text">{words_line(item)}</answer>'


def _number(accepted: AcceptedNumber) -> str:
    middle, margin = middle_and_margin(accepted.low, accepted.high)
    more = f"<tolerance>{margin}</tolerance>"
    return answer_line(str(middle), accepted.credit, accepted.feedback, more)


def _question_text(question: Question, pictures: Mapping[str, bytes]) -> str:
    prompt, data = _prompt(question), pictures.get(question.picture)
    if data is None:
        return formatted("questiontext", prompt)
    name = f"{question.picture[:16]}{ending_of(data)}"
    image = f'<img src="@@PLUGINFILE@@/{name}" alt={quoteattr(question.alt)}>'
    words = escape(prompt).replace("\n", "<br>")
    written = base64.b64encode(data).decode()
    return (
        f'<questiontext format="html">{words_line(words + image)}'
        f'<file name="{name}" path="/" encoding="base64">{written}</file></questiontext>'
    )


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
