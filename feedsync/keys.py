"""What a reading depends on, as keys: an equal key means that reading the same bytes again would come to the same."""

from __future__ import annotations

import msgspec
import xxhash

from feedsync.adapters.base import Adapter, Split
from feedsync.normalize.versions import MAPPING_VERSION, NORMALIZER_VERSION
from feedsync.settings import Schedule


def settings_key(schedule: Schedule, adapter: Adapter) -> bytes:
    """Of everything that decides what an item becomes beside the item: settings and the versions of the code."""
    parts = (adapter.name, adapter.version, NORMALIZER_VERSION, MAPPING_VERSION, schedule.reading_fingerprint())
    return xxhash.xxh3_128_digest(msgspec.msgpack.encode(parts))


def items_key(schedule: Schedule, adapter: Adapter, split: Split) -> bytes:
    """Of everything that decides what a document's items become beside their bytes: an equal one makes equal hashes equal."""
    return xxhash.xxh3_128_digest(settings_key(schedule, adapter) + split.context)


def reading_key(schedule: Schedule, adapter: Adapter, number: int) -> bytes:
    """Of everything that decides what a reading comes to: beside the items, where they are and what is accepted."""
    feed = schedule.feeds[number]
    parts = (settings_key(schedule, adapter), feed.location, sorted(feed.accept))
    return xxhash.xxh3_128_digest(msgspec.msgpack.encode(parts))
