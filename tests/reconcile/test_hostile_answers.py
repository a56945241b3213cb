"""Whatever a store answers while it is read back: it is a finding or *cannot know*, and nothing of ours is touched by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from feedsync.bik.sandbox import SandboxSettings
from feedsync.reconcile import Reconciliation, reconcile
from feedsync.sync import Target
from tests.bik.hostile import UNREADABLE
from tests.bik.scripted import Answer
from tests.bik.twisted import Twist, Twisted
from tests.serving import serving
from tests.sync.fixtures import OtherStore
from tests.sync.shop import Shop, items

#: For calls that are understood by the same code.
SOME = ("a page of html", "records by id", "an id that is a number")


@pytest.fixture
def twisted(shop: Shop) -> Iterator[Twisted]:
    """A store with twelve products, whose answers a test twists from then on."""
    shop.publish(*items(12, product_type="Tea"))
    shop.run()
    with serving(Twisted(shop.sandbox.base_url)) as server:
        shop.bik["base_url"] = f'"{server.base_url}"'
        shop.run(target=Target(same_store=True), limit=0)
        yield server


def compare(shop: Shop, **options: Any) -> Reconciliation:
    return reconcile(shop.schedule(), shop.state, clock=lambda: shop.now, **options)


def always(answer: Answer) -> Twist:
    return lambda asked, answered: answer


def body(name: str, records: list[Any]) -> Answer:
    return Answer(msgspec.json.encode({"status": 200, "success": True, "data": {name: records}}))


def records_of(answered: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = next(iter(msgspec.json.decode(answered)["data"].values()))
    return found


@pytest.mark.parametrize(
    ("call", "name"),
    [
        *(("products/list", name) for name in UNREADABLE),
        *((call, name) for call in ("products/get", "catalogs/list", "catalogs/get") for name in SOME),
    ],
)
def test_what_cannot_be_read_cannot_be_known(shop: Shop, twisted: Twisted, call: str, name: str) -> None:
    shop.lose("P00")
    if call == "catalogs/get":
        (catalog,) = shop.sandbox.catalogs()
        shop.sandbox.put_catalogs({"id": catalog, "name": "Other"})
    sent, stored = shop.sent(), shop.sandbox.products()
    twisted.twists[call] = always(UNREADABLE[name])
    result = compare(shop, fix=True)
    assert result.unknown is not None
    assert result.unknown.code in ("FS-702", "FS-704", "FS-705", "FS-706")
    assert result.exit_code == 1
    if call.startswith("products"):
        assert (shop.sent(), shop.sandbox.products(), result.counts) == (sent, stored, {})
    else:
        assert result.counts == {"missing": 1}, "what was confirmed is told, and mended"
        assert shop.sandbox.products().keys() == sent.keys()


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "", "name": "no id"},
        {"id": "x" * 1_000_000},
        {"id": "\0", "name": "\0\u202e\x1b[31m"},
        {"id": "'; drop table products; --"},
        {"id": "X", "name": None, "combinations": None, "photos": None, "catalogIds": None, "metafields": None},
        {"id": "X", "name": {"a": 1}, "combinations": [None, 1, [], {"id": None}], "photos": [None], "tags": 5},
        {"id": "X", "name": "X", "currency": "XXX", "combinations": [{"id": "X", "price": 1e308, "quantity": -1e300}]},
        {"id": "X", "variantIds": ["a"], "minPrice": 1, "vendor": {"deep": [[[[]]]]}, "publishedAt": 10**40},
    ],
)
def test_odd_records_are_somebody_elses(shop: Shop, twisted: Twisted, odd: dict[str, Any]) -> None:
    def beside(asked: bytes, answered: bytes) -> Answer:
        wanted = msgspec.json.decode(asked).get("productIds")
        rest = records_of(answered)
        return body("products", [odd, *rest] if (rest and wanted is None) or odd["id"] in (wanted or []) else rest)

    twisted.twists |= {"products/list": beside, "products/get": beside}
    sent = shop.sent()
    result = compare(shop, fix=True)
    assert (result.unknown, result.ours, result.repair, shop.sent()) == (None, 0, None, sent)
    compare(shop, adopt=True, allow=frozenset({"removals"}))
    assert shop.sandbox.products() == sent


def test_a_store_that_answers_with_what_nobody_asked_for(shop: Shop, twisted: Twisted) -> None:
    """Every answer to a question by id has all the products, and others, and one of them twice."""
    shop.lose("P00")
    every = [{"id": "X"}, *shop.sandbox.products().values(), {"id": "P01", "name": "another"}]
    twisted.twists["products/get"] = always(body("products", every))
    result = compare(shop)
    assert [(finding.kind, finding.id) for finding in result.findings] == [("missing", "P00")]


def test_a_page_of_everything(shop: Shop, twisted: Twisted) -> None:
    every = [*shop.sandbox.products().values(), *({"id": f"X{n:05}", "name": "x" * 200} for n in range(20_000))]
    twisted.twists["products/list"] = lambda asked, answered: body("products", [] if b"after" in asked else every)
    twisted.twists["products/get"] = lambda asked, answered: body(
        "products", [{"id": id_} for id_ in msgspec.json.decode(asked)["productIds"]]
    )
    shop.bik["batch_size"] = "500"
    result = compare(shop)
    assert (result.counts, result.stored, len(result.findings)) == ({"never_ours": 20_000}, 20_012, 1_000)


def test_a_cursor_that_leads_back_to_the_beginning(shop: Shop, twisted: Twisted) -> None:
    first = [shop.sandbox.products()[id_] for id_ in ("P00", "P01")]
    twisted.twists["products/list"] = always(body("products", first))
    result = compare(shop, fix=True)
    assert result.unknown is not None
    assert (result.unknown.code, result.counts, result.exit_code) == ("FS-710", {}, 1)


def test_a_cursor_of_nothing_begins_anew(shop: Shop, twisted: Twisted) -> None:
    twisted.twists["products/list"] = always(body("products", [{"id": "P00"}, {"id": ""}]))
    result = compare(shop)
    assert result.unknown is not None
    assert result.unknown.code == "FS-710"


def test_an_empty_page_in_the_midst_is_found_out(shop: Shop, twisted: Twisted) -> None:
    ids = list(shop.sandbox.products())

    def first_three(asked: bytes, answered: bytes) -> Answer:
        return body("products", [] if b"after" in asked else [shop.sandbox.products()[id_] for id_ in ids[:3]])

    twisted.twists["products/list"] = first_three
    result = compare(shop, fix=True)
    assert result.unknown is not None
    assert (result.unknown.code, result.counts, result.repair) == ("FS-711", {}, None)


def test_a_list_that_changes_underneath(tmp_path: Path, other_store: OtherStore) -> None:
    """While the pages are read somebody adds, deletes, and changes products: only what is so in the end is said."""
    sandbox = other_store(SandboxSettings(page_size=3))
    shop = Shop(tmp_path / "shop", sandbox)
    shop.publish(*items(12))
    shop.run()
    sandbox.put_products({"id": "P05a", "name": "theirs"})
    first = sandbox.products()
    pages = 0

    def moving(asked: bytes, answered: bytes) -> None:
        nonlocal pages
        pages += 1
        if pages == 1:  # P00 to P02 were read
            shop.lose("P03", "P06", "P02")
            sandbox.put_products({"id": "A", "name": "new"}, {**first["P07"], "name": "Other"})
        if pages == 3:  # up to P08
            shop.lose("P05a")
            sandbox.put_products(first["P06"], {"id": "P10a", "name": "new"}, {**first["P07"]})

    with serving(Twisted(sandbox.base_url)) as server:
        server.twists["products/list"] = moving
        shop.bik["base_url"] = f'"{server.base_url}"'
        shop.run(target=Target(same_store=True), limit=0)
        result = compare(shop)
    assert {(f.kind, f.id) for f in result.findings} == {("missing", "P03"), ("never_ours", "P10a")}
    assert result.unknown is not None
    assert result.unknown.code == "FS-711", "P06 came back behind the place that was read"
