"""Courses, questions and answers as plain JSON values and back, with nothing lost.

Credits are written as fractions ("1/3") and interval bounds as decimal strings, since a JSON number
would pass through a float. The readers take what the writers here gave; anything else raises KeyError,
TypeError or ValueError.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bot.domain.course import Check, Course, Material, Objective, PreWork, Reading, Unit, Video
from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Answer,
    Chosen,
    Numeric,
    Option,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
    Typed,
)

#: what json.dumps takes and json.loads gives: dicts, lists, strings, ints, bools
Json = dict[str, Any]


def course_to_json(course: Course) -> Json:
    """The whole course, each unit with its bank."""
    return {
        "slug": course.slug,
        "title": course.title,
        "units": [
            {"unit": unit_to_json(unit), "bank": [question_to_json(one) for one in unit.check.bank]}
            for unit in course.units
        ],
    }


def course_from_json(body: Mapping[str, Any]) -> Course:
    units = (
        unit_from_json(entry["unit"], (question_from_json(one) for one in entry["bank"]))
        for entry in body["units"]
    )
    return Course(body["slug"], body["title"], tuple(units))


def unit_to_json(unit: Unit) -> Json:
    """The unit without its bank, whose questions are kept one by one."""
    return {
        "slug": unit.slug,
        "title": unit.title,
        "objectives": [{"slug": one.slug, "text": one.text, "review": one.review} for one in unit.objectives],
        "materials": [_material_to_json(one) for one in unit.prework.materials],
        "questions": [question_to_json(one) for one in unit.prework.questions],
        "draw": unit.check.draw,
        "cooldown_s": unit.check.cooldown_s,
    }


def unit_from_json(body: Mapping[str, Any], bank: Iterable[Question]) -> Unit:
    """The unit with ``bank`` put back in its place."""
    return Unit(
        body["slug"],
        body["title"],
        tuple(Objective(one["slug"], one["text"], one["review"]) for one in body["objectives"]),
        PreWork(
            tuple(_material_from_json(one) for one in body["materials"]),
            tuple(question_from_json(one) for one in body["questions"]),
        ),
        Check(body["draw"], tuple(bank), body["cooldown_s"]),
    )


def question_to_json(question: Question) -> Json:
    common = {
        "slug": question.slug,
        "prompt": question.prompt,
        "objective": question.objective,
        "general_feedback": question.general_feedback,
    }
    picture = {"picture": question.picture, "alt": question.alt} if question.picture else {}
    return common | picture | _kind_to_json(question)


def question_from_json(body: Mapping[str, Any]) -> Question:
    question = _kind_from_json(body)
    if "picture" in body:
        return replace(question, picture=body["picture"], alt=body["alt"])
    return question


def _kind_from_json(body: Mapping[str, Any]) -> Question:
    slug, prompt = body["slug"], body["prompt"]
    objective, general = body["objective"], body["general_feedback"]
    match body["kind"]:
        case "true_false":
            wrong, right = body["wrong_feedback"], body["right_feedback"]
            return TrueFalse(slug, prompt, body["answer"], objective, wrong, right, general)
        case "single_choice":
            return SingleChoice(slug, prompt, _options(body), objective, general)
        case "several_choices":
            return SeveralChoices(slug, prompt, _options(body), objective, general)
        case "short_text":
            # banks kept by an older version do not say
            case_matters = body.get("case_matters", False)
            return ShortText(slug, prompt, _accepted_texts(body), objective, general, case_matters)
        case "numeric":
            accepted = _accepted_numbers(body)
            return Numeric(slug, prompt, accepted, objective, general, body["otherwise_feedback"])
        case kind:
            raise ValueError(f"no question is of the kind {kind!r}")


def answer_to_json(answer: Answer) -> Json:
    match answer:
        case Chosen(indices):
            return {"chosen": list(indices)}
        case Typed(text):
            return {"typed": text}


def answer_from_json(body: Mapping[str, Any]) -> Answer:
    if "chosen" in body:
        return Chosen(tuple(body["chosen"]))
    return Typed(body["typed"])


def _kind_to_json(question: Question) -> Json:
    match question:
        case TrueFalse():
            return {
                "kind": "true_false",
                "answer": question.answer,
                "wrong_feedback": question.wrong_feedback,
                "right_feedback": question.right_feedback,
            }
        case SingleChoice(options=options):
            return {"kind": "single_choice", "options": [_option_to_json(one) for one in options]}
        case SeveralChoices(options=options):
            return {"kind": "several_choices", "options": [_option_to_json(one) for one in options]}
        case ShortText(accepted=texts):
            accepted = [_text_to_json(one) for one in texts]
            return {"kind": "short_text", "accepted": accepted, "case_matters": question.case_matters}
        case Numeric(accepted=numbers):
            return {
                "kind": "numeric",
                "accepted": [_number_to_json(one) for one in numbers],
                "otherwise_feedback": question.otherwise_feedback,
            }


def _option_to_json(option: Option) -> Json:
    return {"text": option.text, "credit": str(option.credit), "feedback": option.feedback}


def _options(body: Mapping[str, Any]) -> tuple[Option, ...]:
    return tuple(Option(one["text"], Fraction(one["credit"]), one["feedback"]) for one in body["options"])


def _text_to_json(accepted: AcceptedText) -> Json:
    return {"pattern": accepted.pattern, "credit": str(accepted.credit), "feedback": accepted.feedback}


def _accepted_texts(body: Mapping[str, Any]) -> tuple[AcceptedText, ...]:
    return tuple(
        AcceptedText(one["pattern"], Fraction(one["credit"]), one["feedback"]) for one in body["accepted"]
    )


def _number_to_json(accepted: AcceptedNumber) -> Json:
    return {
        "low": str(accepted.low),
        "high": str(accepted.high),
        "credit": str(accepted.credit),
        "feedback": accepted.feedback,
    }


def _accepted_numbers(body: Mapping[str, Any]) -> tuple[AcceptedNumber, ...]:
    return tuple(
        AcceptedNumber(Decimal(one["low"]), Decimal(one["high"]), Fraction(one["credit"]), one["feedback"])
        for one in body["accepted"]
    )


def _material_to_json(material: Material) -> Json:
    kind = "video" if isinstance(material, Video) else "reading"
    return {"kind": kind, "title": material.title, "url": material.url, "length_s": material.length_s}


def _material_from_json(body: Mapping[str, Any]) -> Material:
    kinds: dict[str, type[Video | Reading]] = {"video": Video, "reading": Reading}
    return kinds[body["kind"]](body["title"], body["url"], body["length_s"])
