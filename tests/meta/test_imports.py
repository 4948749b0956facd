"""Which libraries a folder may use. Who may import whom is kept by import-linter, in pyproject.toml."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

from tests.meta.project import ROOT, SOURCE, modules, tree

OURS = {"bot", "cogs", "tests"}
#: what a folder or module may import besides the standard library and the project itself
ALLOWED = {
    "bot/domain": set[str](),
    "bot/services": set[str](),
    "bot/words": set[str](),
    "bot/storage": {"sqlalchemy", "alembic", "aiosqlite", "cryptography", "structlog"},
    "bot/formats": {"phonenumbers", "pint"},
    "bot/pictures": {"PIL", "resvg_py", "ziamath"},
    "bot/views": {"discord", "structlog", "aiohttp"},  # uploads are streamed with a cap
    "bot/delivery": {"discord", "structlog", "twilio", "aiohttp"},
    "bot/loopback": {"simcord", "aiohttp", "discord", "twilio"},
    "bot/sandbox": {"simcord", "aiohttp", "discord", "structlog", "cryptography", "PIL"}
    | {"pydantic", "pydantic_settings"},
    "bot/tour": set[str](),
    "bot/web": {"aiohttp", "itsdangerous", "jinja2", "prometheus_client", "structlog", "twilio"},
    "bot/app.py": {"discord", "structlog", "yarl"},
    "bot/cli.py": {"cyclopts", "cryptography"},
    "bot/client.py": {"discord", "structlog", "aiohttp"},
    "bot/clock.py": set[str](),
    "bot/config.py": {"pydantic", "pydantic_settings", "cryptography"},
    "bot/logs.py": {"structlog"},
    "bot/running.py": {"discord", "structlog"},
    "bot/pulse.py": set[str](),
    "bot/jobs.py": {"structlog"},
    "bot/schedule.py": {"apscheduler", "structlog"},
    "bot/standing.py": {"structlog"},
    "bot/watch.py": {"structlog"},
    "bot/__init__.py": set[str](),
    "bot/__main__.py": set[str](),
    "cogs": {"discord"},
}
#: where the name to import is not the name to install
INSTALLED_AS = {"discord": "discord.py", "PIL": "pillow", "pydantic_settings": "pydantic-settings"} | {
    "jinja2": "Jinja2",
    "prometheus_client": "prometheus-client",
    "resvg_py": "resvg-py",
}


def libraries(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        match node:
            case ast.Import(names=names):
                found = [each.name for each in names]
            case ast.ImportFrom(module=str(module), level=0):
                found = [module]
            case _:
                found = []
        yield from {name.split(".")[0] for name in found} - sys.stdlib_module_names - OURS


def place(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[0] if parts[0] == "cogs" else "/".join(parts[:2])


def test_a_folder_uses_only_its_own_libraries():
    used = [(path, name) for path in modules(*SOURCE) for name in libraries(path)]
    assert len(used) > 50
    assert [
        f"{path.relative_to(ROOT)}: {name}" for path, name in used if name not in ALLOWED[place(path)]
    ] == []


def test_every_library_in_use_is_asked_for_by_name():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["sandbox"]]
    named = {Requirement(line).name.lower() for line in lines}
    used = {INSTALLED_AS.get(name, name).lower() for path in modules(*SOURCE) for name in libraries(path)}
    assert used
    assert used - named == set()
