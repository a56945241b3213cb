"""The page on explain shows what the commands really write."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from feedsync.bik.sandbox import Sandbox
from feedsync.cli.main import run_program
from tests.cli.project import Project

PAGE = Path(__file__).parents[2] / "docs" / "explain.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
#: What is another in every run.
_VARYING = (
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"), "2026-11-16 09:00 UTC"),
    (re.compile(r"\d+ ms"), "12 ms"),
    (re.compile(r"rejected by \S+ |approved by \S+ "), "approved by ann "),
    (re.compile(r"\d+\.\d s"), "0.1 s"),
)


def _written(capsys: pytest.CaptureFixture[str], project: Project, text: str) -> str:
    """The commands of a block, each with what it writes; of ``run`` and ``approve`` nothing is shown."""
    lines = []
    for line in text.splitlines():
        if line.startswith("$ "):
            lines.append(line)
            capsys.readouterr()
            run_program(project.arguments(*shlex.split(line)[2:]))
            out = capsys.readouterr().out
            lines += out.splitlines() if line.split()[2] not in ("run", "approve") else []
    return "\n".join(lines) + "\n"


def _steady(text: str) -> str:
    for pattern, steady in _VARYING:
        text = pattern.sub(steady, text)
    return text


def test_the_page_shows_what_is_written(
    tmp_path: Path, store: Sandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``FEEDSYNC_WRITE_PAGES=1`` writes the page anew."""
    for name in ("FEEDSYNC_SCHEDULES", "FEEDSYNC_STATE", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("USER", "ann")
    page = PAGE.read_text(encoding="utf-8")
    blocks = _BLOCK.findall(page)
    feed = next(text for language, text in blocks if language == "xml")
    settings = next(text for language, text in blocks if language == "toml")
    project = Project(tmp_path / "acme", store)
    project.write("acme", project.settings("acme", more=settings))
    location = project.folder / "acme.xml"
    location.write_text(feed, encoding="utf-8")
    run_program(project.arguments("run", "acme"))
    wanted = page
    for language, text in blocks:
        if language != "console":
            continue
        if text.startswith("$ feedsync run"):
            changed = feed.replace("<g:price>250<", "<g:price>350<")
            changed = changed.replace("  <g:sale_price>199.00 INR</g:sale_price>\n", "")
            location.write_text(changed, encoding="utf-8")
        wanted = wanted.replace(f"```console\n{text}", f"```console\n{_steady(_written(capsys, project, text))}")
    if os.environ.get("FEEDSYNC_WRITE_PAGES"):  # pragma: no cover - for whoever changes what is written
        PAGE.write_text(wanted, encoding="utf-8")
    assert page == wanted
