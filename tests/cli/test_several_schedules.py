"""Several schedules in one command: which exit code wins, and that no mistake of one stops another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsync.bik.sandbox import Sandbox
from feedsync.cli.main import run_program
from feedsync.snapshot.lock import schedule_lock

from .project import Cli, Project, Shop, item, items

#: schedule -> how it ends, the exit code that wins first
ENDS = {"wrong": 2, "locked": 5, "failed": 1, "held": 4, "rejecting": 3, "good": 0}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """One schedule for each way to end, each of which ends so as often as it is run."""
    with Sandbox() as sandbox:
        project = Project(tmp_path_factory.mktemp("several"), sandbox)
        for name in ENDS:
            project.add(name, *(record.replace("P0", f"{name}-0") for record in items(10)))
        assert run_program(project.arguments("run", "held")) == 0
        project.publish("held", item("held-00"))
        project.publish("rejecting", item("ok"), item("bad", price="cheap"))
        project.write("wrong", "colour = 'red'")
        (project.folder / "failed.xml").unlink()
        with schedule_lock(project.state / "locked.lock", "locked"):
            yield project


@pytest.fixture
def several(project: Project, cli: Cli) -> Shop:
    """The command line over them."""
    return Shop(project, cli)


@pytest.mark.parametrize("name", ENDS)
def test_each_alone(several: Shop, name: str) -> None:
    assert several("run", name).code == ENDS[name]


@pytest.mark.parametrize("number", range(len(ENDS) - 1))
def test_the_worse_of_two_wins_whichever_comes_first(several: Shop, number: int) -> None:
    names = list(ENDS)[number : number + 2]
    assert several("run", *(names if number % 2 else reversed(names))).code == ENDS[names[0]]


def test_a_mistake_in_one_schedule_stops_no_other(several: Shop) -> None:
    result = several("run", "--all", "--json")
    assert result.code == 2
    ran = {run["schedule"]: run["outcome"] for run in result.json()["runs"]}
    assert ran == {"failed": "failed", "held": "held", "rejecting": "rejected", "good": "done"}
    errors = {error["schedule"]: error["error"]["code"] for error in result.json()["errors"]}
    assert errors == {"wrong": "FS-102", "locked": "FS-501"}


def test_every_error_is_told_on_stderr_as_well(several: Shop) -> None:
    result = several("run", "--all")
    assert "FS-102" in result.err
    assert "FS-501" in result.err
    assert "good · run" in result.out


def test_a_damaged_snapshot_of_one_schedule_stops_no_other(shop: Shop) -> None:
    for name in ("a", "b"):
        shop.add(name, item(name))
    shop.project.state.mkdir()
    (shop.project.state / "a.db").write_bytes(b"no database" * 100)
    result = shop("run", "--all", "--json")
    assert result.code == 1
    assert [error["error"]["code"] for error in result.json()["errors"]] == ["FS-503"]
    assert [run["schedule"] for run in result.json()["runs"]] == ["b"]


def test_all_leaves_out_what_rests(shop: Shop) -> None:
    shop.add("awake", item("A"))
    shop.add("asleep", item("B"), first="enabled = false")
    result = shop("run", "--all", "--json")
    assert [run["schedule"] for run in result.json()["runs"]] == ["awake"]
    assert set(shop.project.sandbox.products()) == {"A"}


def test_a_schedule_that_rests_runs_when_it_is_named(shop: Shop) -> None:
    shop.add("asleep", item("B"), first="enabled = false")
    assert shop("run", "asleep").code == 0
    assert set(shop.project.sandbox.products()) == {"B"}


def test_all_over_nothing_that_is_awake_is_done(shop: Shop) -> None:
    shop.add("asleep", item("B"), first="enabled = false")
    result = shop("run", "--all", "--json")
    assert (result.code, result.json()) == (0, {"runs": [], "errors": []})


def test_all_over_no_schedule_says_how_to_begin(shop: Shop, tmp_path: Path) -> None:
    result = shop.cli("--schedules", str(tmp_path / "nowhere"), "run", "--all")
    assert result.code == 2
    assert "FS-107" in result.err
    assert "README" in result.err
