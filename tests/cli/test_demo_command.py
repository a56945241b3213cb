"""``demo`` needs nothing, shows both days, and proves that the store equals the feed."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from .project import HEAD, TAIL, Cli, items


def test_the_demo_proves_the_store_and_ends_with_0(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = cli("demo")
    assert (result.code, result.err) == (0, "")
    assert result.out.count("the store equals the feed") == 2
    for words in ("day1: what a run would do", "day2: the run", "pushed   26 products", "price up", "catalog renamed"):
        assert words in result.out
    assert "FAILED" not in result.out
    assert list(tmp_path.iterdir()) == []
    assert max(cell_len(line) for line in result.out.splitlines()) <= 80


def test_a_store_that_is_not_what_the_feed_says_ends_with_1(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On these two days more than a fifth is removed, so a gate holds what the proof wants gone."""
    (tmp_path / "day1.xml").write_text(HEAD + "".join(items(10)) + TAIL)
    (tmp_path / "day2.xml").write_text(HEAD + "".join(items(5)) + TAIL)
    monkeypatch.setattr("feedsync.cli.demo.samples", lambda: tmp_path)
    result = cli("demo")
    assert result.code == 1
    assert "proof    FAILED" in result.out
    assert "P09: left the feed and can still be bought" in result.out
