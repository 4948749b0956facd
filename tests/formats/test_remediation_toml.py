"""A course pack says where a missed objective is worked on again."""

from __future__ import annotations

from bot.domain.codec import unit_from_json, unit_to_json
from bot.domain.course import Course, Fault, Part
from bot.formats.pack import read_pack
from tests.cogs.test_quiz import PACK

MORE = b"""
[[units.remediation]]
objective = "2.1"
text = "The middle"
url = "https://www.youtube.com/watch?v=abc"
from = "%s"
to = "4:00"
"""


def read(text: bytes) -> Course | tuple[Fault, ...]:
    return read_pack("reading.toml", PACK + text)


def test_a_part_of_a_video_is_linked_at_its_time() -> None:
    course = read(MORE % b"2:10")
    assert isinstance(course, Course)
    (part,) = course.units[1].remediation
    assert part == Part("2.1", "The middle", "https://www.youtube.com/watch?v=abc", 130, 240)
    assert part.link == "https://www.youtube.com/watch?v=abc&t=130"
    assert Part("2.1", "x", "https://example.org/v", 130, 240).link == "https://example.org/v#t=130,240"
    unit = course.units[1]
    assert unit_from_json(unit_to_json(unit), unit.check.bank) == unit


def test_a_part_that_cannot_be_is_a_fault_with_its_line() -> None:
    for wrong in (MORE % b"5:00", MORE % b"soon", (MORE % b"2:10").replace(b"2.1", b"9.9")):
        faults = read(wrong)
        assert isinstance(faults, tuple)
        assert all(each.line for each in faults)
        assert "remediation" in faults[0].field
