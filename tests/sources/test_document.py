"""The values of the sources."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.pretty import pretty_repr

import feedsync.sources
from feedsync.sources import Credentials, Document, Limits


def test_credentials_show_their_kinds_only() -> None:
    credentials = Credentials(basic=("user-1", "word-2"), headers=(("X-Key", "word-3"),))
    for shown in (repr(credentials), str(credentials), f"{credentials}", pretty_repr(credentials)):
        assert "X-Key" in shown
        assert not any(secret in shown for secret in ("user-1", "word-2", "word-3"))
    assert repr(Credentials()) == "Credentials(headers=[])"


def test_limits_are_those_of_the_design() -> None:
    limits = Limits()
    assert (limits.wire_bytes, limits.inflated_bytes, limits.ratio) == (4 * 1024**3, 16 * 1024**3, 200)
    assert (limits.connect_timeout_s, limits.read_timeout_s, limits.total_timeout_s) == (15, 60, 1800)
    assert (limits.redirects, limits.attempts) == (5, 3)


def test_values_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Document(location="x").path = Path("y")  # type: ignore[misc]


def test_all_names_what_is_exported() -> None:
    assert sorted(feedsync.sources.__all__) == feedsync.sources.__all__
    assert all(hasattr(feedsync.sources, name) for name in feedsync.sources.__all__)
