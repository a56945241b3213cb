"""Query parameters that shops change on every export do not count; everything else does."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsync.urls import VOLATILE, without_volatile

NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)
PAIRS = st.lists(st.tuples(NAMES, st.text("abc0123456789%+", max_size=6)), max_size=5)


@pytest.mark.parametrize(
    ("url", "compared"),
    [
        ("https://h/a.jpg", "https://h/a.jpg"),
        ("https://h/a.jpg?v=1767225600", "https://h/a.jpg"),
        ("https://h/a.jpg?V=1", "https://h/a.jpg"),
        ("https://h/a.jpg?w=10&v=1&h=20", "https://h/a.jpg?w=10&h=20"),
        ("https://h/a.jpg?v=1#top", "https://h/a.jpg#top"),
        ("https://h/a.jpg?w=1&v=2#top", "https://h/a.jpg?w=1#top"),
        ("https://h/a.jpg?v", "https://h/a.jpg"),
        ("https://h/p?variant=4&vv=1", "https://h/p?variant=4&vv=1"),
        ("https://h/p?id=v=1", "https://h/p?id=v=1"),
        ("https://h/v=1", "https://h/v=1"),
        ("https://h/p?q=a?v=1", "https://h/p?q=a?v=1"),
        ("https://h/p?q=a#b&v=1", "https://h/p?q=a#b&v=1"),
        ("", ""),
    ],
)
def test_what_is_left_of_an_address(url: str, compared: str) -> None:
    assert without_volatile(url, VOLATILE) == compared


def test_a_schedule_can_name_more() -> None:
    assert without_volatile("https://h/a?build=7&x=1", VOLATILE | {"build"}) == "https://h/a?x=1"
    assert without_volatile("https://h/a?v=7", frozenset()) == "https://h/a?v=7"


@pytest.mark.parametrize(
    "name", ["id", "sku", "variant", "pid", "product", "color", "size", "currency", "lang", "p", "q"]
)
def test_nothing_that_chooses_a_product_is_ignored(name: str) -> None:
    assert name not in VOLATILE


def test_the_names_are_in_the_case_in_which_they_are_compared() -> None:
    assert {name.lower() for name in VOLATILE} == VOLATILE


@given(PAIRS)
def test_the_other_parameters_stay_in_their_order(pairs: list[tuple[str, str]]) -> None:
    url = "https://h/a?" + "&".join(f"{name}={value}" for name, value in pairs)
    left = urlsplit(without_volatile(url, VOLATILE)).query
    expected = [pair for pair in parse_qsl(urlsplit(url).query, keep_blank_values=True) if pair[0] not in VOLATILE]
    assert parse_qsl(left, keep_blank_values=True) == expected


@given(PAIRS, st.integers(), st.integers())
def test_an_export_stamp_makes_no_difference(pairs: list[tuple[str, str]], first: int, second: int) -> None:
    url = "https://h/a?" + "".join(f"{name}={value}&" for name, value in pairs)
    assert without_volatile(f"{url}v={first}", VOLATILE) == without_volatile(f"{url}v={second}", VOLATILE)


@given(st.text(max_size=40))
def test_taking_away_twice_is_taking_away_once(url: str) -> None:
    once = without_volatile(url, VOLATILE)
    assert without_volatile(once, VOLATILE) == once
