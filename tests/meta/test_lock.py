"""requirements.lock is what pyproject.toml asks for, to the byte."""

from __future__ import annotations

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.meta.project import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PIN = re.compile(r"^([\w.-]+)==([\w.+!]+)(?: ; .+?)? \\$", re.MULTILINE)


def pins() -> dict[str, str]:
    found = {str(canonicalize_name(name)): version for name, version in PIN.findall(LOCK)}
    assert len(found) > 50
    return found


def asked() -> list[Requirement]:
    project = PROJECT["project"]
    lines = [*PROJECT["build-system"]["requires"], *project["dependencies"]]
    lines += [line for extra in project["optional-dependencies"].values() for line in extra]
    return [Requirement(line) for line in lines]


def test_everything_asked_for_is_locked_at_a_version_that_fits():
    locked = pins()
    wanted = asked()
    assert len(wanted) > 20
    wrong = [
        str(each)
        for each in wanted
        if not each.specifier.contains(locked.get(canonicalize_name(each.name), "0"), prereleases=True)
    ]
    assert wrong == []


def test_every_locked_package_has_hashes():
    entries = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == len(re.findall(r"^[\w.-]+==", LOCK, re.MULTILINE)) > 50
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_names_no_address_and_no_folder():
    assert re.findall(r".*(?:://|file:| /|@ ).*", LOCK) == []
