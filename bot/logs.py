"""Logs: one line an event, through structlog for our own and for every library's, and no secret in any (RG13).

Secrets are found by their shape in the finished line, so that it does not matter how they came into it: as a value
inside a value, an argument of a library's message, a repr, or the text of an exception far down a traceback. A line
that is not emitted is not looked at.

A log never raises: whoever says what went wrong must not go wrong of it. A line that cannot be made or written (a full
disk, a pipe that nobody reads any more, a value whose repr raises) is lost, and the bot goes on.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import re
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, TextIO
from urllib.parse import quote, quote_plus

import structlog

from bot.config import LogPart
from bot.domain.disclosure import HIDDEN, LINK_SHAPES

#: what gives access, or is somebody's number, wherever it stands
SHAPES = (
    # bot tokens
    r"[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}",
    # JSON web tokens
    r"eyJ[\w-]{5,}\.[\w-]+\.[\w-]*",
    # interaction tokens and webhook tokens: "interaction:" in base64, and what follows an id in a path
    r"aW50ZXJhY3Rpb246[\w=+/-]+",
    r"(?<=/webhooks/)\d+/[\w.:%=+-]+",
    r"(?<=/interactions/)\d+/[\w.:%=+-]+",
    # links of ours that do something, and the forms behind them
    *LINK_SHAPES,
    # Twilio's signatures: whoever has one can send its request again
    r"(?<![\w+/])[A-Za-z0-9+/]{27}=(?![\w=])",
    # headers with credentials
    r"\b(?:Basic|Bearer|Bot|Digest) +[\w.~+/=-]{8,}",
    r"(?<=[Aa]uthorization)['\"\\]*\s*[:=,]\s*['\"\\]*(?:(?:Basic|Bearer|Bot|Digest) +)?[^\s'\",}\\]+",
    # keys and what they seal: Fernet
    r"(?<![\w-])[\w-]{43}=(?![\w=])",
    r"\bgAAAA[\w-]{20,}={0,2}",
    # Twilio's auth token; its SIDs have two letters before as many digits, and stay
    r"(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])",
    # phone numbers: with a plus however they are set, or as North Americans write them
    r"(?:\+|%(?:25)*2[Bb]|\\u002[Bb])[1-9](?:(?:[ ().-]|%(?:25)*(?:2[0-9DdEe])){0,2}\d){6,14}(?!\d)",
    # with neither, as an undecoded or doubly decoded form has it: 1, area, number
    r"(?<![\w.+-])1[2-9]\d{2}[2-9]\d{6}(?![\w-])",
    r"(?<![\w.-])\(?[2-9]\d{2}\)?[ .-]{1,2}[2-9]\d{2}[ .-]\d{4}(?![\w-])",
)

#: they log what they send and are told, people's words and codes among it, which no shape would find
TALKERS = {"discord": logging.INFO} | dict.fromkeys(
    ("twilio", "aiosqlite", "sqlalchemy", "apscheduler", "alembic"), logging.WARNING
)


class Redactor:
    """``secrets`` are this installation's own, of whatever shape."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted(
            {form for each in secrets if len(each) >= 6 for form in _forms(each)}, key=len, reverse=True
        )
        self._pattern = re.compile("|".join([*map(re.escape, known), *SHAPES]))

    def __call__(self, text: str) -> str:
        return self._pattern.sub(HIDDEN, text)


def _forms(secret: str) -> set[str]:
    """As it is, and as a request or a line of JSON writes it."""
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}


class _Formatter(structlog.stdlib.ProcessorFormatter):
    redact = Redactor()

    def format(self, record: logging.LogRecord) -> str:
        # half of a pair of surrogates is no character: a strict stream would refuse the whole line
        line = self.redact(super().format(record))
        return line.encode("utf-8", "backslashreplace").decode("utf-8")


class _Handler(logging.StreamHandler[TextIO]):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            super().emit(record)
        except Exception:  # noqa: BLE001  # the library lets a RecursionError through
            self.handleError(record)

    def flush(self) -> None:
        with suppress(Exception):  # nobody is left to be told
            super().flush()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the standard library's name
        """A line that cannot be written is told of by its place: the usual report prints its arguments."""
        _lost(f"{record.pathname}:{record.lineno}")


class _Logger(structlog.stdlib.BoundLogger):
    def _proxy_to_logger(
        self, method_name: str, event: str | None = None, *event_args: str, **event_kw: Any
    ) -> Any:
        """What is done to an event before it becomes a line may fail as well."""
        try:
            return super()._proxy_to_logger(method_name, event, *event_args, **event_kw)
        except Exception:  # noqa: BLE001  # whatever a value of the event does
            _lost(self._logger.name)


def _lost(place: str) -> None:
    """On the error stream, if there is one that takes it."""
    fault = sys.exc_info()[0]
    kind = fault.__name__ if fault is not None else "fault"
    with suppress(Exception):  # a full disk, a closed pipe, no error stream at all: nobody is left to be told
        sys.stderr.write(f"a line of the log from {place} was lost ({kind})\n")


def set_up_logs(part: LogPart, secrets: Iterable[str] = ()) -> None:
    """Sends everything to standard error at the settings' level, faults that nobody caught included."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if part.json_lines
        else structlog.processors.LogfmtRenderer(bool_as_flag=False)
    )
    formatter = _Formatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )
    formatter.redact = Redactor(secrets)
    handler = _Handler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(part.level)
    for name, least in TALKERS.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(part.level)))
    logging.captureWarnings(capture=True)
    atexit.unregister(end_quietly)
    atexit.register(end_quietly)
    _catch_the_rest()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=_Logger,
        cache_logger_on_first_use=True,
    )


def end_quietly() -> None:
    """Leaves nothing to be written out at the end: where that failed, Python would end with a code of its own, 120."""
    streams: tuple[TextIO | None, ...] = sys.stdout, sys.stderr
    for stream in streams:
        if stream is None:  # as under some supervisors
            continue
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _catch_the_rest() -> None:
    """Python's own last words go through the log as well: they too quote what a fault was about."""
    log = logging.getLogger("bot")

    def at_the_end(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, fault, trace)
        else:
            log.critical("ended_by_a_fault", exc_info=(kind, fault, trace))

    def in_thread(told: threading.ExceptHookArgs) -> None:
        log.error("fault_in_a_thread", exc_info=told.exc_value)

    def unraisable(told: sys.UnraisableHookArgs) -> None:
        log.error("fault_nobody_could_catch", exc_info=told.exc_value)

    sys.excepthook, threading.excepthook, sys.unraisablehook = at_the_end, in_thread, unraisable
