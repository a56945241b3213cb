"""Measured removals and the verdict on them."""

from __future__ import annotations

from feedsync.gates import GateResult, Measures, Removals, judge
from feedsync.settings import Gates
from feedsync.settings_values import Limit


def limit(setting: str | int) -> Limit:
    """A limit as a schedule writes it."""
    found = Gates.model_validate({"removals": setting}).removals
    assert isinstance(found, Limit)
    return found


def removals(
    products: int = 0, variants: int = 0, *, of_products: int = 100, of_variants: int | None = None
) -> Removals:
    """So many products and variants that go, of so many owned (as many variants as products unless said)."""
    owned = of_products if of_variants is None else of_variants
    return Removals({f"p{n}" for n in range(products)}, {f"v{n}" for n in range(variants)}, of_products, owned)


def verdicts(
    measured: Removals, setting: str | int = "20%", *, degraded: int = 0, empty: int = 0, allow: str = ""
) -> dict[str, GateResult]:
    """Gate -> its verdict; ``allow`` names gates, space separated."""
    measures = Measures(removals=measured, degraded=degraded, empty=empty)
    found = judge(measures, Gates.model_validate({"removals": setting}), frozenset(allow.split()))
    return {result.gate: result for result in found}


def held(measured: Removals, setting: str | int = "20%") -> bool:
    """Whether the gate on removals holds."""
    return verdicts(measured, setting)["removals"].verdict == "held"
