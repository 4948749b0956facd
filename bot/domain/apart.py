"""A fault stops only the thing it is in: what raised is tried a few times, then set aside (rule 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath

#: after so many tries in a row the thing is set aside: told, and hardly tried any more
TRIES = 3
#: before the second try and the third: what passes by itself (a class under repair) has the time to
AGAIN = (timedelta(minutes=1), timedelta(minutes=5))
#: what is set aside is tried again once a day, and at every start: an update may have mended it
LATER = timedelta(days=1)
#: what stands in a row, or a report, that something of ours raised over
MINE = "a fault of mine"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something raised, and everything that it had done is taken back."""

    error: Exception

    @property
    def kind(self) -> str:
        return type(self.error).__name__

    @property
    def why(self) -> str:
        """What it was and where, for who runs the bot: never its text, which may quote what people wrote."""
        trace, place = self.error.__traceback__, ""
        while trace is not None:
            place = f" in {PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
            trace = trace.tb_next
        return f"{self.kind}{place}"

    @property
    def said(self) -> str:
        """The same for a teacher."""
        return f"{MINE} ({self.kind})"


@dataclass(frozen=True, slots=True)
class SetAside:
    """One thing of a job that raised the last time."""

    job: str
    item: str
    section: int | None
    tries: int
    why: str
    first_at: datetime
    again_at: datetime
    #: when it was set aside; None while it is still tried
    told_at: datetime | None


def again_at(tries: int, now: datetime) -> datetime:
    """When what has raised ``tries`` times in a row is tried again."""
    return now + (AGAIN[tries - 1] if tries <= len(AGAIN) else LATER)
