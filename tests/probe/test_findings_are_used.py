"""Where Bik is known to drop what is left out, a removed variant is left out."""

from __future__ import annotations

from feedsync.snapshot.bikfindings import BikFindings, keep_findings
from feedsync.snapshot.store import Store
from feedsync.sync import snapshot_path
from tests.sync.shop import Shop, item, items


def test_a_removed_variant_is_left_out(shop: Shop) -> None:
    red, blue = (item(color, item_group_id="G", color=color) for color in ("red", "blue"))
    shop.publish(*items(12), red, blue)
    shop.run()
    with Store(snapshot_path(shop.state, "shop")) as store:
        keep_findings(store, BikFindings(at=1, version="1", combinations_dropped=True, read_delay_s=2.0))
    shop.publish(*items(12), red)
    shop.run()
    assert shop.quantities("G") == {"red": 100, "blue": 0}
    shop.bik["verify"] = '"all"'
    shop.publish(*items(12), item("red", item_group_id="G", color="red", title="x"))
    assert shop.run().held == 0
    assert shop.quantities("G") == {"red": 100}
