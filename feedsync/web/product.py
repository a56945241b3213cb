"""One product's page: the story that ``explain`` tells of it, and its price and stock over time as charts.

The feeds are not fetched and the store is not asked: a page is read from the snapshot alone.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice

import msgspec

from feedsync.explain import story_of
from feedsync.model import ProductPayload
from feedsync.report.charts import Point
from feedsync.report.labels import LabelledChange, labels_of
from feedsync.settings import Schedule
from feedsync.snapshot.store import Store
from feedsync.story import Story
from feedsync.timeline import Moment, timeline
from feedsync.web.reads import PAGE, labelled

_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)
_COLUMNS = "at, subject, variant_id, kind, field, before, after, cause, class, note, verdict"
#: How many variants get charts of their own, and how many moments these are made of.
CHARTS = 6
_MOMENTS = 5000


class History(msgspec.Struct, frozen=True):
    """How the list price, the price below it and the quantity of a variant went in the store, as steps."""

    variant_id: str
    price: list[Point]
    sale: list[Point]
    quantity: list[Point]


class ProductPage(msgspec.Struct, frozen=True):
    """What the page shows: the story, the changes with the run of each, what Bik acknowledged, and the charts."""

    title: str
    story: Story
    sent: ProductPayload | None
    changes: list[tuple[int, LabelledChange]]
    histories: list[History]


def product_page(store: Store, schedule: Schedule, item_id: str, now: int) -> ProductPage | None:
    """Everything about a product or the product of a variant, as of ``now`` (Unix seconds); None: nobody knows it."""
    story = story_of(store, schedule, item_id, now)
    if not story.known:
        return None
    product_id = story.product_id
    payload = store.scalar("select unpacked(payload) from sent where product_id = ?", product_id)
    sent = _PAYLOADS.decode(payload) if payload else None
    rows = list(
        store.rows(
            f"select run, {_COLUMNS} from changes where subject = ? order by rowid desc limit ?", product_id, PAGE
        )
    )
    changes = labelled(store, [row[1:] for row in rows])
    label = labels_of(store, [product_id]).get(product_id)
    title = label.title if label else changes[0].label.title if changes else None
    paired = [(row[0], change) for row, change in zip(rows, changes, strict=True)]
    return ProductPage(title or product_id, story, sent, paired, _histories(store, product_id))


def _histories(store: Store, product_id: str) -> list[History]:
    """The charts of the product's first variants; a variant that the store does not have any more ends in a gap."""
    moments: dict[str, list[Moment]] = defaultdict(list)
    for moment in islice(timeline(store, product_id), _MOMENTS):
        moments[moment.variant_id].append(moment)
    return [_history(key, moments[key][::-1]) for key in sorted(moments)[:CHARTS]]


def _history(variant_id: str, moments: list[Moment]) -> History:
    sales = [m.selling_price if m.selling_price != m.price else None for m in moments]
    return History(
        variant_id,
        _steps(moments, [m.price for m in moments]),
        _steps(moments, sales),
        _steps(moments, [None if m.quantity is None else str(m.quantity) for m in moments]),
    )


def _steps(moments: list[Moment], values: list[str | None]) -> list[Point]:
    """The moments at which a value changed; it stays until the next one."""
    points = []
    before: str | None = None
    for moment, value in zip(moments, values, strict=True):
        if value != before:
            points.append(Point(moment.at, None if value is None else float(value.split(" ")[0]), value or ""))
        before = value
    return points
