"""config.toml, and the environment for secrets, as typed settings. Every fault is told at once, with its key."""

from __future__ import annotations

import os
import tomllib
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

PREFIX = "FLIPCORD_"


class ConfigFault(Exception):
    """The settings cannot be used; the text lists each fault on a line of its own."""


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https", "ws", "wss") or not parts.hostname:
        raise ValueError("write a whole address, such as https://example.org")
    return value.rstrip("/") if parts.scheme.startswith("http") else value


def _fernet(value: SecretStr) -> SecretStr:
    try:
        Fernet(value.get_secret_value())
    except ValueError:
        raise ValueError("not a key; `flipcord key` prints a new one") from None
    return value


def _wall(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("write the time alone, such as 07:00: it is the wall clock of each student")
    return value


Address = Annotated[str, AfterValidator(_address)]
Key = Annotated[SecretStr, AfterValidator(_fernet)]
WallTime = Annotated[time, AfterValidator(_wall)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Identify(_Part):
    per_hour: int = Field(
        default=20, ge=1, le=1000, description="Most gateway log-ins an hour, over restarts."
    )


class Inbox(_Part):
    opens: int = Field(default=30, ge=1, le=60, description="Most DM channels opened in the time below.")
    per_minutes: int = Field(default=10, ge=1, le=1440, description="The time in which that many are opened.")


class DiscordPart(_Part):
    token: SecretStr = Field(
        description="The bot's token, from Discord's developer portal. Better as FLIPCORD_DISCORD__TOKEN."
    )
    api_base: Address = Field(
        default="https://discord.com/api/v10",
        description="Where Discord's API answers: a proxy, or a loopback.",
    )
    gateway: Address | None = Field(
        default=None, description="Where the gateway answers; Discord's own if left out."
    )
    servers: tuple[int, ...] = Field(
        default=(),
        description="Ids of the servers on which classes may be made and courses brought in; left out, on any that "
        "the bot was invited to.",
    )
    nonce_window_s: int = Field(
        default=120, ge=1, le=300, description="How long Discord is trusted to know a repeated message."
    )
    identify: Identify = Identify()
    inbox: Inbox = Inbox()


class StoragePart(_Part):
    path: Path = Field(default=Path("data/flipcord.sqlite3"), description="The database file.")


class SecurityPart(_Part):
    keys: tuple[Key, ...] = Field(
        default=(),
        description="Keys for phone numbers at rest; the first one encrypts. `flipcord key` makes one.",
    )


class HoursPart(_Part):
    opens: WallTime = Field(description="Local wall time from which messages go out.")
    closes: WallTime = Field(description="Local wall time from which they wait.")

    @model_validator(mode="after")
    def _in_order(self) -> HoursPart:
        if self.opens >= self.closes:
            raise ValueError("opens must be earlier in the day than closes")
        return self


class NudgesPart(_Part):
    dm_hours: HoursPart = Field(
        default=HoursPart(opens=time(7), closes=time(21)), description="Open hours for DMs and threads."
    )
    sms_hours: HoursPart = Field(
        default=HoursPart(opens=time(9), closes=time(20)), description="Open hours for texts."
    )
    per_day: int = Field(
        default=3,
        ge=1,
        le=20,
        description="Automatic reminders to one student in a day, over all classes.",
    )
    unanswered: int = Field(
        default=4,
        ge=1,
        le=100,
        description="After so many automatic reminders without a sign of life the teacher is told instead.",
    )


class TwilioPart(_Part):
    account_sid: str = Field(min_length=1, description="The account's SID.")
    auth_token: SecretStr = Field(description="The account's token. Better as FLIPCORD_TWILIO__AUTH_TOKEN.")
    previous_auth_token: SecretStr | None = Field(
        default=None,
        description="The token before the current one, while Twilio changes over: what it signs is believed too.",
    )
    from_number: str = Field(
        pattern=r"^\+[1-9]\d{6,14}$", description="The number texts come from, like +15005550006."
    )
    api_base: Address = Field(default="https://api.twilio.com", description="Where Twilio's API answers.")
    timeout_s: float = Field(default=10.0, gt=0, le=60, description="How long to wait for Twilio's answer.")
    per_second: float = Field(
        default=1.0, gt=0, le=1000, description="Segments a second that the number may send."
    )
    per_day: int | None = Field(
        default=2000,
        ge=1,
        description="Most segments in 24 hours; what goes beyond takes another way.",
    )
    price_per_segment: Decimal | None = Field(
        default=None,
        ge=0,
        description="What Twilio bills for one segment of a text, such as 0.0083: announcements then show their cost.",
    )
    currency: str = Field(default="USD", max_length=8, description="The currency of that price.")


class WebPart(_Part):
    host: str = Field(
        default="127.0.0.1", description="The address that the bot's own web server listens on."
    )
    port: int = Field(default=8080, ge=0, le=65535, description="Its port; 0 takes any free one.")
    public_url: Address | None = Field(
        default=None,
        description="Where the server is reached from outside, as https://bot.school.example. "
        "Signatures are checked against it, so it is never guessed from a request.",
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description="What a Prometheus must bring as bearer token to read /metrics. "
        "Without one, only programs on this machine can read it.",
    )


class WakePart(_Part):
    poll_s: float = Field(
        default=15.0, gt=0, le=3600, description="How often to look for what is due, beside exact wakes."
    )


class LogPart(_Part):
    level: str = Field(
        default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR."
    )
    json_lines: bool = Field(default=False, description="One JSON object a line, for log collectors.")


class DevPart(_Part):
    clock_offset_file: Path | None = Field(
        default=None, description="For tests on a loopback: eight bytes that move the clock."
    )


class Settings(BaseSettings):
    """All settings. The environment (FLIPCORD_SECTION__KEY) goes before the file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    discord: DiscordPart
    storage: StoragePart = StoragePart()
    security: SecurityPart = SecurityPart()
    nudges: NudgesPart = NudgesPart()
    twilio: TwilioPart | None = Field(default=None, description="Leave the whole part out to send no texts.")
    web: WebPart | None = Field(
        default=None,
        description="Leave the whole part out to run without a web server: students cannot text back then.",
    )
    wake: WakePart = WakePart()
    log: LogPart = LogPart()
    dev: DevPart = DevPart()

    @model_validator(mode="after")
    def _texts_need_keys(self) -> Settings:
        if self.twilio is not None and not self.security.keys:
            raise ValueError(
                "security.keys: texting needs a key to keep numbers safe; `flipcord key` makes one"
            )
        return self

    @property
    def secrets(self) -> list[str]:
        """Everything here that must never be shown."""
        parts = self.discord.token, *self.security.keys, self.web and self.web.metrics_token
        texting = (self.twilio.auth_token, self.twilio.previous_auth_token) if self.twilio else ()
        return [each.get_secret_value() for each in (*parts, *texting) if each]


def read_settings(path: Path) -> Settings:
    """The settings in that file and the environment; ConfigFault lists everything wrong with them."""
    if not path.is_file():
        raise ConfigFault(
            f"{path}: there is no such file. Copy config.example.toml to {path} and fill it in."
        )

    class FromFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, path)

    faults = _unknown_variables()
    try:
        settings = FromFile()  # pyright: ignore[reportCallIssue]  # filled from the sources
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigFault(f"{path}: this is not valid TOML: {error}") from None
    except OSError as error:
        raise ConfigFault(f"{path}: it cannot be read: {error.strerror}") from None
    except SettingsError as error:
        # pydantic names the part alone, and stops at the first
        help_ = "write a list or a table there as JSON, such as '[\"...\"]'"
        raise ConfigFault("\n".join([*faults, f"in the environment: {error}; {help_}"])) from None
    except ValidationError as error:
        faults += [
            f"{path}: {_where(each)}{each['msg'].removeprefix('Value error, ')}" for each in error.errors()
        ]
        raise ConfigFault("\n".join(faults)) from None
    if faults:
        raise ConfigFault("\n".join(faults))
    return settings


def _where(error: Any) -> str:
    place = ".".join(map(str, error["loc"]))
    return f"{place}: " if place else ""


def _unknown_variables() -> list[str]:
    """pydantic ignores a misspelt top-level variable; a setting that silently does nothing is a fault."""
    return [
        f"{name} in the environment: there is no such setting"
        for name in os.environ
        if name.upper().startswith(PREFIX)
        and name[len(PREFIX) :].split("__")[0].lower() not in Settings.model_fields
    ]
