"""``python -m tests.pythons [--newest] [--tour] [PATH…]``: the tests under each Python found here; `make test-pythons`.

Each has an environment of its own in build/ and the packages of requirements.lock. A line tells of each, also of those
that pyproject.toml names and that are not here; the exit code is 1 if any was not green, 2 if none was found.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: folders of version managers that hold a folder for each Python: in a variable of theirs, or where they are by default
MANAGERS = (
    ("PYENV_ROOT", ".pyenv", "versions"),
    ("UV_PYTHON_INSTALL_DIR", ".local/share/uv/python", ""),
    ("ASDF_DATA_DIR", ".asdf", "installs/python"),
    ("MISE_DATA_DIR", ".local/share/mise", "installs/python"),
)
#: says its version, if it is a finished CPython that can make environments and has what the bot needs of it
ASK = """
import sys, ensurepip, sqlite3, ssl, venv
if sys.implementation.name == "cpython" and sys.version_info.releaselevel == "final":
    print(*sys.version_info[:3])
"""
#: what a quick run is, here as in the Makefile
QUICK = ("-m", "not slow", "--hypothesis-profile", "quick")
TAIL = 60


@dataclass(frozen=True, slots=True, order=True)
class Python:
    version: tuple[int, int, int]
    path: Path

    @property
    def minor(self) -> tuple[int, int]:
        return self.version[:2]

    @property
    def name(self) -> str:
        return ".".join(map(str, self.version))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.pythons", description=__doc__)
    parser.add_argument(
        "--newest", action="store_true", help="only the newest that is found, if it is another than this"
    )
    parser.add_argument("--tour", action="store_true", help="take the tour under each as well")
    parser.add_argument("paths", nargs="*", help="which tests; all that are quick unless given")
    wanted = parser.parse_args(arguments)
    found = find(os.environ, Path.home())
    for minor in sorted(supported() - {each.minor for each in found}):
        print(f"Python {minor[0]}.{minor[1]}: none is here", flush=True)
    if wanted.newest and found and found[-1].minor == sys.version_info[:2]:
        print(f"Python {found[-1].name} is the newest here, and `make test` runs under it.")
        return 0
    green = [
        check(each, tour=wanted.tour, paths=wanted.paths) for each in (found[-1:] if wanted.newest else found)
    ]
    if not green:
        print("No Python was found that the tests could be run under.")
        return 2
    return 0 if all(green) else 1


def supported() -> set[tuple[int, int]]:
    """Those that pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [
        re.fullmatch(r"Programming Language :: Python :: (\d+)\.(\d+)", each)
        for each in project["classifiers"]
    ]
    return {(int(each[1]), int(each[2])) for each in named if each}


def find(environment: Mapping[str, str], home: Path) -> list[Python]:
    """The newest of each minor version, oldest first. What does not run, as a manager's shim may not, is none."""
    least = min(supported())
    newest: dict[tuple[int, int], Python] = {}
    for path in dict.fromkeys(
        each.resolve() if "shims" not in each.parts else each for each in _candidates(environment, home)
    ):
        version = _version(path)
        if version is not None and version[:2] >= least:
            python = Python(version, path)
            newest[python.minor] = max(python, newest.get(python.minor, python))
    return sorted(newest.values())


def _candidates(environment: Mapping[str, str], home: Path) -> Iterator[Path]:
    for folder in environment.get("PATH", "").split(os.pathsep):
        if folder:
            yield from sorted(
                each for each in Path(folder).glob("python3.*") if re.fullmatch(r"python3\.\d+", each.name)
            )
    for variable, default, inside in MANAGERS:
        folder = Path(environment[variable]) if environment.get(variable) else home / default
        yield from sorted((folder / inside).glob("*/bin/python3"))


def _version(path: Path) -> tuple[int, int, int] | None:
    try:
        done = subprocess.run([str(path), "-c", ASK], capture_output=True, text=True, check=False)
        major, minor, micro = map(int, done.stdout.split())
    except (OSError, ValueError):
        return None
    return major, minor, micro


def check(python: Python, *, tour: bool, paths: Sequence[str] = ()) -> bool:
    """Whether all is green under it; says so in one line, with what went wrong before it."""
    log = ROOT / "build" / f"py{python.minor[0]}.{python.minor[1]}.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("w", encoding="utf-8") as output:
        for what, command in _commands(python, tour=tour, paths=paths):
            print(f"Python {python.name}: {what}", flush=True)
            done = subprocess.run(
                command, cwd=ROOT, env=_environment(), stdout=output, stderr=output, check=False
            )
            if done.returncode != 0:
                print(*log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:], sep="\n")
                print(
                    f"Python {python.name}: NOT GREEN ({what}; all of it is in {log.relative_to(ROOT)})",
                    flush=True,
                )
                return False
    summary = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1].strip("= ")
    print(f"Python {python.name}: green ({summary})", flush=True)
    return True


def _commands(python: Python, *, tour: bool, paths: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """What is done, in its order; an environment that was made from the same files is made once."""
    folder = ROOT / "build" / f"py{python.minor[0]}.{python.minor[1]}"
    own, made = str(folder / "bin" / "python"), folder / ".made"
    state = f"{python.path} {python.name} {_digest()}"
    if not made.exists() or made.read_text(encoding="utf-8") != state:
        yield "making its environment", [str(python.path), "-m", "venv", "--clear", str(folder)]
        pip = [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        yield "installing packages", [*pip, "--require-hashes", "-r", "requirements.lock"]
        yield "installing Flipcord", [*pip, "--no-deps", "--no-build-isolation", "-e", "."]
        made.write_text(state, encoding="utf-8")
    if tour:
        yield "taking the tour", [own, "-m", "bot", "tour"]
    parallel = ("-n", "logical", "--maxprocesses", "8", "--dist", "loadfile")
    yield "testing", [own, "-m", "pytest", "-q", "-p", "no:cacheprovider", *parallel, *QUICK, *paths]


def _digest() -> str:
    files = [ROOT / name for name in ("requirements.lock", "pyproject.toml")]
    return hashlib.sha256(b"".join(each.read_bytes() for each in files)).hexdigest()


def _environment() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }


if __name__ == "__main__":
    sys.exit(main())
