"""Each gate at its limit: what is just enough, what is too much, 0 means zero, "off" means off, and small stores."""

from __future__ import annotations

from typing import Any

import pytest

from feedsync.gates import ALLOWABLE, GATES, GateResult, Measures, Removals, judge
from feedsync.settings import Gates


def verdict(
    gate: str, setting: str | int | None = None, *, allow: str = "", owned: int = 100, **measures: Any
) -> GateResult:
    """One gate's verdict over a store of so many products, each with one variant, all in stock."""
    gates = Gates.model_validate({} if setting is None else {gate: setting})
    taken = Measures(
        removals=Removals(owned_products=owned, owned_variants=owned), in_stock=owned, items=owned, **measures
    )
    return {result.gate: result for result in judge(taken, gates, frozenset(allow.split()))}[gate]


def measured(name: str, count: int) -> Any:
    """One measure by its name."""
    return {name: count}


@pytest.mark.parametrize(
    ("gate", "name", "enough"), [("price", "moved", 10), ("stock_out", "stock_outs", 50), ("invalid", "invalid", 10)]
)
def test_a_share_up_to_the_limit_passes_and_one_more_is_held(gate: str, name: str, enough: int) -> None:
    assert verdict(gate, **measured(name, enough)).verdict == "pass"
    held = verdict(gate, **measured(name, enough + 1))
    assert (held.verdict, held.value, held.limit) == ("held", (enough + 1) / 100, enough / 100)


@pytest.mark.parametrize(("gate", "name"), [("price", "moved"), ("stock_out", "stock_outs"), ("invalid", "invalid")])
def test_a_count_zero_and_off(gate: str, name: str) -> None:
    assert verdict(gate, 3, **measured(name, 3)).verdict == "pass"
    assert verdict(gate, 3, **measured(name, 4)).verdict == "held"
    assert verdict(gate, 0, **measured(name, 1)).verdict == "held"
    assert verdict(gate, "0%", **measured(name, 1)).verdict == "held"
    assert verdict(gate, 0, **measured(name, 0)).verdict == "pass"
    assert verdict(gate, "off", **measured(name, 100)).verdict == "off"


def test_seen_again_down_to_the_limit_passes_and_one_less_is_held() -> None:
    assert verdict("identity", unseen=50).verdict == "pass"
    held = verdict("identity", unseen=51)
    assert (held.verdict, held.value, held.limit) == ("held", 0.49, 0.5)


def test_identity_as_a_count_zero_and_off() -> None:
    assert verdict("identity", 40, unseen=60).verdict == "pass"
    held = verdict("identity", 40, unseen=61)
    assert (held.verdict, held.value, held.limit) == ("held", 39, 40)
    assert verdict("identity", 200, unseen=0).verdict == "pass", "a small store in which nothing is missing"
    assert verdict("identity", "0%", unseen=100).verdict == "pass"
    assert verdict("identity", "off", unseen=100).verdict == "off"


@pytest.mark.parametrize(("gate", "name"), [("currency", "currency"), ("zero_price", "zero"), ("empty", "empty")])
def test_gates_without_a_limit(gate: str, name: str) -> None:
    assert verdict(gate, **measured(name, 0)).verdict == "pass"
    assert verdict(gate, **measured(name, 1)).verdict == "held"
    assert verdict(gate, "off", **measured(name, 1)).verdict == "off"


def test_shares_are_counted_from_ten_up() -> None:
    assert verdict("price", owned=2, moved=1).verdict == "pass", "one of two is 10 % of ten"
    assert verdict("price", owned=2, moved=2).verdict == "held"
    assert verdict("stock_out", owned=5, stock_outs=5).verdict == "pass"
    assert verdict("stock_out", owned=6, stock_outs=6).verdict == "held"
    assert verdict("identity", owned=5, unseen=5).verdict == "pass"
    assert verdict("identity", owned=6, unseen=6).verdict == "held"


def test_an_empty_store_holds_nothing() -> None:
    gates = judge(Measures(), Gates())
    assert [result.verdict for result in gates] == ["pass"] * len(GATES)
    assert [result.gate for result in gates] == list(GATES)


@pytest.mark.parametrize("gate", ALLOWABLE - {"removals", "identity"})
def test_what_is_allowed_is_told_as_allowed(gate: str) -> None:
    names = {"empty": "empty", "invalid": "invalid", "currency": "currency", "zero_price": "zero", "price": "moved"}
    name = names.get(gate, "stock_outs")
    assert verdict(gate, allow=gate, **measured(name, 100)).verdict == "allowed"
    assert verdict(gate, allow=gate).verdict == "pass"


def test_a_document_that_is_not_whole_is_never_allowed() -> None:
    assert verdict("degraded", None, allow="degraded", degraded=1).verdict == "held"


def test_a_price_that_may_move_by_anything_turns_its_gate_off() -> None:
    gates = Gates.model_validate({"price_move": "off"})
    assert {r.gate: r for r in judge(Measures(moved=50), gates)}["price"].verdict == "off"


def test_how_far_a_price_moves_is_no_count() -> None:
    with pytest.raises(ValueError, match='such as "50%"'):
        Gates.model_validate({"price_move": 3})
