"""The invented feeds are what the benchmarks say they are."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.feeds import FORMS, write_feed, write_restamped, write_shuffled
from benchmarks.items import Item, items
from feedsync.adapters.base import DETECTED
from feedsync.adapters.registry import adapter_for
from feedsync.model import Attributes


def _read(path: Path) -> Iterator[Attributes]:
    """A feed's items as feedsync's own adapters read them; nothing is wrong with any."""
    content = path.read_bytes()
    split = adapter_for(content[:65536], str(path)).split(io.BytesIO(content), str(path), None, DETECTED)
    for block in split.blocks(lambda hashes: [False] * len(hashes)):
        for parsed in split.parse([item for _, item in block.misses]):
            assert parsed.problem is None
            assert not parsed.notes
            assert parsed.attributes is not None
            yield parsed.attributes
    assert not split.faults()


@pytest.mark.parametrize("name", FORMS)
def test_every_form_holds_the_same_items(tmp_path: Path, name: str) -> None:
    path = tmp_path / "feed"
    done = write_feed(path, FORMS[name], 300, seed=3)
    found = list(_read(path))
    assert done == {"written": 300}
    assert [item["id"] for item in found] == [item["id"] for item in items(300, seed=3)]
    for read, meant in zip(found, items(300, seed=3), strict=True):
        for attribute in ("title", "link", "product_type", "price", "quantity", "additional_image_link"):
            assert read[attribute] == meant[attribute]
        assert " ".join(str(read["description"]).split()) == " ".join(str(meant["description"]).split())


@pytest.mark.parametrize("name", FORMS)
def test_shuffling_moves_items_and_changes_none(tmp_path: Path, name: str) -> None:
    ordered, shuffled = tmp_path / "ordered", tmp_path / "shuffled"
    write_feed(ordered, FORMS[name], 300, day=1)
    write_shuffled(shuffled, FORMS[name], 300, day=1)
    before, after = list(_read(ordered)), list(_read(shuffled))
    assert before != after
    assert sorted(before, key=lambda item: str(item["id"])) == sorted(after, key=lambda item: str(item["id"]))
    assert sorted(ordered.read_bytes()) == sorted(shuffled.read_bytes())


@pytest.mark.parametrize("name", FORMS)
def test_a_feed_made_anew_has_other_bytes_and_the_same_items(tmp_path: Path, name: str) -> None:
    first, again = tmp_path / "first", tmp_path / "again"
    write_feed(first, FORMS[name], 20)
    write_restamped(again, first, FORMS[name])
    assert first.read_bytes() != again.read_bytes()
    assert list(_read(first)) == list(_read(again))


def _by_id(found: Iterator[Item]) -> dict[str, Item]:
    return {str(item["id"]): item for item in found}


def test_a_next_day_differs_where_it_says() -> None:
    done: Counter[str] = Counter()
    before = _by_id(items(20_000, seed=5))
    after = _by_id(items(20_000, seed=5, day=2, done=done))
    assert len(after) == done["written"]
    assert len(after.keys() - before.keys()) == done["added"]
    assert len(before.keys() - after.keys()) == done["removed"]
    both = before.keys() & after.keys()
    changed = {name: [k for k in before[name] if before[name][k] != after[name][k]] for name in both}
    assert sum(1 for fields in changed.values() if fields) == done["changed"]
    assert {field for fields in changed.values() for field in fields} == {"price", "quantity", "availability"}
    assert 300 < done["changed"] < 500
    assert 50 < done["added"] < 150
    assert 50 < done["removed"] < 150


def test_a_small_feed_is_the_beginning_of_a_large_one_and_a_seed_makes_another() -> None:
    large = list(items(500, seed=1))
    assert list(items(100, seed=1)) == large[:100]
    assert list(items(500, seed=2)) != large
    assert len(_by_id(iter(large))) == 500
