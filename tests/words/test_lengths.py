"""Lengths in words."""

from __future__ import annotations

import pytest

from bot.words.lengths import exactly, roughly


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0:00"),
        (5, "0:05"),
        (65, "1:05"),
        (600, "10:00"),
        (3599, "59:59"),
        (3723, "1:02:03"),
        (-4, "0:00"),
    ],
)
def test_a_videos_length_reads_as_on_its_page(seconds: int, shown: str) -> None:
    assert exactly(seconds) == shown


@pytest.mark.parametrize(("seconds", "shown"), [(0, "1 min"), (60, "1 min"), (61, "2 min"), (700, "12 min")])
def test_a_rough_length_never_promises_too_little(seconds: int, shown: str) -> None:
    assert roughly(seconds) == shown
