"""The log of requests: what was asked for a product, how it was answered, and how much of that is kept."""

from __future__ import annotations

from feedsync.explain import explain
from feedsync.snapshot.calls import Call, forget_calls
from feedsync.snapshot.store import Store
from feedsync.sync import snapshot_path
from tests.sync.shop import HOUR, START, Shop, items


def calls(shop: Shop, product_id: str) -> list[Call]:
    return explain(shop.schedule(), shop.state, product_id, fetched=False).calls


def test_a_request_has_its_answer_its_number_and_the_time_of_its_run(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.run()
    (call,) = calls(shop, "P00")
    assert (call.run, call.at, call.action, call.outcome, call.message) == (1, START, "send", "acknowledged", None)
    assert (call.status, call.inner_status, call.tries) == (200, 200, 1)
    number = next(r.number for r in shop.sandbox.requests() if r.path.endswith("products/createOrUpdate"))
    assert call.request_id == f"sandbox-{number}"
    assert call.duration_ms is not None
    assert call.duration_ms >= 0


def test_a_refused_batch_is_told_before_its_halves(shop: Shop) -> None:
    shop.fault("poison", id="P00")
    shop.publish(*items(2))
    shop.run()
    refused, again = calls(shop, "P00")
    assert (refused.outcome, refused.status, again.outcome, again.status) == ("rejected", 400, "again", 400)
    assert (refused.message or "").startswith("FS-703")
    assert [call.outcome for call in calls(shop, "P01")] == ["acknowledged", "again"]


def test_a_refusal_within_an_answer_that_looks_good(shop: Shop) -> None:
    shop.fault("inner", path="products/createOrUpdate", status=503, count=1)
    shop.publish(*items(1))
    shop.run()
    (call,) = calls(shop, "P00")
    assert (call.outcome, call.status, call.inner_status, call.tries) == ("acknowledged", 200, 200, 2)


def test_a_request_that_nobody_answered(shop: Shop) -> None:
    shop.fault("cut_before", path="products/createOrUpdate")
    shop.publish(*items(1))
    shop.run()
    (call,) = calls(shop, "P00")
    assert (call.outcome, call.status, call.inner_status, call.request_id) == ("unknown", None, None, None)
    assert call.tries > 1


def test_a_deletion_of_what_is_gone(shop: Shop) -> None:
    shop.settings = "[absence]\nafter_runs = 1\n"
    shop.publish(*items(12))
    shop.run()
    shop.publish(*items(11))
    shop.run()
    (call, *_) = calls(shop, "P11")
    assert (call.action, call.outcome, call.message) == ("delete", "acknowledged", None)


def test_the_log_ends_by_age_by_the_clock_of_the_run(shop: Shop) -> None:
    shop.settings = '[history]\nkeep = "2h"\n'
    for hour in range(5):
        shop.now = START + hour * HOUR
        shop.publish(*items(1, f"{hour + 1} INR"))
        shop.run(allow=("price",))
    assert [call.run for call in calls(shop, "P00")] == [5, 4, 3]


def test_the_log_ends_by_number(shop: Shop) -> None:
    for price in range(1, 6):
        shop.publish(*items(1, f"{price} INR"))
        shop.run(allow=("price",))
    with Store(snapshot_path(shop.state, "shop")) as store:
        forget_calls(store, 0)
        assert [call.run for call in calls(shop, "P00")] == [5, 4, 3, 2, 1]
        forget_calls(store, 0, keep=2)
        assert [call.run for call in calls(shop, "P00")] == [5, 4]
        forget_calls(store, 2_000_000_000_000)
        forget_calls(store, 2_000_000_000_000)
    assert calls(shop, "P00") == []
    assert shop.rows("select count(*) from called") == [(0,)]
