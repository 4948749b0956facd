"""A course pack says what there is to do in a unit beside its pre-work and its check."""

from __future__ import annotations

import pytest

from bot.domain.course import Course, Fault, Level, Task
from bot.formats.pack import read_pack
from tests.cogs.test_quiz import PACK

GOOD = """
[[units.tasks]]
slug = "sheet"
title = "Worksheet"
level = "must"
"""
#: of ``slug`` in a row that is added to the pack
FIRST_LINE = PACK.decode().count("\n") + 3


def read(text: str) -> Course | tuple[Fault, ...]:
    return read_pack("reading.toml", PACK + text.encode())


def test_a_task_is_read_with_what_it_says_and_what_it_leaves_out() -> None:
    whole = (
        GOOD + 'text = "Show your units."\nurl = "https://example.org/sheet"\nminutes = 20\n'
        '[[units.tasks]]\nslug = "more"\ntitle = "More"\nlevel = "aspire"\n'
    )
    course = read(whole)
    assert isinstance(course, Course)
    assert course.units[-1].tasks == (
        Task("sheet", "Worksheet", Level.MUST, "Show your units.", "https://example.org/sheet", 20),
        Task("more", "More", Level.ASPIRE, "", "", 10),
    )


@pytest.mark.parametrize(
    ("written", "instead", "line", "key", "what_to_do"),
    [
        ('slug = "sheet"', 'slug = "The Sheet"', 0, "slug", "only small letters, digits and -"),
        ('slug = "sheet"\n', "", -1, "slug", "it is missing"),
        ('title = "Worksheet"', 'title = ""', 1, "title", "it is empty"),
        ('title = "Worksheet"', f'title = "{"x" * 81}"', 1, "title", "81 characters, and 80 is the most"),
        ('level = "must"', 'level = "maybe"', 2, "level", 'must be "must", "should" or "aspire"'),
        ('level = "must"', "level = 1", 2, "level", "a text in quotes"),
        ('level = "must"\n', "", -1, "level", "it is missing"),
        ('level = "must"', f'level = "must"\ntext = "{"x" * 301}"', 3, "text", "300 is the most"),
        ('level = "must"', 'level = "must"\nurl = "http://example.org"', 3, "url", "start with https://"),
        ('level = "must"', 'level = "must"\nminutes = 0', 3, "minutes", "a number from 1 to 600"),
        ('level = "must"', 'level = "must"\nminutes = "10"', 3, "minutes", "a number without quotes"),
        ('level = "must"', 'level = "must"\nminutes = 2.5', 3, "minutes", "a whole number"),
        ('level = "must"', 'level = "must"\nminute = 10', 3, "minute", "did you mean minutes?"),
    ],
)
def test_each_thing_that_cannot_be_is_told_once_with_its_line_and_what_to_do(
    written: str, instead: str, line: int, key: str, what_to_do: str
) -> None:
    assert written in GOOD
    faults = read(GOOD.replace(written, instead))
    assert isinstance(faults, tuple), faults
    (fault,) = faults
    assert fault.line == FIRST_LINE + line
    assert fault.field.endswith(f".tasks[1].{key}")
    assert what_to_do in fault.problem


def test_two_tasks_of_the_same_slug_and_more_tasks_than_a_menu_holds_are_refused() -> None:
    faults = read(GOOD * 2)
    assert isinstance(faults, tuple)
    assert [(each.line, each.problem) for each in faults] == [
        (FIRST_LINE + GOOD.count("\n"), "sheet is already taken by number 1")
    ]
    faults = read("".join(GOOD.replace("sheet", f"sheet-{number}") for number in range(26)))
    assert isinstance(faults, tuple)
    assert [each.problem for each in faults] == ["there must be 0 to 25, and there are 26"]


def test_tasks_that_are_no_tables_are_refused_with_the_way_to_write_them() -> None:
    title = b'title = "First steps"\n'
    faults = read_pack("reading.toml", PACK.replace(title, title + b'tasks = ["Worksheet"]\n'))
    assert isinstance(faults, tuple)
    assert [(each.field, each.problem) for each in faults] == [
        ("units[1].tasks", "it must be a list of tables: [ { ... }, { ... } ]")
    ]


def test_every_fault_of_every_row_is_told_at_once() -> None:
    faults = read(
        GOOD.replace('"must"', '"maybe"') + GOOD.replace("sheet", "other").replace('"Work', '"" # ')
    )
    assert isinstance(faults, tuple)
    assert [each.field.rpartition(".tasks")[2] for each in faults] == ["[1].level", "[2].title"]
