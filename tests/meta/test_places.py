"""The project tells nothing of the machines it was written on, and of no package registry."""

from __future__ import annotations

import re

from tests.meta.project import texts

#: put together here, so that this file does not find itself
HOMES = re.compile(r"(?<![\w.])/(?:" + "root|home|Users|work|tmp" + r")/\w")
REGISTRIES = re.compile(
    "|".join([r"--(?:extra-)?index-" + "url[ =]", "--find-" + "links", r"https?://[\w.]*py" + "pi"])
)


def found(pattern: re.Pattern[str]) -> list[str]:
    files = texts()
    assert len(files) > 100
    return [
        f"{path}:{number}: {line.strip()[:80]}"
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_folder_of_a_machine():
    assert found(HOMES) == []


def test_no_file_names_a_package_registry():
    assert found(REGISTRIES) == []
