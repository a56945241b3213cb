"""Which catalogs an item belongs to: paths of the chosen attribute, cut to a depth."""

from __future__ import annotations

from typing import Any

import pytest

from feedsync.model import Value
from feedsync.settings import Catalogs
from tests.normalize.support import accepted, attributes


def _paths(value: Value, source: str = "product_type", **settings: Any) -> tuple[str, ...]:
    catalogs = Catalogs.model_validate({"from": source, **settings})
    return accepted(attributes({source: value}), catalogs=catalogs).catalogs


@pytest.mark.parametrize("spelling", ["Men > Shirts", "Men>Shirts", "Men &gt; Shirts", "Men › Shirts", " Men  »Shirts ",
                                      "> Men > > Shirts >", "Men > Shirts > Blue > Light"])  # fmt: skip
def test_spellings_of_one_path(spelling: str) -> None:
    assert _paths(spelling) == ("Men > Shirts",)


def test_the_depth_says_how_many_levels_count() -> None:
    assert _paths("A > B > C", depth=1) == ("A",)
    assert _paths("A > B > C", depth=20) == ("A > B > C",)


def test_several_paths_are_each_there_once() -> None:
    assert _paths(["A > B > C", "A > B > D", "E"]) == ("A > B", "E")


@pytest.mark.parametrize("value", ["", " > ", "&nbsp;"])
def test_an_empty_path_is_no_catalog(value: str) -> None:
    assert _paths(value) == ()


def test_a_number_is_a_category_only_with_a_name() -> None:
    source = "google_product_category"
    assert _paths("1604", source) == ()
    assert _paths("1604", source, names={"1604": "Apparel > Clothing"}) == ("Apparel > Clothing",)
    assert _paths(["1604", "Apparel > Shoes"], source) == ("Apparel > Shoes",)


def test_elsewhere_a_number_is_a_name_like_any_other() -> None:
    assert _paths("1604") == ("1604",)
    assert _paths("1604", "brand") == ("1604",)


def test_a_schedule_may_have_no_catalogs() -> None:
    item = attributes(product_type="A > B")
    assert accepted(item, catalogs=Catalogs.model_validate({"from": "none"})).catalogs == ()


def test_an_endless_path_is_one_level() -> None:
    assert _paths("a" + " " * 50_000 + "b") == ("a b",)
