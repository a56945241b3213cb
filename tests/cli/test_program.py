"""The program as it is installed: ``python -m feedsync`` and the entry point."""

from __future__ import annotations

import runpy
import subprocess
import sys
from typing import Any

import pytest
import typer

from feedsync import __version__
from feedsync.cli.main import MODULES, program
from feedsync.start import main

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


#: What a run over a feed of this machine that has not changed does without: each takes its time, and some much memory.
HEAVY = {
    "anyio", "apprise", "apscheduler", "asyncio", "certifi", "charset_normalizer", "httpx", "jinja2", "lxml", "numpy",
    "pandas", "prometheus_client", "pygments", "rich.progress", "rich.traceback", "selectolax", "sqlite_utils", "ssl",
    "stamina", "starlette", "structlog", "urllib.request", "uvicorn",
    "feedsync.ingest", "feedsync.metrics", "feedsync.sources.http", "feedsync.sources.pages", "feedsync.sources.remote",
}  # fmt: skip


def _loaded(code: str, *arguments: str) -> set[str]:
    command = [sys.executable, "-c", f"{code}; import sys; print(*sys.modules, file=sys.stderr)", *arguments]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stderr.split())


def test_what_is_started_every_minute_loads_what_it_needs(shop: Shop) -> None:
    shop.add("acme", item("A"))
    run = "import sys; from feedsync.cli.main import run_program; run_program(sys.argv[1:])"
    assert shop("run", "acme").code == 0
    for asked in (["acme"], ["--due"]):
        loaded = _loaded(run, *shop.project.arguments("run", *asked))
        assert "feedsync.sync" in loaded
        assert not HEAVY & loaded


def test_a_worker_loads_what_its_work_needs() -> None:
    loaded = _loaded("import feedsync.pool, feedsync.itemreader, feedsync.deriving")
    assert not (HEAVY - {"selectolax", "lxml"}) & loaded


def test_the_version_is_told_without_any_command() -> None:
    told: Any = typer.main.get_command(program(["--version"]))
    assert told.commands == {}
