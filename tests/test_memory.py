"""Memory goes back to the system where the C library can be asked for that, and nothing is amiss where it can not."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace

import pytest

from feedsync.memory import give_back


def test_glibc_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace(malloc_trim=asked.append))
    give_back()
    assert asked == [0]


def test_another_library_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace())
    give_back()
