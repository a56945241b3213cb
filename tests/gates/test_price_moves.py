"""Which variants' prices move far, measured on the selling price."""

from __future__ import annotations

import pytest

from feedsync.diff import price_moves
from tests.records import combination, product


def moves(old: tuple[int, int], new: tuple[int, int], move: float = 0.5, currency: str = "INR") -> bool:
    """Whether a variant moves: (list price, selling price) in minor units before and after."""
    sent = product(combination("v1", price_minor=old[0], selling_minor=old[1], currency="INR"))
    target = product(combination("v1", price_minor=new[0], selling_minor=new[1], currency=currency))
    return price_moves(sent, target, move) == {"v1"}


@pytest.mark.parametrize("new", [149, 150, 51, 50, 100])
def test_up_to_the_limit_is_no_move(new: int) -> None:
    assert not moves((100, 100), (new, new))


@pytest.mark.parametrize("new", [151, 49, 1, 0])
def test_beyond_it_is(new: int) -> None:
    assert moves((100, 100), (new, new))


def test_zero_means_that_every_move_counts() -> None:
    assert moves((100, 100), (101, 101), move=0.0)
    assert not moves((100, 100), (100, 100), move=0.0)


def test_the_selling_price_counts_and_not_the_list_price() -> None:
    assert not moves((100, 100), (300, 100))
    assert moves((300, 300), (300, 100))


def test_a_sale_that_ends_at_the_known_list_price_does_not_count() -> None:
    assert not moves((300, 100), (300, 300))
    assert moves((300, 100), (310, 310))


def test_what_cost_nothing_has_no_share_to_move_by() -> None:
    assert not moves((0, 0), (100, 100))


def test_another_currency_has_a_gate_of_its_own() -> None:
    assert not moves((100, 100), (9000, 9000), currency="USD")


def test_a_variant_that_is_new_has_not_moved() -> None:
    assert not price_moves(product(), product(combination("v1"), combination("v9", selling_minor=1)), 0.5) & {"v9"}
