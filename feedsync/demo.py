"""What the demo needs: its schedule, where the samples are, and the proof that a store equals a feed.

The proof reads the feed once more, past the snapshot, and asks for every item whether the store sells it as the feed says.
"""

from __future__ import annotations

import time
from importlib.resources import files
from pathlib import Path
from typing import Any

from feedsync.adapters.google_xml import GoogleXml
from feedsync.currencies import EXPONENTS
from feedsync.effective import effective
from feedsync.model import Member, Variant
from feedsync.normalize.item import Normalizer
from feedsync.settings import Schedule

SCHEDULE = """\
timezone = "Asia/Kolkata"

[bik]
key = {{ env = "FEEDSYNC_DEMO_KEY" }}
secret = {{ env = "FEEDSYNC_DEMO_SECRET" }}
base_url = "{base_url}"
rate = 100

[[feeds]]
location = "feed.xml"

[products]
currency = "INR"
"""


def samples() -> Path:
    """The folder of the sample feeds: within an installed package, or beside it in a checkout."""
    package = Path(str(files("feedsync")))
    installed = package / "samples"
    return installed if installed.is_dir() else package.parent / "sample_feeds"


def differences(schedule: Schedule, feed: Path, stored: dict[str, dict[str, Any]]) -> list[str]:
    """What the store holds otherwise than the feed says, a line each; variants that left the feed must be unbuyable.

    Items that are broken or invalid say nothing, so the store may keep what it had of them.
    """
    said, unsaid = _read(schedule, feed)
    sold = {c["id"]: c for product in stored.values() for c in product["combinations"]}
    wrong = []
    for variant in said.values():
        want = _combination(schedule, variant)
        have = sold.get(variant.id)
        if have is None:
            wrong.append(f"{variant.id}: the store does not have it")
        wrong += [
            f"{variant.id}: {name} is {have[name]}, the feed says {value}"
            for name, value in want.items()
            if have is not None and have[name] != value
        ]
    gone = sold.keys() - said.keys() - unsaid
    return wrong + [f"{key}: left the feed and can still be bought" for key in sorted(gone) if sold[key]["quantity"]]


def _read(schedule: Schedule, feed: Path) -> tuple[dict[str, Variant], set[str]]:
    """The feed's variants by id, and the ids of items that say nothing sure."""
    normalizer = Normalizer(schedule.products, schedule.catalogs, schedule.zone)
    said: dict[str, Variant] = {}
    unsaid: set[str] = set()
    with feed.open("rb") as stream:
        split = GoogleXml().split(stream, str(feed), None)
        for block in split.blocks(lambda hashes: [False] * len(hashes)):
            for parsed in split.parse([item for _, item in block.misses]):
                variant = normalizer(parsed.attributes).variant if parsed.attributes else None
                if variant:
                    said.setdefault(variant.id, variant)
                elif parsed.id_text:
                    unsaid.add(parsed.id_text)
    return said, unsaid


def _combination(schedule: Schedule, variant: Variant) -> dict[str, object]:
    payload = effective(
        variant.product_id, [Member(variant)], now=int(time.time()), products=schedule.products,
        absence=schedule.absence, sent=None,
    ).payload  # fmt: skip
    assert payload is not None
    one = payload.variants[0]
    major = 10 ** EXPONENTS[one.currency]
    return {"price": one.price_minor / major, "discountedPrice": one.selling_minor / major, "quantity": one.quantity}
