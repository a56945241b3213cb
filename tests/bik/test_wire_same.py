"""Reading back: all that was sent must be there; what Bik adds or orders otherwise is no difference."""

from __future__ import annotations

from typing import Any

import pytest

from feedsync.bik import wire

from .payloads import as_json, payload, product, variant

SENT = payload(catalog_ids=("c", "d"), variants=(variant(), variant(id="A-2", options=(("Color", "Blue"),))))


def stored(**changes: Any) -> dict[str, Any]:
    return as_json(SENT) | changes


def differs(record: dict[str, Any]) -> str | None:
    return wire.same(product(SENT), record)


def test_what_was_sent_is_the_same() -> None:
    assert differs(stored()) is None


def test_the_order_of_catalogs_metafields_and_combinations_is_no_difference() -> None:
    turned = {name: stored()[name][::-1] for name in ("catalogIds", "metafields", "combinations")}
    assert differs(stored(**turned)) is None


def test_what_bik_adds_is_no_difference() -> None:
    record = stored(vendor="x", minPrice=1)
    for name in ("photos", "combinations", "metafields"):
        record[name] = [{**entry, "added": 1} for entry in record[name]]
    assert differs(record) is None


def test_numbers_are_compared_by_value() -> None:
    combinations = [{**c, "price": 1299.0, "quantity": 7.0} for c in stored()["combinations"]]
    assert differs(stored(combinations=combinations)) is None


def test_empty_and_missing_are_the_same() -> None:
    sent = payload(description="", tags=(), metafields=(), images=(), catalog_ids=())
    record = {name: value for name, value in as_json(sent).items() if value not in ("", [], False)}
    assert wire.same(product(sent), record) is None
    assert wire.same(product(sent), dict.fromkeys(as_json(sent), None) | record) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Cup"),
        ("description", None),
        ("tags", "Kettle"),
        ("currency", "USD"),
        ("addToCartDisabled", True),
        ("photos", []),
        ("photos", [{"photoUrl": "https://shop.example/b.jpg"}, {"photoUrl": "https://shop.example/a.jpg"}]),
        ("photos", "none"),
        ("catalogIds", ["c"]),
        ("catalogIds", ["c", "d", "e"]),
        ("catalogIds", None),
        ("metafields", []),
        ("metafields", [7]),
        ("combinations", []),
        ("combinations", "none"),
    ],
)
def test_what_is_stored_otherwise_is_named(field: str, value: object) -> None:
    assert (differs(stored(**{field: value})) or "").partition(".")[0] == field


@pytest.mark.parametrize(("field", "value"), [("price", 1298), ("quantity", 0), ("options", {}), ("name", "")])
def test_a_combination_that_differs_is_named(field: str, value: object) -> None:
    first, second = stored()["combinations"]
    assert differs(stored(combinations=[first, {**second, field: value}])) == f"combinations.{second['id']}.{field}"


def test_a_combination_too_many_or_too_few_is_named() -> None:
    first, second = stored()["combinations"]
    assert differs(stored(combinations=[first])) == f"combinations.{second['id']}"
    assert differs(stored(combinations=[first, second, {**first, "id": "A-3"}])) == "combinations.A-3"


def test_a_product_that_is_not_there_differs() -> None:
    assert differs({}) is not None


def test_the_catalogs_of_others_are_left_out() -> None:
    assert wire.without_foreign({"id": "A", "catalogIds": ["ours", "theirs", {}]}, {"ours"})["catalogIds"] == ["ours"]
    assert wire.without_foreign({"id": "A", "catalogIds": 5}, {"ours"}) == {"id": "A", "catalogIds": 5}
