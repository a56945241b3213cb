"""A stranger adds a format without touching our code: what docs/adapters.md shows is built, installed, tested and used."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsync.adapters import registry
from feedsync.adapters.registry import adapter_for, candidates, format_names
from feedsync.config import load
from feedsync.ingest import ingest
from feedsync.snapshot.items import Items
from feedsync.snapshot.store import Store
from feedsync.sources import fetch

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "adapters.md").read_text(encoding="utf-8")
#: The page's files: each block follows a paragraph that begins with the file's name.
FILES = dict(re.findall(r"^\*\*`([\w.]+)`\*\*.*?^```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
[FEED] = re.findall(r"^```\n(#BASKETS.*?)```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages that holds the page's package, as an installer would have left it."""
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    folder = tmp_path / "site"
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (folder / "feedsync_baskets.py").write_text(FILES["feedsync_baskets.py"], encoding="utf-8")
    (folder / "test_baskets.py").write_text(FILES["test_baskets.py"], encoding="utf-8")
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [
        f"[{group}]\n{name} = {value}\n"
        for group, points in project["entry-points"].items()
        for name, value in points.items()
    ]
    (info / "entry_points.txt").write_text("".join(lines))
    monkeypatch.syspath_prepend(folder)
    registry.look_again()
    yield folder
    sys.modules.pop("feedsync_baskets", None)
    registry.look_again()


def test_the_page_shows_three_files() -> None:
    assert sorted(FILES) == ["feedsync_baskets.py", "pyproject.toml", "test_baskets.py"]


def test_the_adapter_of_the_page_keeps_every_rule(site: Path) -> None:
    """In a process of its own, as on the stranger's machine: with his tests, and warnings as errors."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "test_baskets.py"],
        cwd=site, env={**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{ROOT}"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert "skipped" not in done.stdout


def test_its_format_is_there_by_name_and_its_code_only_when_it_is_asked_for(site: Path) -> None:
    assert "baskets" in format_names()
    assert adapter_for(b"<rss><item/></rss>", "feed").name == "google-xml"
    assert "feedsync_baskets" not in sys.modules
    assert adapter_for(b"", "feed", "baskets").name == "baskets"
    assert [one.version for one in candidates("baskets")] == [1]


def test_its_documents_are_recognized(site: Path) -> None:
    assert adapter_for(FEED.encode(), "today.txt").name == "baskets"


def test_without_the_package_the_format_is_unknown() -> None:
    assert "baskets" not in format_names()


@pytest.mark.parametrize("named", ["baskets", None])
def test_a_schedule_reads_it_and_skips_what_it_knows(site: Path, tmp_path: Path, named: str | None) -> None:
    (tmp_path / "shop.toml").write_text(
        '[bik]\nkey = { env = "K" }\nsecret = { env = "S" }\n[[feeds]]\nlocation = "today.txt"\n'
        + (f'format = "{named}"\n' if named else "")
    )
    schedule = load(tmp_path / "shop.toml")
    readings = []
    with Store(tmp_path / "shop.db") as store:
        for run, text in enumerate((FEED, FEED.replace("24.90", "19.90")), 1):
            (tmp_path / "today.txt").write_text(text)
            document = fetch("today.txt", base_dir=tmp_path, spool_dir=tmp_path)
            with store.transaction():
                readings.append(
                    ingest(Items(store), schedule, 0, document, run=run, now=run, progress=lambda items, parsed: None)
                )
        ids = [row[0] for row in store.rows("select id from variants order by id")]
    assert [(one.format, one.verdict, one.items, one.parsed) for one in readings] == [
        ("baskets", "complete", 2, 2),
        ("baskets", "complete", 2, 1),
    ]
    assert ids == ["4711", "4712"]
