"""Header values."""

from __future__ import annotations

import importlib.metadata
from datetime import UTC, datetime

import pytest

from feedsync.sources.headers import retry_after_s, sendable, user_agent

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        ("0", 0.0),
        ("Thu, 01 Jan 2026 12:01:30 GMT", 90.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("Thu, 01 Jan 2026 12:01:30", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, NOW) == seconds


@pytest.mark.parametrize("value", [None, "", "é", "a\tb"])
def test_validators_that_cannot_be_sent_again(value: str | None) -> None:
    assert sendable(value) is None


def test_user_agent() -> None:
    assert user_agent("pytest") == f"feedsync/{importlib.metadata.version('pytest')} (+feed reader)"
    assert user_agent("no-such-distribution") == "feedsync/0 (+feed reader)"
