"""The program as it is installed: ``python -m feedsync`` and the entry point."""

from __future__ import annotations

import runpy
import subprocess
import sys
from typing import Any

import pytest
import typer

from feedsync import __version__
from feedsync.cli.main import MODULES, main, program

from .project import Shop, item


def test_the_module_runs_the_program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["feedsync", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("feedsync", run_name="__main__")
    assert (ended.value.code, capsys.readouterr().out) == (0, f"feedsync {__version__}\n")


def test_the_entry_point_leaves_with_the_exit_code(shop: Shop) -> None:
    with pytest.raises(SystemExit) as ended:
        main(shop.project.arguments("run", "nobody"))
    assert ended.value.code == 2


def test_a_reader_that_goes_away_is_no_traceback(shop: Shop) -> None:
    shop.add("acme", *(item(f"P{number}", title="x" * 2000) for number in range(300)))
    command = [sys.executable, "-m", "feedsync", *shop.project.arguments("diff", "acme", "--json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_the_folders_can_be_named_in_the_environment(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.add("acme", item("A"))
    monkeypatch.setenv("FEEDSYNC_SCHEDULES", str(shop.project.schedules))
    monkeypatch.setenv("FEEDSYNC_STATE", str(shop.project.state))
    assert shop.cli("run", "acme").code == 0
    assert (shop.project.state / "acme.db").exists()


def test_a_command_is_loaded_by_its_name() -> None:
    everything: Any = typer.main.get_command(program())
    assert set(everything.commands) == set(MODULES)
    for name, module in MODULES.items():
        loaded: Any = typer.main.get_command(program(["--state", "s", name, "x"]))
        assert set(loaded.commands) == {other for other, one in MODULES.items() if one == module}
    mistaken: Any = typer.main.get_command(program(["rum"]))
    assert set(mistaken.commands) == set(MODULES)


def test_what_is_started_every_minute_does_not_load_the_page_or_the_daemon() -> None:
    code = "import sys; from feedsync.cli.main import program; program(['run']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "feedsync.sync" in loaded
    assert not {"starlette", "uvicorn", "jinja2", "apscheduler", "pandas", "apprise"} & set(loaded)
