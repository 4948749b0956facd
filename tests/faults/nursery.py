"""A parent that has imported the bot once and forks a child for each life: an interpreter costs a second, a fork none.

``python -m tests.faults.nursery CONFIG OUTPUT`` reads one order a line from its standard input and answers each
with one line: ``start NAME=VALUE…`` → the child's id; ``kill PID`` → how it ended, as subprocess counts (-9:
killed); ``look PID`` → the same, or ``lives``.
"""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import signal
import sys

#: all that a life would import by itself; the parent has no thread, no loop and no socket when it forks
IMPORTS = ("bot.cli", "bot.config", "bot.logs", "bot.running", "bot.delivery.twilio_client")
FOLDERS = ("cogs", "bot.views")


def main(config: str, output: str) -> None:
    for name in IMPORTS:
        importlib.import_module(name)
    for folder in FOLDERS:
        for module in pkgutil.iter_modules(importlib.import_module(folder).__path__):
            importlib.import_module(f"{folder}.{module.name}")
    gc.collect()
    gc.freeze()
    living = 0
    for order in sys.stdin:
        verb, *words = order.split()
        if verb == "start":
            living = _start(config, output, words)
            print(living, flush=True)
            continue
        code = _end(verb, int(words[0]))
        living = living if code == "lives" else 0
        print(code, flush=True)
    if living:  # whoever gave the orders is gone
        os.kill(living, signal.SIGKILL)


def _start(config: str, output: str, environment: list[str]) -> int:
    pid = os.fork()
    if pid == 0:
        _live(config, output, environment)
    return pid


def _live(config: str, output: str, environment: list[str]) -> None:
    """The child: a session of its own, and from there on what ``flipcord run`` does."""
    code = 1
    try:
        os.setsid()
        os.environ.update({name: value for name, _, value in (each.partition("=") for each in environment)})
        nothing = os.open(os.devnull, os.O_RDONLY)
        said = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for old, new in ((nothing, 0), (said, 1), (said, 2)):
            os.dup2(old, new)
        if poison := os.environ.get("POISON"):
            from tests.faults.poisoning import install

            install(poison)
        from bot.cli import app

        app(["run", "--config", config])
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def _end(verb: str, pid: int) -> int | str:
    if verb == "kill":
        os.kill(pid, signal.SIGKILL)
    ended, status = os.waitpid(pid, 0 if verb == "kill" else os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else "lives"


if __name__ == "__main__":
    main(*sys.argv[1:])
