"""Where Bik's reference is silent, either behaviour of the store leads to the same end."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsync.bik.sandbox import SandboxSettings
from tests.sync.fixtures import OtherStore
from tests.sync.shop import PUT, Shop, item, items

EITHER = [
    SandboxSettings(combinations="merge", fields="merge"),
    SandboxSettings(delete_unknown="error", bad_product="partial"),
    SandboxSettings(page_size=1, max_batch=1),
]


@pytest.mark.parametrize("settings", EITHER, ids=["merging", "strict and partial", "tiny"])
def test_a_history_ends_the_same_in_any_store(
    tmp_path: Path, other_store: OtherStore, settings: SandboxSettings
) -> None:
    shop = Shop(tmp_path / "shop", other_store(settings))
    shop.settings = '[absence]\nafter_runs = 1\n[gates]\nremovals = "off"\n'
    shop.bik["batch_size"] = "2"
    shirt = [item(f"S{n}", item_group_id="SHIRT", size=str(n), description="Long") for n in range(2)]
    shop.publish(*shirt, *items(9, product_type="Tea", brand="Kettle"))
    shop.fault("cut_after", path=PUT, skip=1, count=5)
    shop.run()
    shop.sandbox.clear_faults()
    shop.publish(item("S0", "80 INR", item_group_id="SHIRT", size="0"), *items(6))
    for _ in range(2):
        shop.run()
    stored = shop.sandbox.products()
    assert sorted(stored) == ["P00", "P01", "P02", "P03", "P04", "P05", "SHIRT"]
    assert shop.quantities("SHIRT") == {"S0": 100, "S1": 0}
    assert shop.prices()["SHIRT"] == 80
    assert (stored["SHIRT"]["description"], stored["P00"]["tags"], stored["P00"]["catalogIds"]) == ("", "", [])
    assert shop.run().planned == 0


def test_a_store_that_shows_writes_late_is_written_once_more_and_no_oftener(
    tmp_path: Path, other_store: OtherStore
) -> None:
    shop = Shop(tmp_path / "shop", other_store(SandboxSettings(read_delay_s=3600)))
    shop.publish(*items(1))
    shop.fault("cut_before", path=PUT)
    shop.run()
    shop.sandbox.clear_faults()
    assert [r.code for r in shop.run().rejected] == ["FS-707"]
    assert shop.run().outcome == "done"
    assert shop.run().planned == 0
    assert shop.sent() == shop.sandbox.products()
