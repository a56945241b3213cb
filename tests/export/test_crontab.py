"""A line of a crontab, run by a shell as cron does: what the program is given, what is said, and the exit code."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from feedsync.errors import ConfigError
from feedsync.export_cron import crontab
from feedsync.export_place import Place
from feedsync.timing import offset_of

from .support import AWKWARD, place, schedule

_PROGRAM = """#!/bin/sh
python3 -c 'import json, os, sys; json.dump([sys.argv[1:], os.getcwd(), os.environ.get("ACME_KEY"),
  os.environ.get("CREDENTIALS_DIRECTORY")], open(os.environ["TOLD"], "w"))' "$@"
echo "what it says"
exit ${CODE:-0}
"""


def _unescaped(command: str) -> str:
    """What cron hands to the shell (do_command.c of Vixie's cron): ``\\%`` is ``%``, and a bare one ends the command."""
    out, escaped = "", False
    for sign in command:
        if escaped:
            out = out[:-1] + "%" if sign == "%" else out + sign
            escaped = False
        elif sign == "%":
            return out
        else:
            out += sign
            escaped = sign == "\\"
    return out


def _run(text: str, folder: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    line = next(line for line in text.splitlines() if line.startswith("0 * * * *"))
    environment = {"PATH": os.environ["PATH"], "TOLD": str(folder / "told.json"), "CODE": str(code)}
    command = _unescaped(line.split(maxsplit=5)[5])
    return subprocess.run(["/bin/sh", "-c", command], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def awkward(tmp_path: Path) -> Place:
    """A program and its folders with awkward names."""
    folder = tmp_path / AWKWARD
    (folder / "secrets").mkdir(parents=True)
    (folder / "secrets" / "acme.env").write_text("ACME_KEY='the key'\n")
    program = folder / "feedsync"
    program.write_text(_PROGRAM)
    program.chmod(0o755)
    return place(folder, str(program))


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (3, 0), (4, 0), (1, 1), (2, 2), (5, 5)])
def test_only_a_failure_is_one_and_says_something(awkward: Place, tmp_path: Path, code: int, ends: int) -> None:
    acme = schedule(
        tmp_path / "schedules", first="every = '1h'", more="headers = { X = { file = '$CREDENTIALS_DIRECTORY/x' } }"
    )
    done = _run(crontab([acme], awkward).text, tmp_path, code)
    assert (done.returncode, done.stdout, done.stderr) == (ends, "what it says\n" if ends else "", "")
    arguments, folder, key, credentials = json.loads((tmp_path / "told.json").read_text())
    assert arguments == ["--schedules", str(awkward.schedules), "--state", str(awkward.state), "run", "acme"]
    assert (folder, key) == (str(awkward.folder), "the key")
    assert credentials == str(awkward.secrets / "credentials")


def test_the_line_for_all_of_them(awkward: Place, tmp_path: Path) -> None:
    names = ("acme", "bolt")
    text = crontab([schedule(tmp_path / "schedules", name, "every = '1h'") for name in names], awkward).text
    line = next(line for line in text.splitlines() if line.startswith("# * * * * *"))
    assert _run(line.replace("# * * * * *", "0 * * * *"), tmp_path).returncode == 0
    told = json.loads((tmp_path / "told.json").read_text())
    assert (told[0][-2:], told[2]) == (["run", "--due"], "the key")


def test_without_variables_nothing_is_read(awkward: Place, tmp_path: Path) -> None:
    acme = schedule(tmp_path / "schedules", first="every = '1h'", key="file = '/run/key'")
    acme.bik.__dict__["secret"] = acme.bik.key
    text = crontab([acme], awkward).text
    assert ".env" not in text
    assert _run(text, tmp_path).returncode == 0


def test_jitter_is_a_pause_that_is_always_the_same(tmp_path: Path) -> None:
    acme = schedule(tmp_path, first="every = '1h'\njitter = '5m'")
    assert f"0 * * * * sleep {offset_of('acme', 300)}; o=" in crontab([acme], place(tmp_path)).text


@pytest.mark.parametrize("name", ["two\nlines", "a tab\t", "at its end\\", " in front", "\udcff"])
def test_a_path_that_no_line_can_hold(tmp_path: Path, name: str) -> None:
    acme = schedule(tmp_path, first="every = '1h'")
    with pytest.raises(ConfigError) as caught:
        crontab([acme], place(tmp_path, name))
    assert "cannot be written into a unit or a crontab" in caught.value.message
