"""One product's whole story: where it stands in the feed, what it became and why, what was sent, and what Bik said.

The feed is fetched anew and nothing is remembered; everything else is read from the snapshot, without the lock. No rule
stands here a second time: what decided a field is found by asking the normalizer again, and what should be sold is
derived as a run derives it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from feedsync.bik import wire
from feedsync.bik.opening import BikCredentials, bik_credentials, opened
from feedsync.effective import effective
from feedsync.errors import Problem
from feedsync.exported import exported
from feedsync.lookup import product_of, recorded, unknown
from feedsync.occurrences import Found, find
from feedsync.pinned import pinned
from feedsync.progress import Progress
from feedsync.report.summary import Difference
from feedsync.selecting import Selector
from feedsync.settings import Schedule
from feedsync.snapshot.bikfindings import bik_findings
from feedsync.snapshot.calls import calls_for
from feedsync.snapshot.catalogs import CatalogTable
from feedsync.snapshot.consent import Consent
from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.past import Pins
from feedsync.snapshot.products import Products
from feedsync.snapshot.productstate import ProductState
from feedsync.snapshot.store import Store
from feedsync.story import DecisionStory, ProblemStory, Sent, Story, VariantStory
from feedsync.sync import same_store
from feedsync.why import why

#: How many problems, decisions, changes and requests are told.
LISTED = 50


def explain(
    schedule: Schedule, state: Path, item_id: str, *, fetched: bool = True, live: bool = False,
    clock: Callable[[], float] = time.time, progress: Progress | None = None,
) -> Story:  # fmt: skip
    """The story of a product or variant.

    Args:
        schedule: whose product it is.
        state: the folder of the snapshots.
        item_id: the id of a product or of a variant.
        fetched: whether the feeds are fetched anew, to show the item as it stands there.
        live: whether the store is asked.
        clock: the time in Unix seconds.
        progress: is told how far fetching and reading are.

    Raises:
        ConfigError: FS-506, nobody knows that id; FS-511, the schedule has never run; a secret is missing; FS-505, the
            store that was to be asked is another one.
        FeedsyncError: the store was asked and did not answer.
    """
    credentials = bik_credentials(schedule) if live else None
    with recorded(state, schedule.name) as store:
        found = Found()
        if fetched:
            product_id = product_of(store, item_id) or item_id
            found = find(store, schedule, item_id, product_id, progress or Progress())
        with store.rehearsal():  # all of it as of one moment, whatever a run does meanwhile
            story = story_of(store, schedule, item_id, int(clock()))
            story.documents, story.feed, story.unfetched = found.documents, found.items, found.failed
            if not story.known:
                raise unknown(store, schedule.name, item_id, [f"{one.code}: {one.message}" for one in found.failed])
            ours = CatalogTable(store).ours()
            if credentials is not None:
                same_store(store, schedule, credentials.key.get_secret_value())
    if credentials is not None:
        _ask(schedule, credentials, state, ours, story)
    return story


def story_of(store: Store, schedule: Schedule, item_id: str, now: int) -> Story:
    """What the snapshot alone knows of a product or variant, as of ``now`` (Unix seconds); see :attr:`Story.known`."""
    product_id = product_of(store, item_id) or item_id
    known = store.scalar("select 1 from products where id = ?", product_id)
    state = Products(store).state(product_id) if known else None
    variants, next_change_at = _variants(store, schedule, state, now) if state else ([], None)
    changes = [
        (row[0], row[1], Difference(*row[2:]))
        for row in store.rows(
            "select run, at, kind, subject, variant_id, field, before, after, cause, note, verdict from changes "
            "where subject = ? order by rowid desc limit ?", product_id, LISTED,
        )
    ]  # fmt: skip
    query = "select sent_run, outcome, code, message from products where id = ?"
    run, outcome, code, message = store.one(query, product_id) or (None, None, None, None)
    product = None
    if state and state.sent:
        product = wire.product(state.sent, Deliveries(store).foreign_catalogs([product_id]).get(product_id, []))
    return Story(
        schedule=schedule.name, id=item_id, product_id=product_id, documents=[], feed=[], unfetched=[],
        variants=variants, problems=_problems(store, item_id, product_id),
        held=list(Consent(store).held_of(product_id, item_id)),
        decisions=list(_decisions(store, item_id, product_id)), changes=changes,
        calls=calls_for(store, product_id, LISTED), sent=Sent(run, outcome, code, message, product),
        next_change_at=next_change_at,
        pinned_to=pin.run if (pin := Pins(store).pin) else None,
    )  # fmt: skip


def _decisions(store: Store, item_id: str, product_id: str) -> Iterator[DecisionStory]:
    for klass, variant_id, before, after, word, gate, who, at, still in store.rows(
        "select class, variant_id, before, after, verdict, gate, who, at, closed_run is null from decisions "
        "where subject = ? or variant_id = ? order by rowid desc limit ?", product_id, item_id, LISTED,
    ):  # fmt: skip
        yield DecisionStory(klass, variant_id, before, after, word, gate, who, at, bool(still))


def _problems(store: Store, item_id: str, product_id: str) -> list[ProblemStory]:
    """What is wrong with its items, and then what was."""
    rows = store.rows(
        "select item_id, code, parts, severity, line, location, first_run, last_run, excerpt from problems p "
        "left join feeds f on f.feed = p.feed "
        "where item_id = ?1 or (?1 = ?2 and item_id in (select id from variants where product_id = ?2)) "
        "order by last_run is not null, last_run desc, p.rowid limit ?3",
        item_id, product_id, LISTED,
    )  # fmt: skip
    found = []
    for one, code, parts, severity, line, location, first_run, last_run, excerpt in rows:
        message = Problem(code, msgspec.json.decode(parts, type=dict[str, str])).message
        where = f"{location}:{line}" if line else str(location)
        raw = excerpt.decode("utf-8", "replace") if excerpt else None
        found.append(ProblemStory(one, code, message, severity, where, first_run, last_run, raw))
    return found


def _variants(store: Store, schedule: Schedule, state: ProductState, now: int) -> tuple[list[VariantStory], int | None]:
    findings, pins = bik_findings(store), Pins(store)
    target = effective(
        state.id, state.members, now=now, products=schedule.products, absence=schedule.absence, sent=state.sent,
        drops_omitted=findings is not None and findings.combinations_dropped is True,
    )  # fmt: skip
    if pins.pin is not None:
        target = pinned(pins.of(state.id), target, state.sent, with_stock=pins.pin.with_stock)
    protected = Selector.protected(schedule.protect)
    locations = dict(
        store.rows("select v.id, location from variants v join feeds using (feed) where product_id = ?", state.id)
    )
    stories = []
    for member in state.members:
        variant = member.variant
        words = why(member, target.payload, schedule, now)
        if protected is not None and protected(member):
            words.append("it is protected ([protect]): it is never removed, and never made unbuyable for being absent")
        says = exported(variant, member.absence.since if member.absence else None)
        stories.append(VariantStory(variant.id, locations.get(variant.id, ""), says, words))
    return stories, target.next_change_at


def _ask(schedule: Schedule, credentials: BikCredentials, state: Path, ours: set[str], story: Story) -> None:
    """What the store holds now."""
    with opened(schedule, credentials, state) as bik:
        records = bik.get_products([story.product_id], 0)
    story.there = bool(records)
    product = story.sent.product
    if not records or product is None:
        return
    stored = records[0]
    if schedule.bik.keep_foreign_catalogs:
        stored = wire.without_foreign(stored, ours)
        product = msgspec.structs.replace(product, catalogIds=[c for c in product.catalogIds if c in ours])
    story.live = wire.differences(product, stored)
