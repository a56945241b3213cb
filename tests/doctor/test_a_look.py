"""A look changes nothing, and nothing that it finds ends it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from feedsync import __version__
from feedsync.doctor import machine, one
from feedsync.snapshot.bikfindings import BikFindings, keep_findings
from feedsync.snapshot.schema import PAGE_BYTES
from feedsync.snapshot.store import Store
from feedsync.sync import snapshot_path, target_of
from tests.sync.shop import Shop, items

from .test_checks import health, levels, the


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def ran(shop: Shop) -> Shop:
    """A shop after its first run."""
    shop.publish(*items(3))
    shop.run()
    return shop


def test_nothing_is_made_where_nothing_is(shop: Shop) -> None:
    list(machine(shop.state))
    assert the("snapshot", health(shop)).message == "there is none yet: the first run makes it"
    assert not shop.state.exists()


def test_nothing_is_changed_where_something_is(ran: Shop) -> None:
    before = files(ran.state)
    assert the("snapshot", health(ran)).message == f"it is whole, written by feedsync {__version__}"
    after = files(ran.state)
    assert {name: after[name] for name in before} == before


def test_a_state_that_is_a_file_is_a_finding(shop: Shop) -> None:
    shop.state.write_text("a file")
    assert levels(list(machine(shop.state))) == {"sqlite": "ok", "state": "bad"}
    assert levels(list(machine(shop.state / "below"))) == {"sqlite": "ok", "state": "bad"}
    assert levels(health(shop))["bik"] == "ok"


def test_a_snapshot_that_is_none_is_a_finding(ran: Shop) -> None:
    path = snapshot_path(ran.state, "shop")
    path.write_bytes(b"no database at all" * 100)
    checks = health(ran)
    assert the("snapshot", checks).message.startswith("FS-503")
    assert levels(checks)["bik"] == "ok"


def test_a_damaged_page_is_found(shop: Shop) -> None:
    shop.publish(*items(60, description="x" * 3000))
    shop.run()
    path = snapshot_path(shop.state, "shop")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        (root,) = connection.execute("select rootpage from sqlite_master where name = 'variants'").fetchone()
    content = bytearray(path.read_bytes())
    content[(root - 1) * PAGE_BYTES + 8 : root * PAGE_BYTES] = b"\xff" * (PAGE_BYTES - 8)
    path.write_bytes(content)
    check = the("snapshot", health(shop))
    assert check.level == "bad"
    assert "FS-503" in check.message + check.todo


def test_a_newer_and_an_older_snapshot(ran: Shop) -> None:
    path = snapshot_path(ran.state, "shop")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        (name,) = connection.execute("select max(name) from _sqlite_migrations").fetchone()
        connection.execute("delete from _sqlite_migrations where name = ?", (name,))
        check = the("snapshot", health(ran))
        assert (check.level, "older feedsync" in check.message) == ("ok", True)
        connection.execute("update _sqlite_migrations set name = '9999_later' where name like '0001%'")
    check = the("snapshot", health(ran))
    assert (check.level, "FS-502" in check.message) == ("bad", True)


def test_the_snapshot_of_another_store_is_a_finding(ran: Shop) -> None:
    (ran.folder / "key").write_text("another")
    check = the("snapshot", health(ran))
    assert (check.level, "FS-505" in check.message) == ("bad", True)


def test_without_the_key_another_store_is_told_by_its_address(ran: Shop) -> None:
    found = BikFindings(at=1, version="1")
    with Store(snapshot_path(ran.state, "shop")) as store:
        keep_findings(store, found, target_of(ran.schedule(), ran.sandbox.key))
    (ran.folder / "key").unlink()
    looked = one(ran.schedule(), ran.state)
    assert (the("snapshot", looked.checks).level, looked.findings, looked.bad) == ("ok", found, True)
    ran.bik["base_url"] = '"https://other.example"'
    assert "FS-505" in the("snapshot", health(ran)).message


def test_files_of_another_account(ran: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    may = os.access
    monkeypatch.setattr("os.access", lambda path, mode: mode == os.F_OK or (mode & os.W_OK == 0 and may(path, mode)))
    checks = [check for check in health(ran) if check.what == "files"]
    assert {Path(check.message.split()[0]).name for check in checks} >= {"shop.db", "shop.lock", "rate.db"}
    assert {check.level for check in checks} == {"bad"}


@pytest.mark.parametrize(
    ("more", "level"),
    [
        ("", None),
        ("headers = { X-Key = { file = 'HERE/key' } }", "ok"),
        ("headers = { X-Key = { env = 'FEEDSYNC_TEST_NOWHERE' } }", "bad"),
        ("auth = { username = 'me', password = { file = 'HERE/nowhere' } }", "bad"),
        ("pages = { style = 'woocommerce', query = { consumer_key = { file = 'HERE/nowhere' } } }", "bad"),
        ("pages = { style = 'woocommerce', query = { consumer_key = { file = 'HERE/key' } } }", "ok"),
    ],
)
def test_the_secrets_of_feeds(shop: Shop, more: str, level: str | None) -> None:
    shop.location, shop.settings = "https://shop.example/feed", more.replace("HERE", str(shop.folder))
    assert levels(health(shop)).get("feeds") == level


def test_a_snapshot_from_before_versions_were_noted(ran: Shop) -> None:
    with Store(snapshot_path(ran.state, "shop")) as store:
        store.execute("delete from meta where key = 'written_by'")
    assert the("snapshot", health(ran)).message == "it is whole, written by an older version of feedsync"


def test_a_machine_without_room_for_a_file_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(shop.folder / "nowhere"))
    check = the("bik", health(shop))
    assert (check.level, "TMPDIR" in check.todo) == ("bad", True)
