"""``explain``, ``history`` and ``export`` on the command line."""

from __future__ import annotations

import json

import pytest

from feedsync.bik.sandbox import Fault
from tests.cli.project import Shop, item, items


@pytest.fixture
def told(shop: Shop) -> Shop:
    """A schedule with a refused item, held prices, a rule and a decision."""
    more = "[gates]\nprice = 0\n[[rules]]\nwhen = \"id == 'P01'\"\nset = { brand = 'Ruled', description = '' }"
    shop.add("acme", *items(3, description="Long"), item("BAD", price="much"), more=more)
    shop("run", "acme")
    shop.project.publish("acme", *items(3, price="1.00 INR", description="Long"), item("BAD", price="much"))
    shop("run", "acme")
    shop("reject", "acme", "--ids", "P01", "--yes")
    return shop


def test_a_whole_story(told: Shop) -> None:
    result = told("explain", "acme", "P01", "--live")
    words = " ".join(result.out.split())
    assert result.code == 0
    assert "feed acme.xml: line 3, byte" in words
    assert "rules: brand = Ruled" in words
    assert "rules: description = taken away" in words
    assert "consent price 100.00 INR → 1.00 INR rejected by" in words
    assert "price down price 100.00 INR → 1.00 INR (rejected)" in words
    assert "live the store holds exactly that" in words
    assert max(map(len, result.out.splitlines())) <= 80


def test_what_is_held_and_an_item_that_was_refused(told: Shop) -> None:
    assert "held by price: price down 100.00 INR → 1.00 INR" in " ".join(told("explain", "acme", "P00").out.split())
    bad = told("explain", "acme", "BAD")
    assert "FS-404" in bad.out
    assert "it has nothing of this from us" in bad.out


def test_variants_requests_and_a_store_that_differs(shop: Shop) -> None:
    group = {
        "item_group_id": "G",
        "sale_price": "5 INR",
        "sale_price_effective_date": "2020-01-01T00:00Z/2199-01-01T00:00Z",
    }
    shop.add("acme", item("A", color="red", **group), item("B", color="blue", **group))
    shop.project.sandbox.add_fault(Fault("poison", id="G", count=1))
    shop("run", "acme")
    shop("resync", "acme", "--ids", "G")
    stored = shop.project.sandbox.products()["G"]
    shop.project.sandbox.put_products({**stored, "name": "\x1b[31mOther"})
    result = shop("explain", "acme", "A", "--live", "--no-fetch")
    assert "a variant of the product G" in result.out
    assert "FS-703" in result.out
    assert "time alone changes it at 2199-01-01" in result.out
    assert "live     name: " in result.out
    assert "\x1b" not in result.out
    shop.project.sandbox.reset()
    assert "the store does not have it" in shop("explain", "acme", "A", "--live").out
    (shop.project.folder / "acme.xml").unlink()
    assert "FS-201" in shop("explain", "acme", "A").out
    assert shop("explain", "acme", "A", "--json").json()["product_id"] == "G"


def test_a_product_that_the_store_has_from_somebody_else(told: Shop) -> None:
    told.project.sandbox.put_products({"id": "BAD", "name": "theirs"})
    assert "the store has it, but not from us" in told("explain", "acme", "BAD", "--live").out


def test_an_id_that_nobody_knows(told: Shop) -> None:
    result = told("explain", "acme", "P0O")
    assert (result.code, "FS-506" in result.err) == (2, True)


def test_the_history_of_runs_and_of_a_product(told: Shop) -> None:
    result = told("history", "acme")
    assert result.out.splitlines()[-1].startswith("run 1")
    assert "product added 3" in result.out
    assert "price down" in told("history", "acme", "P01").out
    found = told("history", "acme", "P01", "--json").json()
    assert [(c["run"], c["kind"]) for c in found["changes"]] == [
        (3, "price_down"),
        (2, "price_down"),
        (1, "product_added"),
    ]
    assert "nothing yet" in told("history", "acme", "nobody").out


def test_a_product_that_is_gone_is_no_line(shop: Shop) -> None:
    shop.add("acme", *items(12))
    shop("run", "acme")
    for title in ("x", "y"):
        shop.project.publish("acme", *items(11, title=title))
        shop("run", "acme")
    assert len(shop("export", "acme").out.splitlines()) == 11


def test_products_as_lines(told: Shop) -> None:
    lines = [json.loads(line) for line in told("export", "acme").out.splitlines()]
    assert [line["id"] for line in lines] == ["P00", "P01", "P02"]
    assert (lines[1]["variants"][0]["price"], lines[1]["variants"][0]["brand"]) == ("1.00", "Ruled")
    assert lines[0]["variants"][0]["absent_since"] is None
