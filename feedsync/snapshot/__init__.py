"""The snapshot: one SQLite file a schedule, with what the feeds say, what Bik acknowledged, and how both came about."""

import sys

# sqlite-utils imports pandas wherever it is installed, only to know its types: 56 MB, and half of the program's start.
if "pandas" not in sys.modules:
    sys.modules["pandas"] = None  # type: ignore[assignment]
    import sqlite_utils  # noqa: F401

    del sys.modules["pandas"]
