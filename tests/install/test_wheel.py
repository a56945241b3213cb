"""The steps of the Dockerfile, done by hand: what it copies makes a package, and the package alone runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .dockerfile import ROOT, copied


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel, made of what the Dockerfile copies and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    for source in copied():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, folder / "src" / source, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (folder / "src").mkdir(exist_ok=True)
            shutil.copy(ROOT / source, folder / "src")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(folder),
        str(folder / "src"),
    ]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    if "No matching distribution found for hatchling" in done.stderr:
        pytest.skip("no index of packages is to be reached")
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def test_it_holds_all_that_is_no_code(package: Path) -> None:
    for pattern in ("**/*.html", "**/*.css", "**/*.js", "**/py.typed"):
        ours = {str(path.relative_to(ROOT)) for path in (ROOT / "feedsync").glob(pattern)}
        assert ours
        assert {str(path.relative_to(package)) for path in package.glob(f"feedsync/{pattern}")} == ours
    samples = {path.name for path in (ROOT / "sample_feeds").iterdir()}
    assert {path.name for path in (package / "feedsync" / "samples").iterdir()} == samples


def test_it_names_the_program(package: Path) -> None:
    (points,) = package.glob("*.dist-info/entry_points.txt")
    assert "feedsync = feedsync.start:main" in points.read_text()
    assert list(package.glob("*.dist-info/licenses/LICENSE"))


def test_it_runs_without_the_repository(package: Path, tmp_path: Path) -> None:
    """The demo, which needs the samples, the sandbox and the templates of nothing else."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(package), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "feedsync", "demo"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 3), done.stderr
    assert "the store equals the feed" in done.stdout
    assert list(tmp_path.iterdir()) == []
