"""Output that cannot show everything, or cannot be written at all, stops no sync."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from feedsync.cli.main import run_program

from .project import Shop, item


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["report", "json"])
def test_a_log_that_is_not_in_utf_8(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, encoding: str, options: list[str]
) -> None:
    written = io.BytesIO()
    shop.add("a", item("A", title="日本 → \U0001f600"), item("BAD", price="ça"))
    shop.add("b", item("B"))
    with io.TextIOWrapper(written, encoding=encoding) as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert run_program(shop.project.arguments("run", "--all", *options)) == 3
        monkeypatch.undo()
        stream.flush()
        assert b"BAD" in written.getvalue()
    assert set(shop.project.sandbox.products()) == {"A", "B"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["report", "json"])
def test_a_disk_that_is_full(shop: Shop, monkeypatch: pytest.MonkeyPatch, options: list[str]) -> None:
    for name in ("a", "b"):
        shop.add(name, item(name))
    stream = os.fdopen(os.open("/dev/full", os.O_WRONLY), "w", encoding="utf-8", buffering=1)
    monkeypatch.setattr(sys, "stdout", stream)
    try:
        code = run_program(shop.project.arguments("run", "--all", *options))
    finally:
        monkeypatch.undo()
        with suppress(OSError):
            stream.close()
    assert code == 1
    assert set(shop.project.sandbox.products()) == {"a", "b"}


def test_a_reader_that_went_away(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        shop.add(name, item(name))
    end, start = os.pipe()
    os.close(end)
    stream = os.fdopen(start, "w", encoding="utf-8", buffering=1)
    monkeypatch.setattr(sys, "stdout", stream)
    try:
        with suppress(SystemExit):
            run_program(shop.project.arguments("run", "--all"))
    finally:
        monkeypatch.undo()
        with suppress(OSError):
            stream.close()
    assert set(shop.project.sandbox.products()) == {"a", "b"}


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["report", "json"])
def test_a_path_that_is_no_text(shop: Shop, options: list[str]) -> None:
    result = shop.cli("--schedules", str(shop.project.folder / "\udcff"), "diff", "acme", *options)
    assert result.code == 2
    assert "FS-104" in result.err
    if options:
        assert result.error()[0] == "FS-104"
