"""What the doctor looks at, and what each finding means."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from feedsync.doctor import Check, machine, one
from feedsync.snapshot.lock import schedule_lock
from tests.bik.scripted import Answer, Scripted
from tests.serving import serving
from tests.sync.shop import Shop, items


def levels(checks: list[Check]) -> dict[str, str]:
    return {check.what: check.level for check in checks}


def health(shop: Shop, skew: float | None = None) -> list[Check]:
    if skew is None:
        return one(shop.schedule(), shop.state).checks
    return one(shop.schedule(), shop.state, clock=lambda: time.time() + skew).checks


def the(what: str, checks: list[Check]) -> Check:
    (found,) = (check for check in checks if check.what == what)
    return found


@pytest.mark.parametrize(("free", "level"), [(2_000_000_000, "ok"), (500_000_000, "warning"), (1_000_000, "bad")])
def test_the_machine(tmp_path: Path, free: int, level: str) -> None:
    checks = list(machine(tmp_path / "not" / "yet", free_bytes=lambda path: free))
    assert levels(checks) == {"sqlite": "ok", "state": "ok", "disk": level}
    assert "made by the first run" in checks[1].message
    assert list(machine(tmp_path))[1].message == f"{tmp_path} can be written"


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert levels(list(machine(tmp_path))) == {"sqlite": "ok", "state": "bad"}


@pytest.mark.parametrize(("version", "words"), [("3.40.1", "needs two writers"), ("3.52.0", "SQLite 3.52.0")])
def test_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, words: str) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version", version)
    assert words in next(machine(tmp_path)).message


def test_a_healthy_schedule(shop: Shop) -> None:
    assert levels(health(shop)) == {
        "lock": "ok", "secrets": "ok", "snapshot": "ok", "bik": "ok", "clock": "ok",
    }  # fmt: skip
    shop.bik["app_id"] = '"sandbox"'
    assert levels(health(shop))["bik"] == "ok"


@pytest.mark.parametrize("skew", [-3600, 121, 90_000])
def test_a_clock_that_is_off(shop: Shop, skew: int) -> None:
    check = the("clock", health(shop, skew))
    assert (check.level, "NTP" in check.todo) == ("bad", True)


def test_a_store_that_does_not_tell_its_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Scripted()) as server:
        server.answers = [Answer(b'{"status": 200, "success": true, "data": {"products": []}}')]
        shop.bik["base_url"] = f'"{server.base_url}"'
        monkeypatch.setattr("http.server.BaseHTTPRequestHandler.date_time_string", lambda self, timestamp=None: "never")
        assert levels(health(shop))["clock"] == "warning"


def test_credentials_that_are_refused_and_secrets_that_are_missing(shop: Shop) -> None:
    shop.fault("unauthorized")
    assert levels(health(shop)) == {"lock": "ok", "secrets": "ok", "snapshot": "ok", "bik": "bad"}
    (shop.folder / "key").unlink()
    checks = health(shop)
    assert levels(checks) == {"lock": "ok", "secrets": "bad", "snapshot": "ok"}
    assert "FS-105" in the("secrets", checks).message


def test_locks(shop: Shop) -> None:
    shop.publish(*items(1))
    shop.run()
    assert health(shop)[0].message == "no run is going on"
    path = shop.state / "shop.lock"
    with schedule_lock(path, "shop"):
        assert "a run is going on: pid" in health(shop)[0].message
        text = path.read_bytes()
    path.write_bytes(text)
    check = health(shop)[0]
    assert (check.level, "the last run died: pid" in check.message) == ("warning", True)
    summary = shop.run()
    assert summary.died is not None
    assert "pid" in summary.died
    assert shop.run().died is None
