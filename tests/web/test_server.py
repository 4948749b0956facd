"""The server as a whole: what it costs where it is not wanted, and what it has where it is."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.app import open_app
from bot.web.server import Terms
from tests.classroom import settings

TWILIO = {"account_sid": "AC0", "auth_token": "0" * 32, "from_number": "+15005550006"}
KEYS = {"keys": [Fernet.generate_key().decode()]}
PUBLIC = "https://bot.school.example"


def test_without_a_web_server_its_libraries_are_not_even_loaded():
    code = (
        "import sys, bot.app; "
        "print({'jinja2', 'prometheus_client', 'itsdangerous', 'twilio'} & set(sys.modules) or 'none')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "none"


@pytest.mark.parametrize(
    ("parts", "paths"),
    [
        ({"web": {}}, {"/healthz", "/metrics"}),
        ({"web": {"public_url": PUBLIC}}, {"/healthz", "/metrics"}),
        ({"web": {}, "twilio": TWILIO, "security": KEYS}, {"/healthz", "/metrics"}),
        (
            {"web": {"public_url": PUBLIC}, "security": KEYS},
            {"/healthz", "/metrics", "/agree/{token}", "/stop/{token}"},
        ),
        (
            {"web": {"public_url": PUBLIC}, "twilio": TWILIO, "security": KEYS},
            {"/healthz", "/metrics", "/agree/{token}", "/stop/{token}", "/twilio/status", "/twilio/text"},
        ),
    ],
)
async def test_it_has_the_doors_that_its_settings_allow(
    tmp_path: Path, parts: dict[str, dict[str, object]], paths: set[str]
):
    async with open_app(settings(tmp_path, **parts)) as app:
        assert app.web is not None
        router = app.web._app.router
        assert {each.canonical for each in router.resources()} == paths


async def test_there_is_none_without_its_part_of_the_settings(tmp_path: Path):
    async with open_app(settings(tmp_path)) as app:
        assert app.web is None


def test_what_it_is_told_shows_no_secret():
    secrets = Terms("h", 1, None, twilio_tokens=["a-token"], keys=["a-key"], metrics_token="a-look")
    assert len(fields(Terms)) == 6
    assert not {"a-token", "a-key", "a-look"} & set(repr(secrets).replace("'", " ").split())
