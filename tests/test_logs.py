"""RG13: no secret reaches a log, however it came into the line, at any level, from any library."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import os
import subprocess
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import structlog
from cryptography.fernet import Fernet
from pydantic import BaseModel, SecretStr

from bot.config import LogPart, Settings
from bot.logs import HIDDEN, TALKERS, Redactor, set_up_logs
from bot.loopback.changes import PATIENCE_S

BOT = "MTA5NjQxMDAxMDg1MDgxNjAwMQ.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB"
INTERACTION = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OTpBYmNEZWY"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r"
AUTH = "9f86d081884c7d659a2feaa0c55ad015"
AGREE = "1g20843.jUP-2cUVOal17BZ61DV-bGDQWNE"
PAGE = f"https://bot.school.example/agree/{AGREE}"
FERNET = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
SECRETS = {
    BOT,
    INTERACTION,
    JWT,
    AUTH,
    FERNET,
    "+12025550142",
    "12s.m_5-nzwlfm7O_K80COhjgtxreVs",
    AGREE,
}
#: ways in which they come into a line, each with what must not be left of it
LINES = [
    (f"login {BOT}", BOT),
    (f"POST /webhooks/123456789/{INTERACTION}/messages/@original", INTERACTION),
    ("POST https://discord.com/api/webhooks/123456789/a-short.token_of-simcord", "a-short"),
    ("PUT /interactions/123456789/another:token/callback", "another:token"),
    (f"'token': '{INTERACTION}'", INTERACTION),
    (f"X-Auth {JWT}", JWT),
    (f"token={AUTH} and so on", AUTH),
    (f"keys = ['{FERNET}']", FERNET),
    ("sealed b'gAAAAABn0kZ9-abcdefghijklmnopqrstuvwxyz_0123456789=='", "abcdefghijkl"),
    ("GET /stop/12s.m_5-nzwlfm7O_K80COhjgtxreVs HTTP/1.1", "nzwlfm7O"),
    ("GET /agree/1g20843.jUP-2cUVOal17BZ61DV-bGDQWNE HTTP/1.1", "jUP-2cUV"),
    ("GET /agree/short-and-wrong HTTP/1.1", "short-and"),
    (f"Referer: {PAGE}", "jUP-2cUV"),
    (f"GET /login?next={quote(PAGE, safe='')} HTTP/1.1", "jUP-2cUV"),
    (f"GET /login?next={quote(quote(PAGE, safe=''), safe='')}", "jUP-2cUV"),
    (f"next={PAGE.replace('.', '%2E').replace('/', '%2f')}", "jUP-2cUV"),
    (json.dumps({"url": PAGE}).replace("/", "\\/"), "jUP-2cUV"),
    (PAGE.replace("/", "\\u002f"), "jUP-2cUV"),
    (f"GET /%61gree/{AGREE}", "jUP-2cUV"),
    (f"token={AGREE}&x=1", "jUP-2cUV"),
    (f"GET /%61gree%2F{AGREE}", "jUP-2cUV"),
    (f"q=token%3D{AGREE}", "jUP-2cUV"),
    (f"token\\u003d{AGREE}", "jUP-2cUV"),
    (f"{{'form': '{AGREE}.1790000000.abcdefghijklmnopqrstuvwxy_-'}}", "abcdefghijkl"),
    ("{'form': '12s.m_5-nzwlfm7O_K80COhjgtxreVs.1790000000.abcdefghijklmnopqrstuvwxy_-'}", "abcdefghijkl"),
    ("'X-Twilio-Signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8='", "RSOYDt4T"),
    ("To=%252B12025550142", "2025550142"),
    ("{'From': '\\u002b12025550142'}", "2025550142"),
    ("From= 12025550142&Body=x", "2025550142"),
    ("tel:+1%20202%20555%200142", "0142"),
    ("To=+12025550142&Body=x", "2025550142"),
    ("To=%2B12025550142&Body=x", "2025550142"),
    ("call +1 202-555-0142 now", "0142"),
    ("call +1 (202) 555-0142", "0142"),
    ("call +44 20 7946 0958.", "0958"),
    ("call (202) 555-0142", "0142"),
    ("call 202-555-0142, or 202.555.0143", "014"),
    ("{'Authorization': 'Bot abc.def'}", "abc.def"),
    ("Authorization: Basic QUM6dG9rZW4tMTIzNDU2Nzg=", "QUM6"),
    ("<CIMultiDict('Authorization': 'Bearer let-me-look')>", "let-me-look"),
]
HARMLESS = [
    "a student may agree/disagree, and stop/go on, 50/50",
    "version 3.1a2.post1 of some-library-with-a-long-name",
    "2026-11-26T21:44:19.123456Z ready servers=3",
    "sid=SM9f86d081884c7d659a2feaa0c55ad015 status=delivered",
    "person=12 guild=900000000000000001 due in +3.5 s",
    "Tue 24 Nov 08:00 +00:00",
    "nonce=k3J9xA_bQ-1z delivery=4711",
    "409 Conflict 200-300 ms, 1.25e+10",
    "digest 9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015",
]


@dataclass
class Nested:
    number: str
    more: dict[str, Any]


@contextmanager
def logging_to(stream: Any, *, json_lines: bool = False, secrets: tuple[str, ...] = ()) -> Iterator[Any]:  # fmt: skip
    """The process's logs as they are set up, written where the test can read; put back afterwards."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in TALKERS}
    hooks, stderr = (sys.excepthook, sys.unraisablehook), sys.stderr
    import threading

    in_thread = threading.excepthook
    sys.stderr = stream
    try:
        set_up_logs(LogPart(level="DEBUG", json_lines=json_lines), secrets)
        yield structlog.get_logger("bot.test").bind()
    finally:
        sys.stderr = stderr
        logging.captureWarnings(capture=False)
        structlog.configure(**before)
        root.handlers[:], root.level = handlers, level
        for name, each in levels.items():
            logging.getLogger(name).setLevel(each)
        (sys.excepthook, sys.unraisablehook), threading.excepthook = hooks, in_thread


@pytest.mark.parametrize(("line", "secret"), LINES)
def test_a_secret_is_known_by_its_shape(line: str, secret: str):
    shown = Redactor()(line)
    assert secret not in shown
    assert HIDDEN in shown


@pytest.mark.parametrize("line", HARMLESS)
def test_what_is_no_secret_stays_readable(line: str):
    assert Redactor()(line) == line


def test_the_installations_own_secrets_are_known_as_a_request_or_json_writes_them():
    secret = 'let me/look "twice"+=é'
    redact = Redactor([secret])
    for form in (
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps({"x": secret}),
        repr([secret]),
    ):
        assert "look" not in redact(form), form


def test_the_installations_own_secrets_are_known_whatever_their_shape():
    redact = Redactor(["let me look", "let me look twice", "x"])
    assert redact("a let me look twice, x") == f"a {HIDDEN}, x"


def test_every_secret_of_the_settings_is_known_to_the_log():
    keys = [Fernet.generate_key().decode()]
    settings = Settings.model_validate(
        {
            "discord": {"token": "a-token"},
            "security": {"keys": keys},
            "twilio": {
                "account_sid": "AC0",
                "auth_token": "an-auth-token",
                "previous_auth_token": "an-older-one",
                "from_number": "+15005550006",
            },
            "web": {"metrics_token": "a-metrics-token"},
        }
    )

    def secrets(part: Any) -> Iterator[str]:
        match part:
            case SecretStr():
                yield part.get_secret_value()
            case BaseModel():
                for _, value in part:
                    yield from secrets(value)
            case tuple():
                for value in part:
                    yield from secrets(value)
            case _:
                pass

    assert sorted(settings.secrets) == sorted(secrets(settings))
    assert len(settings.secrets) == 5


def raise_with(secret: str) -> None:
    held = {"deep": [secret]}
    try:
        held[secret]
    except KeyError as error:
        raise ValueError(f"no {held}") from error


def say_everything(log: Any) -> None:
    """Each secret by every road into a log."""
    library = logging.getLogger("some.library")
    for secret in SECRETS:
        shown = secret
        log.info("event", value=shown, nested=[{"a": (shown, Nested(shown, {"b": {shown}}))}])
        log.debug(shown)
        library.debug("positional %s and %r", shown, {"k": shown})
        library.info("a mapping %(it)s", {"it": shown})
        library.warning("extra", extra={"more": {"deep": [shown]}})
        try:
            raise_with(shown)
        except ValueError:
            log.exception("fault")
            library.exception("fault %s", shown)
        warnings.warn(f"careful {shown}", UserWarning, stacklevel=1)


@pytest.mark.filterwarnings("always")
@pytest.mark.parametrize("json_lines", [False, True])
def test_no_road_into_the_log_carries_one(json_lines: bool):
    stream = io.StringIO()
    with logging_to(stream, json_lines=json_lines) as log:
        say_everything(log)
    said = stream.getvalue()
    assert said.count("event") > 10
    assert said.count("Traceback") > 10
    assert "UserWarning" in said
    left = {each for each in SECRETS if each in said}
    assert left == set()
    if json_lines:
        lines = [json.loads(each) for each in said.splitlines()]
        assert len(lines) > 50


def test_a_line_that_cannot_be_written_does_not_print_its_arguments():
    stream = io.StringIO()
    with logging_to(stream):
        logging.getLogger("some.library").info("%d", "+12025550142")
    assert "was lost" in stream.getvalue()
    assert "2025550142" not in stream.getvalue()


def test_libraries_that_print_what_people_write_are_quiet_at_debug():
    """discord.py prints each payload, SQLAlchemy and aiosqlite each parameter, Twilio each number."""
    stream = io.StringIO()
    with logging_to(stream):
        for name in (
            "discord.http",
            "discord.gateway",
            "discord.webhook.async_",
            "discord.client",
            "aiosqlite",
            "sqlalchemy.engine.Engine",
            "twilio.http_client",
            "twilio.async_http_client",
            "apscheduler.x",
        ):
            assert not logging.getLogger(name).isEnabledFor(logging.DEBUG), name
        assert not logging.getLogger("twilio.http_client").isEnabledFor(logging.INFO)
        assert logging.getLogger("bot").isEnabledFor(logging.DEBUG)


@pytest.mark.parametrize(
    "ending",
    [
        "raise ValueError(secret)",
        "import threading; t = threading.Thread(target=lambda: [][secret]); t.start(); t.join()",
        "class Bad:\n    def __del__(self): raise ValueError(secret)\nBad()",
        "import asyncio\nasync def main(): raise RuntimeError({'deep': secret})\nasyncio.run(main())",
    ],
)
def test_a_process_that_dies_of_a_fault_shows_none(ending: str):
    code = textwrap.dedent("""
        from bot.config import LogPart
        from bot.logs import set_up_logs
        set_up_logs(LogPart())
        secret = "+1202555" + "0142"
        """)
    done = subprocess.run([sys.executable, "-c", code + ending], capture_output=True, text=True, check=False)
    assert "fault" in done.stderr
    assert "2025550142" not in done.stderr + done.stdout


def test_a_line_that_is_not_emitted_is_not_looked_at(monkeypatch: pytest.MonkeyPatch):
    looked: list[str] = []

    def look(_self: Redactor, text: str) -> str:
        looked.append(text)
        return text

    monkeypatch.setattr(Redactor, "__call__", look)
    stream = io.StringIO()
    with logging_to(stream) as log:
        logging.getLogger().setLevel(logging.INFO)
        for _ in range(1000):
            log.debug("nothing", value="+12025550142" * 50)
            logging.getLogger("some.library").debug("nothing %s", "+12025550142")
        assert looked == []
        log.info("delivered", delivery=1)
        assert len(looked) == 1


class Broken(io.StringIO):
    """A full disk, or a pipe that nobody reads any more."""

    def write(self, *_: object) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise BrokenPipeError(32, "Broken pipe")


class Shut(io.StringIO):
    """Closed under the process's feet."""

    def __init__(self) -> None:
        super().__init__()
        self.close()


class Unspeakable:
    def __repr__(self) -> str:
        raise RuntimeError("it cannot be shown")

    __str__ = __repr__


class Deep:
    def __repr__(self) -> str:
        return repr(self)


def strict() -> io.TextIOWrapper:
    """A stream that refuses what is no character, as under a supervisor that sets PYTHONIOENCODING."""
    return io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")


STREAMS = {"full": Broken, "closed": Shut, "none": lambda: None, "strict": strict, "well": io.StringIO}
BAD_LINES: dict[str, Callable[[Any, logging.Logger], object]] = {
    "plain": lambda log, library: (log.info("event", value=1), library.info("event %s", 1)),
    "a bad argument": lambda log, library: (log.info("event %d", "x"), library.info("event %d", "x")),
    "too many arguments": lambda log, library: (log.info("event", 1, 2), library.info("event", 1, 2)),  # noqa: PLE1205  # the fault that is tried
    "a repr that raises": lambda log, library: (
        log.info("event", value=Unspeakable()),
        library.info("event %r", Unspeakable()),
        library.info(Unspeakable()),
    ),
    "a repr without an end": lambda log, library: (
        log.info("event", value=Deep()),
        library.info("%r", Deep()),
    ),
    "half a character": lambda log, library: (
        log.info("event", value="\ud83d"),
        library.info("event \ud83d"),
    ),
    "a fault that cannot be shown": lambda log, library: (
        log.error("event", exc_info=ValueError(Unspeakable())),
        library.error("event", exc_info=ValueError(Unspeakable())),
        log.error("event", exc_info="no fault at all"),  # noqa: LOG014  # the same
        library.error("event", exc_info=True),
    ),
    "a cause that is its own": lambda log, library: (log.error("event", exc_info=_its_own_cause()),),
    "what is no name": lambda log, library: (log.info(None), log.info("event", **{"a key": 1, "": 2})),
    "a level by number": lambda log, library: (log.log(logging.WARNING, "event"), library.log(25, "event")),
    "a warning": lambda log, library: warnings.warn("careful \ud83d", UserWarning, stacklevel=1),
}


def _its_own_cause() -> BaseException:
    fault = ValueError("x")
    fault.__cause__ = fault
    return fault


@pytest.mark.filterwarnings("always")
@pytest.mark.parametrize("json_lines", [False, True])
@pytest.mark.parametrize("line", BAD_LINES)
@pytest.mark.parametrize("stream", STREAMS)
def test_a_log_never_raises(stream: str, line: str, json_lines: bool):
    with logging_to(STREAMS[stream](), json_lines=json_lines) as log:
        BAD_LINES[line](log, logging.getLogger("some.library"))
        log.info("and on it goes")


def test_a_stream_that_refuses_half_a_character_gets_the_rest_of_the_line():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="strict")
    with logging_to(stream) as log:
        log.info("event", value="a\ud83db", kept="this")
        stream.flush()
        said = stream.buffer.getvalue().decode()
    assert "kept=this" in said
    assert "lost" not in said


@pytest.mark.parametrize("hook", ["excepthook", "unraisablehook", "threading"])
@pytest.mark.parametrize("stream", [Broken, Shut, lambda: None])
def test_the_last_words_of_python_do_not_raise_either(hook: str, stream: Callable[[], Any]):
    import threading
    from types import SimpleNamespace

    fault = ValueError(Unspeakable())
    told: Any = SimpleNamespace(
        exc_type=ValueError, exc_value=fault, exc_traceback=None, err_msg=None, object=None, thread=None
    )
    with logging_to(stream()):
        if hook == "excepthook":
            sys.excepthook(ValueError, fault, None)
        elif hook == "unraisablehook":
            sys.unraisablehook(told)
        else:
            threading.excepthook(told)


@pytest.mark.parametrize("stderr", ["/dev/full", "closed", "a pipe without a reader"])
def test_a_process_whose_log_goes_nowhere_ends_as_it_would(stderr: str):
    code = textwrap.dedent("""
        import structlog
        from bot.config import LogPart
        from bot.logs import set_up_logs
        set_up_logs(LogPart())
        log = structlog.get_logger()
        for number in range(1000):
            log.info("event", number=number)
        raise SystemExit(78)
        """)
    end = {
        "/dev/full": " 2>/dev/full",
        "closed": " 2>&-",
        "a pipe without a reader": " 2> >(exec 0<&-; exit)",
    }[stderr]
    done = subprocess.run(
        ["bash", "-c", f'"$0" -c "$1"{end}', sys.executable, code],
        check=False,
        timeout=PATIENCE_S,
        stdout=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )
    assert done.returncode == 78
