"""``demo``: the whole thing on the sample feeds against the built-in sandbox, with no configuration and no network."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import typer
from rich.console import Console
from rich.text import Text

from feedsync.bik.sandbox import Sandbox
from feedsync.cli.common import console
from feedsync.config import load
from feedsync.demo import SCHEDULE, differences, samples
from feedsync.report.terminal import print_run
from feedsync.sync import preview, run_schedule


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("demo")(demo)


def demo() -> None:
    """Sync two days of a sample feed to a local sandbox, show both plans, and prove that the store equals the feed."""
    terminal = console()
    with TemporaryDirectory(prefix="feedsync-demo-") as folder, Sandbox() as store:
        root = Path(folder)
        os.environ["FEEDSYNC_DEMO_KEY"] = os.environ["FEEDSYNC_DEMO_SECRET"] = "sandbox"
        (root / "kettle-and-leaf.toml").write_text(SCHEDULE.format(base_url=store.base_url), encoding="utf-8")
        schedule = load(root / "kettle-and-leaf.toml")
        wrong: list[str] = []
        for day in ("day1", "day2"):
            shutil.copyfile(samples() / f"{day}.xml", root / "feed.xml")
            _title(terminal, f"{day}: what a run would do (feedsync diff kettle-and-leaf)")
            print_run(terminal, preview(schedule, root / "state"))
            _title(terminal, f"{day}: the run (feedsync run kettle-and-leaf)")
            print_run(terminal, run_schedule(schedule, root / "state", trigger="demo"))
            wrong += differences(schedule, root / "feed.xml", store.products())
            terminal.print(Text("  proof    the store equals the feed" if not wrong else "  proof    FAILED"))
            for line in wrong:
                terminal.print(Text(f"           {line}", "red"))
    terminal.print()
    terminal.print(Text("Now your own feed: README, 'Your first schedule'."))
    raise typer.Exit(1 if wrong else 0)


def _title(terminal: Console, text: str) -> None:
    terminal.print()
    terminal.rule(Text(text, "bold"), align="left", characters="─")
