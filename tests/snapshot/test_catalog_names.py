"""Which spelling names a catalog: it stays while anybody uses it, else the most used one takes over."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest

from feedsync.ids import catalog_id
from feedsync.snapshot.catalogs import CatalogTable
from feedsync.snapshot.store import Store
from feedsync.snapshot.writer import count_spellings

KEY = catalog_id("tea > green")


def _name(store: Store) -> str | None:
    return CatalogTable(store).names().get(KEY)


def _uses(store: Store) -> dict[str, int]:
    return dict(store.rows("select name, uses from spellings"))


def test_the_first_name_is_the_most_used_one(scratch: Store) -> None:
    count_spellings(scratch, Counter({"TEA > Green": 1, "Tea > Green": 3, "tea > green": 2}))
    assert _name(scratch) == "Tea > Green"


def test_equal_uses_go_by_the_alphabet(scratch: Store) -> None:
    count_spellings(scratch, Counter({"tea > green": 2, "Tea > Green": 2}))
    assert _name(scratch) == "Tea > Green"


def test_a_name_stays_while_anybody_uses_it(scratch: Store) -> None:
    count_spellings(scratch, Counter({"Tea > Green": 3}))
    count_spellings(scratch, Counter({"Tea > Green": -2, "tea > green": 50}))
    assert _name(scratch) == "Tea > Green"


def test_a_name_that_nobody_uses_gives_way(scratch: Store) -> None:
    count_spellings(scratch, Counter({"Tea > Green": 3}))
    count_spellings(scratch, Counter({"Tea > Green": -3, "tea > green": 1, "TEA > GREEN": 2}))
    assert _name(scratch) == "TEA > GREEN"


def test_a_catalog_that_nobody_uses_keeps_its_last_name(scratch: Store) -> None:
    count_spellings(scratch, Counter({"Tea > Green": 1}))
    count_spellings(scratch, Counter({"Tea > Green": -1}))
    assert (_name(scratch), _uses(scratch)) == ("Tea > Green", {})
    count_spellings(scratch, Counter({"tea > green": 1}))
    assert _name(scratch) == "tea > green"


def test_what_comes_and_goes_at_once_is_no_change(scratch: Store) -> None:
    count_spellings(scratch, Counter({"Tea > Green": 0}))
    assert (_name(scratch), _uses(scratch)) == (None, {})


@pytest.mark.parametrize("paths", list(permutations(["Tea > Green", "tea > green", "tea > green", "TEA > Green"])))
def test_the_order_of_a_document_does_not_matter(scratch: Store, paths: tuple[str, ...]) -> None:
    count_spellings(scratch, Counter(paths))
    assert _name(scratch) == "tea > green"
