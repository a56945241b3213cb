"""``doctor`` on the command line."""

from __future__ import annotations

import pytest

from tests.cli.project import Shop, items


def test_all_schedules(shop: Shop) -> None:
    shop.add("acme", *items(2))
    result = shop("doctor")
    assert result.code == 0
    assert "acme" in result.out
    assert "takes the credentials" in " ".join(result.out.split())
    shop.project.write("broken", "nonsense = 1")
    result = shop("doctor")
    assert result.code == 1
    assert "feedsync check says more" in result.out
    assert max(map(len, result.out.splitlines())) <= 80


def test_a_probe_asks_and_its_findings_are_kept(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.add("acme", *items(2))
    assert shop("doctor", "--probe").code == 2
    assert "give --yes" in shop("doctor", "acme", "--probe").err
    assert shop.project.sandbox.catalogs() == {}
    result = shop("doctor", "acme", "--probe", "--yes")
    assert (result.code, shop.project.sandbox.products()) == (0, {})
    assert "a combination that is left out           is removed" in result.out
    assert shop("doctor", "acme", "--json").json()["schedules"][0]["findings"]["combinations_dropped"] is True


def test_a_store_that_refuses_is_not_probed(shop: Shop) -> None:
    shop.add("acme", *items(2))
    (shop.project.folder / "secret").write_text("wrong")
    result = shop("doctor", "acme", "--probe", "--yes")
    assert (result.code, "FS-701" in result.out) == (1, True)


def test_a_run_that_died_deserves_a_look(shop: Shop) -> None:
    shop.add("acme", *items(2))
    shop("run", "acme")
    holder = '{"pid": 1, "host": "there", "since": "then", "command": "feedsync run acme"}'
    (shop.project.state / "acme.lock").write_text(holder)
    assert shop("doctor", "acme").code == 3
    assert "the run before this one died: pid 1 on there since then" in shop("run", "acme").out
