"""A short form of the day that ``python -m tests.soak.day`` lives through."""

from __future__ import annotations

from pathlib import Path

from feedsync.bik.sandbox import Sandbox

from .day import Day


def test_each_store_equals_its_feed_at_the_end(tmp_path: Path) -> None:
    with Sandbox() as sandbox, Day(tmp_path, sandbox, 5, every_s=1, seed=7) as day:
        course = day.live(6, 1.0)
        assert day.wrong() == []
    assert course.terminated >= 1
    assert course.killed >= 1
    assert course.triggers.keys() >= {"first", "every"}
