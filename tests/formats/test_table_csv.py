"""Tables to take away: a spreadsheet shows what they say, and runs none of it (RG12)."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formats.table_csv import read_csv, write_csv

#: everything that can be in a name or an answer; a lone surrogate is no text
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
hostile = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", " ", "\u200b", "\ufeff", "\u00a0"]),
        st.sampled_from(
            [*"=+-@\t\r\n", "＝", "＋", "－", "＠", "=HYPERLINK(", "@SUM(", '-2+3+cmd|" /C calc"!A0']
        ),
        texts,
    ),
)


def raw(data: bytes) -> list[list[str]]:
    """As a spreadsheet's own reader gets it."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@given(st.lists(st.lists(texts | hostile, min_size=2, max_size=4), min_size=1, max_size=8))
def test_reading_gives_back_exactly_what_was_written(rows: list[list[str]]) -> None:
    assert read_csv(write_csv(rows)) == rows


@given(hostile)
def test_no_text_begins_as_a_formula(text: str) -> None:
    ((cell, _),) = raw(write_csv([[text, "x"]]))
    assert cell == "\t" + text


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_stay_numbers(number: float) -> None:
    data = write_csv([[number, "name"]]).decode("utf-8-sig")
    assert data == f'{number!r},"name"\r\n'


@pytest.mark.parametrize(
    "text", ["Ana", "José Ñandú", "王小明", "a=b", "3 - 2", "", "O'Brien", 'say "hi", ok']
)
def test_harmless_text_is_left_as_it_is(text: str) -> None:
    assert raw(write_csv([[text, "x"]])) == [[text, "x"]]


def test_a_time_is_written_so_that_a_spreadsheet_knows_it_and_excel_knows_the_letters() -> None:
    data = write_csv([["Zoë", datetime(2027, 1, 11, 16, 5, tzinfo=UTC), None]])
    assert data == b'\xef\xbb\xbf"Zo\xc3\xab","2027-01-11 16:05",""\r\n'
