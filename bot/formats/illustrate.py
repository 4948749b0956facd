"""Formulas and pictures of questions, brought down to text and at most one PNG each, once, when they are brought in."""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from bot.domain import limits
from bot.domain.askable import why_not_asked
from bot.domain.course import Picture
from bot.domain.formulas import Formula, formula_in, formulas, in_words, read_out, with_formulas
from bot.domain.questions import Calculated, Question, SeveralChoices, SingleChoice
from bot.formats.archive import PICTURE_SUFFIXES, path_problem

#: in one picture; further formulas are read out in the text
LABELS = "①②③④⑤⑥⑦⑧⑨⑩"
#: of one file, since each takes a twentieth of a second; further formulas are read out in the text
MAX_DRAWN = 150

_NAMED = re.compile(r"!\[([^\[\]]*)\]\(([^()\s]+)\)")
_LONE = "[formula]"

Q = TypeVar("Q", bound=Question)


class PictureProblem(ValueError):
    """Says in words for the teacher what is wrong with a question's picture."""


class Album:
    """The pictures of one file. ``files`` are those beside the questions by path, or embedded ones by digest."""

    def __init__(self, files: Mapping[str, bytes] | None) -> None:
        self._files = files
        self._made: dict[str, Picture] = {}
        self._pngs: dict[str, bytes] = {}
        self._drawn = 0

    def bring(self, embedded: Mapping[str, bytes]) -> None:
        """Pictures that a file of questions has inside, by their digest."""
        self._files = {**(self._files or {}), **embedded} if embedded else self._files

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return tuple(self._made.values())

    def illustrated(self, question: Q) -> Q:
        """With its formulas as text or in its picture, which ``pictures`` has. Raises PictureProblem."""
        png, said = self._own(question)
        question = replace(question, prompt=_NAMED.sub("", question.prompt).strip())
        if not question.prompt:
            raise PictureProblem("a picture alone asks nothing: write the question beside it")
        # its braces are variables: once numbers stand there, in_words is for who poses it
        if not isinstance(question, Calculated):
            drawing = _drawing(question) if self._drawn < MAX_DRAWN else None
            if drawing is not None and (drawn := _png(drawing, png)):
                self._drawn += 1
                png, said = drawn, [*said, drawing.alt]
                question = _labelled(question, drawing)
            question = in_words(question)
        # a formula that is read out may be longer than it was
        if problem := why_not_asked(question, in_check=True):
            raise PictureProblem(f"with its formulas as text {problem}")
        if not png:
            return replace(question, picture="", alt="")
        made = Picture(hashlib.sha256(png).hexdigest(), png)
        self._made[made.digest] = made
        return replace(question, picture=made.digest, alt=_cut("; ".join(filter(None, said))))

    def _own(self, question: Question) -> tuple[bytes, list[str]]:
        """The question's own picture, embedded or named in its text, and what that shows."""
        if question.picture and question.picture in (self._files or {}):
            return self._re_encoded(question.picture, "its picture"), [question.alt or "[picture]"]
        named = cast("list[tuple[str, str]]", _NAMED.findall(question.prompt))
        if not named:
            return b"", []
        if len(named) > 1:
            raise PictureProblem("it names more than one picture: put them side by side into one")
        said, path = " ".join(named[0][0].split()), unicodedata.normalize("NFC", named[0][1])
        if problem := _said_problem(said, path) or path_problem(path) or self._absence(path):
            raise PictureProblem(problem)
        return self._re_encoded(path, path), [said]

    def _re_encoded(self, key: str, name: str) -> bytes:
        from bot.pictures.raster import NoPicture, re_encoded

        if key not in self._pngs:
            try:
                self._pngs[key] = re_encoded((self._files or {})[key])
            except NoPicture as problem:
                raise PictureProblem(f"{name}: {problem}") from problem
        return self._pngs[key]

    def _absence(self, path: str) -> str:
        if not path.lower().endswith(PICTURE_SUFFIXES):
            return f"{path} is no picture: its name ends in {', '.join(PICTURE_SUFFIXES)}"
        if self._files is None:
            return "a lone file has no pictures beside it: bring a .zip of the folder instead"
        if path in self._files:
            return ""
        near = difflib.get_close_matches(path, self._files, n=1)
        return f"there is no file {path} in the pack" + (f": did you mean {near[0]}?" if near else "")


def names_picture(prompt: str) -> bool:
    return _NAMED.search(prompt) is not None


def _said_problem(said: str, path: str) -> str:
    if not said:
        return f"say what the picture shows, for who cannot see it: ![a balance with two pans]({path})"
    return (
        f"what it says of the picture has more than {limits.PICTURE_SAID} characters"
        if len(said) > limits.PICTURE_SAID
        else ""
    )


def _cut(alt: str) -> str:
    return alt if len(alt) <= limits.ALT else alt[: limits.ALT - 1] + "…"


# --- formulas drawn --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Labels by the source of each formula that is drawn; "" for a lone one of the text."""

    labels: Mapping[str, str]
    found: Sequence[Formula]

    @property
    def rows(self) -> list[tuple[str, str]]:
        return [(self.labels[each.source], each.latex) for each in self.found]

    @property
    def alt(self) -> str:
        return "; ".join(f"{self.labels[each.source]} {each.text}".strip() for each in self.found)


def _drawing(question: Question) -> _Drawing | None:
    """Which of a question's formulas are drawn, and in which order.

    Those of options follow in the order of their letters: teachers write the right option first (RF1).
    """
    in_prompt = [source for source, _ in formulas(question.prompt)]
    in_options = sorted(source for text in _options(question) for source, _ in formulas(text))
    read = map(formula_in, dict.fromkeys([*in_prompt, *in_options]))
    found = [each for each in read if each is not None and not each.is_plain][: len(LABELS)]
    if not found:
        return None
    is_lone = len(found) == 1 and found[0].source not in in_options
    labels = [""] if is_lone else LABELS
    return _Drawing({each.source: label for each, label in zip(found, labels, strict=False)}, found)


def _options(question: Question) -> tuple[str, ...]:
    match question:
        case SingleChoice(options=options) | SeveralChoices(options=options):
            return tuple(each.text for each in options)
        case _:
            return ()


def _png(drawing: _Drawing, below: bytes) -> bytes:
    """Empty where one of them cannot be drawn after all."""
    from bot.pictures.formulas import CannotBeDrawn, draw_formulas

    try:
        return draw_formulas(drawing.rows, below)
    except CannotBeDrawn:
        return b""


def _labelled(question: Q, drawing: _Drawing) -> Q:
    """In the text a label stands for what is drawn; in an option it stands before it, since buttons repeat options."""
    labels = drawing.labels
    shown = [
        (labels[source] or _LONE) if source in labels else typed
        for source, typed in formulas(question.prompt)
    ]
    question = replace(question, prompt=with_formulas(question.prompt, shown))
    if isinstance(question, SingleChoice | SeveralChoices):
        options = [
            replace(each, text=with_formulas(each.text, [
                f"{labels.get(source, '')} {read_out(typed)}".strip() for source, typed in formulas(each.text)
            ]))
            for each in question.options
        ]  # fmt: skip
        question = replace(question, options=tuple(options))
    return question
