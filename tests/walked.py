"""What people used in the walks of this run: ``fc:action`` for a button, ``fs:`` for a menu, ``fm:`` for a form."""

from __future__ import annotations

reached: set[str] = set()
