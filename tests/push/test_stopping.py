"""When a run stops, what it still hears out, and what it tells."""

from __future__ import annotations

import pytest

from tests.sync.shop import CATALOGS, PUT, Shop, item, items


@pytest.mark.parametrize("kind", ["unauthorized", "forbidden"])
@pytest.mark.parametrize("path", [CATALOGS, "products/get", PUT])
def test_refused_credentials_stop_the_run_and_nothing_is_retried(shop: Shop, kind: str, path: str) -> None:
    shop.publish(*items(2, product_type="Tea"))
    shop.fault(kind, path=path)
    summary = shop.run()
    assert shop.calls()[-1] == path
    assert shop.calls().count(path) == 1
    assert summary.error is not None
    assert (summary.outcome, summary.error.code) == ("failed", "FS-701")
    assert shop.prices() == {}


def test_a_wrong_secret_is_told_and_never_shown(shop: Shop) -> None:
    (shop.folder / "secret").write_text("mistaken")
    shop.publish(*items(1))
    summary = shop.run()
    assert summary.error is not None
    assert summary.error.code == "FS-701"
    assert "mistaken" not in str(summary)


def test_a_wrong_base_url_is_told_as_such(shop: Shop) -> None:
    shop.bik["base_url"] = f'"{shop.sandbox.base_url}/elsewhere"'
    shop.publish(*items(1))
    summary = shop.run()
    assert summary.error is not None
    assert summary.error.code == "FS-702"
    assert len(shop.calls()) == 1


def test_after_three_failures_in_a_row_the_rest_waits(shop: Shop) -> None:
    shop.bik |= {"batch_size": "1", "in_flight": "1"}
    shop.publish(*items(4))
    shop.run()
    shop.publish(*items(4, "90 INR"))
    shop.fault("500", path=PUT)
    summary = shop.run()
    assert shop.touched() == [(f"P0{n}",) for n in range(3) for _ in range(5)]
    assert (summary.outcome, summary.remaining) == ("failed", 4)
    shop.sandbox.clear_faults()
    assert shop.run().pushed.products == 4


def test_a_success_in_between_starts_the_count_anew(shop: Shop) -> None:
    shop.bik |= {"batch_size": "1", "in_flight": "1"}
    shop.publish(*items(6))
    shop.run()
    shop.publish(*items(6, "90 INR"))
    shop.fault("500", path=PUT, count=10)
    shop.fault("500", path=PUT, skip=1, count=10)
    summary = shop.run()
    assert summary.pushed.products == 2
    assert shop.touched()[-1] == ("P05",)


def test_a_batch_that_failed_is_told_even_when_the_others_went_through(shop: Shop) -> None:
    shop.bik |= {"batch_size": "1", "in_flight": "1"}
    shop.publish(*items(3))
    shop.run()
    shop.publish(*items(3, "90 INR"))
    shop.fault("500", path=PUT, count=5)
    summary = shop.run()
    assert (summary.pushed.products, summary.remaining) == (2, 1)
    assert summary.exit_code == 1
    assert summary.error is not None
    assert summary.error.code == "FS-704"


def test_deletions_wait_when_the_updates_failed(shop: Shop) -> None:
    shop.settings = "[absence]\nafter_runs = 1\n"
    shop.publish(*items(2))
    shop.run()
    shop.publish(item("P00", "90 INR"))
    shop.fault("unauthorized", path=PUT)
    shop.run()
    assert "products/delete" not in shop.calls()


def test_a_refused_batch_that_is_heard_out_after_a_stop_condemns_nobody(shop: Shop) -> None:
    shop.bik |= {"batch_size": "2", "in_flight": "2"}
    shop.publish(*items(4))
    shop.run()
    shop.publish(*items(4, "90 INR"))
    shop.fault("unauthorized", path=PUT, count=1)
    shop.fault("slow", path=PUT, seconds=0.05)
    shop.fault("poison", id="P00")
    shop.fault("poison", id="P02")
    shop.run()
    assert "rejected" not in shop.outcomes().values()
    shop.sandbox.clear_faults()
    shop.run()
    assert set(shop.prices().values()) == {90}


def test_what_is_under_way_at_a_stop_is_recorded(shop: Shop) -> None:
    shop.bik |= {"batch_size": "1", "in_flight": "2"}
    shop.publish(*items(4))
    shop.run()
    shop.publish(*items(4, "90 INR"))
    shop.fault("unauthorized", path=PUT, count=1)
    shop.fault("slow", path=PUT, seconds=0.05)
    shop.run()
    stored = shop.sandbox.products()
    assert shop.sent() == stored
    assert list(shop.outcomes().values()).count("retryable") == 1
