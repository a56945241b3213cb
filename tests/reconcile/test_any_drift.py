"""Whatever others do to a store, a repair that every gate lets through makes it what the feeds want."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from feedsync.bik.sandbox import Sandbox, SandboxSettings
from feedsync.gates import ALLOWABLE
from feedsync.reconcile import Reconciliation, reconcile
from tests.sync.shop import Shop, item

COUNT = 8
EXAMPLES = int(os.environ.get("FEEDSYNC_EXAMPLES", "6"))
IDS = [f"P{number}" for number in range(COUNT)]
STORES = [
    SandboxSettings(page_size=3),
    SandboxSettings(page_size=2, combinations="merge", fields="merge", delete_unknown="error", bad_product="partial"),
]
Record = dict[str, Any]


def _combination(**changes: Any) -> Callable[[Record], Record]:
    def change(record: Record) -> Record:
        first, *others = record["combinations"]
        return {**record, "combinations": [{**first, **changes}, *others]}

    return change


def _added(record: Record) -> Record:
    return {**record, "combinations": [*record["combinations"], {**record["combinations"][0], "id": "more"}]}


#: What somebody may do to a product of ours.
CHANGES: dict[str, Callable[[Record], Record]] = {
    "title": lambda r: {**r, "name": "Other"},
    "price": _combination(price=1, discountedPrice=1),
    "free": _combination(price=0, discountedPrice=0),
    "a price of fractions": _combination(price=99.999, discountedPrice=10.5),
    "text for a price": _combination(price="12"),
    "out of stock": _combination(quantity=0),
    "stock": _combination(quantity=3.7),
    "currency": lambda r: {**r, "currency": "EUR"},
    "no variants": lambda r: {**r, "combinations": []},
    "another variant": _added,
    "no catalog": lambda r: {**r, "catalogIds": []},
    "a foreign catalog": lambda r: {**r, "catalogIds": [*r["catalogIds"], "theirs"]},
    "cart": lambda r: {**r, "addToCartDisabled": True},
    "tags": lambda r: {**r, "tags": "sale"},
    "pictures": lambda r: {**r, "photos": []},
    "a field of theirs": lambda r: {**r, "vendor": "theirs"},
    "metafields": lambda r: {**r, "metafields": [{"id": "m", "namespace": "theirs", "key": "k", "value": "v"}]},
}


def _feed(shop: Shop, wanted: set[str], price: str) -> None:
    shop.publish(
        *(item(id_, price, product_type="Tea" if id_ < "P4" else "Coffee", brand="Acme") for id_ in sorted(wanted)),
        item("red", price, item_group_id="G", color="red"), item("blue", price, item_group_id="G", color="blue"),
    )  # fmt: skip


def _fix(shop: Shop) -> Reconciliation:
    return reconcile(shop.schedule(), shop.state, fix=True, allow=ALLOWABLE, clock=lambda: shop.now)


@pytest.mark.parametrize("behaviour", STORES)
@settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    wanted=st.sets(st.sampled_from(IDS), min_size=1),
    changed=st.dictionaries(st.sampled_from([*IDS, "G"]), st.sets(st.sampled_from(sorted(CHANGES)), min_size=1)),
    lost=st.sets(st.sampled_from([*IDS, "G"])),
    back=st.booleans(),
    renamed=st.booleans(),
    pending=st.booleans(),
)
def test_a_repair_makes_the_store_what_the_feeds_want(
    behaviour: SandboxSettings, wanted: set[str], changed: dict[str, set[str]], lost: set[str], back: bool,
    renamed: bool, pending: bool,
) -> None:  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, Sandbox(settings=behaviour) as sandbox:
        shop = Shop(Path(folder) / "shop", sandbox)
        shop.settings = "[absence]\nafter_runs = 1\n"
        _feed(shop, set(IDS), "100 INR")
        shop.run()
        before = sandbox.products()
        _feed(shop, wanted, "100 INR")
        shop.run(allow=tuple(ALLOWABLE))
        theirs = {"id": "X", "name": "theirs"}
        sandbox.put_catalogs({"id": "theirs", "name": "Theirs"})
        sandbox.put_products(theirs)
        for id_, names in changed.items():
            if record := sandbox.products().get(id_):
                for name in sorted(names - {"another variant"} if "no variants" in names else names):
                    record = CHANGES[name](record) if record["combinations"] or name == "title" else record
                sandbox.put_products(record)
        shop.lose(*(lost & sandbox.products().keys()))
        if back:
            sandbox.put_products(*(before[id_] for id_ in IDS if id_ not in wanted))
        if renamed:
            sandbox.put_catalogs(
                {**next(c for c in sandbox.catalogs().values() if c["id"] != "theirs"), "name": "Other"}
            )
        if pending:
            _feed(shop, wanted, "90 INR")
            shop.run(limit=0)
        shop.now += 25 * 3600

        result = _fix(shop)
        assert result.unknown is None
        assert result.repair is None or result.repair.exit_code == 0
        again = _fix(shop)
        assert {kind for kind in again.counts if kind != "never_ours"} == set(), again.findings
        shop.run(allow=tuple(ALLOWABLE))

        stored = sandbox.products()
        assert stored.pop("X") == theirs
        assert stored.keys() == wanted | {"G"}
        price = 90 if pending else 100
        for id_ in wanted:
            ours = [c for c in stored[id_]["combinations"] if c["id"] != "more"]
            assert [(c["price"], c["discountedPrice"], c["quantity"]) for c in ours] == [(price, price, 100)]
            assert all(c["quantity"] == 0 for c in stored[id_]["combinations"] if c["id"] == "more")
            assert stored[id_]["name"] == f"Title of {id_}"
            if id_ in changed and "a foreign catalog" in changed[id_] and "no catalog" not in changed[id_]:
                assert ("theirs" in stored[id_]["catalogIds"]) == (id_ not in lost)
        assert {c["name"] for c in sandbox.catalogs().values()} >= {"Theirs"}
        used = {id_ for product in stored.values() for id_ in product["catalogIds"]}
        assert "Other" not in {c["name"] for c in sandbox.catalogs().values() if c["id"] in used}
