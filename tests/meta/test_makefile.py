"""The two commands that a newcomer types."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tests.meta.project import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")

#: stands in for the sandbox: says where it is, waits for Ctrl-C, ends in order
SANDBOX = f"""\
#!{sys.executable}
import signal, sys
signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
print("Open", " ".join(sys.argv[1:]), flush=True)
signal.pause()
"""


#: as in a shell, although a make may be what runs the tests
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """An environment that make takes for installed."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/flipcord").write_text(SANDBOX)
    (tmp_path / "bin/flipcord").chmod(0o755)
    (tmp_path / "bin/python").symlink_to(sys.executable)
    (tmp_path / ".installed").touch()
    return tmp_path


def until(descriptor: int, wanted: bytes) -> bytes:
    seen = b""
    while wanted not in seen:
        part = os.read(descriptor, 1024)
        assert part, f"it ended after {seen!r}"
        seen += part
    return seen


def test_ctrl_c_on_a_terminal_ends_the_demo_in_order(venv: Path):
    child, terminal = pty.fork()
    if child == 0:  # the new process
        os.chdir(ROOT)
        os.execvpe("make", ["make", "demo", f"VENV={venv}"], ENVIRONMENT)  # noqa: S606  # nothing in between
    until(terminal, b"Open sandbox")
    os.write(terminal, b"\x03")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(terminal)


def test_without_a_terminal_the_demo_ends_with_its_make(venv: Path):
    with subprocess.Popen(
        ["make", "demo", f"VENV={venv}"],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    ) as make:
        assert make.stdout is not None
        until(make.stdout.fileno(), b"Open sandbox")
        sandbox = (
            int(subprocess.check_output(["pgrep", "-P", str(make.pid)])) if shutil.which("pgrep") else None
        )
        make.terminate()
    while sandbox is not None and alive(sandbox):
        time.sleep(0.02)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_old_python_is_told_so(tmp_path: Path):
    old = tmp_path / "python-old"
    old.write_text(
        textwrap.dedent("""\
        #!/bin/sh
        exit 1
        """)
    )
    old.chmod(0o755)
    made = subprocess.run(
        ["make", "install", f"VENV={tmp_path}/venv", f"PYTHON={old}"],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode != 0
    assert "Flipcord needs Python 3.11 or newer" in made.stderr
    assert not (tmp_path / "venv").exists()
