"""``approve`` and ``reject`` as a person and a script use them."""

from __future__ import annotations

import pytest

from tests.cli.project import Shop, item, items


@pytest.fixture
def holding(shop: Shop) -> Shop:
    """A schedule whose price changes are held."""
    shop.add("acme", *items(12))
    shop("run", "acme")
    shop.project.publish("acme", *items(12, price="1.00 INR"))
    shop("run", "acme")
    return shop


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A person at a terminal, who gives that answer."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("feedsync.cli.common.typer.confirm", lambda question, err: text == "y")


def test_a_script_says_yes(holding: Shop) -> None:
    result = holding("approve", "acme", "--only", "price", "--yes", "--json")
    assert (result.code, result.json()["trigger"], holding.prices()) == (0, "approve", {1})


def test_a_person_sees_what_is_held_and_is_asked(holding: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "y")
    result = holding("approve", "acme")
    assert "held by price: 12 changes" in result.out
    assert "price down        P00  100.00 INR → 1.00 INR" in result.out
    assert (result.code, holding.prices()) == (0, {1})


def test_a_no_changes_nothing(holding: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "n")
    result = holding("approve", "acme")
    assert (result.code, holding.prices()) == (2, {100})
    assert "nothing was done" in result.err


def test_without_a_person_and_without_yes_nothing_is_done(holding: Shop) -> None:
    result = holding("approve", "acme")
    assert result.code == 2
    assert "give --yes" in result.err


def test_what_is_rejected_is_not_held_any_more(holding: Shop) -> None:
    assert holding("reject", "acme", "--ids", "P00", "--yes").code == 4
    assert holding("reject", "acme", "--yes").code == 0
    assert holding("run", "acme").code == 0
    assert holding.prices() == {100}


def test_a_long_list_is_cut_and_notes_are_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.add("acme", *items(25))
    shop("run", "acme")
    shop.project.publish("acme", *items(2), item("FREE", price="0 INR"))
    shop("run", "acme")
    answer(monkeypatch, "n")
    result = shop("approve", "acme", "--json")
    assert result.code == 2
    result = shop("approve", "acme")
    assert "held by identity: 24 changes" in result.out
    assert "… and 4 more" in result.out
    assert "(missing from the feed)" in result.out


def test_a_gate_that_there_is_not(holding: Shop) -> None:
    result = holding("approve", "acme", "--only", "prices")
    assert result.code == 2
    assert "there is no such gate" in result.err


def test_nothing_is_held(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.add("acme", *items(2))
    shop("run", "acme")
    answer(monkeypatch, "y")
    result = shop("approve", "acme")
    assert (result.code, "FS-601" in result.err) == (2, True)


def test_who_that_is_where_the_machine_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    from feedsync.consent import whoever

    def nobody() -> str:
        raise KeyError("uid")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert whoever().startswith("unknown@")
