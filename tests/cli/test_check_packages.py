"""The formats of packages: a schedule may name one, and ``check`` says which cannot be used, and why."""

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


def test_a_schedule_may_name_the_format_of_a_package(shop: Shop, install: Install) -> None:
    shop.add("acme", *items(1), more='format = "eggs"')
    assert shop("check", "acme").code == 2
    install("eggs", GOOD.format(name="eggs"), "eggs = eggs:Eggs")
    result = shop("check", "acme")
    assert "there is no format" not in result.out + result.err
