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
