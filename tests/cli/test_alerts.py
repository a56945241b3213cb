"""``alerts test`` on the command line, and alerts of ``run``."""

from __future__ import annotations

import pytest

from tests.alerts.listening import TOKEN, listening
from tests.cli.project import Shop, items

_TO = '[alerts]\nto = [{ env = "SHOP_ALERTS" }]'


def test_everybody_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.add("shop", *items(2), more=_TO)
    with listening() as service:
        monkeypatch.setenv("SHOP_ALERTS", service.address())
        result = shop("alerts", "test", "shop")
        assert (result.code, result.out) == (0, "env SHOP_ALERTS, address 1: told\n")
        assert service.kinds() == ["a test"]
        service.answer(403)
        result = shop("alerts", "test", "shop")
        assert (result.code, TOKEN in result.out + result.err) == (1, False)
        assert "NOT told: JSON did not take it (it answered 403)" in result.out


def test_without_receivers_it_says_where_to_name_them(shop: Shop) -> None:
    shop.add("shop", *items(2))
    result = shop("alerts", "test", "shop")
    assert (result.code, "docs/alerts.md" in result.err) == (2, True)


def test_a_run_tells_of_itself(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.add("shop", *items(2), more=_TO)
    with listening() as service:
        monkeypatch.setenv("SHOP_ALERTS", service.address())
        (shop.project.folder / "key").write_text("")
        assert shop("run", "shop").code == 2
        assert service.kinds() == ["failed"]
        (shop.project.folder / "key").write_text(shop.project.sandbox.key)
        (shop.project.folder / "shop.xml").unlink()
        assert shop("run", "--all").code == 1
        assert service.kinds() == ["failed"]


def test_what_people_do_is_told_as_well(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.add("shop", *items(12), more=_TO)
    with listening() as service:
        monkeypatch.setenv("SHOP_ALERTS", service.address())
        shop("run", "shop")
        shop.project.publish("shop", *items(6))
        assert shop("run", "shop").code == 4
        assert service.kinds() == ["held"]
        assert shop("approve", "shop", "--yes").code == 0
        assert service.kinds() == ["held is over"]
