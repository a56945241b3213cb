"""The proof of the demo: it finds every way in which a store can differ from a feed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from feedsync.bik.sandbox import Sandbox
from feedsync.config import load
from feedsync.demo import SCHEDULE, differences, samples
from feedsync.settings import Schedule
from feedsync.sync import run_schedule

Products = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Schedule, Path, Products]]:
    """The schedule, the first day's feed, and a store that holds it."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copyfile(samples() / "day1.xml", folder / "feed.xml")
    with pytest.MonkeyPatch.context() as patch, Sandbox() as store:
        patch.setenv("FEEDSYNC_DEMO_KEY", store.key)
        patch.setenv("FEEDSYNC_DEMO_SECRET", store.secret)
        (folder / "demo.toml").write_text(SCHEDULE.format(base_url=store.base_url), encoding="utf-8")
        schedule = load(folder / "demo.toml")
        run_schedule(schedule, folder / "state", trigger="test")
        yield schedule, folder / "feed.xml", store.products()


def test_a_store_that_equals_the_feed(synced: tuple[Schedule, Path, Products]) -> None:
    assert differences(*synced) == []


def test_every_product_that_is_lost_is_found(synced: tuple[Schedule, Path, Products]) -> None:
    schedule, feed, stored = synced
    for id_, product in stored.items():
        without = {key: value for key, value in stored.items() if key != id_}
        expected = {f"{one['id']}: the store does not have it" for one in product["combinations"]}
        assert set(differences(schedule, feed, without)) == expected


@pytest.mark.parametrize("field", ["price", "discountedPrice", "quantity"])
def test_every_number_that_is_wrong_is_found(synced: tuple[Schedule, Path, Products], field: str) -> None:
    schedule, feed, stored = synced
    for id_, product in list(stored.items())[::4]:
        for at, one in enumerate(product["combinations"]):
            changed = [*product["combinations"]]
            changed[at] = {**one, field: one[field] + 1}
            [line] = differences(schedule, feed, {**stored, id_: {**product, "combinations": changed}})
            assert line.startswith(f"{one['id']}: {field} is {one[field] + 1}, the feed says {one[field]}")


@pytest.mark.parametrize(("quantity", "expected"), [(0, []), (3, ["OLD: left the feed and can still be bought"])])
def test_what_left_the_feed_must_not_be_sold(
    synced: tuple[Schedule, Path, Products], quantity: int, expected: list[str]
) -> None:
    schedule, feed, stored = synced
    old = {"combinations": [{"id": "OLD", "price": 1, "discountedPrice": 1, "quantity": quantity}]}
    assert differences(schedule, feed, {**stored, "OLD": old}) == expected


def test_a_broken_item_says_nothing(synced: tuple[Schedule, Path, Products]) -> None:
    schedule, feed, stored = synced
    broken = feed.with_name("broken.xml")
    broken.write_bytes(feed.read_bytes().replace(b"<g:id>KL-T104</g:id>", b"<g:id>KL-T104</g:id><g:x></g:y>"))
    assert differences(schedule, broken, stored) == []
    broken.write_bytes(feed.read_bytes().replace(b"<g:id>KL-T104</g:id>", b""))
    assert differences(schedule, broken, stored) == ["KL-T104: left the feed and can still be bought"]


def test_the_samples_are_there() -> None:
    assert {"day1.xml", "day2.xml"} <= set(os.listdir(samples()))


def test_an_installed_package_has_its_samples_within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the wheel lays them out; see ``force-include`` in pyproject.toml."""
    (tmp_path / "samples").mkdir()
    monkeypatch.setattr("feedsync.demo.files", lambda package: tmp_path)
    assert samples() == tmp_path / "samples"
