"""The same database as the services' tests have."""

from __future__ import annotations

from tests.services.conftest import database, empty_database_file

__all__ = ["database", "empty_database_file"]
