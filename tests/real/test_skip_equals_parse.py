"""Skipping equals parsing over real feeds: the files one by one, the series version after version."""

from __future__ import annotations

import os
import random
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsync.errors import FeedsyncError
from feedsync.snapshot.feeds import Reading
from feedsync.snapshot.store import Store
from tests.ingest.street import Street, schedule

FOLDER = Path(os.environ.get("FEEDSYNC_REAL_FEEDS", ""))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("FEEDSYNC_REAL_FEEDS" not in os.environ, reason="FEEDSYNC_REAL_FEEDS names no folder"),
]
SETTINGS = schedule(products={"missing_availability": "in_stock", "currency": "USD"}, catalogs={"depth": 3})
VERSIONS = 12


def _files() -> list[Path]:
    if "FEEDSYNC_REAL_FEEDS" not in os.environ:
        return []
    return sorted(p for folder in ("google", "malformed") for p in (FOLDER / folder).glob("*.xml"))


def _series() -> list[Path]:
    return sorted((FOLDER / "series").glob("*.tar.xz")) if "FEEDSYNC_REAL_FEEDS" in os.environ else []


@pytest.fixture
def streets(tmp_path: Path) -> Iterator[tuple[Street, Street]]:
    with Store(tmp_path / "skipping.db") as one, Store(tmp_path / "parsing.db") as two:
        yield Street(one, tmp_path), Street(two, tmp_path)


def _both(streets: tuple[Street, Street], content: bytes) -> Reading | None:
    """Read it skipping and parsing; None where both refuse it, in the same words."""
    outcomes: list[Reading | str] = []
    for street, anew in zip(streets, (False, True), strict=True):
        try:
            outcomes.append(street.read(content, SETTINGS, anew=anew))
        except FeedsyncError as error:
            outcomes.append(str(error))
    one, two = outcomes
    assert streets[0].picture() == streets[1].picture()
    for street in streets:
        street.planned()
    if isinstance(one, str) or isinstance(two, str):
        assert one == two
        return None
    assert (one.verdict, one.reasons, one.items) == (two.verdict, two.reasons, two.items)
    if one.verdict == "complete":
        assert streets[0].hashes() == streets[1].hashes()
    return one


def _shuffled(content: bytes) -> bytes:
    """The same items in another order, where they stand one after the other."""
    match = re.search(rb"<(item|entry)[\s>]", content)
    if match is None:
        return content
    close = b"</" + match[1] + b">"
    *items, tail = content[match.start() :].split(close)
    random.Random(7).shuffle(items)
    return content[: match.start()] + b"".join(item + close for item in items) + tail


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.name)
def test_a_file_again_shuffled_cut_and_mended(streets: tuple[Street, Street], path: Path) -> None:
    content = path.read_bytes()
    first = _both(streets, content)
    again = _both(streets, content)
    if first is None or again is None:
        return
    named = first.items - len([p for p in streets[0].problems() if p[1] != "FS-410"])
    assert again.parsed <= first.items - max(0, named - first.items // 10)
    _both(streets, _shuffled(content))
    _both(streets, content[: len(content) * 2 // 3])
    _both(streets, _shuffled(content))
    _both(streets, content)


@pytest.mark.parametrize("path", _series(), ids=lambda path: path.name)
def test_a_series(streets: tuple[Street, Street], path: Path) -> None:
    with tarfile.open(path) as archive:
        members = sorted((m for m in archive.getmembers() if m.name.endswith(".xml")), key=lambda m: m.name)
        if not members:
            pytest.skip("no XML")
        chosen = members[:: max(1, len(members) // VERSIONS)]
        contents = {m.name: f.read() for m in chosen if (f := archive.extractfile(m)) is not None}
    assert [name for name, content in sorted(contents.items()) if _both(streets, content) is not None]
