"""The main job, end to end, as `flipcord tour` shows it; and every request it makes of Discord."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.tour.answers import _letter
from tests.loopback.discord_openapi import discord_api

SHOWN = {
    "class_created",
    "course_imported",
    "students_joined",
    "prework_posted",
    "handed_in",
    "refused_without_evidence",
    "nudged_by_dm",
    "nudged_by_thread",
    "nudged_by_sms",
    "not_nudged_when_done",
    "slot_booked",
    "slot_refused_when_taken",
    "check_not_yet",
    "missed_worked_on",
    "check_passed",
    "unit_opened",
    "survived_restart",
}


@pytest.fixture(scope="module")
def requests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tour is taken once; each step is looked at here."""
    path = tmp_path_factory.mktemp("tour") / "requests.jsonl"
    command = [sys.executable, "-m", "bot", "tour", "--json", "--requests", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    assert [step for step in steps if not step["ok"]] == [], done.stderr[-2000:]
    assert {step["step"] for step in steps} >= SHOWN
    assert all(step["seen"] for step in steps)
    assert done.returncode == 0
    return path


def test_every_step_of_the_main_job_shows_what_it_should(requests: Path):
    lines = [json.loads(line) for line in requests.read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 80
    assert all(set(line) >= {"method", "path", "params", "json"} for line in lines)


def test_discord_would_accept_every_request_of_the_tour(requests: Path):
    lines = [json.loads(line) for line in requests.read_text(encoding="utf-8").splitlines()]
    assert discord_api().complaints(lines) == []


def test_nobody_is_pinged_by_name_or_role_and_nothing_is_asked_twice(requests: Path):
    lines = [json.loads(line) for line in requests.read_text(encoding="utf-8").splitlines()]
    posts = [line for line in lines if line["method"] == "POST" and line["path"].endswith("/messages")]
    assert len(posts) > 10
    assert all(line["json"]["enforce_nonce"] and len(str(line["json"]["nonce"])) <= 25 for line in posts)
    assert all(not line["json"]["allowed_mentions"].get("parse") for line in posts)
    opened = [line for line in lines if line["path"] == "/users/@me/channels"]
    assert len(opened) == 4  # by the four students who pressed [Open my inbox]


def test_options_that_differ_in_a_sign_are_told_apart():
    """Whatever form is drawn: 10⁴ and 10⁻⁴ have the same letters and digits."""
    shown = {
        r"4\.2 × 10⁴": "A",
        r"4\.2 × 10⁻⁴": "B",
        "Cl⁺ with mass number 35": "C",
        "Cl⁻ with mass number 35": "D",
    }
    for text, letter in (("4.2 × 10⁴", "A"), ("4.2 × 10⁻⁴", "B"), ("Cl⁻ with mass number 35", "D")):
        assert _letter(shown, text) == letter
    assert _letter({"**H**₂O": "A"}, "H₂O") == "A"
