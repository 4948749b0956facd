"""Every setting is explained, and the example configuration works."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import BaseModel

from bot.config import Settings, read_settings
from tests.meta import pages
from tests.meta.project import ROOT

EXAMPLE = ROOT / "config.example.toml"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLIPCORD_DISCORD__TOKEN", raising=False)


def fields(part: type[BaseModel]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, field in part.model_fields.items():
        inner = pages.part_of(field.annotation)
        found += fields(inner) if inner else [(f"{part.__name__}.{name}", field)]
    return found


def test_every_setting_has_a_description():
    every = fields(Settings)
    assert len(every) > 15
    assert [name for name, field in every if not field.description] == []


def test_the_reference_page_is_the_settings():
    written = (pages.PAGES / "settings.md").read_text(encoding="utf-8")
    assert written == pages.settings_page(), "run `make docs`"


def test_the_example_loads_as_it_stands():
    settings = read_settings(EXAMPLE)
    assert settings.twilio is None
    assert settings.storage.path == Path("data/flipcord.sqlite3")


def test_what_the_example_leaves_out_loads_too(tmp_path: Path):
    text = EXAMPLE.read_text(encoding="utf-8")
    # a comment that is a setting: a table's name, or a key and a value
    whole = re.sub(r"^# ?(?=\[\w|\w+ = )", "", text, flags=re.MULTILINE)
    whole = whole.replace('["..."]', f'["{Fernet.generate_key().decode()}"]')
    assert len(tomllib.loads(whole)) > len(tomllib.loads(text))
    path = tmp_path / "config.toml"
    path.write_text(whole, encoding="utf-8")
    settings = read_settings(path)
    assert settings.twilio is not None
    assert settings.security.keys
