"""A snapshot with the changes that a test writes, for reports over it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from feedsync.model import ProductPayload, Variant
from feedsync.report.summary import DocumentSummary, PushSummary, RunSummary, load_summary
from feedsync.snapshot.store import Store

AT = 1_794_787_200  # 2026-11-16, 00:00 UTC
_ENCODER = msgspec.msgpack.Encoder()


def variant(id_: str, title: str = "A kettle", brand: str = "Leaf", catalog: str | None = "Tea > Black") -> Variant:
    """One variant; nothing but its names matters to a report."""
    return Variant(
        id_, None, title, None, "", "https://shop.example/p", "https://shop.example/p.jpg", (), "INR", 10_000, None, None,
        None, "in_stock", None, None, None, (), (catalog,) if catalog else (), (), (("brand", brand),),
    )  # fmt: skip


class Recorded:
    """A snapshot that a test fills: products, then runs with their changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = Store(path)

    def product(self, one: Variant) -> None:
        """What a feed says of a product."""
        self.store.execute(
            "insert into variants (id, product_id, feed, record, grouped) values (?, ?, 0, ?, 0)",
            one.id, one.product_id, _ENCODER.encode(one),
        )  # fmt: skip

    def sent(self, product_id: str, title: str) -> None:
        """What the store was told of a product."""
        payload = ProductPayload(product_id, title, "", "", (), "INR", (), (("brand", "Sent"),), (), False, ())
        self.store.execute("insert into sent values (?, ?)", product_id, _ENCODER.encode(payload))

    def run(self, *changes: tuple[str | None, ...], trigger: str = "hand") -> RunSummary:
        """A run with changes ``(kind, subject, variant, field, before, after, class, verdict)``."""
        run = self.store.begin_run(trigger, AT)
        self.store.many(
            "insert into changes values (?, ?, ?, ?, ?, ?, ?, ?, 'feed', ?, null, ?)",
            [(run, AT, s, v, kind, field, b, a, klass, verdict) for kind, s, v, field, b, a, klass, verdict in changes],
        )
        counts: dict[str, int] = {}
        for kind, *_ in changes:
            counts[str(kind)] = counts.get(str(kind), 0) + 1
        summary = RunSummary(
            "acme", run, trigger, "done", "2026-11-16T00:00:00.000Z", "2026-11-16T00:00:02.000Z",
            [DocumentSummary("acme.xml", "google-xml", "complete", [], 10, 5_000)], counts, [], PushSummary(1, 0, 0, 2), [],
        )  # fmt: skip
        self.store.end_run(run, AT + 2, "done", summary.stored())
        record = self.store.run_record(run)
        assert record
        return load_summary(self.store, "acme", record)


def price(
    id_: str, before: str, after: str, *, kind: str = "price_up", verdict: str = "send"
) -> tuple[str | None, ...]:
    """A change of the price of a product with one variant."""
    return kind, id_, id_, "price", before, after, "price", verdict


def title(id_: str, before: str | None, after: str | None) -> tuple[str | None, ...]:
    """A change of a title."""
    return "content", id_, None, "title", before, after, "other", "send"
