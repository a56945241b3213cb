"""The selling price at a moment: the sale price inside of its window, the list price outside."""

from __future__ import annotations

import pytest

from tests.effective.support import at, only
from tests.records import NOW, member


@pytest.mark.parametrize(
    ("start", "end", "selling"),
    [
        (None, None, 80),
        (NOW, None, 80),
        (NOW + 1, None, 100),
        (NOW - 1, NOW + 1, 80),
        (None, NOW + 1, 80),
        (None, NOW, 100),
        (NOW, NOW + 1, 80),
        (NOW - 2, NOW - 1, 100),
    ],
)
def test_a_window_holds_from_its_start_until_just_before_its_end(
    start: int | None, end: int | None, selling: int
) -> None:
    item = only(member(price_minor=100, sale_minor=80, sale_from=start, sale_to=end))
    assert (item.price_minor, item.selling_minor) == (100, selling)


def test_without_a_sale_the_selling_price_is_the_price() -> None:
    item = only(member(price_minor=100, sale_from=NOW - 1, sale_to=NOW + 1))
    assert (item.price_minor, item.selling_minor) == (100, 100)


def test_a_window_is_waited_for_side_by_side() -> None:
    item = member(sale_minor=1, sale_from=NOW + 10, sale_to=NOW + 20)
    assert [at(item, now=now).next_change_at for now in (NOW, NOW + 10, NOW + 20)] == [NOW + 10, NOW + 20, None]


def test_a_window_without_a_sale_is_not_waited_for() -> None:
    assert at(member(sale_from=NOW + 10, sale_to=NOW + 20)).next_change_at is None
