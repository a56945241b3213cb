"""Units: taken by systemd without a word, with the words of the command as they are meant, and with what they need."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from feedsync.export_place import Place, secrets_of
from feedsync.export_systemd import systemd_units

from .support import AWKWARD, place, schedule

SYSTEMD = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
CREDENTIAL = "file = '$CREDENTIALS_DIRECTORY/acme_key'"


def _words(line: str) -> list[str]:
    """A command of a unit taken apart by the rules of systemd.service(5)."""
    found = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line)
    plain = [re.sub(r"\\(.)", r"\1", quoted) if quoted else bare for quoted, bare in found]
    return [word.replace("%%", "%") for word in plain[:1]] + [
        word.replace("%%", "%").replace("$$", "$") for word in plain[1:]
    ]


def _lines(unit: str, key: str) -> list[str]:
    return [line.partition("=")[2] for line in unit.splitlines() if line.startswith(f"{key}=")]


def _program(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "feedsync"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return str(program)


@SYSTEMD
@pytest.mark.parametrize("name", ["plain", AWKWARD])
def test_systemd_takes_them(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    here = place(folder, _program(folder))
    schedules = [
        schedule(folder / "schedules", "acme", "cron = '0 12 13 * fri'\njitter = '90s'", key=CREDENTIAL),
        schedule(folder / "schedules", "b.o-l_t", "every = '45m'"),
        schedule(folder / "schedules", "hand"),
    ]
    units = systemd_units(schedules, here)
    for file, text in units.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    files = [str(tmp_path / file) for file in units]
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


@SYSTEMD
def test_little_is_left_to_a_process_that_goes_astray(tmp_path: Path) -> None:
    units = systemd_units([schedule(tmp_path, "acme", "every = '1h'")], place(tmp_path))
    for name in ("feedsync-acme.service", "feedsync.service"):
        (tmp_path / name).write_text(units[name])
        asked = ["systemd-analyze", "security", "--offline=yes", "--threshold=25", str(tmp_path / name)]
        told = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize("name", ["plain", AWKWARD])
def test_the_words_of_the_command(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    here = place(folder, str(folder / "feedsync"))
    units = systemd_units([schedule(tmp_path, "acme", "every = '1h'")], here)
    for unit, command in (("feedsync-acme.service", ["run", "acme"]), ("feedsync.service", ["daemon"])):
        (line,) = _lines(units[unit], "ExecStart")
        words = _words(line)
        assert (words[0] == "/usr/bin/env") == (name == AWKWARD)
        assert words[words.index(str(folder / "feedsync")) :] == [
            str(folder / "feedsync"), "--schedules", str(here.schedules), "--state", str(here.state), *command,
        ]  # fmt: skip
        assert _lines(units[unit], "WorkingDirectory") == [str(folder).replace("%", "%%")]


def test_there_is_a_timer_only_for_what_has_times(tmp_path: Path) -> None:
    schedules = [
        schedule(tmp_path, "cron", "cron = '@daily'"),
        schedule(tmp_path, "every", "every = '45m'"),
        schedule(tmp_path, "rests", "cron = '@daily'\nenabled = false"),
        schedule(tmp_path, "hand"),
    ]
    units = systemd_units(schedules, place(tmp_path))
    assert sorted(name for name in units if name.endswith(".timer")) == ["feedsync-cron.timer", "feedsync-every.timer"]
    assert len([name for name in units if name.endswith(".service")]) == 5
    assert _lines(units["feedsync.service"], "Conflicts") == ["feedsync-cron.timer feedsync-every.timer"]
    cron, every = units["feedsync-cron.timer"], units["feedsync-every.timer"]
    assert (_lines(cron, "Persistent"), _lines(cron, "OnCalendar")) == (["true"], ["*-*-* 00:00:00 UTC"])
    assert (_lines(every, "OnUnitActiveSec"), _lines(every, "OnBootSec")) == (["2700s"], ["1min"])
    assert _lines(cron, "RandomizedDelaySec") == []


def test_jitter_delays_by_the_same_each_time(tmp_path: Path) -> None:
    unit = systemd_units([schedule(tmp_path, "acme", "cron = '@daily'\njitter = '90s'")], place(tmp_path))[
        "feedsync-acme.timer"
    ]
    assert (_lines(unit, "RandomizedDelaySec"), _lines(unit, "FixedRandomDelay")) == (["90s"], ["true"])


def test_rejected_and_held_are_success_and_the_end_by_a_signal_is_the_daemons(tmp_path: Path) -> None:
    units = systemd_units([schedule(tmp_path, "acme", "every = '1h'")], place(tmp_path, user="shop"))
    assert _lines(units["feedsync-acme.service"], "SuccessExitStatus") == ["3 4"]
    assert _lines(units["feedsync.service"], "SuccessExitStatus") == ["143"]
    assert _lines(units["feedsync-acme.service"], "User") == ["shop"]


def test_secrets_come_by_a_file_of_variables_or_as_credentials(tmp_path: Path) -> None:
    acme = schedule(
        tmp_path, "acme", "every = '1h'", key=CREDENTIAL,
        more="headers = { X = { file = '${CREDENTIALS_DIRECTORY}/other' }, Y = { file = 'token' }, Z = { env = 'Z' } }\n"
        "[alerts]\nto = [{ env = 'TO' }, { file = '$CREDENTIALS_DIRECTORY/a/b' }]",
    )  # fmt: skip
    bolt = schedule(tmp_path, "bolt", "every = '1h'", key="file = '/run/bolt'")
    bolt.bik.__dict__["secret"] = bolt.bik.key
    secrets = secrets_of(acme)
    assert (secrets.variables, secrets.credentials) == (("ACME_SECRET", "TO", "Z"), ("acme_key", "other"))
    units = systemd_units([acme, bolt], place(tmp_path, user="shop"))
    unit, both = units["feedsync-acme.service"], units["feedsync.service"]
    assert _lines(unit, "EnvironmentFile") == _lines(both, "EnvironmentFile") == [f"{tmp_path}/secrets/acme.env"]
    assert "# It has to say: ACME_SECRET, TO, Z\n" in unit
    assert _lines(unit, "LoadCredential") == [
        f"acme_key:{tmp_path}/secrets/credentials/acme_key", f"other:{tmp_path}/secrets/credentials/other",
    ]  # fmt: skip
    assert f"# shop has to be able to read {tmp_path}/token\n" in unit
    assert "EnvironmentFile" not in units["feedsync-bolt.service"]
    assert "# shop has to be able to read /run/bolt\n" in units["feedsync-bolt.service"]
    assert "# shop has to be able to read /run/bolt\n" in both


@pytest.mark.parametrize(
    ("state", "lines"),
    [
        ("/var/lib/feedsync/shop", ["StateDirectory=feedsync/shop", "StateDirectoryMode=0700"]),
        ("/var/lib/feed sync", ['ReadWritePaths="/var/lib/feed sync"']),
        ("/var/lib", ["ReadWritePaths=/var/lib"]),
        ("/srv/state", ["ReadWritePaths=/srv/state"]),
    ],
)
def test_only_the_state_may_be_written(tmp_path: Path, state: str, lines: list[str]) -> None:
    here = msgspec.structs.replace(place(tmp_path), state=Path(state))
    unit = systemd_units([schedule(tmp_path, "acme", "every = '1h'")], here)["feedsync-acme.service"]
    assert _lines(unit, "ProtectSystem") == ["strict"]
    assert [line for line in unit.splitlines() if line.startswith(("StateDirectory", "ReadWritePaths"))] == lines


@pytest.mark.parametrize(
    ("location", "state", "home", "temporary"),
    [
        ("https://h/f.xml", "/srv/state", "yes", "yes"),
        ("/home/shop/feed.xml", "/srv/state", "read-only", "yes"),
        ("https://h/f.xml", "/root/state", "read-only", "yes"),
        ("/var/tmp/feed.xml", "/srv/state", "yes", "no"),
    ],
)
def test_homes_and_temporary_files_are_hidden_unless_a_run_needs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, location: str, state: str, home: str, temporary: str
) -> None:
    monkeypatch.setattr("sys.base_prefix", "/usr")
    acme = schedule(tmp_path, "acme", "every = '1h'")
    acme.feeds[0].__dict__["location"] = location
    srv = Path("/srv")
    here = Place(("/usr/bin/feedsync",), srv, srv, Path(state), srv, "shop")
    unit = systemd_units([acme], here)["feedsync-acme.service"]
    assert (_lines(unit, "ProtectHome"), _lines(unit, "PrivateTmp")) == ([home], [temporary])
