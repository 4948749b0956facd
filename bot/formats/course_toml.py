"""The course.toml of a pack as a Course; docs/reference describes the format for teachers."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from bot.domain import limits
from bot.domain.askable import shown_units, why_not_asked
from bot.domain.course import Check, Course, Fault, Material, Objective, PreWork, Reading, Unit, Video
from bot.domain.formulas import in_words
from bot.domain.questions import Question
from bot.formats.archive import BANK_SUFFIXES, path_problem
from bot.formats.askable import shown_title
from bot.formats.bank import Bank, read_bank, read_inline
from bot.formats.blueprint_toml import read_blueprint, refuse_unmet
from bot.formats.illustrate import Album, PictureProblem, names_picture
from bot.formats.remediation_toml import read_parts
from bot.formats.tags import Located
from bot.formats.tasks_toml import read_tasks
from bot.formats.toml_table import Table

MAX_MINUTES = 600
MAX_TIME_LIMIT_MINUTES = 24 * 60
MAX_COOLDOWN_HOURS = 24 * 14
DEFAULT_COOLDOWN_HOURS = 4

_SLUG = re.compile(r"[a-z0-9-]{1,40}")
_OBJECTIVE_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class CourseReader:
    """Reads one course; ``files`` are the pack's texts and pictures by path, None where a lone .toml was brought."""

    def __init__(self, files: Mapping[str, bytes] | None) -> None:
        self._files = files
        self._album = Album(files)
        #: faults in question files; those in the .toml are in the tables' report
        self.faults: list[Fault] = []

    def course(self, root: Table) -> Course:
        """The course; worth nothing if any fault was reported meanwhile."""
        root.refuse_unknown("course", "units")
        head = root.table("course")
        slug = title = ""
        if head is not None:
            head.refuse_unknown("slug", "title")
            slug, title = _slug(head, _SLUG), head.words("title", limits.TITLE)
        tables = root.tables("units", 1, limits.UNITS)
        units = tuple(self._unit(table) for table in tables[: limits.UNITS])
        _refuse_repeats(tables, [unit.slug for unit in units])
        return Course(slug, title, units, self._album.pictures)

    def _unit(self, table: Table) -> Unit:
        table.refuse_unknown("slug", "title", "objectives", "prework", "tasks", "check", "remediation")
        slug, title = _slug(table, _SLUG), table.words("title", limits.TITLE)
        tables = table.tables("objectives", 1, limits.OBJECTIVES)
        objectives = tuple(_objective(one) for one in tables)
        slugs = [one.slug for one in objectives]
        _refuse_repeats(tables, slugs)
        rows, tasks = read_tasks(table, lambda row: _slug(row, _SLUG), _url)
        _refuse_repeats(rows, [task.slug for task in tasks])
        prework, check = table.table("prework"), table.table("check")
        return Unit(
            slug,
            title,
            objectives,
            self._prework(prework, slugs) if prework else PreWork((), ()),
            self._check(check, slugs) if check else Check(1, (), 0),
            read_parts(table.tables("remediation", 0, limits.PARTS_AGAIN), slugs, _url_problem),
            tasks=tasks,
        )

    def _prework(self, table: Table, objectives: Sequence[str]) -> PreWork:
        table.refuse_unknown("videos", "readings", "questions", "questions_file")
        materials: list[Material] = [_video(one) for one in table.tables("videos", 0, limits.VIDEOS)]
        materials += [_reading(one) for one in table.tables("readings", 0, limits.READINGS)]
        if "videos" not in table and "readings" not in table:
            table.fault("videos", "pre-work needs at least one video or reading")
        elif not materials:
            table.fault("videos" if "videos" in table else "readings", "there must be at least one")
        questions = self._questions(table, "questions", limits.PREWORK_QUESTIONS, objectives, need_tag=False)
        return PreWork(tuple(materials), questions)

    def _check(self, table: Table, objectives: Sequence[str]) -> Check:
        table.refuse_unknown(
            "draw", "cooldown_hours", "time_limit_minutes", "summative", "blueprint", "bank", "bank_file"
        )
        draw = table.whole_number("draw", 1, limits.DRAW)
        hours = table.number("cooldown_hours", 0, MAX_COOLDOWN_HOURS, DEFAULT_COOLDOWN_HOURS)
        known_faults = len(self.faults)
        bank = self._questions(table, "bank", limits.BANK, objectives, need_tag=True)
        if bank and draw > len(bank) and len(self.faults) == known_faults:
            table.fault("draw", f"{draw} questions are to be drawn, and the bank has {len(bank)}")
        rows = read_blueprint(table, objectives, limits.DRAW)
        if bank and len(self.faults) == known_faults:
            refuse_unmet(table, rows, draw, bank)
        blueprint = tuple(share for _, share in rows)
        limit, is_summative = _time_limit_s(table), table.flag("summative")
        return Check(draw, bank, int(hours * 3600), blueprint, limit, is_summative)

    def _questions(
        self, table: Table, key: str, most: int, objectives: Sequence[str], *, need_tag: bool
    ) -> tuple[Question, ...]:
        """The questions written at ``key`` or in the file named at ``key``_file."""
        source = self._source(table, key)
        if source is None:
            return ()
        bank, file = source
        found, faults = bank.questions, [*bank.faults]
        self._album.bring(bank.pictures)
        if len(found) > most:
            problem = f"there are {len(found)} questions, and {most} is the most"
            faults.append(Fault(file, found[most].line, found[most].title, problem))
        questions: list[Question] = []
        for one in found:
            objective = objective_of(one, objectives, file, need_tag=need_tag)
            if isinstance(objective, Fault):
                faults.append(objective)
            elif problem := why_not_asked(one.question, in_check=need_tag):
                faults.append(Fault(file, one.line, shown_title(one), problem))
            else:
                try:
                    question = self._shown(one.question, in_check=need_tag)
                except PictureProblem as problem:
                    faults.append(Fault(file, one.line, shown_title(one), str(problem)))
                    continue
                questions.append(replace(question, objective=objective))
        together = sum(map(shown_units, questions))
        if not need_tag and together > limits.SHOWN and not faults:
            problem = (
                f"these questions have {together} characters together as Discord shows them, and {limits.SHOWN} fit on "
                "the card that starts the pre-work: make them shorter"
            )
            faults.append(Fault(file, found[0].line, "", problem))
        self.faults += faults
        return tuple(questions)

    def _shown(self, question: Question, *, in_check: bool) -> Question:
        """As students see it. Raises PictureProblem."""
        if in_check:
            return self._album.illustrated(question)
        if names_picture(question.prompt):
            raise PictureProblem("the hand-in form can show no picture: ask this in the check")
        return in_words(question)

    def _source(self, table: Table, key: str) -> tuple[Bank, str] | None:
        """What was read, and the file that it stands in."""
        file_key = f"{key}_file"
        if key in table and file_key in table:
            table.fault(file_key, f"write either {key} or {file_key}, not both")
        if file_key in table:
            path = table.text(file_key)
            return None if path is None else self._question_file(table, file_key, path)
        if key not in table:
            table.fault(key, f"it is missing: write {key} = '''GIFT text''', or name a file with {file_key}")
            return None
        text = table.text(key)
        if text is None:
            return None
        file, line = table.report.file, table.line_of_text(key)
        bank = read_inline(text, file, line)
        if not bank.questions and not bank.faults:
            bank = Bank([], [Fault(file, line, "", "there are no questions in it")])
        return bank, file

    def _question_file(self, table: Table, key: str, path: str) -> tuple[Bank, str] | None:
        path = unicodedata.normalize("NFC", path)
        if problem := path_problem(path) or self._absence(path):
            table.fault(key, problem)
            return None
        return read_bank(path, (self._files or {})[path]), path

    def _absence(self, path: str) -> str:
        if self._files is None:
            return "a lone .toml has no files beside it: bring a .zip of the folder instead"
        if path in self._files:
            return ""
        if path.lower().endswith(".zip"):
            return "a .zip inside a pack is not opened: let the name of Canvas's export end in .imscc instead"
        if not path.endswith(BANK_SUFFIXES):
            return f"a question file's name ends in {', '.join(BANK_SUFFIXES)}"
        near = difflib.get_close_matches(path, self._files, n=1)
        return f"there is no file {path} in the pack" + (f": did you mean {near[0]}?" if near else "")


def objective_of(one: Located, objectives: Sequence[str], file: str, *, need_tag: bool) -> str | Fault:
    """The slug of the objective that the question is tagged with; other tags beside it do not matter.

    Where no tag names one, the last part of its category may: exports of Canvas have no tags.
    """
    named = [tag for tag in one.tags if tag in objectives]
    category = one.category.rpartition("/")[2].strip()
    if not named and category in objectives:
        return category
    title = one.title or one.question.slug
    if len(named) == 1:
        return named[0]
    if len(named) > 1:
        return Fault(file, one.line, title, f"tagged with {len(named)} objectives: a question belongs to one")
    if one.tags and objectives:
        problem = f"[tag:{one.tags[0][:40]}] is no objective of this unit ({', '.join(objectives)})"
        return Fault(file, one.line, title, problem)
    if len(objectives) == 1:
        return objectives[0]
    if need_tag and objectives:
        problem = f"no objective: write a line // [tag:{objectives[0]}] directly before the question"
        return Fault(file, one.line, title, problem)
    return ""


def _time_limit_s(table: Table) -> int | None:
    if "time_limit_minutes" not in table:
        return None
    return int(table.number("time_limit_minutes", 1, MAX_TIME_LIMIT_MINUTES) * 60)


def _objective(table: Table) -> Objective:
    table.refuse_unknown("slug", "text", "review")
    return Objective(
        _slug(table, _OBJECTIVE_SLUG),
        table.words("text", limits.OBJECTIVE),
        table.words("review", limits.REVIEW, optional=True),
    )


def _video(table: Table) -> Video:
    table.refuse_unknown("title", "url", "length")
    return Video(table.words("title", limits.TITLE), _url(table), _length_s(table))


def _reading(table: Table) -> Reading:
    table.refuse_unknown("title", "url", "minutes")
    minutes = table.number("minutes", 1, MAX_MINUTES)
    return Reading(table.words("title", limits.TITLE), _url(table), int(minutes * 60))


def _length_s(table: Table) -> int:
    text = table.text("length")
    if text is None:
        return 0
    found = re.fullmatch(r"(?:(\d{1,2}):(?=\d\d:))?(\d{1,3}):([0-5]\d)", text.strip(), re.ASCII)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    length = hours * 3600 + minutes * 60 + seconds
    if not 0 < length <= MAX_MINUTES * 60 or (hours and minutes > 59):
        table.fault("length", 'it must be minutes and seconds such as "6:32", or "1:06:32", 10 hours at most')
    return length


def _url(table: Table) -> str:
    url = (table.text("url") or "").strip()
    if "url" in table and (problem := _url_problem(url)):
        table.fault("url", problem)
    return url


def _url_problem(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return "it is no web address"
    if parts.scheme != "https":
        return "it must start with https://"
    if not host or "." not in host or parts.username is not None or not re.fullmatch(r"[!-~]+", url):
        return "it is no plain web address: copy it from the browser's address bar"
    return "" if len(url) <= limits.URL else f"it has {len(url)} characters, and {limits.URL} is the most"


def _slug(table: Table, pattern: re.Pattern[str]) -> str:
    slug = table.text("slug")
    if slug is not None and not pattern.fullmatch(slug):
        signs = "small letters, digits and -" if pattern is _SLUG else "letters, digits and . _ -"
        table.fault("slug", f"it may have only {signs}, 1 to 40 of them")
    return slug or ""


def _refuse_repeats(tables: Sequence[Table], slugs: Sequence[str]) -> None:
    for index, (table, slug) in enumerate(zip(tables, slugs, strict=False)):
        if slug and slug in slugs[:index]:
            table.fault("slug", f"{slug} is already taken by number {slugs.index(slug) + 1}")
