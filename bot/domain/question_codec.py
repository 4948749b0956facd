"""Questions and answers as plain JSON values and back, with nothing lost of what may be kept today.

Credits are written as fractions ("1/3") and numbers as decimal strings, since a JSON number would pass
through a float. What has its usual value is left out of the fields that came later, so that rows of older
versions are read, and a course that did not change is written as before. The readers take what the writers
here gave; anything else raises KeyError, TypeError or ValueError. Answers are read by ``bot.domain.kept_answers``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bot.domain.questions import (
    MEDIUM,
    AcceptedNumber,
    AcceptedText,
    Answer,
    Calculated,
    CalculatedOption,
    Chosen,
    Essay,
    Filled,
    Formula,
    Gap,
    Gaps,
    Matched,
    Matching,
    NamedUnit,
    Numeric,
    Option,
    Ordered,
    Ordering,
    Pair,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    Tolerance,
    TrueFalse,
    Typed,
    UnitRule,
    Variable,
    Written,
)
from bot.domain.reach import within_reach

#: what json.dumps takes and json.loads gives: dicts, lists, strings, ints, bools
Json = dict[str, Any]


# --- answers ---------------------------------------------------------------------------------------


def answer_to_json(answer: Answer) -> Json:
    match answer:
        case Chosen(indices):
            return {"chosen": list(indices)}
        case Typed(text):
            return {"typed": text}
        case Matched(rights):
            return {"matched": list(rights)}
        case Ordered(places):
            return {"ordered": list(places)}
        case Filled(texts):
            return {"filled": list(texts)}
        case Written(text, files):
            return {"written": text, "files": list(files)}


# --- questions -------------------------------------------------------------------------------------


def question_to_json(question: Question) -> Json:
    body = {
        "slug": question.slug,
        "prompt": question.prompt,
        "objective": question.objective,
        "general_feedback": question.general_feedback,
    }
    later = {"difficulty": question.difficulty, "picture": question.picture, "alt": question.alt}
    usual = {"difficulty": MEDIUM, "picture": "", "alt": ""}
    return (
        body | {key: value for key, value in later.items() if value != usual[key]} | _kind_to_json(question)
    )


def _kind_to_json(question: Question) -> Json:  # noqa: C901  # one arm for each kind
    match question:
        case TrueFalse():
            return {
                "kind": "true_false",
                "answer": question.answer,
                "wrong_feedback": question.wrong_feedback,
                "right_feedback": question.right_feedback,
            }
        case SingleChoice(options=options):
            return {"kind": "single_choice", "options": _list(options)}
        case SeveralChoices(options=options):
            return {"kind": "several_choices", "options": _list(options)}
        case ShortText(accepted=accepted):
            return {"kind": "short_text", "accepted": _list(accepted), "case_matters": question.case_matters}
        case Numeric(accepted=accepted):
            said = {"otherwise_feedback": question.otherwise_feedback}
            return {"kind": "numeric", "accepted": _list(accepted)} | said | _unit_to_json(question.unit)
        case Matching(pairs=pairs, extra=extra):
            sides = [[pair.left, pair.right] for pair in pairs]
            return {"kind": "matching", "pairs": sides, "extra": list(extra)}
        case Ordering(items=items, rule=rule):
            return {"kind": "ordering", "items": list(items), "rule": rule}
        case Gaps(gaps=gaps):
            return {"kind": "gaps", "gaps": [_gap_to_json(gap) for gap in gaps]}
        case Essay(wants_file=wants_file):
            return {"kind": "essay", "wants_file": wants_file}
        case Calculated():
            return _calculated_to_json(question)


def question_from_json(body: Mapping[str, Any]) -> Question:
    read = _READERS.get(body["kind"])
    if read is None:
        raise ValueError(f"no question is of the kind {body['kind']!r}")
    question = read(body, body["slug"], body["prompt"])
    whole = replace(
        question,
        objective=body["objective"],
        general_feedback=body["general_feedback"],
        difficulty=body.get("difficulty", MEDIUM),
        picture=body.get("picture", ""),
        alt=body.get("alt", ""),
    )
    return within_reach(whole)


def _true_false(body: Mapping[str, Any], slug: str, prompt: str) -> Question:
    wrong, right = body["wrong_feedback"], body["right_feedback"]
    return TrueFalse(slug, prompt, body["answer"], wrong_feedback=wrong, right_feedback=right)


def _single_choice(body: Mapping[str, Any], slug: str, prompt: str) -> Question:
    return SingleChoice(slug, prompt, _options(body["options"]))


def _several_choices(body: Mapping[str, Any], slug: str, prompt: str) -> Question:
    return SeveralChoices(slug, prompt, _options(body["options"]))


def _short_text(body: Mapping[str, Any], slug: str, prompt: str) -> Question:
    # banks kept by the first version do not say whether the case matters
    return ShortText(slug, prompt, _texts(body["accepted"]), case_matters=body.get("case_matters", False))


def _numeric(body: Mapping[str, Any], slug: str, prompt: str) -> Question:
    said, unit = body["otherwise_feedback"], _unit(body)
    return Numeric(slug, prompt, _numbers(body["accepted"]), otherwise_feedback=said, unit=unit)


def _matching(body: Mapping[str, Any], slug: str, prompt: str) -> Question:
    return Matching(slug, prompt, tuple(Pair(*sides) for sides in body["pairs"]), tuple(body["extra"]))


def _ordering(body: Mapping[str, Any], slug: str, prompt: str) -> Question:
    return Ordering(slug, prompt, tuple(body["items"]), body["rule"])


def _gaps(body: Mapping[str, Any], slug: str, prompt: str) -> Question:
    gaps = (
        Gap(_texts(each["texts"]), _numbers(each["numbers"]), _options(each["options"]), each["weight"])
        for each in body["gaps"]
    )
    return Gaps(slug, prompt, tuple(gaps))


def _essay(body: Mapping[str, Any], slug: str, prompt: str) -> Question:
    return Essay(slug, prompt, body["wants_file"])


def _calculated(body: Mapping[str, Any], slug: str, prompt: str) -> Question:
    return Calculated(
        slug,
        prompt,
        tuple(_variable(each) for each in body["variables"]),
        tuple(_formula(each) for each in body["formulas"]),
        tuple(_calculated_option(each) for each in body["options"]),
        several=body["several"],
        otherwise_feedback=body["otherwise_feedback"],
        unit=_unit(body),
    )


_READERS = {
    "true_false": _true_false,
    "single_choice": _single_choice,
    "several_choices": _several_choices,
    "short_text": _short_text,
    "numeric": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "gaps": _gaps,
    "essay": _essay,
    "calculated": _calculated,
}


# --- their parts -----------------------------------------------------------------------------------


def _list(parts: Iterable[Option | AcceptedText | AcceptedNumber]) -> list[Json]:
    return [_part(each) for each in parts]


def _part(part: Option | AcceptedText | AcceptedNumber) -> Json:
    earned = {"credit": str(part.credit), "feedback": part.feedback}
    match part:
        case Option(text=text):
            return {"text": text} | earned
        case AcceptedText(pattern=pattern):
            return {"pattern": pattern} | earned
        case AcceptedNumber(low=low, high=high):
            return {"low": str(low), "high": str(high)} | earned


def _options(parts: Iterable[Mapping[str, Any]]) -> tuple[Option, ...]:
    return tuple(Option(one["text"], Fraction(one["credit"]), one["feedback"]) for one in parts)


def _texts(parts: Iterable[Mapping[str, Any]]) -> tuple[AcceptedText, ...]:
    return tuple(AcceptedText(one["pattern"], Fraction(one["credit"]), one["feedback"]) for one in parts)


def _numbers(parts: Iterable[Mapping[str, Any]]) -> tuple[AcceptedNumber, ...]:
    return tuple(
        AcceptedNumber(Decimal(one["low"]), Decimal(one["high"]), Fraction(one["credit"]), one["feedback"])
        for one in parts
    )


def _gap_to_json(gap: Gap) -> Json:
    return {
        "texts": _list(gap.texts),
        "numbers": _list(gap.numbers),
        "options": _list(gap.options),
        "weight": gap.weight,
    }


def _unit_to_json(unit: UnitRule | None) -> Json:
    if unit is None:
        return {}
    named = [[each.name, str(each.multiplier)] for each in unit.named]
    rule = {"wanted": unit.wanted, "named": named, "penalty": str(unit.penalty), "of_whole": unit.of_whole}
    return {"unit": rule}


def _unit(body: Mapping[str, Any]) -> UnitRule | None:
    if "unit" not in body:
        return None
    rule = body["unit"]
    named = tuple(NamedUnit(name, Fraction(multiplier)) for name, multiplier in rule["named"])
    return UnitRule(rule["wanted"], named, Fraction(rule["penalty"]), rule["of_whole"])


def _calculated_to_json(question: Calculated) -> Json:
    return {
        "kind": "calculated",
        "variables": [
            {
                "name": each.name,
                "low": str(each.low),
                "high": str(each.high),
                "step": str(each.step),
                "items": [str(item) for item in each.items],
            }
            for each in question.variables
        ],
        "formulas": [_formula_to_json(each) for each in question.formulas],
        "options": [
            {
                "text": each.text,
                "credit": str(each.credit),
                "feedback": each.feedback,
                "digits": each.digits,
                "significant": each.significant,
            }
            for each in question.options
        ],
        "several": question.several,
        "otherwise_feedback": question.otherwise_feedback,
    } | _unit_to_json(question.unit)


def _variable(body: Mapping[str, Any]) -> Variable:
    low, high, step = (Decimal(body[each]) for each in ("low", "high", "step"))
    return Variable(body["name"], low, high, step, tuple(map(Decimal, body["items"])))


def _calculated_option(body: Mapping[str, Any]) -> CalculatedOption:
    return CalculatedOption(
        body["text"], Fraction(body["credit"]), body["feedback"], body["digits"], body["significant"]
    )


def _formula_to_json(formula: Formula) -> Json:
    return {
        "expression": formula.expression,
        "credit": str(formula.credit),
        "feedback": formula.feedback,
        "tolerance": str(formula.tolerance),
        "tolerance_kind": formula.tolerance_kind.value,
        "digits": formula.digits,
        "significant": formula.significant,
    }


def _formula(body: Mapping[str, Any]) -> Formula:
    return Formula(
        body["expression"],
        Fraction(body["credit"]),
        body["feedback"],
        Decimal(body["tolerance"]),
        Tolerance(body["tolerance_kind"]),
        body["digits"],
        body["significant"],
    )
