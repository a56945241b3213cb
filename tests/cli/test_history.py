"""``history`` and ``export`` on the command line."""

from __future__ import annotations

import json

import jsonschema
import pytest

from feedsync.cli.schemas import schemas
from tests.cli.project import Shop, item, items


@pytest.fixture
def told(shop: Shop) -> Shop:
    """A schedule with four runs: a price that moves, a sale, and an item that is refused."""
    for price, sale in (("100.00 INR", ""), ("120.00 INR", ""), ("120.00 INR", "90.00 INR")):
        shop.add("acme", *items(3, price=price, sale_price=sale), item("BAD", price="much"))
        shop("run", "acme")
    return shop


def test_the_last_runs(told: Shop) -> None:
    lines = told("history", "acme").out.splitlines()
    assert [line.split()[1] for line in lines] == ["3", "2", "1"]
    assert lines[2].startswith("run 1")
    assert "product added 3" in lines[2]
    assert "sale started 3" in lines[0]


def test_a_product_over_time(told: Shop) -> None:
    out = told("history", "acme", "P01").out
    assert max(map(len, out.splitlines())) <= 80
    store, _, changes = out.partition("changes\n")
    assert [line.split("UTC")[1].strip() for line in store.splitlines()[1:]] == [
        "90.00 INR (list price 120.00 INR), quantity 100",
        "120.00 INR, quantity 100",
        "100.00 INR, quantity 100",
    ]
    assert "price up price 100.00 INR → 120.00 INR" in changes
    found = told("history", "acme", "P01", "--json").json()
    assert [(m["run"], m["price"], m["selling_price"], m["quantity"]) for m in found["moments"]] == [
        (3, "120.00 INR", "90.00 INR", 100), (2, "120.00 INR", "120.00 INR", 100), (1, "100.00 INR", "100.00 INR", 100),
    ]  # fmt: skip
    assert (found["product_id"], found["runs"]) == ("P01", [])
    assert [c["kind"] for c in found["changes"]] == ["sale_started", "price_up", "product_added"]


def test_a_product_with_variants_and_one_of_them(shop: Shop) -> None:
    group = {"item_group_id": "G"}
    shop.add("acme", item("A", color="red", **group), item("B", color="blue", **group))
    shop("run", "acme")
    shop.project.publish("acme", item("A", color="red", **group), item("B", color="blue", price="90 INR", **group))
    shop("run", "acme")
    out = shop("history", "acme", "G").out
    assert [line.split("UTC")[1].split()[0] for line in out.partition("changes")[0].splitlines()[1:]] == ["B", "A", "B"]
    found = shop("history", "acme", "A", "--json").json()
    assert [m["variant_id"] for m in found["moments"]] == ["A"]
    assert [c["kind"] for c in found["changes"]] == ["product_added"]


def test_a_product_that_is_gone_from_the_store(shop: Shop) -> None:
    shop.add("acme", *items(12), more="[absence]\nafter_runs = 1")
    shop("run", "acme")
    for title in ("x", "y"):
        shop.project.publish("acme", *items(11, title=title))
        shop("run", "acme")
    assert "not there any more" in shop("history", "acme", "P11").out
    assert len(shop("export", "acme").out.splitlines()) == 11


def test_what_no_run_has_changed(told: Shop) -> None:
    result = told("history", "acme", "BAD")
    assert (result.code, "no run has changed anything of it" in result.out) == (0, True)


def test_what_was_held_has_changes_alone(shop: Shop) -> None:
    shop.add("acme", *items(2, price="0 INR"))
    shop("run", "acme")
    out = shop("history", "acme", "P00").out
    assert "nothing so far" in out
    assert "held by zero_price" in out


def test_products_as_the_feeds_say_them(told: Shop) -> None:
    told.project.publish(
        "acme", item("P00", quantity="7", brand="Acme", color="red", product_type="Tea > Green"), *items(3)[1:]
    )
    told("run", "acme")
    lines = [json.loads(line) for line in told("export", "acme").out.splitlines()]
    schema = schemas()["docs/schemas/export.schema.json"]
    for line in lines:
        jsonschema.validate(line, schema)
    assert [line["id"] for line in lines] == ["P00", "P01", "P02"]
    (variant,) = lines[0]["variants"]
    assert {name: variant[name] for name in ("price", "quantity", "options", "metafields", "catalogs", "absent_since")} == {
        "price": "100.00 INR", "quantity": 7, "options": {"Color": "red"}, "metafields": {"brand": "Acme", "color": "red"},
        "catalogs": ["Tea > Green"], "absent_since": None,
    }  # fmt: skip
    assert lines[1]["variants"][0]["quantity"] is None


def test_products_as_bik_has_them(told: Shop) -> None:
    told.project.sandbox.put_catalogs({"id": "theirs", "name": "Theirs"})
    told.project.sandbox.put_products({"id": "NEW", "name": "theirs", "catalogIds": ["theirs"]})
    told.project.publish("acme", *items(3), item("NEW"))
    told("run", "acme")
    lines = [json.loads(line) for line in told("export", "acme", "--as", "bik").out.splitlines()]
    schema = schemas()["docs/schemas/export-bik.schema.json"]
    for line in lines:
        jsonschema.validate(line, schema)
    stored = told.project.sandbox.products()
    assert {line["id"]: line for line in lines} == stored
    assert stored["NEW"]["catalogIds"] == ["theirs"]


def test_a_form_that_there_is_not(told: Shop) -> None:
    result = told("export", "acme", "--as", "xml")
    assert result.code == 2
