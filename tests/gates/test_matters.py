"""What is decided about: one matter a class and variant, known by what was before and would be after, or by an absence."""

from __future__ import annotations

from feedsync.matters import Key, decision, matters_of, stale
from feedsync.model import Change
from tests.records import DAY, NOW, member, missing


def change(kind: str, klass: str, variant_id: str | None = "v1", **fields: str) -> Change:
    return Change(kind, "p1", variant_id, fields.get("field"), fields.get("before"), fields.get("after"), "feed", klass)  # type: ignore[arg-type]


def test_a_price_and_its_sale_are_one_matter() -> None:
    up = change("price_up", "price", field="price", before="1", after="2")
    sale = change("sale_ended", "price", field="sale_price", before="0.5", after="2")
    (matter,) = matters_of([up, sale, change("quantity", "other")], [member("v1")], NOW)
    assert (matter.before, matter.after, matter.since) == ("1; 0.5", "2; 2", 0)
    assert matter.keys == (Key("price", "v1", "1; 0.5", "2; 2", 0),)


def test_a_removal_is_known_by_its_absence() -> None:
    first = change("out_of_stock", "removal", before="3", after="0")
    (matter,) = matters_of([first], [missing("v1", since=NOW)], NOW)
    whole = change("product_removed", "removal", None, before="Title")
    (last,) = matters_of([whole], [missing("v1", since=NOW)], NOW + DAY)
    assert matter.keys == last.keys == (Key("removal", "v1", None, None, NOW),)


def test_consent_to_all_first_steps_covers_the_second() -> None:
    members = [missing("v1"), missing("v2")]
    (matter,) = matters_of([change("product_removed", "removal", None)], members, NOW)
    one = {Key("removal", "v1", None, None, NOW): "approved"}
    assert decision(matter, one) is None
    assert decision(matter, one | {Key("removal", "v2", None, None, NOW): "approved"}) == "approved"
    assert decision(matter, dict.fromkeys(matter.keys, "rejected")) == "rejected"


def test_a_product_without_variants_is_a_matter_of_its_own() -> None:
    (matter,) = matters_of([change("product_removed", "removal", None)], [], NOW)
    assert matter.keys == (Key("removal", "", None, None, 0),)


def test_an_expiry_is_an_absence_from_then_on() -> None:
    (matter,) = matters_of([change("out_of_stock", "removal")], [member("v1", expires_at=NOW - 5)], NOW)
    assert matter.since == NOW - 5


def test_a_decision_lasts_as_long_as_its_matter_or_its_absence() -> None:
    price = Key("price", "v1", "1", "2", 0)
    removal = Key("removal", "v1", None, None, NOW)
    gone = [missing("v1", since=NOW)]
    assert stale({price: "approved", removal: "approved"}, [], gone, NOW) == [price]
    assert stale({removal: "approved"}, [], [member("v1")], NOW) == [removal]
    same = matters_of([change("price_up", "price", before="1", after="2")], gone, NOW)
    assert stale({price: "rejected"}, same, gone, NOW) == []
