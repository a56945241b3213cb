"""A backup: whole, of one moment, beside a run that goes on, without secrets, and rotated."""

from __future__ import annotations

import http.server
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from feedsync import __version__
from feedsync.bik.sandbox import Sandbox
from feedsync.errors import ConfigError, Fatal
from feedsync.snapshot.copies import copy_snapshot
from feedsync.snapshot.lock import schedule_lock
from feedsync.snapshot.store import Store
from feedsync.sync import snapshot_path
from feedsync.upkeep import back_up
from tests.serving import serving
from tests.sync.shop import START, Shop, item, items


def _later(days: int) -> float:
    return float(START + days * 86400)


@pytest.fixture
def synced(shop: Shop) -> Shop:
    shop.publish(*items(5))
    shop.run()
    return shop


def test_a_copy_with_its_time_in_its_name(synced: Shop, tmp_path: Path) -> None:
    done = back_up(synced.state, "shop", tmp_path / "copies", clock=lambda: START)
    assert done.file == str(tmp_path / "copies" / "shop-20261116T000000Z.db")
    assert (done.size_bytes, done.written_by, done.removed) == (Path(done.file).stat().st_size, __version__, [])
    with Store(Path(done.file), read_only=True) as copy:
        assert copy.scalar("select count(*) from sent") == 5
        assert copy.meta("written_by") == __version__.encode()


def test_a_copy_while_a_run_goes_on(synced: Shop, tmp_path: Path) -> None:
    with schedule_lock(synced.state / "shop.lock", "shop"), Store(snapshot_path(synced.state, "shop")) as store:
        with store.transaction():
            store.execute("delete from sent")
            done = back_up(synced.state, "shop", tmp_path / "copy.db")
        assert store.scalar("select count(*) from sent") == 0
    with Store(Path(done.file), read_only=True) as copy:
        assert copy.scalar("select count(*) from sent") == 5


def test_only_so_many_copies_of_a_schedule_stay(synced: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    others = ["shop-2-20200101T000000Z.db", "other.db", "shop-20200101T000000Z.txt"]
    for name in others:
        (folder / name).touch()
    for day in range(4):
        done = back_up(synced.state, "shop", folder, keep=2, clock=partial(_later, day))
    assert done.removed == [str(folder / "shop-20261117T000000Z.db")]
    names = {path.name for path in folder.iterdir()}
    assert names == {*others, "shop-20261118T000000Z.db", "shop-20261119T000000Z.db"}


def test_one_file_is_replaced_and_nothing_beside_it_removed(synced: Shop, tmp_path: Path) -> None:
    older = tmp_path / "shop-20200101T000000Z.db"
    older.touch()
    for _ in range(2):
        assert back_up(synced.state, "shop", tmp_path / "copy.db", keep=1).removed == []
    assert older.exists()


def test_a_snapshot_of_an_older_feedsync_is_copied_as_it_is(synced: Shop, tmp_path: Path) -> None:
    """After an upgrade, and before the first run of the new version."""
    with closing(sqlite3.connect(snapshot_path(synced.state, "shop"))) as old, old:
        old.execute("delete from meta where key = 'written_by'")
        old.execute("delete from _sqlite_migrations where name = '0004_calls'")
    assert back_up(synced.state, "shop", tmp_path / "copy.db").written_by is None


@pytest.mark.parametrize("make", [False, True])
def test_there_is_nothing_to_copy(tmp_path: Path, *, make: bool) -> None:
    state = tmp_path / "state"
    if make:
        state.mkdir()
    with pytest.raises(ConfigError) as caught:
        back_up(state, "shop", tmp_path / "copies")
    assert (caught.value.code, caught.value.parts["directory"]) == ("FS-509", state)
    assert not (tmp_path / "copies").exists()


@pytest.mark.parametrize("to", [".", "shop.db", "../state", "other.db"])
def test_the_place_of_the_snapshots_takes_no_copies(synced: Shop, to: str) -> None:
    before = snapshot_path(synced.state, "shop").read_bytes()
    with pytest.raises(ConfigError) as caught:
        back_up(synced.state, "shop", synced.state / to)
    assert "somewhere else" in caught.value.message
    assert snapshot_path(synced.state, "shop").read_bytes() == before


def test_a_damaged_snapshot_replaces_no_good_copy(synced: Shop, tmp_path: Path) -> None:
    back_up(synced.state, "shop", tmp_path / "copy.db")
    good = (tmp_path / "copy.db").read_bytes()
    snapshot_path(synced.state, "shop").write_bytes(b"junk" * 10_000)
    with pytest.raises(Fatal) as caught:
        back_up(synced.state, "shop", tmp_path / "copy.db")
    assert caught.value.code == "FS-503"
    assert (tmp_path / "copy.db").read_bytes() == good


class _Feed(http.server.BaseHTTPRequestHandler):
    body = b""

    def do_GET(self) -> None:
        told = self.headers["X-Token"] == "TOKEN-OF-THE-FEED" and "secret=IN-THE-QUERY" in self.path
        self.send_response(200 if told else 401)
        self.end_headers()
        self.wfile.write(self.body if told else b"")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_there_are_no_secrets_in_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox(key="KEY-OF-BIK", secret="SECRET-OF-BIK") as store, serving(_server()) as server:
        shop = Shop(tmp_path / "shop", store)
        shop.publish(*items(3), item("BAD", price="?"))
        monkeypatch.setattr(_Feed, "body", (shop.folder / "feed.xml").read_bytes())
        (shop.folder / "token").write_text("TOKEN-OF-THE-FEED")
        shop.location = f"http://127.0.0.1:{server.server_port}/feed.xml?secret=IN-THE-QUERY"
        shop.settings = (
            f'allow_private_hosts = ["127.0.0.1"]\nheaders = {{ X-Token = {{ file = "{shop.folder}/token" }} }}'
        )
        shop.fault("unauthorized", count=1)
        shop.run()
        assert shop.run().pushed.products == 3
        content = Path(back_up(shop.state, "shop", tmp_path / "copies").file).read_bytes()
    assert b"/feed.xml?secret=" in content
    for secret in (b"KEY-OF-BIK", b"SECRET-OF-BIK", b"TOKEN-OF-THE-FEED", b"IN-THE-QUERY"):
        assert secret not in content


def _server() -> http.server.HTTPServer:
    return http.server.HTTPServer(("127.0.0.1", 0), _Feed)


def test_a_copy_is_as_good_as_its_original(synced: Shop, tmp_path: Path) -> None:
    back_up(synced.state, "shop", tmp_path / "one.db")
    copy_snapshot(tmp_path / "one.db", tmp_path / "two.db")
    with (
        Store(tmp_path / "two.db", read_only=True) as copy,
        Store(snapshot_path(synced.state, "shop"), read_only=True) as original,
    ):
        tables = [
            row[0] for row in original.rows("select name from sqlite_master where type = 'table' and name != 'meta'")
        ]
        for table in tables:
            assert list(copy.rows(f"select * from {table}")) == list(original.rows(f"select * from {table}")), table
