"""What the shell is offered behind TAB, asked as the shells ask: by the program itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from feedsync.cli.main import run_program

Offered = Callable[[str], set[str]]
_PROGRAM = "import sys; from feedsync.start import main; sys.argv[0] = 'feedsync'; main()"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two folders of schedules: the usual one, and another."""
    for name in ("schedules/acme", "schedules/acme-2", "schedules/bolt", "other/calm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _written(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the program writes before it ends, as it does for a shell."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        run_program(list(arguments))
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.fixture
def offered(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Offered:
    """What bash is offered at the end of a line."""

    def ask(line: str) -> set[str]:
        monkeypatch.setenv("_FEEDSYNC_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
        return set(_written(capsys).split())

    return ask


def test_commands_and_options(offered: Offered) -> None:
    assert offered("feedsync re") == {"report", "reject", "resync", "retire", "reconcile", "restore"}
    assert offered("feedsync schedule ex") == {"export"}
    assert "--same-store" in offered("feedsync run --s")


@pytest.mark.parametrize(
    "command", ["run", "report", "diff", "check", "doctor", "backup", "vacuum", "restore", "schedule check"]
)
def test_names_of_schedules(offered: Offered, command: str) -> None:
    assert offered(f"feedsync {command} ac") == {"acme", "acme-2"}


def test_they_are_those_of_the_folder_that_is_meant(offered: Offered, monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered("feedsync --schedules other run ") == {"calm"}
    assert offered("feedsync --schedules nowhere run ") == set()
    monkeypatch.setenv("FEEDSYNC_SCHEDULES", "other")
    assert offered("feedsync run ") == {"calm"}


def test_gates(offered: Offered) -> None:
    assert offered("feedsync run acme --allow re") == {"removals"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_script_for_each_shell(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_FEEDSYNC_COMPLETE", f"source_{shell}")
    assert f"_FEEDSYNC_COMPLETE=complete_{shell}" in _written(capsys)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
def test_it_works_in_bash(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The line is completed by bash itself, with the program on its path."""
    monkeypatch.setenv("_FEEDSYNC_COMPLETE", "source_bash")
    script = _written(capsys)
    program = folder / "bin" / "feedsync"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{_PROGRAM}" "$@"\n')
    program.chmod(0o755)
    asked = (
        f'{script}\nCOMP_WORDS=(feedsync run b) COMP_CWORD=2\n_feedsync_completion feedsync\necho "${{COMPREPLY[@]}}"'
    )
    environment = {"PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(["bash", "-c", asked], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("bolt\n", "")
