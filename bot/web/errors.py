"""What can be wrong with the web server's settings that only starting it shows."""

from __future__ import annotations


class CannotListen(Exception):
    """The address in the settings cannot be had; the text says why and what to do."""
