"""What is to run as long as the bot does ends it when it ends, also where nothing of Python's can say so."""

from __future__ import annotations

import ast
import asyncio
import subprocess
import sys
import textwrap

import pytest

from bot.loopback.changes import PATIENCE_S
from bot.watch import Ended, Watch
from bot.web.lag import LagProbe
from tests.meta.project import ROOT, modules, tree


async def fails() -> None:
    raise ZeroDivisionError


async def test_a_loop_that_ends_by_a_fault_ends_what_it_stands_beside() -> None:
    watch, was_cancelled = Watch(), asyncio.Event()

    async def connection() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            was_cancelled.set()
            raise

    watch.keep(asyncio.create_task(fails()), "probe")
    with pytest.raises(Ended, match="probe") as ended:
        await watch.beside(connection())
    assert isinstance(ended.value.__cause__, ZeroDivisionError)
    assert was_cancelled.is_set()


async def test_the_first_fault_counts_and_the_connections_own_goes_through() -> None:
    watch = Watch()
    with pytest.raises(ZeroDivisionError):
        await watch.beside(fails())
    watch.fail(Ended("first"))
    watch.fail(Ended("second"))
    with pytest.raises(Ended, match="first"):
        await watch.beside(asyncio.Event().wait())


async def test_the_probe_of_the_loop_is_kept() -> None:
    def observe(seconds: float) -> None:
        raise ZeroDivisionError

    watch = Watch()
    probe = LagProbe(observe, watch=watch)
    probe.start()
    with pytest.raises(Ended, match="lag"):
        await watch.beside(asyncio.Event().wait())
    await probe.stop()


@pytest.mark.parametrize(
    "hang",
    [
        "while True: pass",
        "import re; re.match('(a+)+$', 'a' * 60 + 'b')",
        "import time; time.sleep(3600)",
    ],
)
def test_an_event_loop_that_stands_still_for_good_ends_the_process_with_a_trace(hang: str) -> None:
    code = textwrap.dedent(f"""
        import asyncio
        from bot.watch import guarded_against_a_stop

        async def main():
            with guarded_against_a_stop(0.3) as stop:
                for _ in range(5):
                    stop.feed()
                    await asyncio.sleep(0)
                this_never_returns()

        def this_never_returns():
            {hang}

        asyncio.run(main())
        """)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 1
    assert "this_never_returns" in done.stderr


#: tasks that nobody has to keep, each with its reason
FREE = {
    "bot/cli.py": "awaited at once",
    "bot/watch.py": "awaited at once",
    "bot/standing.py": "a write that is waited for; its fault is the standstill it shows",
    "bot/delivery/worker.py": "carries what is due to its end; the next beat begins it anew",
    "bot/delivery/members.py": "one look; a beat begins it anew",
    "bot/sandbox/run.py": "the sandbox",
    "bot/sandbox/server.py": "the sandbox",
    "bot/loopback/gateway.py": "Discord's side",
    "bot/loopback/phone.py": "Twilio's side",
}


def test_every_task_that_is_made_is_kept_or_has_its_reason() -> None:
    makers = {"create_task", "ensure_future", "run_coroutine_threadsafe", "Thread", "TaskGroup"}
    found = {
        str(path.relative_to(ROOT))
        for path in modules("bot", "cogs")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in makers
    }
    kept = {
        str(path.relative_to(ROOT))
        for path in modules("bot", "cogs")
        if "_watch.keep(" in path.read_text(encoding="utf-8")
    }
    assert found - kept - set(FREE) == set()
    assert set(FREE) <= found
