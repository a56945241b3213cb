"""WooCommerce's export: variations take from their parent what they lack."""

from __future__ import annotations

import pytest

from feedsync.adapters.delimited import woocommerce
from feedsync.errors import Unsafe
from feedsync.model import Attributes
from tests.adapters.delimited.support import SITE, messages, only, read, table
from tests.adapters.reading import Reading

NAMES = ["ID", "Type", "SKU", "GTIN, UPC, EAN, or ISBN", "Name", "Published", "Is featured?", "Visibility in catalog",
         "Short description", "Description", "Date sale price starts", "Date sale price ends", "In stock?", "Stock",
         "Backorders allowed?", "Sale price", "Regular price", "Categories", "Tags", "Images", "Parent", "External URL",
         "Position", "Brands", "Attribute 1 name", "Attribute 1 value(s)", "Attribute 1 visible", "Attribute 2 name",
         "Attribute 2 value(s)", "Download 1 name", "Download 1 URL", "Meta: a_1", "Meta: b_1"]  # fmt: skip
MUG = {"ID": "5", "Type": "simple", "Name": "Mug", "Published": "1", "In stock?": "1", "Regular price": "9"}
TEE = {
    "ID": "7",
    "Type": "variable",
    "SKU": "TEE",
    "Name": "Tee",
    "Published": "1",
    "Images": "https://i/a, https://i/b",
}
RED = {
    "ID": "8",
    "Type": "variation",
    "SKU": "TEE-R",
    "Published": "1",
    "In stock?": "1",
    "Regular price": "9",
    "Parent": "id:7",
}


def export(*rows: dict[str, str]) -> Reading:
    return read(table(NAMES, *([row.get(name, "") for name in NAMES] for row in rows)), "woocommerce-csv")


def mug(cells: dict[str, str]) -> Attributes:
    return only(export({**MUG, **cells}))


def test_a_simple_product() -> None:
    found = mug(
        {
            "SKU": "'0012",
            "GTIN, UPC, EAN, or ISBN": "4006381333931",
            "Description": "<p>One</p>\\n\\nTwo\\\\name",
            "Short description": "short",
            "Date sale price starts": "2026-01-01",
            "Date sale price ends": "2026-01-31",
            "Stock": "4",
            "Sale price": "8",
            "Categories": "Home > Mugs, Gifts\\, small",
            "Images": "https://i/1.jpg, https://i/2.jpg, https://i/2.jpg",
            "Brands": "Acme, Other",
        }
    )
    assert found == {
        "id": "5",
        "title": "Mug",
        "description": "<p>One</p>\n\nTwo\\name",
        "mpn": "0012",
        "gtin": "4006381333931",
        "brand": "Acme",
        "product_type": ["Home > Mugs", "Gifts, small"],
        "image_link": "https://i/1.jpg",
        "additional_image_link": ["https://i/2.jpg"],
        "link": f"{SITE}/?p=5",
        "price": "9",
        "sale_price": "8",
        "sale_price_effective_date": "2026-01-01/2026-01-31T23:59:59",
        "availability": "in_stock",
        "quantity": "4",
    }


def test_a_variation_and_its_parent() -> None:
    reading = export(
        {**TEE, "Description": "Soft", "Categories": "Shirts", "Attribute 1 name": "Color", "Attribute 1 value(s)": "Red, Blue"},
        {**RED, "Attribute 1 name": "Color", "Attribute 1 value(s)": "Red\\, dark", "Attribute 2 name": "Size",
         "Attribute 2 value(s)": "M", "Images": "https://i/red", "Download 1 name": "n", "Meta: a_1": "x", "Meta: b_1": "y"},
        {**RED, "ID": "9", "Name": "Tee - Blue", "Parent": "TEE"},
    )  # fmt: skip
    red, blue = (one or {} for one in reading.attributes)
    assert red == {
        "id": "8",
        "item_group_id": "7",
        "title": "Tee",
        "item_group_title": "Tee",
        "description": "Soft",
        "mpn": "TEE-R",
        "product_type": ["Shirts"],
        "image_link": "https://i/red",
        "additional_image_link": ["https://i/a", "https://i/b"],
        "link": f"{SITE}/?p=7",
        "price": "9",
        "availability": "in_stock",
        "variant_option": [{"name": "Color", "value": "Red, dark"}, {"name": "Size", "value": "M"}],
    }
    assert (blue["id"], blue["item_group_id"], blue["title"]) == ("9", "7", "Tee - Blue")
    assert blue["image_link"] == "https://i/a"
    assert "variant_option" not in blue


def test_the_record_holds_the_parents_too() -> None:
    record = export(TEE, RED).parsed[0].record
    assert record is not None
    assert (record["ID"], record["Name"]) == ("8", "")
    assert record["parent"]["Name"] == "Tee"


def test_a_parent_may_come_later() -> None:
    before, after = export(TEE, RED, MUG), export(RED, MUG, TEE)
    assert after.ids == ["5", "8"]
    assert after.offsets == [3, 2]
    assert sorted(before.hashes) == sorted(after.hashes)


def test_or_never() -> None:
    reading = export(
        {**RED, "Parent": "id:99"}, {**RED, "ID": "", "SKU": "", "Parent": ""}, {**RED, "ID": "6", "Parent": ""}
    )
    assert reading.codes == ["FS-419", "FS-415", "FS-419"]
    assert reading.ids == ["8", None, "6"]
    assert messages(reading.parsed)[0] == "its parent '99' is not in the feed"


@pytest.mark.parametrize("word", ["0", "-1", "0.0"])
def test_what_is_not_published_is_left_out(word: str) -> None:
    assert export({**MUG, "Published": word}, TEE, {**RED, "Published": word}).ids == []
    assert export({**TEE, "Published": word}, RED).ids == []


def test_what_is_hidden_or_a_page_about_others_is_left_out() -> None:
    assert export({**MUG, "Visibility in catalog": "hidden"}, {**MUG, "ID": "6", "Type": "grouped"}, TEE).ids == []
    assert export({**MUG, "Visibility in catalog": "search"}).ids == ["5"]


def test_a_word_that_is_not_known_leaves_the_product_as_it_was() -> None:
    reading = export({**MUG, "Published": "soon"}, {**TEE, "Published": "soon"}, RED)
    assert reading.codes == ["FS-405", "FS-405"]
    assert reading.ids == ["5", "8"]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"In stock?": "1"}, {"availability": "in_stock"}),
        ({"In stock?": "0"}, {"availability": "out_of_stock"}),
        ({"In stock?": "backorder"}, {"availability": "backorder"}),
        ({"In stock?": "1.0", "Stock": "3"}, {"availability": "in_stock", "quantity": "3"}),
        ({"In stock?": "1", "Stock": "-10"}, {"availability": "in_stock", "quantity": "-10"}),
        ({"In stock?": "1", "Stock": "'-10"}, {"availability": "in_stock", "quantity": "-10"}),
        ({"In stock?": "1", "Stock": "0", "Backorders allowed?": "1"}, {"availability": "in_stock"}),
        ({"In stock?": "1", "Stock": "-2", "Backorders allowed?": "notify"}, {"availability": "in_stock"}),
        ({"In stock?": "1", "Stock": "2", "Backorders allowed?": "1"}, {"availability": "in_stock", "quantity": "2"}),
        (
            {"In stock?": "0", "Stock": "0", "Backorders allowed?": "1"},
            {"availability": "out_of_stock", "quantity": "0"},
        ),
        ({"In stock?": "", "Stock": "2"}, {"quantity": "2"}),
        ({"In stock?": "", "Stock": ""}, {}),
    ],
)
def test_stock(cells: dict[str, str], found: dict[str, str]) -> None:
    assert {key: value for key, value in mug(cells).items() if key in ("availability", "quantity")} == found


def test_a_variation_may_share_its_parents_stock() -> None:
    [found] = export({**TEE, "Stock": "6", "Backorders allowed?": "0"}, {**RED, "Stock": "parent"}).attributes
    assert found is not None
    assert found["quantity"] == "6"


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("", "", None),
        ("2026-01-01", "", "2026-01-01/"),
        ("", "2026-01-31 12:00:00", "/2026-01-31 12:00:00"),
    ],
)
def test_the_window_of_a_sale(start: str, end: str, found: str | None) -> None:
    assert mug({"Date sale price starts": start, "Date sale price ends": end}).get("sale_price_effective_date") == found


def test_an_external_product_is_sold_where_it_says() -> None:
    assert mug({"Type": "external", "External URL": "https://other.example/x"})["link"] == "https://other.example/x"


def test_types_come_as_lists_and_unknown_ones_are_products() -> None:
    assert export(TEE, {**RED, "Type": "variation, downloadable, virtual"}).ids == ["8"]
    assert export({**TEE, "Type": "variable-subscription"}, {**RED, "Type": "subscription_variation"}).ids == ["8"]
    assert export({**MUG, "Type": "booking"}).ids == ["5"]


def test_without_ids_the_sku_is_the_id_and_the_link_is_not_known() -> None:
    names = [name for name in NAMES if name != "ID"]
    rows = [{**TEE}, {**RED, "Parent": "TEE"}, {**MUG, "SKU": ""}]
    reading = read(table(names, *([row.get(name, "") for name in names] for row in rows)), "woocommerce-csv")
    assert reading.ids == ["TEE-R", None]
    assert reading.attributes[0] is not None
    assert reading.attributes[0]["item_group_id"] == "TEE"
    assert "link" not in reading.attributes[0]


def test_a_row_that_cannot_be_trusted_costs_itself_alone() -> None:
    text = table(NAMES, *([row.get(name, "") for name in NAMES] for row in (TEE, RED, MUG)))
    lines = text.splitlines()
    lines[2] += ",x"
    assert read("\n".join(lines), "woocommerce-csv").codes == ["FS-416", None]
    lines[1] += ",x"
    lines[2] = lines[2].removesuffix(",x")
    assert read("\n".join(lines), "woocommerce-csv").codes == ["FS-416", None, "FS-419"]


def test_rows_of_earlier_batches_lack_the_columns_of_later_ones() -> None:
    text = table([*NAMES, "Meta: c"], [MUG.get(name, "") for name in NAMES])
    assert read(text, "woocommerce-csv").codes == [None]


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(woocommerce, "MEMORY_BYTES", 10_000)
    with pytest.raises(Unsafe) as refused:
        export(*[{**TEE, "ID": str(number)} for number in range(40)])
    assert refused.value.code == "FS-204"
    with pytest.raises(Unsafe):
        export(*[{**RED, "Parent": "id:99"}] * 40)


def test_a_parent_that_is_too_large_for_its_variations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(woocommerce, "ITEM_LIMIT_BYTES", 1600)
    reading = export({**TEE, "Description": "x" * 100}, RED, MUG)
    assert reading.codes == ["FS-307", None]
    assert reading.ids == ["8", "5"]
