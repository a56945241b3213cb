"""``status``: how every schedule stands, for people and for programs."""

from __future__ import annotations

import os
import pty
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from feedsync.alerts import file_checked
from feedsync.config import load
from feedsync.errors import ConfigError
from feedsync.notes import Undelivered, open_notes
from feedsync.snapshot.lock import schedule_lock
from tests.cli.project import Shop, item, items


def _cells(out: str, name: str) -> list[str]:
    [line] = [line for line in out.splitlines() if line.startswith(f"{name} ")]
    return line.split()


@pytest.fixture
def street(shop: Shop) -> Shop:
    """One that is well, one that holds removals and rejects an item, one that failed, one that never ran, a broken one."""
    shop.add("well", *items(3), first='every = "15m"')
    shop.add("held", *items(12))
    shop.add("lost", *items(3))
    shop.add("fresh", *items(3))
    assert shop("run", "well", "held", "lost").code == 0
    shop.project.publish("held", *items(6), item("BAD", price="?"))
    (shop.project.folder / "lost.xml").unlink()
    assert shop("run", "held", "lost").code == 1
    shop.project.write("torn", "nonsense = 1")
    return shop


def test_a_line_a_schedule_and_what_is_wrong_with_what_to_do(street: Shop) -> None:
    result = street("status")
    lines = result.out.splitlines()
    assert lines[0].split() == ["schedule", "state", "last", "next", "good", "feed", "items", "held", "rej.", "trend"]
    assert max(map(len, lines)) <= 80
    well = _cells(result.out, "well")
    assert (well[1], well[6:9], len(well[9])) == ("done", ["3", "0", "0"], 1)
    assert well[3].endswith("m")
    assert _cells(result.out, "held")[6:9] == ["7", "6", "1"]
    assert (_cells(result.out, "lost")[1], _cells(result.out, "lost")[-1]) == ("failed", "█x")
    assert _cells(result.out, "fresh")[1:9] == ["never", "ran", "-", "-", "-", "-", "-", "0"]
    assert "→ feedsync approve held" in lines
    assert "→ feedsync report lost" in lines
    assert "→ feedsync check torn" in lines
    assert "FS-102" in result.out
    assert "\x1b" not in result.out
    assert result.code == 2


@pytest.mark.parametrize(("name", "code"), [("well", 0), ("held", 4), ("lost", 1), ("fresh", 0), ("torn", 2)])
def test_the_exit_code_is_that_of_the_last_run(street: Shop, name: str, code: int) -> None:
    result = street("status", name)
    assert result.code == code
    assert [line.split()[0] for line in result.out.splitlines()[1:2]] == [name]


def test_an_item_that_is_rejected_ends_with_3(shop: Shop) -> None:
    shop.add("acme", *items(2), item("BAD", price="?"))
    shop("run", "acme")
    assert shop("status").code == 3
    (shop.project.state / "acme.db").write_bytes(b"junk")
    result = shop("status")
    assert (result.code, "→ feedsync doctor acme" in result.out) == (1, True)


def test_silence_ends_with_1(shop: Shop) -> None:
    shop.add("acme", *items(2), first='every = "1m"', more='[alerts]\nsilent_after = "60s"\non = ["held"]')
    shop("run", "acme")
    with closing(sqlite3.connect(shop.project.state / "acme.db")) as db, db:
        db.execute("update runs set started_at = 1000, finished_at = 1001")
    result = shop("status")
    assert (result.code, "there was no good run for" in result.out) == (1, True)
    assert " now " in result.out


def test_a_run_that_goes_on_and_somebody_who_could_not_be_told(shop: Shop) -> None:
    shop.add("acme", *items(2))
    shop("run", "acme")
    with open_notes(shop.project.state, "acme") as notes:
        notes.undelivered = [Undelivered("env OPS", "JSON did not take it", 1000, 1000)]
    with schedule_lock(shop.project.state / "acme.lock", "acme"):
        result = shop("status")
        found = shop("status", "--json").json()["schedules"][0]
    assert f"acme: a run goes on: pid {os.getpid()}" in result.out
    assert "env OPS: JSON did not take it" in " ".join(result.out.split())
    assert "→ feedsync alerts test acme" in result.out
    assert found["undelivered"] == [
        {"receiver": "env OPS", "reason": "JSON did not take it", "since": "1970-01-01T00:16:40.000Z"}
    ]
    assert found["running"]["pid"] == os.getpid()
    assert "running" in result.out


def test_a_file_that_broke_under_the_daemon_is_told_once(shop: Shop) -> None:
    shop.add("acme", *items(2))
    schedule = load(shop.project.schedules / "acme.toml")
    shop.project.write("acme", "nonsense = 1")
    error = ConfigError("FS-102", where="acme.toml:1", key="nonsense", hint="")
    file_checked(schedule, shop.project.state, error)
    result = shop("status")
    assert (result.code, result.out.count("nonsense")) == (2, 1)
    assert "the last good form of it goes on" in " ".join(result.out.split())


def test_a_name_that_is_none_is_told_with_the_nearest(street: Shop) -> None:
    result = street("status", "hold")
    assert (result.code, "did you mean 'held'" in result.err) == (2, True)


def test_for_programs(street: Shop) -> None:
    result = street("status", "--json")
    found = {one["schedule"]: one for one in result.json()["schedules"]}
    assert [one["exit_code"] for one in found.values()] == [0, 4, 1, 2, 0]
    assert found["held"]["held"] == {"removals": 6}
    assert [wrong["kind"] for wrong in found["held"]["wrong"]] == ["held", "rejected"]
    assert found["held"]["wrong"][0]["todo"] == "feedsync approve held"
    assert [run["outcome"] for run in found["held"]["runs"]] == ["held", "done"]
    assert found["well"]["next_why"] == "every"
    assert found["well"]["last_good_age_s"] >= 0
    assert found["fresh"]["last_good_at"] is None
    assert found["torn"]["problem"]["code"] == "FS-102"


def test_watching_is_for_a_terminal(shop: Shop) -> None:
    shop.add("acme", *items(2))
    assert shop("status", "--watch").code == 2
    assert shop("status", "--watch", "--json").code == 2


def test_watching_looks_again_until_ctrl_c(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.add("acme", *items(2))
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    looks: list[float] = []

    def pause(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 1:
            shop.add("other", *items(2))
        else:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("time.sleep", pause)
    result = shop("status", "--watch")
    assert (result.code, len(looks)) == (0, 2)
    assert "other" in result.out
    assert "ctrl-C ends" in result.out


def test_watching_on_a_real_terminal(shop: Shop) -> None:
    shop.add("acme", *items(2))
    primary, secondary = pty.openpty()
    command = [sys.executable, "-m", "feedsync", *shop.project.arguments("status", "--watch")]
    with subprocess.Popen(command, stdout=secondary, stderr=secondary) as process:
        os.close(secondary)
        seen = b""
        while b"ctrl-C ends" not in seen:
            seen += os.read(primary, 65536)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
    os.close(primary)
    assert b"never ran" in seen


def test_a_terminal_without_those_signs_gets_others(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.add("acme", *items(2))
    shop("run", "acme")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    command = [sys.executable, "-m", "feedsync", *shop.project.arguments("status")]
    out = subprocess.run(command, capture_output=True, check=True).stdout
    assert out.splitlines()[1].endswith(b" #")
