"""A product as Bik wants it: whole, by the names of the reference, and nothing besides."""

from __future__ import annotations

from feedsync.bik.client import Bik
from feedsync.bik.sandbox import Sandbox
from feedsync.bik.sandbox.schema import CATALOG, COMBINATION, METAFIELD, PHOTO, PRODUCT, Schema
from feedsync.bik.wire import BikCatalog, BikCombination, BikPhoto, BikProduct, Metafield

from .payloads import as_json, payload, product, variant


def fields(schema: Schema) -> set[str]:
    return set(schema["properties"])


def test_exactly_the_documented_fields_are_sent() -> None:
    sent = as_json(payload(catalog_ids=("c",)))
    assert set(sent) == fields(PRODUCT) == set(BikProduct.__struct_fields__)
    assert set(sent["combinations"][0]) == fields(COMBINATION) == set(BikCombination.__struct_fields__)
    assert set(sent["photos"][0]) == fields(PHOTO) == set(BikPhoto.__struct_fields__)
    assert set(sent["metafields"][0]) == fields(METAFIELD) == set(Metafield.__struct_fields__)
    assert set(BikCatalog.__struct_fields__) <= fields(CATALOG)


def test_a_product_is_sent_whole() -> None:
    assert as_json(payload(catalog_ids=("ours",)), "theirs", "ours") == {
        "id": "A",
        "name": "Mug",
        "url": "https://shop.example/a",
        "photos": [{"photoUrl": "https://shop.example/a.jpg"}, {"photoUrl": "https://shop.example/b.jpg"}],
        "combinations": [
            {
                "id": "A-1",
                "name": "Red",
                "productId": "A",
                "price": 1299,
                "discountedPrice": 999.5,
                "quantity": 7,
                "image": "https://shop.example/a-1.jpg",
                "productUrl": "https://shop.example/a?c=red",
                "currency": "INR",
                "options": {"Color": "Red"},
            }
        ],
        "description": "A mug.",
        "image": "https://shop.example/a.jpg",
        "currency": "INR",
        "tags": "Kettle, Mugs",
        "catalogIds": ["ours", "theirs"],
        "metafields": [
            {"id": "A:brand", "namespace": "feedsync", "key": "brand", "value": "Kettle"},
            {"id": "A:gtin", "namespace": "feedsync", "key": "gtin", "value": "2047100010117"},
        ],
        "addToCartDisabled": False,
    }


def test_what_was_cleared_goes_as_empty_and_is_never_left_out() -> None:
    sent = as_json(payload(description="", images=(), tags=(), metafields=()))
    cleared = {name: sent[name] for name in ("description", "image", "photos", "tags", "metafields", "catalogIds")}
    assert cleared == {"description": "", "image": "", "photos": [], "tags": "", "metafields": [], "catalogIds": []}


def test_the_store_takes_what_is_sent_and_gives_it_back(bik: Bik, store: Sandbox) -> None:
    store.put_catalogs({"id": "c", "name": "Mugs"})
    sent = payload(catalog_ids=("c",), cart_disabled=True, variants=(variant(), variant(id="A-2", image_link="")))
    bik.put_products([product(sent)], 0)
    assert store.products() == {"A": as_json(sent)}
