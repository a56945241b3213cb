"""``resync``, ``rollback`` and ``retire`` on the command line."""

from __future__ import annotations

import pytest

from tests.cli.project import Shop, items


@pytest.fixture
def synced(shop: Shop) -> Shop:
    """Two runs: twelve products at 100, then at 90."""
    shop.add("acme", *items(12))
    shop("run", "acme")
    shop.project.publish("acme", *items(12, price="90.00 INR"))
    shop("run", "acme")
    return shop


def test_there_and_back_again(synced: Shop) -> None:
    result = synced("rollback", "acme", "--to", "1", "--yes")
    assert (result.code, synced.prices()) == (0, {100})
    assert "the schedule is held at run 1" in result.out
    assert synced("rollback", "acme", "--release", "--yes", "--json").json()["trigger"] == "release"
    assert synced.prices() == {90}


def test_retire_goes_through_the_gates(synced: Shop) -> None:
    assert synced("retire", "acme", "--yes").code == 4
    result = synced("retire", "acme", "--yes", "--allow", "removals")
    assert (result.code, synced.prices()) == (0, set())
    assert "the schedule is retired" in result.out


@pytest.mark.parametrize(
    "command", [["rollback", "acme", "--to", "1"], ["rollback", "acme", "--release"], ["retire", "acme"]]
)
def test_without_a_person_nothing_is_done(synced: Shop, command: list[str]) -> None:
    result = synced(*command)
    assert (result.code, synced.prices()) == (2, {90})
    assert "give --yes" in result.err


@pytest.mark.parametrize(
    "which", [["--full"], ["--changed-since", "1h"], ["--changed-since", "2001-01-01"], ["--ids", "P00,P01"]]
)
def test_resync(synced: Shop, which: list[str]) -> None:
    result = synced("resync", "acme", *which, "--json")
    assert (result.code, result.json()["pushed"]["products"]) == (0, 2 if "--ids" in which else 12)


def test_a_time_with_a_zone_of_its_own(synced: Shop) -> None:
    assert synced("resync", "acme", "--changed-since", "2001-01-01T10:00+05:30").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["resync", "acme"], "say what to send again"),
        (["resync", "acme", "--full", "--ids", "P00"], "say what to send again"),
        (["resync", "acme", "--changed-since", "yesterday"], "is no time"),
        (["rollback", "acme"], "give --to RUN, or --release"),
        (["rollback", "acme", "--to", "1", "--release"], "give --to RUN, or --release"),
    ],
)
def test_options_that_make_no_sense(synced: Shop, arguments: list[str], words: str) -> None:
    result = synced(*arguments)
    assert result.code == 2
    assert words in result.err
