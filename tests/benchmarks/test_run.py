"""A small instance of the benchmarks; what it takes decides nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.results import OPERATIONS, load
from benchmarks.run import main

_PAGE = "# Speed\n\n<!-- measured: begin -->\nold\n<!-- measured: end -->\n\nThe end.\n"


def test_runs_are_measured_and_written_into_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, kept = tmp_path / "page.md", tmp_path / "kept.jsonl"
    page.write_text(_PAGE)
    main(
        [
            *("--items", "60", "--forms", "google-xml", "csv", "--programs", "feedsync", "lxml", "sqlite-utils"),
            *("--folder", str(tmp_path), "--results", str(kept), "--docs", str(page)),
        ]
    )
    measured = load(kept)
    assert {one.operation for one in measured if one.program == "feedsync"} == OPERATIONS.keys() - {"read"}
    assert {one.program for one in measured} == {"feedsync", "lxml", "sqlite-utils"}
    assert [one.note for one in measured if one.note] == []
    assert all({"fetch", "read", "plan"} <= one.stages.keys() for one in measured if one.program == "feedsync")
    assert all(one.counts["products"] for one in measured if one.program == "feedsync" and one.operation == "first")
    text = page.read_text()
    assert text.startswith("# Speed\n\n<!-- measured: begin -->\n")
    assert text.endswith("<!-- measured: end -->\n\nThe end.\n")
    assert "### google-xml, 60 items" in text
    assert "| feedsync | next day, shuffled |" in text
    assert "old" not in text

    capsys.readouterr()
    main(["--rounds", "0", "--results", str(kept)])
    assert "### csv, 60 items" in capsys.readouterr().out
    assert load(kept) == measured


def test_a_page_without_marks_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing")
    with pytest.raises(RuntimeError, match="has no lines"):
        main(["--rounds", "0", "--docs", str(page)])
    assert page.read_text() == "nothing"
