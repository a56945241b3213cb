"""The gate on removals at its boundaries: exactly at the limit, 0, "off", small stores."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.gates import SHARE_FROM, Removals
from tests.plan.support import held, removals, verdicts


@pytest.mark.parametrize(
    ("setting", "passing", "owned"),
    [
        ("20%", 20, 100),
        ("30%", 3, 10),
        ("7%", 7, 100),
        ("0.7%", 7, 1000),
        ("1.4%", 14, 1000),
        ("12.5%", 125, 1000),
        (5, 5, 100),
        (1, 1, 1),
    ],
)
def test_exactly_at_a_limit_passes_and_one_more_is_held(setting: str | int, passing: int, owned: int) -> None:
    assert not held(removals(passing, of_products=owned), setting)
    assert held(removals(passing + 1, of_products=owned), setting)


@given(st.integers(1, 999), st.integers(1, 40))
@settings(deadline=None)
def test_a_share_of_tenths_of_a_percent_is_exact(tenths: int, thousands: int) -> None:
    owned, setting = thousands * 1000, f"{Decimal(tenths) / 10}%"
    measured = removals(tenths * thousands, of_products=owned)
    assert not held(measured, setting)
    measured.products.add("one more")
    assert held(measured, setting)


@pytest.mark.parametrize("setting", [0, "0%", "0.0%"])
@pytest.mark.parametrize("owned", [1, 100, 50_000_000])
def test_zero_means_zero(setting: str | int, owned: int) -> None:
    assert held(removals(1, of_products=owned), setting)
    assert held(removals(variants=1, of_products=owned), setting)
    assert not held(removals(of_products=owned), setting)


def test_off_is_its_own_word() -> None:
    result = verdicts(removals(100), "off")["removals"]
    assert (result.verdict, result.limit) == ("off", "off")


def test_everything_is_100_percent() -> None:
    assert not held(removals(100, 100), "100%")


def test_a_small_store_is_counted_as_ten_products() -> None:
    assert SHARE_FROM == 10
    assert not held(removals(2, of_products=3))
    assert held(removals(3, of_products=3))
    assert not held(removals(2, of_products=10))
    assert held(removals(3, of_products=10))
    assert not held(removals(3, of_products=15))


def test_a_count_is_a_count_in_a_small_store_too() -> None:
    assert held(removals(3, of_products=3), 2)


def test_the_larger_share_of_products_and_variants_counts() -> None:
    assert held(removals(0, 21, of_products=10, of_variants=100))
    assert held(removals(21, 0, of_products=100, of_variants=10_000))
    assert not held(removals(20, 200, of_products=100, of_variants=1000))


def test_the_larger_number_of_both_counts() -> None:
    assert held(removals(1, 6), 5)
    assert held(removals(6, 1), 5)


def test_what_was_measured_is_told() -> None:
    result = verdicts(removals(30))["removals"]
    assert (result.gate, result.value, result.limit, result.verdict, result.held) == ("removals", 0.3, 0.2, "held", 0)
    result = verdicts(removals(30), 40)["removals"]
    assert (result.value, result.limit, result.verdict) == (30, 40, "pass")


def test_the_steps_of_one_absence_count_once() -> None:
    measured = Removals(owned_products=10, owned_variants=10)
    for kind in ("out_of_stock", "product_removed", "out_of_stock"):
        measured.add(kind, "p1", "v1" if kind == "out_of_stock" else None)
    assert (measured.products, measured.variants, measured.count()) == ({"p1"}, {"v1"}, 1)


def test_a_variant_that_goes_takes_no_product_with_it() -> None:
    measured = Removals(owned_products=10, owned_variants=20)
    measured.add("variant_removed", "p1", "v1")
    measured.add("variant_removed", "p1", "v2")
    assert (measured.products, measured.variants, measured.share()) == (set(), {"v1", "v2"}, 0.1)


def test_a_store_that_owns_nothing_has_no_share() -> None:
    assert Removals().share() == 0
