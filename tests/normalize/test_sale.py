"""A sale price counts only below the price, in its currency, with a window that can be; else it is left out and said."""

from __future__ import annotations

import pytest

from feedsync.model import Value
from tests.normalize.support import accepted, attributes, remarks

START, END = 1767225600, 1767225600 + 86400


def _sale(**changed: Value) -> tuple[int | None, int | None, int | None]:
    variant = accepted(attributes(changed))
    assert variant.price_minor == 129900
    return variant.sale_minor, variant.sale_from, variant.sale_to


def test_without_a_window_it_is_always_valid() -> None:
    assert _sale(sale_price="999 INR") == (99900, None, None)
    assert _sale(sale_price="999") == (99900, None, None)


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        ("2026-01-01T00:00Z/2026-01-02T00:00Z", START, END),
        ("2026-01-01T05:30+0530 / 2026-01-02T05:30+0530", START, END),
        ("2026-01-01/2026-01-02", START, END),
        ("2026-01-01/", START, None),
        ("/2026-01-02", None, END),
        ("/", None, None),
    ],
)
def test_each_side_of_a_window_may_be_open(window: str, start: int | None, end: int | None) -> None:
    assert _sale(sale_price="999 INR", sale_price_effective_date=window) == (99900, start, end)


@pytest.mark.parametrize(
    ("sale", "window", "reason"),
    [
        ("1300 INR", "", "above the price"),
        ("9.99 EUR", "", "another currency"),
        ("0.00 INR", "", "give it away"),
        ("cheap", "", "amount and its currency"),
        ("-5 INR", "", "amount and its currency"),
        ("999 INR", "2026-01-01", "not start/end"),
        ("999 INR", "2026-01-01/soon", "not two dates"),
        ("999 INR", "2026-01-02/2026-01-01", "ends before it begins"),
        ("999 INR", "2026-01-01/2026-01-01", "ends before it begins"),
    ],
)
def test_what_is_no_sale_is_left_out_with_the_reason(sale: str, window: str, reason: str) -> None:
    changed: dict[str, Value] = {"sale_price": sale, "sale_price_effective_date": window}
    assert _sale(**changed) == (None, None, None)
    (remark,) = remarks(attributes(changed))
    assert remark.startswith("FS-411 the sale price was left out: ")
    assert reason in remark


@pytest.mark.parametrize("sale", ["1299.00 INR", "1299", ""])
def test_a_sale_price_that_equals_the_price_is_no_news(sale: str) -> None:
    assert _sale(sale_price=sale) == (None, None, None)
    assert remarks(attributes(sale_price=sale)) == []


def test_a_window_without_a_sale_price_means_nothing() -> None:
    assert _sale(sale_price_effective_date="nonsense") == (None, None, None)
    assert remarks(attributes(sale_price_effective_date="nonsense")) == []


def test_a_sale_of_0_on_a_price_of_0_is_no_news_either() -> None:
    variant = accepted(attributes(price="0 INR", sale_price="0 INR"))
    assert (variant.price_minor, variant.sale_minor) == (0, None)
