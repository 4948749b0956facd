"""Settings: everything that is wrong is told at once, with its key, and no secret is told with it."""

from __future__ import annotations

import shutil
from datetime import time
from pathlib import Path

import pytest

from bot.config import ConfigFault, Settings, read_settings

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"
TOKEN = '[discord]\ntoken = "a.secret.token"\n'
KEY = "6BDqKxYqjXyXe1J8mVV8hVt3JkWq5iH5mJmFZ3z4aXo="


@pytest.fixture(autouse=True)
def no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [each for each in os.environ if each.upper().startswith("FLIPCORD_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def written(file: Path, text: str) -> Settings:
    file.write_text(text, encoding="utf-8")
    return read_settings(file)


def faults(file: Path, text: str) -> list[str]:
    with pytest.raises(ConfigFault) as caught:
        written(file, text)
    return str(caught.value).splitlines()


def test_the_example_is_a_settings_file(file: Path) -> None:
    shutil.copy(EXAMPLE, file)
    assert read_settings(file).log.level == "INFO"


def test_the_example_with_its_texting_switched_on_is_one_too(file: Path) -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("# [security]"))
    end = next(number for number, line in enumerate(lines[start:], start) if not line.startswith("#"))
    switched = [line.removeprefix("#").removeprefix(" ") for line in lines[start:end]]
    text = "\n".join([*lines[:start], *switched, *lines[end:]]).replace('["..."]', f'["{KEY}"]')
    settings = written(file, text)
    assert settings.twilio is not None
    assert settings.twilio.from_number == "+15005550006"


def test_a_token_is_all_that_is_needed_and_the_rest_is_sensible(file: Path) -> None:
    settings = written(file, TOKEN)
    assert settings.discord.inbox.opens == 30
    assert settings.nudges.sms_hours.opens == time(9)
    assert settings.twilio is None


def test_every_fault_is_told_at_once_with_its_key(file: Path) -> None:
    text = """
[discord]
tokn = "x"
api_base = "discord"
inbox = { opens = 0 }

[nudges]
dm_hours = { opens = "21:00", closes = "07:00" }
sms_hours = { opens = "09:00", closes = "20:00+01:00" }

[log]
level = "LOUD"

[twilo]
"""
    found = faults(file, text)
    for key in (
        "discord.token:",
        "discord.tokn:",
        "discord.api_base: write a whole address",
        "discord.inbox.opens:",
        "nudges.dm_hours: opens must be earlier",
        "nudges.sms_hours.closes: write the time alone",
        "log.level:",
        "twilo:",
    ):
        assert any(key in line for line in found), key
    assert len(found) == 8
    assert all(line.startswith(f"{file}: ") for line in found)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "discord: "),
        ("discord = 3", "discord: "),
        ("[discord", "not valid TOML"),
        (TOKEN + '[security]\nkeys = ["short"]', "not a key; `flipcord key` prints a new one"),
        (
            TOKEN + '[twilio]\naccount_sid = "AC1"\nauth_token = "t"\nfrom_number = "555"',
            "twilio.from_number",
        ),
        (
            TOKEN + '[twilio]\naccount_sid = "AC1"\nauth_token = "t"\nfrom_number = "+15005550006"',
            "texting needs a key",
        ),
    ],
)
def test_each_fault_says_what_to_do(file: Path, text: str, says: str) -> None:
    (line,) = faults(file, text)
    assert says in line


def test_no_secret_is_repeated_in_a_fault(file: Path) -> None:
    text = '[discord]\ntoken = ["a.hushed.token"]\n[security]\nkeys = ["my-hushed-key"]'
    assert "hushed" not in "\n".join(faults(file, text))


def test_secrets_do_not_show_when_settings_are_printed(file: Path) -> None:
    settings = written(file, TOKEN + f'[security]\nkeys = ["{KEY}"]\n')
    assert "a.secret.token" not in repr(settings)
    assert KEY not in repr(settings)


def test_a_missing_file_says_what_to_copy(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.toml", tmp_path):
        with pytest.raises(ConfigFault, match=r"Copy config\.example\.toml"):
            read_settings(path)


def test_a_file_that_is_no_text_is_told(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigFault, match="not valid TOML"):
        read_settings(file)


# --- the environment ---------------------------------------------------------------------------------


def test_the_environment_goes_before_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIPCORD_DISCORD__TOKEN", "from.the.environment")
    monkeypatch.setenv("FLIPCORD_DISCORD__INBOX__OPENS", "7")
    monkeypatch.setenv("FLIPCORD_SECURITY__KEYS", f'["{KEY}"]')
    settings = written(file, TOKEN)
    assert settings.discord.token.get_secret_value() == "from.the.environment"
    assert settings.discord.inbox.opens == 7
    assert settings.security.keys[0].get_secret_value() == KEY


def test_the_environment_alone_is_enough(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIPCORD_DISCORD__TOKEN", "from.the.environment")
    assert written(file, "").discord.token.get_secret_value() == "from.the.environment"


@pytest.mark.parametrize(
    "name", ["FLIPCORD_DISCORD_TOKEN", "FLIPCORD_NUDGE__DM_HOURS", "flipcord_tken", "FLIPCORD_DISCORD__TOKN"]
)
def test_a_misspelt_variable_is_a_fault_beside_those_of_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "x")
    found = faults(file, TOKEN + '[log]\nlevel = "LOUD"\n')
    assert len(found) == 2
    assert any(name in line or "discord.tokn" in line for line in found)


@pytest.mark.parametrize("name", ["FLIPCORD_SECURITY__KEYS", "FLIPCORD_DISCORD"])
def test_a_list_or_a_table_in_a_variable_has_to_be_json(
    file: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "not json")
    (line,) = faults(file, TOKEN)
    assert name.removeprefix("FLIPCORD_").split("__")[0].lower() in line
    assert "JSON" in line
