"""A wrong command is told in words, with exit code 2, and starts nothing."""

from __future__ import annotations

import io
import sys

import pytest

from feedsync import __version__
from feedsync.cli.main import run_program

from .project import Cli, Shop, item

WRONG = [
    ["nonsense"],
    ["run", "--nonsense", "acme"],
    ["run", "acme", "--limit", "-1"],
    ["run", "acme", "--limit", "many"],
    ["diff"],
    ["diff", "acme", "b"],
    ["report", "acme", "first"],
    ["inspect"],
    ["check", "acme", "b"],
    ["sandbox", "--port", "99999"],
    ["sandbox", "--combinations", "perhaps"],
    ["--schedules"],
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_a_command_that_cannot_be_parsed(shop: Shop, arguments: list[str]) -> None:
    shop.add("acme", item("A"))
    result = shop(*arguments)
    assert result.code == 2
    assert result.out == ""
    assert result.err.strip()
    assert not shop.project.state.exists()


@pytest.mark.parametrize("arguments", [["run", "--nonsense", "--json"], ["diff", "--json"]], ids=" ".join)
def test_a_command_that_cannot_be_parsed_writes_an_error_document_too(shop: Shop, arguments: list[str]) -> None:
    result = shop(*arguments)
    assert result.code == 2
    assert result.error()[0].startswith("FS-1")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run"], "name the schedules to run, or give --all"),
        (["run", "acme", "--all"], "name the schedules to run, or give --all"),
        (["run", "acme", "--new-store", "--same-store"], "not both"),
        (["run", "acme", "--allow", "everything"], "there is no such gate; there are currency, empty,"),
        (["diff", "acme", "--allow", "everything"], "there is no such gate; there are currency, empty,"),
        (["run", "acme", "--allow", "degraded"], "a degraded document cannot show what is gone"),
        (["inspect", "x.xml", "--currency", "rupees"], "is not an ISO 4217 code such as INR"),
        (["sandbox", "--fault", "earthquake"], "unknown fault 'earthquake'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_that_make_no_sense(shop: Shop, arguments: list[str], words: str) -> None:
    shop.add("acme", item("A"))
    result = shop(*arguments)
    assert result.code == 2
    assert result.out == ""
    assert words in result.err
    assert not shop.project.state.exists()


def test_a_name_that_is_nearly_right_is_told(shop: Shop) -> None:
    shop.add("kettle-and-leaf", item("A"))
    for command in ("run", "diff", "check", "report"):
        result = shop(command, "kettle-n-leaf")
        assert result.code == 2
        assert "did you mean 'kettle-and-leaf'?" in " ".join((result.err + result.out).split())


@pytest.mark.parametrize("name", ["../acme", "a/b", ".hidden", "", "acme.toml", "acmé", "a" * 300, "a\nb"])
@pytest.mark.parametrize("command", ["run", "diff", "report"])
def test_a_name_that_no_schedule_can_have(shop: Shop, command: str, name: str) -> None:
    shop.add("acme", item("A"))
    result = shop(command, name)
    assert result.code == 2
    assert "FS-104" in result.err


def test_a_folder_is_no_schedule_and_not_the_nearest_one(shop: Shop) -> None:
    shop.add("acme", item("A"))
    (shop.project.schedules / "folder.toml").mkdir()
    result = shop("diff", "folder")
    assert result.code == 2
    assert "FS-104" in result.err
    assert "did you mean 'folder'" not in result.err


def test_a_report_reads_nothing_outside_of_the_state_folder(shop: Shop) -> None:
    shop.add("acme", item("A"))
    shop("run", "acme")
    (shop.project.state / "inner").mkdir()
    result = shop.cli(
        "--schedules", str(shop.project.schedules), "--state", str(shop.project.state / "inner"), "report", "../acme"
    )
    assert (result.code, result.out) == (2, "")


def test_the_version(cli: Cli) -> None:
    result = cli("--version")
    assert (result.code, result.out) == (0, f"feedsync {__version__}\n")


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["run", "-h"]], ids=" ".join)
def test_help_is_no_error(cli: Cli, arguments: list[str]) -> None:
    result = cli(*arguments)
    assert result.code == 0
    assert "Usage: feedsync" in result.out


def test_without_arguments_it_shows_what_there_is(cli: Cli) -> None:
    result = cli()
    assert result.code in (0, 2)
    assert "inspect" in result.out + result.err
    assert "demo" in result.out + result.err


def test_a_stream_that_is_no_file_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    assert run_program(["nope"]) == 2
    assert "FS-106" in stream.getvalue()
