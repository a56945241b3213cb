"""What Prometheus is told, read back with Prometheus' own parser."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from feedsync.errors import Fatal
from feedsync.gates import GATES
from feedsync.health import Health, RunFigures, look
from feedsync.metrics import OUTCOMES, text, write_textfile
from feedsync.report.terminal import KINDS
from feedsync.snapshot.lock import schedule_lock
from tests.sync.shop import START, Shop, item, items

Series = dict[tuple[str, ...], float]


def parsed(*views: Health) -> Series:
    """Name and labels' values, without the schedule's, of every sample."""
    found: Series = {}
    for family in text_string_to_metric_families(text(list(views)).decode()):
        for sample in family.samples:
            key = (sample.name, *(value for label, value in sample.labels.items() if label != "schedule"))
            assert key not in found
            found[key] = sample.value
    return found


def view(shop: Shop) -> Health:
    return look(shop.state, "shop", lambda name: shop.schedule(), shop.now)


def test_nothing_but_the_version_without_schedules() -> None:
    assert {name for name, *_ in parsed()} == {"feedsync_build_info"}


def test_a_run_in_numbers(shop: Shop) -> None:
    shop.publish(*items(12))
    shop.run()
    shop.publish(*items(5, price="90.00 INR"), item("BAD", price="?"))
    shop.fault("429", count=1)
    shop.run(allow=("identity",))
    found = parsed(view(shop))
    assert found["feedsync_runs_total",] == 2
    assert found["feedsync_last_good_run_timestamp_seconds",] == START
    assert found["feedsync_feed_changed_timestamp_seconds",] == START
    assert (found["feedsync_usable",], found["feedsync_running",]) == (1, 0)
    assert found["feedsync_items",] == 6
    assert found["feedsync_rejected",] == 1
    assert found["feedsync_held_changes", "removals"] == 7
    assert found["feedsync_held_changes", "price"] == 0
    assert found["feedsync_last_run_outcome", "held"] == 1
    assert found["feedsync_last_run_outcome", "done"] == 0
    assert found["feedsync_last_run_changes", "price_down"] == 5
    assert found["feedsync_last_run_changes", "price_up"] == 0
    assert ("feedsync_last_run_stage_seconds", "fetch") in found
    assert found["feedsync_feed_to_bik_seconds",] >= 0


def test_requests_by_what_was_answered(shop: Shop) -> None:
    for number, (kind, answer) in enumerate(
        [("429", "429"), ("garbage", "unreadable"), ("cut_before", "none"), ("inner", "500")]
    ):
        shop.publish(*items(3, price=f"{number + 1}00 INR"))
        shop.fault(kind, count=1)
        pushed = shop.run(allow=("price",)).pushed
        assert sum(pushed.answers.values()) == pushed.requests
        assert pushed.answers == {"200": pushed.requests - 1, answer: 1}
        assert parsed(view(shop))["feedsync_last_run_requests", answer] == 1


def test_what_cannot_be_read_is_told_as_that(shop: Shop) -> None:
    shop.publish(*items(3))
    shop.run()
    (shop.state / "shop.db").write_bytes(b"junk")
    found = parsed(view(shop))
    assert found["feedsync_usable",] == 0
    assert ("feedsync_products",) not in found
    with schedule_lock(shop.state / "shop.lock", "shop"):
        assert parsed(view(shop))["feedsync_running",] == 1


words = st.text(min_size=1, max_size=20)


@settings(deadline=None)
@given(
    changes=st.dictionaries(words | st.sampled_from(list(KINDS)), st.integers(0, 99)),
    held=st.dictionaries(words | st.sampled_from(list(GATES)), st.integers(0, 99)),
    outcome=words,
)
def test_no_word_of_others_makes_a_series(changes: dict[str, int], held: dict[str, int], outcome: str) -> None:
    run = RunFigures(1, "cron", 0, 1, outcome, 3, 0, 0, 0, 0)
    found = parsed(Health(schedule="shop", word=outcome, runs=[run], held=held, changes=changes))
    labels = {key[1] for key in found if len(key) > 1 and key[0] != "feedsync_build_info"}
    assert labels <= {*KINDS, *GATES, *OUTCOMES, "other"}
    assert sum(v for k, v in found.items() if k[0] == "feedsync_last_run_changes") == sum(changes.values())


def test_a_file_for_node_exporter_is_whole_or_as_it_was(shop: Shop) -> None:
    path = shop.folder / "feedsync.prom"
    write_textfile(path, [view(shop)])
    assert path.read_bytes() == text([view(shop)])
    assert [p.name for p in shop.folder.glob("feedsync.prom*")] == ["feedsync.prom"]
    with pytest.raises(Fatal) as caught:
        write_textfile(shop.folder / "missing" / "feedsync.prom", [])
    assert caught.value.code == "FS-109"
