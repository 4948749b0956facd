"""`make test-pythons` finds the Pythons that people have, and those only."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import pythons

HERE = sys.version_info[:2]


def a_python(path: Path, says: str, code: int = 0) -> Path:
    """Something that is called like a Python and answers so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    path.chmod(0o755)
    return path


def found(home: Path, *folders: Path) -> list[str]:
    environment = {"PATH": ":".join(map(str, folders))}
    return [each.name for each in pythons.find(environment, home)]


def test_each_minor_version_is_found_once_in_its_newest_on_the_path_and_with_version_managers(tmp_path: Path):
    a_python(tmp_path / "bin/python3.12", "3 12 1")
    a_python(tmp_path / ".pyenv/versions/3.12.9/bin/python3", "3 12 9")
    a_python(tmp_path / ".local/share/uv/python/cpython-3.14/bin/python3", "3 14 0")
    a_python(tmp_path / ".asdf/installs/python/3.13.2/bin/python3", "3 13 2")
    assert found(tmp_path, tmp_path / "bin") == ["3.12.9", "3.13.2", "3.14.0"]


def test_a_shim_that_does_not_run_an_older_one_and_one_without_its_libraries_are_none(tmp_path: Path):
    a_python(tmp_path / "shims/python3.13", "", 127)
    a_python(tmp_path / "bin/python3.10", "3 10 4")
    a_python(tmp_path / "bin/python3.12", "")
    (tmp_path / "bin/python3.12-config").touch()
    assert found(tmp_path, tmp_path / "shims", tmp_path / "bin", tmp_path / "nowhere") == []


def test_a_real_one_says_what_it_is(tmp_path: Path):
    (tmp_path / "python3.11").symlink_to(sys.executable)
    assert found(tmp_path, tmp_path) == [".".join(map(str, sys.version_info[:3]))]


def test_the_project_names_the_one_that_runs_these_tests_and_needs_none_that_it_does_not_name():
    assert HERE in pythons.supported()
    assert min(pythons.supported()) == (3, 11)


def test_where_none_is_found_that_is_told_and_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable, _, _ in pythons.MANAGERS:
        monkeypatch.delenv(variable, raising=False)
    assert pythons.main([]) == 2
    said = capsys.readouterr().out
    assert "Python 3.14: none is here" in said
    assert "No Python was found" in said


def test_one_that_is_not_green_is_told_with_what_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(pythons, "ROOT", tmp_path)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    broken = a_python(tmp_path / "python3.13", "no module named venv", 1)
    assert not pythons.check(pythons.Python((3, 13, 0), broken), tour=False)
    said = capsys.readouterr().out
    assert "no module named venv" in said
    assert "Python 3.13.0: NOT GREEN (making its environment; all of it is in build/py3.13.log)" in said
