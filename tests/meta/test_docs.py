"""The documentation leads somewhere, and leaves nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import discord

from bot.delivery.permissions import NEEDED
from bot.domain.course import Course
from bot.formats.gift import read_gift
from bot.formats.pack import read_path
from tests.meta.project import ROOT, texts

DECISIONS = ROOT / "docs" / "decisions"
LINK = re.compile(r"(?<![`!])!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
PARTS = ("## Context", "## Decision", "## Consequence")


def pages() -> list[Path]:
    found = [ROOT / path for path in texts() if path.suffix == ".md"]
    assert len(found) > 20
    return found


def decisions() -> list[Path]:
    found = sorted(DECISIONS.glob("[0-9]*.md"))
    assert len(found) > 10
    return found


def test_every_link_to_a_file_finds_it():
    links = [(page, link) for page in pages() for link in LINK.findall(page.read_text(encoding="utf-8"))]
    inner = [(page, link) for page, link in links if "://" not in link]
    assert len(inner) > 20
    assert [
        f"{page.relative_to(ROOT)}: {link}" for page, link in inner if not (page.parent / link).exists()
    ] == []


def test_every_decision_is_listed_and_numbered_in_order():
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    files = decisions()
    assert [path.name for path in files if f"]({path.name})" not in index] == []
    assert [int(path.name[:4]) for path in files] == list(range(1, len(files) + 1))


def test_a_decision_gives_its_context_and_its_consequence():
    short = {
        path.name: [part for part in PARTS if part not in path.read_text(encoding="utf-8")]
        for path in decisions()
    }
    assert {name: missing for name, missing in short.items() if missing} == {}


def test_every_page_can_be_reached_from_the_first_one():
    reached, todo = set[Path](), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page not in reached:
            reached.add(page)
            links = LINK.findall(page.read_text(encoding="utf-8"))
            todo += [
                (page.parent / link).resolve() for link in links if link.endswith(".md") and "://" not in link
            ]
    docs = {page for page in pages() if (ROOT / "docs") in page.parents}
    assert docs - reached == set()


def test_the_course_pack_of_the_documentation_has_nothing_to_mend(tmp_path: Path):
    text = (ROOT / "docs/how-to/course-pack.md").read_text(encoding="utf-8")
    found = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert found is not None
    path = tmp_path / "course.toml"
    path.write_text(found[1], encoding="utf-8")
    assert isinstance(read_path(path), Course)


def test_every_kind_of_question_in_the_documentation_is_read():
    text = (ROOT / "docs/how-to/course-pack.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]+ \| `([^`]*\{[^`]*)` \|$", text, re.MULTILINE)
    questions, faults = read_gift("\n\n".join(rows), "course-pack.md")
    assert faults == []
    assert len(questions) == len(rows) > 5


def test_the_readme_asks_for_the_permissions_that_are_used():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^ +\| ([A-Z][\w ]+) \|", text, re.MULTILINE)
    assert set(rows) - {"Permission"} == set(NEEDED.values())
    wanted = discord.Permissions(**dict.fromkeys(NEEDED, True))
    assert f"&permissions={wanted.value}\n" in text
