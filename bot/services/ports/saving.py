"""What becomes of a write when the file cannot be written just now, and how long its caller can wait."""

from __future__ import annotations

from contextvars import ContextVar

#: a person waits for their answer, which Discord takes for three seconds (RH5)
HURRY_S = 1.8
#: a job's write waits longer: what it tells of has happened already, such as a message that went out
PATIENT_S = 30.0

#: seconds for which the writes and reads of this task wait their turn while another program holds the file
patience: ContextVar[float] = ContextVar("patience", default=HURRY_S)


class NotSaved(Exception):
    """Nothing of it was kept, and trying again may help; the text is the reason, for the log."""


class NotRead(Exception):
    """It could not be looked up just now; the text is the reason, for the log."""


def be_patient() -> None:
    """For the rest of this task: nobody is waiting for it at a screen."""
    patience.set(PATIENT_S)
