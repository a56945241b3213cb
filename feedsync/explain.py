"""One product's whole story: where it stands in the feed, what it became and why, what was sent, and what Bik said.

The feed is fetched anew and nothing is remembered; everything else is read from the snapshot, without the lock. Decisions
are told by comparing what an item says before and after each stage, so that no rule stands here a second time.
"""

from __future__ import annotations

import difflib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from feedsync.adapters.registry import HEAD_BYTES, adapter_for
from feedsync.bik import wire
from feedsync.bik.opening import bik_credentials, opened
from feedsync.effective import effective
from feedsync.errors import ConfigError, FeedsyncError, Problem
from feedsync.ingest import format_of_pages, reading_options
from feedsync.interpret import Interpreter
from feedsync.model import Member
from feedsync.progress import Progress
from feedsync.reading import fetch_feed
from feedsync.report.summary import Difference, Reason, utc_minute
from feedsync.selecting import record
from feedsync.settings import Schedule
from feedsync.snapshot.calls import calls_for
from feedsync.snapshot.catalogs import CatalogTable
from feedsync.snapshot.consent import Consent
from feedsync.snapshot.parts import Supplements
from feedsync.snapshot.products import Products
from feedsync.snapshot.productstate import ProductState
from feedsync.snapshot.store import Store
from feedsync.sources import open_stream
from feedsync.story import DecisionStory, Occurrence, Sent, Stage, Story, VariantStory
from feedsync.sync import same_address, snapshot_path

#: How much of a raw record, and how many changes and requests are told.
RAW_SHOWN = 4000
LISTED = 50


def explain(
    schedule: Schedule, state: Path, item_id: str, *, fetched: bool = True, live: bool = False,
    clock: Callable[[], float] = time.time,
) -> Story:  # fmt: skip
    """The story of a product or variant.

    Args:
        fetched: whether the feeds are fetched anew, to show the item as it stands there.
        live: whether the store is asked.

    Raises:
        ConfigError: FS-506, nobody knows that id.
        FeedsyncError: the store was asked and did not answer.
    """
    with Store(snapshot_path(state, schedule.name), read_only=True) as store:
        found, unfetched = _in_feeds(store, schedule, item_id) if fetched else ([], [])
        product_id = _product_of(store, item_id)
        if product_id is None and not found and not _problems(store, item_id):
            raise ConfigError("FS-506", schedule=schedule.name, id=item_id, hint=_near(store, item_id))
        story = _story(store, schedule, item_id, product_id or item_id, int(clock()))
        story.feed, story.unfetched = found, unfetched
        if live:
            same_address(store, schedule)
            _ask(store, schedule, state, story)
    return story


def _product_of(store: Store, item_id: str) -> str | None:
    found: str | None = store.scalar("select product_id from variants where id = ?", item_id)
    return found or store.scalar("select id from products where id = ?", item_id)


def _near(store: Store, item_id: str) -> str:
    known = [row[0] for row in store.rows("select id from variants union select id from products limit 100000")]
    near = difflib.get_close_matches(item_id, known, 3)
    return f"; did you mean {', '.join(map(repr, near))}?" if near else ""


def _story(store: Store, schedule: Schedule, item_id: str, product_id: str, now: int) -> Story:
    known = store.scalar("select 1 from products where id = ?", product_id)
    state = Products(store).state(product_id) if known else None
    variants, next_change_at = _variants(schedule, state, now) if state else ([], None)
    changes = [
        (row[0], row[1], Difference(*row[2:]))
        for row in store.rows(
            "select run, at, kind, subject, variant_id, field, before, after, cause, note, verdict from changes "
            f"where subject = ?1 order by rowid desc limit {LISTED}", product_id,
        )
    ]  # fmt: skip
    decisions = store.rows(
        "select class, variant_id, before, after, verdict, gate, who, at, closed_run is null from decisions "
        "where subject = ? or variant_id = ? order by rowid", product_id, item_id,
    )  # fmt: skip
    row = store.one("select sent_run, outcome, message from products where id = ?", product_id) or (None, None, None)
    product = wire.product(state.sent, []) if state and state.sent else None
    return Story(
        schedule=schedule.name, id=item_id, product_id=product_id, feed=[], unfetched=[], variants=variants,
        problems=_problems(store, item_id), held=list(Consent(store).held_of(product_id, item_id)),
        decisions=[
            DecisionStory(klass, variant_id, before, after, word, gate, who, at, bool(still))
            for klass, variant_id, before, after, word, gate, who, at, still in decisions
        ], changes=changes,
        calls=calls_for(store, product_id, LISTED), sent=Sent(row[0], row[1], row[2], product),
        next_change_at=next_change_at,
    )  # fmt: skip


def _problems(store: Store, item_id: str) -> list[Reason]:
    rows = store.rows("select code, parts from problems where item_id = ? and last_run is null order by rowid", item_id)
    problems = [Problem(code, msgspec.json.decode(parts, type=dict[str, str])) for code, parts in rows]
    return [Reason(problem.code, problem.message) for problem in problems]


def _variants(schedule: Schedule, state: ProductState, now: int) -> tuple[list[VariantStory], int | None]:
    target = effective(
        state.id, state.members, now=now, products=schedule.products, absence=schedule.absence, sent=state.sent
    )
    sold = {v.id: v for v in target.payload.variants} if target.payload else {}
    stories = []
    for member in state.members:
        variant = sold.get(member.variant.id)
        now_it_is = _why(member, schedule, now)
        now_it_is.append("it is not sold" if variant is None else f"it is sold with the quantity {variant.quantity}")
        stories.append(VariantStory(member.variant.id, record(member.variant), now_it_is))
    return stories, target.next_change_at


def _why(member: Member, schedule: Schedule, now: int) -> list[str]:
    """What time and settings make of a variant now."""
    variant, absence = member.variant, member.absence
    words = []
    if absence is not None:
        documents = f"{absence.documents} believed" if absence.documents else "held back"
        words.append(f"its feed lacks it since {utc_minute(absence.since)} (documents: {documents})")
    elif variant.expires_at is not None and variant.expires_at <= now:
        words.append(f"it expired at {utc_minute(variant.expires_at)}")
    if variant.sale_minor is not None:
        if variant.sale_from is not None and now < variant.sale_from:
            words.append(f"its sale begins at {utc_minute(variant.sale_from)}")
        elif variant.sale_to is not None and now >= variant.sale_to:
            words.append(f"its sale ended at {utc_minute(variant.sale_to)}")
        else:
            words.append("its sale price counts")
    if variant.quantity is None and variant.availability not in ("out_of_stock", "discontinued"):
        words.append(
            f"the feed states no quantity, so in_stock_quantity counts ({schedule.products.in_stock_quantity})"
        )
    return words


def _in_feeds(store: Store, schedule: Schedule, item_id: str) -> tuple[list[Occurrence], list[Reason]]:
    """Every item of the feeds with this id, and of its product where the id is a group's."""
    found: list[Occurrence] = []
    failed: list[Reason] = []
    with tempfile.TemporaryDirectory(prefix="feedsync-") as spool:
        for number in range(len(schedule.feeds)):
            try:
                found += _in_feed(store, schedule, number, item_id, Path(spool))
            except ConfigError:
                raise
            except FeedsyncError as error:
                failed.append(Reason(error.code, error.message))
    return found, failed


def _in_feed(store: Store, schedule: Schedule, number: int, item_id: str, spool: Path) -> list[Occurrence]:
    feed = schedule.feeds[number]
    document = fetch_feed(schedule, number, spool, progress=Progress().fetched)
    parts = Supplements(store, schedule.supplemental) if schedule.supplemental else None
    interpret = Interpreter(schedule, number, parts)
    found: list[Occurrence] = []
    with open_stream(document, member=feed.member) as stream:
        adapter = adapter_for(stream.read(HEAD_BYTES), document.location, feed.format or format_of_pages(feed))
    with open_stream(document, member=feed.member) as stream:
        split = adapter.split(stream, document.location, document.charset, reading_options(feed))
        for block in split.blocks(lambda hashes: [False] * len(hashes)):
            raws = [item for _, item in block.misses]
            for item, parsed in zip(raws, split.parse(raws), strict=True):
                interpreted = interpret(parsed)
                normalized = interpreted.normalized
                group = normalized.variant.group_id if normalized.variant else None
                if item_id not in (normalized.id, group):
                    continue
                stages = interpret.stages(parsed) if parsed.attributes is not None else []
                problem = normalized.problem
                outcome = (
                    "rejected" if problem else "excluded" if interpreted.excluded
                    else "supplemental" if feed.role == "supplemental" else "taken"
                )  # fmt: skip
                notes = [Reason(p.code, p.message) for p in (*parsed.notes, *normalized.notes)]
                found.append(
                    Occurrence(
                        document.location, adapter.name, None, item.offset, item.raw[:RAW_SHOWN].decode("utf-8", "replace"),
                        _told(stages), outcome, Reason(problem.code, problem.message) if problem else None, notes,
                    )
                )  # fmt: skip
    if found:
        with open_stream(document, member=feed.member) as stream:
            lines = split.lines(stream, [occurrence.offset for occurrence in found])
        found = [msgspec.structs.replace(o, line=lines.get(o.offset)) for o in found]
    return found


def _told(stages: list[tuple[str, Any]]) -> list[Stage]:
    """What each stage changed; of the first all that it read."""
    before: dict[str, Any] = {}
    told = []
    for stage, attributes in stages:
        for name in sorted(before.keys() | attributes.keys()):
            if before.get(name) != attributes.get(name):
                told.append(Stage(stage, name, _text(attributes[name]) if name in attributes else None))
        before = attributes
    return told


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text[:RAW_SHOWN]


def _ask(store: Store, schedule: Schedule, state: Path, story: Story) -> None:
    """What the store holds now."""
    with opened(schedule, bik_credentials(schedule), state) as bik:
        records = bik.get_products([story.product_id], 0)
    story.there = bool(records)
    product = story.sent.product
    if not records or product is None:
        return
    stored = records[0]
    if schedule.bik.keep_foreign_catalogs:
        stored = wire.without_foreign(stored, CatalogTable(store).ours())
    story.live = wire.differences(product, stored)
