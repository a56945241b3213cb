"""``check`` says which formats of packages cannot be used, and why."""

from __future__ import annotations

from tests.adapters.test_registry import GOOD, Install, install

from .project import Shop, items

__all__ = ["install"]


def test_a_package_that_cannot_be_used_is_told(shop: Shop, install: Install) -> None:
    shop.add("acme", *items(1))
    install("eggs", GOOD.format(name="eggs"), "eggs = eggs:Eggs")
    install("spam", "raise ImportError('no spam')", "spam = spam:Spam")
    result = shop("check", "acme")
    assert result.code == 0
    assert "the format spam of a package is not used: " in result.out
    assert "eggs" not in result.out
    assert shop("check", "acme", "--json").json()["schedules"][0]["exit_code"] == 0
