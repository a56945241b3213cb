"""A state folder or snapshot that cannot be used: FS-503 and what to do, never a traceback, and nothing is sent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from feedsync.snapshot.schema import PAGE_BYTES

from .project import Result, Shop, items

CHANGING = (["run", "acme"], ["diff", "acme"], ["run", "acme", "--json"])
COMMANDS = (*CHANGING, ["report", "acme"], ["report", "acme", "--json"])


def _refused(shop: Shop, arguments: list[str], *, code: str = "FS-503") -> Result:
    shop.project.sandbox.clear_requests()
    result = shop(*arguments)
    assert result.code in (1, 2)
    assert code in result.err
    assert shop.project.sandbox.requests() == []
    if "--json" in arguments:
        assert result.error()[0] == code
    return result


@pytest.fixture
def synced(shop: Shop) -> Shop:
    """A schedule that ran once."""
    shop.add("acme", *items(40))
    assert shop("run", "acme").code == 0
    return shop


def _damage(path: Path, kind: str) -> None:
    good = path.read_bytes()
    for sidecar in path.parent.glob("acme.db-*"):
        sidecar.unlink()
    match kind:
        case "junk":
            path.write_bytes(b"this is no database" * 1000)
        case "cut":
            path.write_bytes(good[: len(good) // 3])
        case "overwritten":
            path.write_bytes(good[:PAGE_BYTES] + b"\xa5" * (len(good) - PAGE_BYTES))
        case "a folder":
            path.unlink()
            path.mkdir()


@pytest.mark.parametrize("kind", ["junk", "cut", "overwritten", "a folder"])
def test_a_damaged_snapshot(synced: Shop, kind: str) -> None:
    _damage(synced.project.state / "acme.db", kind)
    for arguments in COMMANDS:
        _refused(synced, arguments)


def test_an_empty_snapshot_holds_no_run(synced: Shop) -> None:
    for path in synced.project.state.glob("acme.db*"):
        path.unlink()
    (synced.project.state / "acme.db").write_bytes(b"")
    result = synced("report", "acme")
    assert result.code in (1, 2)
    assert result.err.startswith("feedsync: FS-50")


@pytest.mark.parametrize("where", ["state", "state/inner"])
def test_a_file_in_the_place_of_the_state_folder(shop: Shop, where: str) -> None:
    shop.add("acme", *items(2))
    (shop.project.folder / "state").write_text("a file")
    shop.project.state = shop.project.folder / where
    for arguments in CHANGING:
        _refused(shop, arguments)


@pytest.mark.parametrize("name", ["acme.lock", "rate.db"])
def test_a_folder_in_the_place_of_a_file(shop: Shop, name: str) -> None:
    shop.add("acme", *items(2))
    (shop.project.state / name).mkdir(parents=True)
    _refused(shop, ["run", "acme"])


def test_a_rate_file_of_junk(shop: Shop) -> None:
    shop.add("acme", *items(2))
    shop.project.state.mkdir()
    (shop.project.state / "rate.db").write_bytes(b"this is no database" * 100)
    result = shop("run", "acme")
    assert result.code == 0 or "FS-503" in result.err


@contextmanager
def _nobody() -> Iterator[None]:
    """Without the rights of the superuser, to whom nothing is forbidden."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_to_all(shop: Shop) -> Shop:
    """A project whose files everybody may read."""
    shop.add("acme", *items(2))
    folder = shop.project.folder
    if os.geteuid() == 0:
        for path in (folder, *folder.parents[:2]):
            path.chmod(0o755)
    return shop


def test_a_state_folder_that_may_not_be_written(open_to_all: Shop) -> None:
    open_to_all.project.state.mkdir()
    open_to_all.project.state.chmod(0o500)
    with _nobody():
        for arguments in CHANGING:
            _refused(open_to_all, arguments)


def test_a_snapshot_that_may_not_be_read(open_to_all: Shop) -> None:
    open_to_all("run", "acme")
    (open_to_all.project.state / "acme.db").chmod(0)
    with _nobody():
        _refused(open_to_all, ["report", "acme"])


def test_a_feed_that_may_not_be_read(open_to_all: Shop) -> None:
    (open_to_all.project.folder / "acme.xml").chmod(0)
    with _nobody():
        result = open_to_all("inspect", str(open_to_all.project.folder / "acme.xml"))
    assert result.code == 1
    assert "permission denied" in result.err


def test_a_schedule_that_may_not_be_read(open_to_all: Shop) -> None:
    (open_to_all.project.schedules / "acme.toml").chmod(0)
    with _nobody():
        result = open_to_all("run", "acme")
    assert result.code == 2
    assert "Permission denied" in result.err
