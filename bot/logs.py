"""Logs: one line an event, through structlog for our own and for every library's."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

from bot.config import LogPart

#: by shape, wherever they stand: bot tokens, interaction and webhook tokens in paths, phone numbers
_SECRETS = re.compile(
    r"[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"
    r"|(?<=/webhooks/)\d+/[\w.:-]+"
    r"|(?<=/interactions/)\d+/[\w.:-]+"
    r"|\+[1-9]\d{6,14}\b"
)


def _redact(value: Any) -> Any:
    return _SECRETS.sub("[…]", value) if isinstance(value, str) else value


def _without_secrets(
    _logger: Any, _method: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    return {key: _redact(value) for key, value in event.items()}


def set_up_logs(part: LogPart) -> None:
    """Sends everything to standard error at the settings' level."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_secrets,
    ]
    last: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if part.json_lines
        else structlog.processors.LogfmtRenderer(bool_as_flag=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(part.level)
    # these tell every request or step as news, some with numbers in it
    for chatty in ("twilio", "aiosqlite", "apscheduler", "alembic"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(part.level)))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
