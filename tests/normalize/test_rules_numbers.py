"""Attributes are text; where a condition compares or adds numbers, the numbers in them count, and never guesses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.expressions import Expression
from feedsync.normalize.interpreter import CannotTell, Interpreter


def answer(text: str, record: dict[str, Any], currency: str | None = None) -> Any:
    return Interpreter(currency).evaluate(Expression(text), record)


@pytest.mark.parametrize(
    ("price", "below"),
    [
        ("99", True), ("99.99 INR", True), ("INR 99", True), ("₹ 99", True), ("-5", True), ("0.00", True),
        ("100", False), ("100.00 INR", False), ("1,299.00 INR", False), ("1,299", False), ("12 500 INR", False),
        (" 99 ", True), (99, True), (99.5, True), (100, False),
    ],
)  # fmt: skip
def test_a_price_is_compared_by_its_amount(price: object, *, below: bool) -> None:
    assert answer("price < `100`", {"price": price}) is below
    assert answer("price >= `100`", {"price": price}) is not below
    assert answer("`100` > price", {"price": price}) is below


@pytest.mark.parametrize("price", ["", "free", "10-20 EUR", "1.299 EUR", "1.299", None, [], {}, ["5"], True, "9" * 65])
def test_what_is_no_number_is_neither_less_nor_more(price: object) -> None:
    assert answer("price < `100`", {"price": price}) is None
    assert answer("price >= `100`", {"price": price}) is None


def test_two_amounts_are_compared_as_numbers_and_not_by_their_characters() -> None:
    assert answer("sale_price < price", {"sale_price": "9.00 INR", "price": "10.00 INR"}) is True
    assert answer("sale_price < price", {"sale_price": "1,000.00 INR", "price": "999 INR"}) is False


def test_amounts_in_two_currencies_have_no_order() -> None:
    record = {"a": "9 USD", "b": "10 EUR", "c": "10"}
    assert answer("a < b", record) is None
    assert answer("a < c", record) is True


def test_three_digits_behind_the_point_are_decimals_where_they_can_be_nothing_else() -> None:
    assert answer("price < `100`", {"price": "1.299"}, "KWD") is True
    assert answer("price < `100`", {"price": "1.299"}, "EUR") is None
    assert answer("weight < `1`", {"weight": "0.250"}, "EUR") is True


def test_a_sign_of_several_countries_is_the_schedules() -> None:
    assert answer("price < `100`", {"price": "Rs 99"}, "INR") is True
    assert answer("price < `100`", {"price": "Rs 99"}) is None


def test_two_texts_that_are_no_numbers_have_the_order_of_their_characters() -> None:
    assert answer("a < 'b'", {"a": "a"}) is True
    assert answer("a < 'b'", {"a": ""}) is None
    assert answer("a < 'b'", {"a": "5"}) is None


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("'100.00'", "`100`", True), ("`100`", "'100.00 INR'", True), ("'x'", "`100`", False), ("'100.00'", "'100'", False),
        ("'true'", "`true`", True), ("`false`", "'False'", True), ("'1'", "`true`", False), ("`1`", "`true`", False),
        ("`1`", "`1.0`", True), ("`[1]`", "`[1]`", True), ("`{}`", "`[]`", False), ("`null`", "`null`", True),
        ("'a'", "`null`", False), ("`[1]`", "`1`", False), ("'a'", "`[1]`", False),
    ],
)  # fmt: skip
def test_texts_are_equal_by_their_characters_and_a_text_and_a_number_by_their_numbers(
    left: str, right: str, *, same: bool
) -> None:
    assert answer(f"{left} == {right}", {}) is same
    assert answer(f"{left} != {right}", {}) is not same


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("min(v[].p)", "9.00"),
        ("max(v[].p)", "10.00"),
        ("sort(v[].p)", ["9.00", "10.00"]),
        ("sort_by(v, &p)[].s", ["b", "a"]),
        ("min_by(v, &p).s", "b"),
        ("max_by(v, &p).s", "a"),
        ("sum(v[].p)", 19),
        ("avg(v[].p)", 9.5),
        ("sum(none)", None),
        ("sum(`[]`)", 0),
        ("avg(`[]`)", None),
        ("min(`[]`)", None),
        ("max_by(`[]`, &a)", None),
        ("sort(v[].s)", ["a", "b"]),
        ("sort_by(v, &s)[].s", ["a", "b"]),
        ("min(`[3, 1, \"2\"]`)", 1),
        ("sum(v[].to_number(p))", 19),
        ("to_number('1,299.50 INR')", 1299.5),
        ("to_number('nan')", None),
        ("to_number('1e999')", None),
        ("to_number(@)", None),
        ("ceil(to_number('1.2'))", 2),
    ],
)  # fmt: skip
def test_functions_take_numbers_in_texts(text: str, result: object) -> None:
    record = {"v": [{"p": "10.00", "s": "a"}, {"p": "9.00", "s": "b"}, {"p": "", "s": ""}, {}]}
    assert answer(text, record) == result


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sum(`[\"1\", \"x\"]`)", "one of the values is not a number"),
        ("max(`[\"1\", \"x\"]`)", "one of the values is not a number"),
        ("sort(`[[1]]`)", "one of the values is not a number"),
        ("min(`[\"5 EUR\", \"4 USD\"]`)", "the values are in different currencies"),
        ("sum('5')", "sum() cannot take string"),
        ("abs('5')", "abs() cannot take string"),
        ("join(', ', `[1]`)", "it does not fit this record (TypeError)"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_not_guessed(text: str, why: str) -> None:
    with pytest.raises(CannotTell) as caught:
        answer(text, {})
    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("join(' > ', [a, b, c])", "x > z"),
        ("lower('ÄB')", "äb"),
        ("contains('abc', 'b')", True),
        ("contains('abc', `1`)", False),
        ("contains(`[1, 2]`, `2`)", True),
        ("to_string(`[\"é\", 1]`)", '["é",1]'),
        ("to_string('x')", "x"),
        ("to_string(none)", None),
        ("length(none)", None),
        ("not_null(none, 'x')", "x"),
        ("a[]", None),
        ("`[[1], 2]`[]", [1, 2]),
    ],
)  # fmt: skip
def test_other_functions(text: str, result: object) -> None:
    assert answer(text, {"a": "x", "b": "", "c": "z"}) == result


@settings(deadline=None, max_examples=100)
@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_numbers_in_text_have_the_order_of_numbers(left: int, right: int) -> None:
    record = {"a": f"{left / 100:.2f}", "b": f"{right / 100:.2f}"}
    assert answer("a < b", record) is (left < right)
    assert answer("a >= b", record) is (left >= right)
