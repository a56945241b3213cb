"""Where Bik is known to drop what is left out, a removed variant is left out."""

from __future__ import annotations

from feedsync.snapshot.bikfindings import BikFindings, bik_findings, keep_findings
from feedsync.snapshot.store import Store
from feedsync.sync import Target, snapshot_path, target_of
from tests.sync.shop import Shop, item, items


def test_a_removed_variant_is_left_out(shop: Shop) -> None:
    red, blue = (item(color, item_group_id="G", color=color) for color in ("red", "blue"))
    shop.publish(*items(12), red, blue)
    shop.run()
    with Store(snapshot_path(shop.state, "shop")) as store:
        findings = BikFindings(at=1, version="1", combinations_dropped=True, read_delay_s=2.0)
        keep_findings(store, findings, target_of(shop.schedule(), shop.sandbox.key))
    shop.publish(*items(12), red)
    shop.run()
    assert shop.quantities("G") == {"red": 100, "blue": 0}
    shop.bik["verify"] = '"all"'
    shop.publish(*items(12), item("red", item_group_id="G", color="red", title="x"))
    assert shop.run().held == 0
    assert shop.quantities("G") == {"red": 100}


def test_what_was_found_before_the_first_run_counts_from_it_on(shop: Shop) -> None:
    findings = BikFindings(at=1, version="1", combinations_dropped=True)
    mine = target_of(shop.schedule(), shop.sandbox.key)
    with Store(snapshot_path(shop.state, "shop")) as store:
        keep_findings(store, findings, mine)
        assert (bik_findings(store), bik_findings(store, mine)) == (None, findings)
    shop.publish(*items(2))
    shop.run()
    with Store(snapshot_path(shop.state, "shop"), read_only=True) as store:
        assert bik_findings(store) == findings


def test_the_same_store_under_another_address_is_known_as_it_was(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.run()
    findings = BikFindings(at=1, version="1", read_delay_s=2.0)
    with Store(snapshot_path(shop.state, "shop")) as store:
        keep_findings(store, findings, target_of(shop.schedule(), shop.sandbox.key))
    shop.bik["base_url"] = f'"{shop.sandbox.base_url.replace("127.0.0.1", "localhost")}"'
    shop.run(target=Target(same_store=True))
    with Store(snapshot_path(shop.state, "shop"), read_only=True) as store:
        assert bik_findings(store) == findings
