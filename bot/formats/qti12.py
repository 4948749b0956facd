"""Reads Canvas's quizzes: QTI 1.2 as its exports and Common Cartridges carry it.

What counts as right is read from the conditions that set or add to SCORE, never from an option's place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from bot.domain import limits
from bot.domain.course import Fault
from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Essay,
    Gap,
    Gaps,
    Matching,
    Numeric,
    Option,
    Pair,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from bot.domain.typed_numbers import parse_number
from bot.formats.canvas_formulas import read_formula_question
from bot.formats.embedded import Files, Pictures, no_files
from bot.formats.gift import Slugs
from bot.formats.gift_answers import MalformedError, Stem
from bot.formats.moodle_nodes import stop_early
from bot.formats.plain_text import one_line, to_plain
from bot.formats.tags import Located
from bot.formats.xml_tree import Node

_KINDS = {
    "cc.multiple_choice.v0p1": "multiple_choice_question",
    "cc.multiple_response.v0p1": "multiple_answers_question",
    "cc.true_false.v0p1": "true_false_question",
    "cc.fib.v0p1": "short_answer_question",
    "cc.pattern_match.v0p1": "short_answer_question",
    "cc.essay.v0p1": "essay_question",
}
_REASONS = {
    "text_only_question": "it asks nothing, so it is left out",
}


@dataclass(frozen=True, slots=True)
class _Response:
    """One thing to answer: its id, what stands beside it, and its options by id."""

    ident: str
    label: str
    options: dict[str, str]


def read_assessment(
    root: Node, file: str, pictures: Pictures | None = None, files: Files = no_files
) -> tuple[list[Located], list[Fault]]:
    """As above; pictures in the text of questions, which are among ``files``, are put into ``pictures``."""
    pictures = Pictures() if pictures is None else pictures
    found: list[Located] = []
    faults: list[Fault] = []
    slugs = Slugs(())
    category = next((one_line(each.attributes.get("title", "")) for each in root.all("assessment")), "")
    for item in (each for each in root.walk() if each.name == "item"):
        title = one_line(item.attributes.get("title", ""))
        if len(found) + len(faults) == limits.QUESTIONS:
            faults.append(
                Fault(
                    file, item.line, title, f"more than {limits.QUESTIONS:,} questions: the rest is not read"
                )
            )
            break
        try:
            slug = slugs.next("", title, item.line)
            question = _question(item, slug, pictures, files)
            found.append(Located(question, item.line, title, (), category))
        except MalformedError as malformed:
            faults.append(Fault(file, malformed.line, title, malformed.problem))
    return found, faults


def _question(item: Node, slug: str, pictures: Pictures, files: Files) -> Question:
    kind = _kind(item)
    if kind in _REASONS:
        raise MalformedError(item.line, _REASONS[kind])
    presentation = item.first("presentation") or item
    picture, alt, words = pictures.take(_mattext(presentation), files)
    prompt = _plain(presentation, words) or alt or ("[picture]" if picture else "")
    if not prompt:
        raise MalformedError(item.line, "the question has no text")
    stem = Stem(slug, prompt, "html", _feedback(item, "general_fb"))
    asked = [each for each in presentation.walk() if each.name.startswith("response_")]
    stop_early(len(asked), item.line)
    stop_early(sum(each.name == "itemfeedback" for each in item.children), item.line)
    responses = [_response(each) for each in asked if each.name != "response_label"]
    question = _choice(kind, item, stem, responses) or _read(kind, item, stem, responses)
    return replace(question, picture=picture, alt=alt)


def _choice(kind: str, item: Node, stem: Stem, responses: list[_Response]) -> Question | None:
    match kind:
        case "multiple_choice_question":
            return _single(item, stem, _only(item, responses))
        case "true_false_question":
            return _true_false(item, stem, _only(item, responses))
        case "multiple_answers_question":
            return _several(item, stem, _only(item, responses))
        case _:
            return None


def _read(kind: str, item: Node, stem: Stem, responses: list[_Response]) -> Question:
    match kind:
        case "short_answer_question":
            return _short(item, stem)
        case "numerical_question":
            return _numeric(item, stem)
        case "matching_question":
            return _matching(item, stem, responses)
        case "fill_in_multiple_blanks_question" | "multiple_dropdowns_question":
            return _gaps(item, stem, responses, is_chosen=kind.startswith("multiple_d"))
        case "calculated_question":
            return read_formula_question(item, stem)
        case "essay_question" | "file_upload_question":
            is_file = kind.startswith("file")
            return Essay(stem.slug, stem.prompt, is_file, general_feedback=stem.general_feedback)
        case _:
            raise MalformedError(item.line, f"its kind is {kind[:60]!r}: it is not supported here")


def _kind(item: Node) -> str:
    fields = {
        each.words("fieldlabel").strip(): each.words("fieldentry").strip()
        for each in item.walk()
        if each.name == "qtimetadatafield"
    }
    if kind := fields.get("question_type"):
        return kind
    profile = fields.get("cc_profile", "")
    return _KINDS.get(profile, profile or "unnamed")


def _material(node: Node) -> str:
    """The text beside an element."""
    return _plain(node, _mattext(node))


def _mattext(node: Node) -> str:
    text = _mattext_of(node)
    return text.text if text is not None else ""


def _mattext_of(node: Node) -> Node | None:
    return (
        node.first("material", "mattext")
        or node.first("flow_mat", "material", "mattext")
        or node.first("flow", "material", "mattext")
        or node.first("flow", "flow_mat", "material", "mattext")
    )


def _plain(node: Node, words: str) -> str:
    """Canvas's own pages are HTML."""
    text = _mattext_of(node)
    is_plain = text is not None and text.attributes.get("texttype", "") == "text/plain"
    return to_plain(words, "plain" if is_plain else "html")


def _response(node: Node) -> _Response:
    options = {
        each.attributes.get("ident", ""): one_line(_material(each))
        for each in node.walk()
        if each.name == "response_label"
    }
    return _Response(node.attributes.get("ident", ""), one_line(_material(node)), options)


def _only(item: Node, responses: list[_Response]) -> _Response:
    if len(responses) != 1 or len(responses[0].options) < 2:
        raise MalformedError(item.line, "a choice needs 2 options or more")
    if not all(responses[0].options.values()):
        raise MalformedError(item.line, "an option has no text (a picture alone cannot be shown)")
    return responses[0]


def _scoring(item: Node) -> Iterator[tuple[Node, Fraction, str]]:
    """Each condition that gives points: what it asks, how much of the whole it gives, and whether it adds."""
    most = _most_points(item)
    for condition in item.all("resprocessing", "respcondition"):
        change, asks = condition.first("setvar"), condition.first("conditionvar")
        points = parse_number(change.text) if change is not None else None
        if asks is not None and change is not None and points is not None and points > 0:
            yield asks, Fraction(points) / most, change.attributes.get("action", "Set")


def _most_points(item: Node) -> Fraction:
    """100 in Canvas; other systems say."""
    declared = item.first("resprocessing", "outcomes", "decvar")
    most = parse_number(declared.attributes.get("maxvalue", "")) if declared is not None else None
    given = [parse_number(each.text) for each in item.all("resprocessing", "respcondition", "setvar")]
    if most is None or most <= 0 or any(each is not None and each > most for each in given):
        return Fraction(100)
    return Fraction(most)


def _wanted(asks: Node, *, negated: bool = False) -> Iterator[tuple[str, str, bool]]:
    """Which answers a condition asks for: (response, answer, is it wanted rather than forbidden)."""
    for each in asks.children:
        if each.name == "varequal":
            yield each.attributes.get("respident", ""), each.text.strip(), not negated
        else:
            yield from _wanted(each, negated=negated != (each.name == "not"))


def _said(item: Node, option: str) -> str:
    return _feedback(item, f"{option}_fb")


def _feedback(item: Node, ident: str) -> str:
    for each in item.all("itemfeedback"):
        if each.attributes.get("ident") == ident:
            text = next((node for node in each.walk() if node.name == "mattext"), None)
            return to_plain(text.text, "html") if text is not None else ""
    return ""


def _single(item: Node, stem: Stem, response: _Response) -> SingleChoice:
    credits: dict[str, Fraction] = {}
    for asks, share, _ in _scoring(item):
        for _, answer, is_wanted in _wanted(asks):
            if is_wanted:
                credits[answer] = max(share, credits.get(answer, Fraction(0)))
    options = tuple(
        Option(text, min(Fraction(1), credits.get(ident, Fraction(0))), _said(item, ident))
        for ident, text in response.options.items()
    )
    if not any(option.credit == 1 for option in options):
        raise MalformedError(item.line, "no option earns all points")
    return SingleChoice(stem.slug, stem.prompt, options, general_feedback=stem.general_feedback)


def _true_false(item: Node, stem: Stem, response: _Response) -> Question:
    choice = _single(item, stem, response)
    words = [option.text.casefold() for option in choice.options]
    if sorted(words) != ["false", "true"]:
        return choice
    right = next(option for option in choice.options if option.credit == 1)
    wrong = next(option for option in choice.options if option is not right)
    return TrueFalse(
        stem.slug, stem.prompt, right.text.casefold() == "true", "",
        wrong.feedback, right.feedback, stem.general_feedback,
    )  # fmt: skip


def _several(item: Node, stem: Stem, response: _Response) -> SeveralChoices:
    """Canvas gives each right tick its share and takes the same for a wrong one, never below nothing."""
    right = {
        answer for asks, _, _ in _scoring(item) for _, answer, is_wanted in _wanted(asks) if is_wanted
    } & response.options.keys()
    if not right:
        raise MalformedError(item.line, "no option is right")
    share = Fraction(1, len(right))
    options = tuple(
        Option(text, share if ident in right else -share, _said(item, ident))
        for ident, text in response.options.items()
    )
    return SeveralChoices(stem.slug, stem.prompt, options, general_feedback=stem.general_feedback)


def _short(item: Node, stem: Stem) -> ShortText:
    texts = tuple(AcceptedText(each, Fraction(1)) for each in _right_texts(item))
    if not texts:
        raise MalformedError(item.line, "no answer is right")
    return ShortText(stem.slug, stem.prompt, texts, general_feedback=stem.general_feedback)


def _right_texts(item: Node) -> list[str]:
    """A star is a star in Canvas, not a joker."""
    return [
        one_line(answer).replace("*", "\\*")
        for asks, share, _ in _scoring(item)
        if share == 1
        for _, answer, is_wanted in _wanted(asks)
        if is_wanted and answer
    ]


def _numeric(item: Node, stem: Stem) -> Numeric:
    accepted: list[AcceptedNumber] = []
    for asks, share, _ in _scoring(item):
        bounds = {"vargte": None, "varlte": None, "vargt": None, "varlt": None, "varequal": None}
        for node in asks.walk():
            if node.name in bounds:
                bounds[node.name] = parse_number(node.text)  # pyright: ignore[reportArgumentType]
        low = bounds["vargt"] if bounds["vargte"] is None else bounds["vargte"]
        high = bounds["varlt"] if bounds["varlte"] is None else bounds["varlte"]
        low, high = (low, high) if low is not None and high is not None else (bounds["varequal"],) * 2
        if low is None or high is None or low > high:
            raise MalformedError(asks.line, "the right number cannot be read")
        accepted.append(AcceptedNumber(low, high, min(Fraction(1), share)))
    if not any(each.credit == 1 for each in accepted):
        raise MalformedError(item.line, "no number earns all points")
    return Numeric(stem.slug, stem.prompt, tuple(accepted), general_feedback=stem.general_feedback)


def _matching(item: Node, stem: Stem, responses: list[_Response]) -> Matching:
    right = {
        respident: answer
        for asks, _, _ in _scoring(item)
        for respident, answer, is_wanted in _wanted(asks)
        if is_wanted
    }
    pairs: list[Pair] = []
    for each in responses:
        answer = each.options.get(right.get(each.ident, ""))
        if not each.label or not answer:
            raise MalformedError(item.line, f"{each.label[:40]!r} has no right side")
        pairs.append(Pair(each.label, answer))
    if len(pairs) < 2:
        raise MalformedError(item.line, "matching needs two pairs or more")
    used = {pair.right for pair in pairs}
    offered = dict.fromkeys(text for each in responses for text in each.options.values() if text)
    extra = tuple(text for text in offered if text not in used)
    return Matching(stem.slug, stem.prompt, tuple(pairs), extra, general_feedback=stem.general_feedback)


def _gaps(item: Node, stem: Stem, responses: list[_Response], *, is_chosen: bool) -> Gaps:
    """``[name]`` in the text is the gap of the response ``response_name``."""
    right: dict[str, set[str]] = {}
    for asks, _, _ in _scoring(item):
        for respident, answer, is_wanted in _wanted(asks):
            if is_wanted:
                right.setdefault(respident, set()).add(answer)
    prompt = stem.prompt
    gaps: list[Gap] = []
    for number, each in enumerate(responses, start=1):
        name = each.label or each.ident.removeprefix("response_")
        if f"[{name}]" not in prompt:
            raise MalformedError(item.line, f"there is no [{name[:40]}] in its text")
        prompt = prompt.replace(f"[{name}]", f"[[{number}]]", 1)
        gaps.append(_gap(item, each, right.get(each.ident, set()), is_chosen=is_chosen))
    if not gaps:
        raise MalformedError(item.line, "it has no gap to fill in")
    return Gaps(stem.slug, prompt, tuple(gaps), general_feedback=stem.general_feedback)


def _gap(item: Node, response: _Response, right: set[str], *, is_chosen: bool) -> Gap:
    if not right & response.options.keys():
        raise MalformedError(item.line, f"the gap {response.label[:40]!r} has no right answer")
    if is_chosen:
        return Gap(
            options=tuple(Option(text, Fraction(ident in right)) for ident, text in response.options.items())
        )
    # whatever Canvas lists for a typed gap is right
    texts = (
        re.sub(r"\*", r"\\*", text) for ident, text in response.options.items() if ident in right or text
    )
    return Gap(texts=tuple(AcceptedText(text, Fraction(1)) for text in texts))
