"""Courses as plain JSON values and back, with nothing lost; their questions by ``bot.domain.question_codec``.

The readers take what the writers here gave; anything else raises KeyError, TypeError or ValueError.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.course import (
    Check,
    Course,
    Level,
    Material,
    Objective,
    Part,
    PreWork,
    Reading,
    Task,
    Unit,
    Video,
)
from bot.domain.drawing import Share
from bot.domain.question_codec import (
    Json,
    question_from_json,
    question_to_json,
)
from bot.domain.questions import Question


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
    body = {
        "slug": unit.slug,
        "title": unit.title,
        "objectives": [{"slug": one.slug, "text": one.text, "review": one.review} for one in unit.objectives],
        "materials": [_material_to_json(one) for one in unit.prework.materials],
        "questions": [question_to_json(one) for one in unit.prework.questions],
        "draw": unit.check.draw,
        "cooldown_s": unit.check.cooldown_s,
    }
    # left out where there is none: a pack from before keeps its digest, so that it is known again
    may_be_none = {
        "blueprint": [_share_to_json(one) for one in unit.check.blueprint],
        "remediation": [
            [each.objective, each.text, each.url, each.from_s, each.until_s] for each in unit.remediation
        ],
        "tasks": [
            [each.slug, each.title, each.level, each.text, each.url, each.minutes] for each in unit.tasks
        ],
    }
    limit = unit.check.time_limit_s
    body |= {} if limit is None else {"time_limit_s": limit}
    body |= {"summative": True} if unit.check.summative else {}
    return body | {name: rows for name, rows in may_be_none.items() if rows}


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
        Check(
            body["draw"],
            tuple(bank),
            body["cooldown_s"],
            tuple(_share_from_json(one) for one in body.get("blueprint", ())),
            body.get("time_limit_s"),
            body.get("summative", False),
        ),
        tuple(Part(*each) for each in body.get("remediation", ())),
        tuple(Task(slug, title, Level(level), *rest) for slug, title, level, *rest in body.get("tasks", ())),
    )


def _share_to_json(share: Share) -> Json:
    return {"objective": share.objective, "count": share.count, "difficulty": share.difficulty}


def _share_from_json(body: Mapping[str, Any]) -> Share:
    return Share(body["objective"], body["count"], body["difficulty"])


def _material_to_json(material: Material) -> Json:
    kind = "video" if isinstance(material, Video) else "reading"
    return {"kind": kind, "title": material.title, "url": material.url, "length_s": material.length_s}


def _material_from_json(body: Mapping[str, Any]) -> Material:
    kinds: dict[str, type[Video | Reading]] = {"video": Video, "reading": Reading}
    return kinds[body["kind"]](body["title"], body["url"], body["length_s"])
