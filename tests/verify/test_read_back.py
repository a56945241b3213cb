"""Reading back what was accepted: what is not stored is told, and sent again by the next run."""

from __future__ import annotations

from pathlib import Path

import pytest
import stamina

from feedsync.bik.sandbox import SandboxSettings
from tests.sync.fixtures import OtherStore
from tests.sync.shop import Shop, items


@pytest.fixture
def verifying(shop: Shop) -> Shop:
    """A shop that reads everything back."""
    shop.bik["verify"] = '"all"'
    return shop


def test_what_is_stored_as_it_was_sent_is_counted(verifying: Shop) -> None:
    verifying.publish(*items(12))
    summary = verifying.run()
    assert (summary.pushed.verified, summary.pushed.unread, summary.outcome) == (12, 0, "done")
    assert verifying.run().pushed.requests == 0, "nothing was sent, so nothing is read"


def test_accepted_but_not_stored_is_an_outcome_of_its_own(verifying: Shop) -> None:
    verifying.fault("lose", id="P03")
    verifying.publish(*items(12))
    summary = verifying.run()
    assert [(r.id, r.code) for r in summary.rejected] == [("P03", "FS-707")]
    assert (summary.outcome, summary.exit_code) == ("rejected", 3)
    assert verifying.outcomes()["P03"] == "not_stored"
    verifying.sandbox.clear_faults()
    assert verifying.run().outcome == "done"
    assert verifying.touched() == [("P03",)]
    assert len(verifying.prices()) == 12


def test_a_store_that_shows_writes_late_is_waited_for(tmp_path: Path, other_store: OtherStore) -> None:
    late = other_store(SandboxSettings(read_delay_s=0.2))
    shop = Shop(tmp_path / "shop", late)
    shop.bik["verify"] = '"all"'
    shop.publish(*items(3))
    with stamina.set_testing(False):
        summary = shop.run()
    assert (summary.pushed.verified, summary.outcome) == (3, "done")


def test_a_sample_has_one_of_each_batch_at_least(shop: Shop) -> None:
    shop.bik |= {"verify": '"sample"', "batch_size": "5"}
    shop.publish(*items(12))
    summary = shop.run()
    assert 3 <= summary.pushed.verified < 12
    assert len(shop.touched("products/get")) >= 3


def test_a_reading_that_fails_is_told_and_fails_nothing(verifying: Shop) -> None:
    verifying.fault("500", path="products/get", skip=1)
    verifying.publish(*items(3))
    summary = verifying.run()
    assert (summary.pushed.verified, summary.pushed.unread, summary.outcome) == (0, 3, "done")


def test_a_store_that_never_shows_writes_is_waited_for_once(tmp_path: Path, other_store: OtherStore) -> None:
    late = other_store(SandboxSettings(read_delay_s=3600))
    shop = Shop(tmp_path / "shop", late)
    shop.bik |= {"verify": '"all"', "batch_size": "2"}
    shop.publish(*items(6))
    summary = shop.run()
    assert (summary.pushed.verified, {r.code for r in summary.rejected}) == (6, {"FS-707"})
    reads = shop.touched("products/get")
    assert reads[-3:] == reads[-6:-3], "round by round, not batch by batch"


def test_a_reading_that_fails_while_it_is_waited_is_told(verifying: Shop) -> None:
    verifying.fault("lose", id="P00")
    verifying.fault("500", path="products/get", skip=2)
    verifying.publish(*items(3))
    summary = verifying.run()
    assert (summary.pushed.verified, summary.pushed.unread, summary.outcome) == (2, 1, "done")


def test_a_deletion_is_read_back(verifying: Shop) -> None:
    verifying.settings = '[gates]\nremovals = "off"\n'
    verifying.publish(*items(12))
    verifying.run()
    for title in ("x", "y"):
        verifying.publish(*items(10, title=title))
        summary = verifying.run()
    assert (summary.pushed.deleted, summary.pushed.verified, summary.outcome) == (2, 12, "done")
    assert verifying.touched("products/get")[-1] == ("P10", "P11")
    verifying.bik["verify"] = '"off"'


def test_a_deletion_that_is_not_done_is_asked_for_again(tmp_path: Path, other_store: OtherStore) -> None:
    late = other_store(SandboxSettings(read_delay_s=3600))
    shop = Shop(tmp_path / "shop", late)
    shop.settings = '[gates]\nremovals = "off"\n'
    shop.publish(*items(12))
    shop.run()
    late.put_products(*late.products().values())
    for title in ("x", "y"):
        shop.publish(*items(10, title=title))
        shop.bik["verify"] = '"sample"' if title == "y" else '"off"'
        summary = shop.run()
    told = {r.id: (r.code, r.message.rpartition(": ")[2]) for r in summary.rejected}
    assert told.items() >= {"P10": ("FS-707", "it was deleted, and is still there")}.items()
    assert (summary.outcome, shop.outcomes()["P10"]) == ("rejected", "not_stored")
    shop.bik["verify"] = '"off"'
    again = shop.run()
    assert ("P10",) in shop.touched("products/delete")
    assert (again.outcome, again.pushed.deleted) == ("done", 1)


def test_a_deletion_that_was_not_acknowledged_is_not_read_back(verifying: Shop) -> None:
    verifying.settings = '[gates]\nremovals = "off"\n'
    verifying.publish(*items(12))
    verifying.run()
    verifying.publish(*items(11))
    verifying.run()
    verifying.fault("inner", path="products/delete", status=400)
    verifying.publish(*items(11, title="x"))
    summary = verifying.run()
    assert [(r.id, r.code) for r in summary.rejected] == [("P11", "FS-703")]
    assert summary.pushed.verified == 11


def test_a_deletion_of_what_is_gone_may_be_answered_with_404(verifying: Shop) -> None:
    verifying.settings = '[gates]\nremovals = "off"\n'
    verifying.publish(*items(12))
    verifying.run()
    verifying.publish(*items(10))
    verifying.run()
    verifying.lose("P10", "P11")
    verifying.fault("inner", path="products/delete", status=404)
    verifying.publish(*items(10, title="x"))
    summary = verifying.run()
    assert (summary.pushed.deleted, summary.outcome) == (2, "done")
