"""Which "," "." space and apostrophe groups thousands, and which stands before the decimals."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.normalize.money import NotAPrice, parse_price


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1,299.00", 129900),
        ("1.299,00", 129900),
        ("12,50", 1250),
        ("12,5", 1250),
        ("1234,5", 123450),
        ("2,030", 203000),
        ("1,299,000", 129900000),
        ("1.299.000", 129900000),
        ("1,29,999", 12999900),
        ("12,34,56,789.50", 12345678950),
        ("1 299,00", 129900),
        ("1 299", 129900),
        ("1\u202f299.00", 129900),
        ("1'299.00", 129900),
        ("1’299.5", 129950),
        ("1.299,-", None),
        ("1299,-", 129900),
        ("1299.-", 129900),
        ("12", 1200),
        ("0.5", 50),
        ("0,5", 50),
        ("0", 0),
        ("007", 700),
    ],
)
def test_how_a_number_is_read(text: str, minor: int | None) -> None:
    if minor is None:
        with pytest.raises(NotAPrice):
            parse_price(text, "INR")
    else:
        assert parse_price(text, "INR") == (minor, "INR")


@pytest.mark.parametrize(
    "text",
    [
        "1,,000", "1.2.3", "12,34,5", "1,2,3", "1234,567", "1,23,45", "1.299.00", "1,299,00", "12,50.00", "1.", "1,",
        "1,299.", "1 2", "1 299 00", "1 ,5", "1'2'3", "1 299.000.00", "12.5 0", "1,299.5.0",
    ],
)  # fmt: skip
def test_a_number_with_two_readings_is_refused(text: str) -> None:
    with pytest.raises(NotAPrice):
        parse_price(text, "INR")


@pytest.mark.parametrize("text", ["1.299 EUR", "1.000 EUR", "150.000 VND", "12.000 IDR", "12,500 KWD", "1.000"])
def test_one_mark_before_three_digits_is_refused_where_it_can_be_either(text: str) -> None:
    with pytest.raises(NotAPrice, match="thousands or decimals"):
        parse_price(text, "INR")


@pytest.mark.parametrize(
    ("text", "minor"),
    [("12.500 KWD", 12500), ("0.500 KWD", 500), ("1299.000 EUR", 129900), ("0.990 EUR", 99), ("12.0000 EUR", 1200)],
)
def test_three_decimals_are_read_where_they_can_only_be_decimals(text: str, minor: int) -> None:
    assert parse_price(text, None)[0] == minor


@pytest.mark.parametrize("text", ["0,999 EUR", "00,123 EUR", "0,12,345 INR", "0.123.456 EUR", "0 123 EUR", "0,500 KWD"])
def test_a_group_of_thousands_does_not_begin_with_zero(text: str) -> None:
    try:
        minor, code = parse_price(text, None)
    except NotAPrice:
        return
    assert (minor, code) == (500, "KWD")


@given(st.integers(0, 10**9), st.sampled_from([",", ".", "'", "’", " ", "\u00a0"]))
@settings(deadline=None)
def test_groups_of_three_with_decimals_are_read_back(minor: int, group: str) -> None:
    point = "," if group == "." else "."
    whole = f"{minor // 100:,}".replace(",", group)
    assert parse_price(f"{whole}{point}{minor % 100:02d} INR", None) == (minor, "INR")


@given(st.integers(1000, 10**9))
@settings(deadline=None)
def test_the_indian_way_of_grouping_is_read_back(rupees: int) -> None:
    head, tail = str(rupees)[:-3], str(rupees)[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    assert parse_price(f"₹{','.join([*pairs, tail])}", None) == (rupees * 100, "INR")
