"""Reads Moodle XML: each question is read, or refused with its line and the reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial

from bot.domain import limits
from bot.domain.course import Fault
from bot.domain.ordering import RULES
from bot.domain.questions import (
    AcceptedText,
    Essay,
    Gap,
    Gaps,
    Matching,
    Option,
    Ordering,
    Pair,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from bot.formats.cloze import read_cloze
from bot.formats.embedded import Pictures, decoded_picture
from bot.formats.gift import Slugs
from bot.formats.gift_answers import MalformedError, Stem
from bot.formats.moodle_nodes import answers_of, format_of, label_of, need_full_marks, stop_early, text_of
from bot.formats.moodle_numbers import number_in, read_calculated, read_numeric
from bot.formats.plain_text import UNNAMED, one_line, to_plain
from bot.formats.tags import Located, located
from bot.formats.xml_tree import Node, XmlError, read_xml

_RULES = {str(number - 1): name for number, name in enumerate(RULES)}
_NO_ANSWER_KIND = "it is not supported here"
_REASONS = {
    "description": "it asks nothing, so it is left out",
    "random": "it draws from another category, so it is left out",
}


def read_moodle_xml(data: bytes, file: str) -> tuple[list[Located], list[Fault]]:
    """The questions of an export, and a fault for each one that cannot be read."""
    try:
        root = read_xml(data)
    except XmlError as error:
        return [], [Fault(file, error.line, "", error.problem)]
    return read_quiz(root, file)


def read_quiz(root: Node, file: str, pictures: Pictures | None = None) -> tuple[list[Located], list[Fault]]:
    """As above; pictures in the text of questions are put into ``pictures``."""
    pictures = Pictures() if pictures is None else pictures
    found: list[Located] = []
    faults: list[Fault] = []
    slugs = Slugs({each.words("idnumber").strip() for each in root.all("question")} - {""})
    category = ""
    for count, node in enumerate(root.all("question")):
        if count == limits.QUESTIONS:
            faults.append(
                Fault(file, node.line, "", f"more than {limits.QUESTIONS:,} questions: the rest is not read")
            )
            break
        if node.attributes.get("type") == "category":
            category = one_line(node.words("category", "text"))
            continue
        title = one_line(node.words("name", "text"))
        try:
            found.append(_question(node, title, slugs, category, pictures))
        except MalformedError as malformed:
            faults.append(Fault(file, malformed.line, title, malformed.problem))
    return found, faults


def _question(node: Node, title: str, slugs: Slugs, category: str, pictures: Pictures) -> Located:
    kind = node.attributes.get("type", "")
    if kind in _REASONS:
        raise MalformedError(node.line, _REASONS[kind])
    stop_early(len(node.children), node.line)
    number = node.words("idnumber").strip()
    slug = slugs.next(number if _SLUG.fullmatch(number) else "", title, node.line)
    text = node.first("questiontext") or node
    picture, alt, words = pictures.take(text.words("text"), partial(_file, text))
    prompt = to_plain(words, format_of(text)) or alt or ("[picture]" if picture else "")
    if not prompt:
        raise MalformedError(node.line, "the question has no text")
    stem = Stem(slug, prompt, format_of(text), text_of(node.first("generalfeedback")))
    tags = [one_line(each.text).translate(_BRACKETS) for each in node.all("tags", "tag", "text")]
    question = replace(_read(kind, node, stem), picture=picture, alt=alt)
    return located(question, node.line, title, tags, category)


def _file(text: Node, src: str) -> bytes | None:
    """What an ``src`` such as @@PLUGINFILE@@/beaker.png names among the files beside the text."""
    name = src.removeprefix("@@PLUGINFILE@@/").partition("?")[0]
    for each in text.all("file"):
        path = each.attributes.get("path", "/").strip("/")
        own = each.attributes.get("name", "")
        if name in (own, f"{path}/{own}") and each.attributes.get("encoding") == "base64":
            return decoded_picture(each.text)
    return None


_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_BRACKETS = str.maketrans("[]", "()")


def _read(kind: str, node: Node, stem: Stem) -> Question:  # noqa: C901  # one arm for each kind
    match kind:
        case "truefalse":
            return _true_false(node, stem)
        case "multichoice":
            return _choices(node, stem)
        case "shortanswer":
            return _short(node, stem)
        case "numerical":
            return read_numeric(node, stem)
        case "calculated" | "calculatedsimple" | "calculatedmulti":
            return read_calculated(node, stem, is_choice=kind == "calculatedmulti")
        case "matching" | "match" | "ddmatch":
            return _matching(node, stem)
        case "ordering":
            return _ordering(node, stem)
        case "essay":
            files = node.words("attachmentsrequired").strip() not in ("", "0")
            return Essay(stem.slug, stem.prompt, wants_file=files, general_feedback=stem.general_feedback)
        case "gapselect" | "ddwtos":
            return _gaps_to_choose(node, stem)
        case "cloze":
            prompt, gaps = read_cloze(stem.prompt, node.line)
            return Gaps(stem.slug, prompt, gaps, general_feedback=stem.general_feedback)
        case _:
            raise MalformedError(node.line, f"its kind is {kind[:40]!r}: {_NO_ANSWER_KIND}")


def _true_false(node: Node, stem: Stem) -> TrueFalse:
    by_word = {text.strip().lower(): (credit, said) for _, text, credit, said in answers_of(node)}
    if set(by_word) != {"true", "false"}:
        raise MalformedError(node.line, "a true/false question has the answers true and false")
    truth = by_word["true"][0] > by_word["false"][0]
    right, wrong = by_word["true" if truth else "false"], by_word["false" if truth else "true"]
    return TrueFalse(
        stem.slug, stem.prompt, truth, "", wrong[1], right[1], general_feedback=stem.general_feedback
    )


def _choices(node: Node, stem: Stem) -> SingleChoice | SeveralChoices:
    options = tuple(Option(label_of(answer), credit, said) for answer, _, credit, said in answers_of(node))
    if len(options) < 2:
        raise MalformedError(node.line, f"a choice needs 2 options or more, and this has {len(options)}")
    if node.words("single").strip() in ("false", "0"):
        if not any(option.credit > 0 for option in options):
            raise MalformedError(node.line, "no option is right")
        return SeveralChoices(
            stem.slug, stem.prompt, _thirds(options), general_feedback=stem.general_feedback
        )
    if not any(option.credit == 1 for option in options):
        raise MalformedError(node.line, "no option earns 100 %")
    return SingleChoice(stem.slug, stem.prompt, options, general_feedback=stem.general_feedback)


def _thirds(options: Sequence[Option]) -> tuple[Option, ...]:
    """Rounded credits that nearly make 1 (33.333 % three times) are made to do so exactly."""
    total = sum((each.credit for each in options if each.credit > 0), Fraction(0))
    if total == 1 or abs(total - 1) >= Fraction(1, 200):
        return tuple(options)
    return tuple(
        Option(each.text, each.credit / total if each.credit > 0 else each.credit, each.feedback)
        for each in options
    )


def _short(node: Node, stem: Stem) -> ShortText:
    accepted = tuple(
        AcceptedText(label_of(answer), credit, said) for answer, _, credit, said in answers_of(node)
    )
    need_full_marks([each.credit for each in accepted], node.line)
    case_matters = node.words("usecase").strip() == "1"
    return ShortText(
        stem.slug,
        stem.prompt,
        accepted,
        general_feedback=stem.general_feedback,
        case_matters=case_matters,
    )


def _matching(node: Node, stem: Stem) -> Matching:
    pairs: list[Pair] = []
    extra: list[str] = []
    for each in node.all("subquestion"):
        left, right = one_line(text_of(each)), one_line(to_plain(each.words("answer", "text"), UNNAMED))
        if not right:
            raise MalformedError(each.line, "a pair has no right side")
        if left:
            pairs.append(Pair(left, right))
        else:
            extra.append(right)
    if len(pairs) < 2:
        raise MalformedError(node.line, "matching needs two pairs or more")
    return Matching(
        stem.slug, stem.prompt, tuple(pairs), tuple(extra), general_feedback=stem.general_feedback
    )


def _ordering(node: Node, stem: Stem) -> Ordering:
    placed: list[tuple[Decimal, int, str]] = []
    for number, answer in enumerate(node.all("answer")):
        place = number_in(answer.attributes.get("fraction", ""), answer.line)
        placed.append((place, number, label_of(answer)))
    if len(placed) < 2:
        raise MalformedError(node.line, "an order needs two items or more")
    rule = node.words("gradingtype").strip() or "ABSOLUTE_POSITION"
    rule = _RULES.get(rule, rule)
    if rule not in RULES:
        raise MalformedError(node.line, f"the grading {rule[:40]!r} is not one of Moodle's")
    items = tuple(item for _, _, item in sorted(placed))
    return Ordering(stem.slug, stem.prompt, items, rule, general_feedback=stem.general_feedback)


def _gaps_to_choose(node: Node, stem: Stem) -> Gaps:
    """``[[2]]`` in the text is the second option; each gap offers all options of its group."""
    choices = [*node.all("selectoption"), *node.all("dragbox")]
    options = [
        (one_line(to_plain(each.words("text"), UNNAMED)), each.words("group").strip()) for each in choices
    ]
    numbers = [int(each) for each in re.findall(r"\[\[(\d{1,3})\]\]", stem.prompt)]
    if not numbers:
        raise MalformedError(node.line, "there is no gap [[1]] in its text")
    if len(numbers) > limits.GAPS:
        raise MalformedError(node.line, f"it has {len(numbers)} gaps, and {limits.GAPS} is the most")
    gaps: list[Gap] = []
    for number in numbers:
        if not 1 <= number <= len(options):
            raise MalformedError(node.line, f"the gap [[{number}]] has no option of that number")
        right, group = options[number - 1]
        offered = dict.fromkeys(text for text, its in options if its == group)
        gaps.append(Gap(options=tuple(Option(text, Fraction(text == right)) for text in offered)))
    places = iter(range(1, len(numbers) + 1))
    prompt = re.sub(r"\[\[\d{1,3}\]\]", lambda _: f"[[{next(places)}]]", stem.prompt)
    return Gaps(stem.slug, prompt, tuple(gaps), general_feedback=stem.general_feedback)
