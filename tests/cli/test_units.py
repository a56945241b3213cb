"""``schedule export`` on the command line."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from .project import Shop, items


@pytest.fixture
def timed(shop: Shop) -> Shop:
    shop.add("acme", *items(1), first="cron = '@daily'")
    shop.add("bolt", *items(1), first="every = '45m'")
    return shop


def test_units_are_written_into_a_folder(timed: Shop, tmp_path: Path) -> None:
    result = timed("schedule", "export", "--systemd", "--to", str(tmp_path / "deep" / "units"), "--user", "shop")
    assert result.code == 0
    written = {path.name: path.read_text() for path in (tmp_path / "deep" / "units").iterdir()}
    assert set(written) == {
        "feedsync-acme.service", "feedsync-acme.timer", "feedsync-bolt.service", "feedsync-bolt.timer", "feedsync.service",
    }  # fmt: skip
    assert (
        f"\nExecStart={sys.executable} -m feedsync --schedules {timed.project.schedules} "
        in written["feedsync.service"]
    )
    assert "\nUser=shop\n" in written["feedsync.service"]
    assert "systemctl daemon-reload" in " ".join(result.out.split())


def test_units_go_to_stdout_each_with_its_name(timed: Shop) -> None:
    result = timed("schedule", "export", "--systemd")
    assert result.code == 0
    assert [line for line in result.out.splitlines() if line.startswith("# ---")] == [
        "# --- feedsync-acme.service", "# --- feedsync-acme.timer", "# --- feedsync-bolt.service",
        "# --- feedsync-bolt.timer", "# --- feedsync.service",
    ]  # fmt: skip


def test_a_crontab_and_what_it_cannot_hold(timed: Shop, tmp_path: Path) -> None:
    result = timed("schedule", "export", "--cron")
    assert (result.code, result.out.startswith("# Written by feedsync")) == (0, True)
    assert "bolt is left out: every 2700 s fits no clock" in result.err
    assert timed("schedule", "export", "--cron", "--to", str(tmp_path)).code == 0
    assert (tmp_path / "crontab").read_text() + "\n" == result.out


def test_the_program_is_the_one_that_was_called(timed: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "feedsync"
    program.parent.mkdir()
    shutil.copy(shutil.which("true") or "/bin/true", program)
    monkeypatch.setattr("sys.argv", [str(program)])
    assert f"\nExecStart={program} --schedules" in timed("schedule", "export", "--systemd").out
    program.unlink()
    assert f"\nExecStart={sys.executable} -m feedsync" in timed("schedule", "export", "--systemd").out


def test_a_mistake_in_one_stops_no_other(timed: Shop) -> None:
    timed.project.write("wrong", "colour = 'red'")
    result = timed("schedule", "export", "--systemd")
    assert result.code == 2
    assert "feedsync: wrong: FS-102" in result.err
    assert "# --- feedsync-acme.timer" in result.out


def test_usage(timed: Shop, tmp_path: Path) -> None:
    for arguments in ([], ["--systemd", "--cron"]):
        result = timed("schedule", "export", *arguments)
        assert (result.code, "give --systemd or --cron" in result.err) == (2, True)
    (tmp_path / "file").write_text("in the way")
    assert "FS-109" in timed("schedule", "export", "--systemd", "--to", str(tmp_path / "file")).err
