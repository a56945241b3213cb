"""For the tests of an adapter: a suite of what every adapter must hold, inherited by naming the adapter.

Needs pytest, and is imported by tests alone; nothing else of feedsync imports it. docs/adapters.md shows how it is used.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    "feedsync.testing.reading",
    "feedsync.testing.recognition",
    "feedsync.testing.splitting",
    "feedsync.testing.damage",
    "feedsync.testing.limits",
)

from feedsync.testing.conformance import AdapterConformance  # noqa: E402 (their assertions are told in full from here on)
from feedsync.testing.reading import Reading, Trickle, read  # noqa: E402
from feedsync.testing.suite import FOREIGN, Example  # noqa: E402

__all__ = ["AdapterConformance", "Example", "FOREIGN", "Reading", "Trickle", "read"]
