"""The Dockerfile and the compose file: what they name is there, and what they promise holds.

Nothing here builds an image; that the steps make a program that works is shown in ``test_wheel.py``.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from feedsync.bik.sandbox import Sandbox
from feedsync.cli.main import program
from tests.cli.project import Cli, Project, items

from .dockerfile import ROOT, copied, instructions

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PROGRAM: Any = typer.main.get_command(program())
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICE = COMPOSE["services"]["feedsync"]


def _all(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def _environment() -> dict[str, str]:
    return {name: value for rest in _all("ENV") for name, value in re.findall(r"(\w+)=(\S+)", rest)}


def test_what_it_copies_is_there_and_let_through() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [source for source in copied() if not (ROOT / source).exists()] == []
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == set(copied())


def test_it_copies_what_the_build_needs() -> None:
    assert {"pyproject.toml", PROJECT["readme"], *PROJECT["license-files"], "feedsync", "sample_feeds"} <= set(copied())


def test_the_extras_that_it_installs_are_known() -> None:
    (extras,) = [match[1] for rest in _all("RUN") for match in re.finditer(r"'\.\[([\w,]+)\]'", rest)]
    assert set(extras.split(",")) <= set(PROJECT["optional-dependencies"])


def test_both_stages_have_the_same_python_and_one_that_is_supported() -> None:
    images = {rest.split()[0] for rest in _all("FROM")}
    (version,) = [match[1] for image in images if (match := re.fullmatch(r"python:(3\.\d+)-slim-\w+", image))]
    assert f"Programming Language :: Python :: {version}" in PROJECT["classifiers"]


def test_it_is_not_root_and_owns_only_what_it_writes() -> None:
    (user,) = _all("USER")
    number = user.split(":")[0]
    assert number.isdigit()
    assert int(number) > 0
    (made,) = [rest for rest in _all("RUN") if "install -d" in rest]
    assert f"-o {number} -g {number} /state /backups" in made
    assert json.loads(_all("VOLUME")[0]) == [_environment()["FEEDSYNC_STATE"]]


def test_its_variables_are_those_of_the_program() -> None:
    known = {parameter.envvar for command in (PROGRAM, *PROGRAM.commands.values()) for parameter in command.params}
    ours = {name for name in _environment() if name.startswith("FEEDSYNC_")}
    assert ours == {"FEEDSYNC_SCHEDULES", "FEEDSYNC_STATE", "FEEDSYNC_LISTEN"}
    assert ours <= known


def test_it_starts_the_program_with_a_command_that_there_is() -> None:
    (entry,) = (json.loads(rest) for rest in _all("ENTRYPOINT"))
    (command,) = (json.loads(rest) for rest in _all("CMD"))
    assert PROJECT["scripts"][entry[0]] == "feedsync.start:main"
    for arguments in (command, SERVICE["command"]):
        PROGRAM.commands[arguments[0]].make_context(arguments[0], list(arguments[1:]))
    assert _all("STOPSIGNAL") == ["SIGTERM"]


def test_its_health_is_asked_where_the_daemon_answers() -> None:
    (check,) = _all("HEALTHCHECK")
    words = json.loads(check[check.index("[") :])
    (url,) = re.findall(r"http://127\.0\.0\.1:(\d+)/livez", words[-1])
    assert _environment()["FEEDSYNC_LISTEN"] == f"0.0.0.0:{url}"
    assert _all("EXPOSE") == [url]
    compile(words[-1], "the healthcheck", "exec")
    assert SERVICE["ports"] == [f"127.0.0.1:{url}:{url}"]


def test_compose_lets_it_write_its_volumes_and_nothing_else() -> None:
    assert (SERVICE["read_only"], SERVICE["cap_drop"], SERVICE["tmpfs"]) == (True, ["ALL"], ["/tmp"])
    assert SERVICE["security_opt"] == ["no-new-privileges:true"]
    mounts = [mount.split(":") for mount in SERVICE["volumes"]]
    environment = _environment()
    assert {tuple(mount[1:]) for mount in mounts} == {
        (environment["FEEDSYNC_SCHEDULES"], "ro"), (environment["FEEDSYNC_STATE"],), ("/backups",),
    }  # fmt: skip
    assert {mount[0] for mount in mounts if len(mount) == 2} == set(COMPOSE["volumes"])
    assert set(SERVICE["secrets"]) == set(COMPOSE["secrets"])


def test_compose_waits_longer_than_the_daemon_does() -> None:
    grace = int(SERVICE["command"][SERVICE["command"].index("--grace") + 1])
    assert int(SERVICE["stop_grace_period"].removesuffix("s")) > grace


def test_a_run_writes_nothing_beside_its_state(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a read-only file system: the home, the folder and the temporary files are left as they were."""
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    for folder in (home, temporary):
        folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.chdir(home)
    with Sandbox() as sandbox:
        project = Project(tmp_path / "project", sandbox)
        project.add("acme", *items(2))
        before = {path for path in tmp_path.rglob("*") if project.state not in (path, *path.parents)}
        assert Cli(capsys)(*project.arguments("run", "acme")).code == 0
    after = {path for path in tmp_path.rglob("*") if project.state not in (path, *path.parents)}
    assert after == before
