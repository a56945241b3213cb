"""What an expression finds, as an attribute's value: text, flat lists, records; never a float's noise, never too much."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.model import Value
from feedsync.normalize.interpreter import CannotTell
from feedsync.normalize.mapping import to_value


@pytest.mark.parametrize(
    ("found", "value"),
    [
        (None, None),
        ("", None),
        (" \n", None),
        (" a ", "a"),
        ("00012345678905", "00012345678905"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-12, "-12"),
        (0.1 + 0.2, "0.3"),
        (12.5, "12.5"),
        (1e-7, "0.0000001"),
        (1e20, "100000000000000000000"),
        (19.99 * 3, "59.97"),
        ([], None),
        ([None, ""], None),
        (["a"], "a"),
        (["a", None, "b"], ["a", "b"]),
        ([["a", "b"], [], ["c"]], ["a", "b", "c"]),
        ([{"a": 1}], {"a": "1"}),
        ({"a": None, "b": {"c": ""}}, None),
        ({"a": [1, 2], "b": None}, {"a": ["1", "2"]}),
    ],
)
def test_a_value_is_text_or_made_of_texts(found: object, value: Value | None) -> None:
    assert to_value(found) == value


@pytest.mark.parametrize("found", [10**30, 1e30, float("inf"), float("nan"), -(10**200)])
def test_a_number_that_is_none_or_too_large_is_refused(found: float) -> None:
    with pytest.raises(CannotTell, match="a number that is too large"):
        to_value(found)


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(CannotTell, match="no value"):
        to_value(Decimal(1))


def test_what_is_too_deep_is_refused() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(CannotTell, match="too deeply"):
        to_value(deep)


def test_what_is_too_large_is_refused_even_where_it_is_the_same_part_again_and_again() -> None:
    doubled: Any = ["x", "y"]
    for _ in range(19):
        doubled = {"a": doubled, "b": doubled}
    with pytest.raises(CannotTell, match="too large"):
        to_value(doubled)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(-1e15, 1e15) | st.text(max_size=5),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=3), children, max_size=4),
    max_leaves=20,
)


def _is_value(value: object) -> bool:
    if isinstance(value, list):
        return len(value) > 1 and all(_is_value(one) and not isinstance(one, list) for one in value)
    if isinstance(value, dict):
        return bool(value) and all(_is_value(one) for one in value.values())
    return isinstance(value, str) and bool(value.strip())


@settings(deadline=None, max_examples=100)
@given(JSON)
def test_any_json_becomes_a_value_or_nothing(found: object) -> None:
    value = to_value(found)
    assert value is None or _is_value(value)
