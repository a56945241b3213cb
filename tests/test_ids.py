"""A catalog's id is the same for every spelling of its path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsync.ids import catalog_id

#: Lower case letters without special rules of folding.
WORDS = st.lists(st.text("abcdefghij", min_size=1), min_size=1)


@pytest.mark.parametrize("spelling", ["men > shirts", "MEN > SHIRTS", "  Men  >\tShirts\n", "Men\u00a0> Shirts"])
def test_case_and_white_space_make_no_other_catalog(spelling: str) -> None:
    assert catalog_id(spelling) == catalog_id("Men > Shirts")


def test_folding_is_more_than_lower_case() -> None:
    assert catalog_id("Straße") == catalog_id("STRASSE")


@pytest.mark.parametrize("other", ["Men", "Men > Shirt", "Men > Shirts > Blue", "Shirts > Men", "MenShirts", ""])
def test_another_path_is_another_catalog(other: str) -> None:
    assert catalog_id(other) != catalog_id("Men > Shirts")


def test_the_id_is_the_same_in_every_process_and_version() -> None:
    assert catalog_id("Men > Shirts") == "f121441a9fa19ca0e12408079fb1b4ea"


@given(WORDS, st.sampled_from([" ", "\t", "  \n"]))
def test_spelling_never_matters(words: list[str], space: str) -> None:
    assert catalog_id(space.join(words).upper()) == catalog_id(" ".join(words))


@given(st.lists(WORDS, max_size=10))
def test_different_paths_never_share_an_id(paths: list[list[str]]) -> None:
    distinct = {" ".join(words) for words in paths}
    assert len({catalog_id(path) for path in distinct}) == len(distinct)
