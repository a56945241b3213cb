"""The migrations of :mod:`feedsync.snapshot.schema` done by sqlite-utils, which keeps account of them in the file.

sqlite-utils takes as long to load as a small feed to sync, so only what has migrations to do loads this module: a new
snapshot, or one of an older feedsync.
"""

from __future__ import annotations

import sqlite3
import sys

from feedsync.snapshot.schema import STEPS

# sqlite-utils imports pandas wherever it is installed, only to know its types: 56 MB, and half a second.
if "pandas" not in sys.modules:
    sys.modules["pandas"] = None  # type: ignore[assignment]
    import sqlite_utils  # noqa: F401

    del sys.modules["pandas"]

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

MIGRATIONS = Migrations("feedsync")
for _name, _step in STEPS.items():
    MIGRATIONS(name=_name)(_step)


def migrate(connection: sqlite3.Connection, *, stop_before: str | None = None) -> None:
    """Do what is pending, each migration in a transaction of its own; the one of that name and later ones are left."""
    MIGRATIONS.apply(Database(connection), stop_before=stop_before)
