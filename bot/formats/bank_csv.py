"""A bank as a sheet, for teachers who write in one: a row for each question, a column for each option.

    name,type,question,answer,option 1,option 2,option 3,tags,feedback,difficulty,unit
    m-01,choice,Which is a metal?,B,Sulfur,Iron,Neon,1.2,Metals conduct.,easy,
    m-02,formula,A car goes {v} m/s for {t} s. How far?,{v}*{t}:1%,v=5..20 step 0.5,t=2..9,,1.2,,,m

``answer`` is a letter (several: ``A C``) for choices, T or F, a number (``3.14:0.01`` or ``3..4``), or words (other
ways to say them after ``|``). Matching has ``left=right`` in its option columns, an order its
items in order, a formula its variables. ``difficulty`` is easy, medium or hard; ``unit`` that of a number or formula.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from bot.domain import limits
from bot.domain.course import Fault
from bot.domain.questions import (
    MEDIUM,
    AcceptedText,
    Calculated,
    Essay,
    Matching,
    Numeric,
    Option,
    Ordering,
    Pair,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
    UnitRule,
)
from bot.formats.csv_formula import formula_cells, read_formula
from bot.formats.gift import Slugs
from bot.formats.gift_answers import MalformedError, read_interval
from bot.formats.plain_text import one_line
from bot.formats.tags import DIFFICULTIES, Located, difficulty, located

KINDS = ("choice", "several", "true-false", "number", "text", "matching", "order", "essay", "formula")
COLUMNS = ("name", "type", "question", "answer", "tags", "feedback", "difficulty", "unit")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: what a spreadsheet would take for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read_csv(text: str, file: str) -> tuple[list[Located], list[Fault]]:
    """The questions, and a fault with its line for each row that is none. Commas or semicolons part the columns."""
    first = text.split("\n", 1)[0]
    row = _Row(text)
    rows = csv.reader(row.lines(), delimiter=";" if first.count(";") > first.count(",") else ",")
    found: list[Located] = []
    faults: list[Fault] = []
    slugs = Slugs(())
    head: list[str] = []
    begins = 1
    try:
        for cells in rows:
            row.length = 0
            line, begins = begins, rows.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not head:
                head = [cell.strip().lower() for cell in cells]
                faults += _head_faults(head, file, line)
                if faults:
                    return [], faults
                continue
            if len(found) + len(faults) == limits.QUESTIONS:
                faults.append(
                    Fault(file, line, "", f"more than {limits.QUESTIONS:,} rows: the rest is not read")
                )
                break
            try:
                found.append(_located(dict(zip(head, map(_cell, cells), strict=False)), line, slugs))
            except MalformedError as malformed:
                faults.append(Fault(file, malformed.line, one_line(cells[0][:80])[:40], malformed.problem))
    except csv.Error as error:
        faults.append(Fault(file, begins, "", f"this row cannot be read: {error}"))
    return found, faults


class _Row:
    """The lines of a sheet one by one; no row is gathered that is longer than any question."""

    def __init__(self, text: str) -> None:
        self._text, self.length = text, 0

    def lines(self) -> Iterator[str]:
        for line in io.StringIO(self._text):
            self.length += len(line)
            if self.length > limits.LINE:
                raise csv.Error("it is longer than any question: look whether a quote is never closed")
            yield line


def _head_faults(head: list[str], file: str, line: int) -> list[Fault]:
    missing = [name for name in ("type", "question", "answer") if name not in head]
    if not missing:
        return []
    problem = f"the first row names the columns, and {', '.join(missing)} is missing: {', '.join(COLUMNS)}, option 1 …"
    return [Fault(file, line, "", problem)]


def _cell(text: str) -> str:
    """Without the apostrophe that the writer puts before what looks like a formula."""
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:].removeprefix("'").startswith(_FORMULA) else text


def _located(row: Mapping[str, str], line: int, slugs: Slugs) -> Located:
    name = one_line(row.get("name", ""))
    slug = slugs.next(name if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", name) else "", name, line)
    prompt = row.get("question", "").strip()
    if not prompt:
        raise MalformedError(line, "the question has no text")
    options = [one_line(value) for key, value in row.items() if key.startswith("option") and value.strip()]
    tags = tuple(each for each in re.split(r"[\s,|]+", row.get("tags", "")) if each)
    kind = row.get("type", "").strip().lower()
    question = _question(kind, slug, prompt, row.get("answer", ""), options, line)
    level = difficulty(row.get("difficulty", "") or "medium")
    if level is None:
        raise MalformedError(line, "the difficulty is easy, medium or hard")
    question = replace(question, difficulty=level)
    unit = one_line(row.get("unit", ""))
    if unit and not isinstance(question, Numeric | Calculated):
        raise MalformedError(line, f"a unit belongs to a number or a formula, not to the type {kind}")
    if unit:
        question = replace(question, unit=UnitRule(unit))
    return located(_with_feedback(question, row.get("feedback", "").strip()), line, name, tags)


def _with_feedback(question: Question, feedback: str) -> Question:
    return replace(question, general_feedback=feedback) if feedback else question


def _question(kind: str, slug: str, prompt: str, answer: str, options: list[str], line: int) -> Question:
    match kind:
        case "choice" | "several":
            return _choices(kind, slug, prompt, _letters(answer, options, line), options)
        case "true-false":
            return TrueFalse(slug, prompt, _truth(answer, line))
        case "number":
            return Numeric(slug, prompt, (read_interval(answer.strip(), Fraction(1), "", line),))
        case "text":
            return ShortText(slug, prompt, _texts(answer, line))
        case "matching":
            return _matching(slug, prompt, options, line)
        case "order":
            return Ordering(slug, prompt, _items(options, line))
        case "essay":
            return Essay(slug, prompt)
        case "formula":
            return read_formula(slug, prompt, answer, options, line)
        case _:
            raise MalformedError(line, f"the type {kind[:20]!r} is none of {', '.join(KINDS)}")


def _truth(answer: str, line: int) -> bool:
    truth = {"t": True, "true": True, "f": False, "false": False}.get(answer.strip().lower())
    if truth is None:
        raise MalformedError(line, "the answer is T or F")
    return truth


def _texts(answer: str, line: int) -> tuple[AcceptedText, ...]:
    texts = tuple(AcceptedText(one_line(each), Fraction(1)) for each in answer.split("|") if each.strip())
    if not texts:
        raise MalformedError(line, "the answer is missing")
    return texts


def _items(options: list[str], line: int) -> tuple[str, ...]:
    if len(options) < 2:
        raise MalformedError(line, "an order has its items in the option columns, two or more")
    return tuple(options)


def _letters(answer: str, options: list[str], line: int) -> set[int]:
    if len(options) < 2:
        raise MalformedError(line, "a choice has two options or more, in the columns option 1, option 2 …")
    wanted = re.findall(r"[A-Z]", answer.upper())
    if not wanted or re.sub(r"[A-Za-z\s,;|]", "", answer):
        raise MalformedError(line, "the answer is the letter of an option: A for option 1")
    places = {_LETTERS.index(each) for each in wanted}
    if max(places) >= len(options):
        raise MalformedError(
            line, f"the answer {_LETTERS[max(places)]} names no option: there are {len(options)}"
        )
    return places


def _choices(
    kind: str, slug: str, prompt: str, right: set[int], options: list[str]
) -> SingleChoice | SeveralChoices:
    share = Fraction(1, len(right)) if kind == "several" else Fraction(1)
    made = tuple(Option(text, share if place in right else Fraction(0)) for place, text in enumerate(options))
    return SeveralChoices(slug, prompt, made) if kind == "several" else SingleChoice(slug, prompt, made)


def _matching(slug: str, prompt: str, options: list[str], line: int) -> Matching:
    pairs: list[Pair] = []
    extra: list[str] = []
    for each in options:
        left, equals, right = (part.strip() for part in each.partition("="))
        if not equals or not right:
            raise MalformedError(line, f"{each[:40]!r} is no pair: write left=right")
        if left:
            pairs.append(Pair(left, right))
        else:
            extra.append(right)
    if len(pairs) < 2:
        raise MalformedError(line, "matching needs two pairs or more, as left=right in the option columns")
    return Matching(slug, prompt, tuple(pairs), tuple(extra))


def write_csv(questions: Iterable[Located]) -> tuple[str, list[Located]]:
    """The sheet, and those whose credits or feedback for single answers a sheet cannot hold."""
    kept: list[tuple[Located, str, str, list[str]]] = []
    left_out: list[Located] = []
    for one in questions:
        row = _row(one)
        if row is None or _lossy(one, row):
            left_out.append(one)
        else:
            kept.append((one, *row))
    most = max((len(options) for *_, options in kept), default=0)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["name", "type", "question", "answer", *(f"option {n + 1}" for n in range(most)), *COLUMNS[4:]]
    )
    for one, kind, answer, options in kept:
        cells = [one.question.slug, kind, one.question.prompt, answer]
        cells += [*options, *[""] * (most - len(options)), *_last_cells(one)]
        writer.writerow([_safe(each) for each in cells])
    return out.getvalue(), left_out


def _last_cells(one: Located) -> list[str]:
    """Tags, feedback, difficulty and unit."""
    question = one.question
    unit = question.unit if isinstance(question, Numeric | Calculated) else None
    names = {value: name for name, value in DIFFICULTIES.items()}
    level = "" if question.difficulty == MEDIUM else names[question.difficulty]
    return [" ".join(one.tags), question.general_feedback, level, "" if unit is None else unit.wanted]


def _safe(cell: str) -> str:
    """What acts as a formula in a spreadsheet starts with an apostrophe, and so does what looks so guarded."""
    return f"'{cell}" if cell.removeprefix("'").startswith(_FORMULA) else cell


def _row(one: Located) -> tuple[str, str, list[str]] | None:
    match one.question:
        case TrueFalse(answer=answer):
            return "true-false", "T" if answer else "F", []
        case SingleChoice(options=options) | SeveralChoices(options=options):
            kind = "choice" if isinstance(one.question, SingleChoice) else "several"
            right = [_LETTERS[place] for place, each in enumerate(options[:26]) if each.credit > 0]
            return kind, " ".join(right), [each.text for each in options]
        case ShortText(accepted=accepted):
            return "text", "|".join(each.pattern for each in accepted), []
        case Numeric(accepted=accepted):
            from bot.formats.numbers_written import interval

            return "number", interval(accepted[0].low, accepted[0].high), []
        case Matching(pairs=pairs, extra=extra):
            sides = [f"{pair.left}={pair.right}" for pair in pairs]
            return "matching", "", [*sides, *(f"={right}" for right in extra)]
        case Ordering(items=items):
            return "order", "", list(items)
        case Essay():
            return "essay", "", []
        case Calculated(formulas=(_,)):
            return "formula", *formula_cells(one.question)
        case _:
            return None


def _lossy(one: Located, row: tuple[str, str, list[str]]) -> bool:
    """Whether reading the row again would give another question."""
    kind, answer, options = row
    fields: Iterator[tuple[str, str]] = zip(
        (f"option {n}" for n in range(len(options))), options, strict=True
    )
    cells = {"name": one.question.slug, "type": kind, "question": one.question.prompt, "answer": answer}
    cells |= {**dict(fields), **dict(zip(COLUMNS[4:], _last_cells(one), strict=True))}
    try:
        again = _located(cells, 1, Slugs(()))
    except MalformedError:
        return True
    # the picture is left behind, as a sheet has none
    question = replace(one.question, picture="", alt="")
    return again.question != question or again.tags != one.tags
