"""Look at every product that may differ from what was sent, and write the plan.

Two passes, both in flat memory: the first derives and measures, then the gates judge, and the products whose removals
are held are derived once more with them held. Runs inside the caller's transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from feedsync.diff import diff_product
from feedsync.effective import Effective, effective, payload_hash
from feedsync.model import Change, ChangeClass, Kind
from feedsync.plan import WINDOW_S, GateResult, Removals, action, judge, urgency
from feedsync.settings import Schedule
from feedsync.snapshot.catalogs import CatalogState, CatalogTable
from feedsync.snapshot.feeds import Reading
from feedsync.snapshot.plans import Planned, PlanTable
from feedsync.snapshot.products import Products, ProductState
from feedsync.snapshot.store import Store
from feedsync.urls import VOLATILE

_CHANGES_BUFFERED = 2000


class Options(msgspec.Struct, frozen=True):
    """What one run was told: gates to let through, and how much to push."""

    allow: frozenset[str] = frozenset()
    limit: int | None = None
    ids: frozenset[str] | None = None


class Plan(msgspec.Struct):
    """What a run will do: the counts of changes by kind, the gates' verdicts, the catalogs to send.

    The steps themselves stand in the snapshot (:class:`PlanTable`). ``held`` counts held changes.
    """

    changes: Counter[str]
    gates: list[GateResult]
    catalogs: list[CatalogState]
    sends: int
    deletes: int
    held: int


class _Planner:
    def __init__(self, store: Store, schedule: Schedule, run: int, now: int, options: Options) -> None:
        self.store, self.schedule, self.run, self.now, self.options = store, schedule, run, now, options
        self.products, self.steps = Products(store), PlanTable(store)
        self.catalog_names = CatalogTable(store).names()
        self.ignored = VOLATILE | {name.lower() for name in schedule.products.ignored_query}
        self.counts: Counter[str] = Counter()
        self.changes: list[tuple[Change, str]] = []

    def derive(self, state: ProductState, *, hold_removals: bool) -> tuple[Effective, list[Change]]:
        target = effective(
            state.id,
            state.members,
            now=self.now,
            products=self.schedule.products,
            absence=self.schedule.absence,
            sent=state.sent,
            hold_removals=hold_removals,
        )
        changes = diff_product(
            state.sent,
            target,
            cause=state.cause,
            ignored=self.ignored,
            returned=state.once_sent,
            moved_from=state.moved_from,
            catalog_name=lambda key: self.catalog_names.get(key, key),
        )
        return target, changes

    def step(self, state: ProductState, target: Effective, changes: list[Change], *, held: bool) -> str:
        """Put the product's step into the plan, or take it out; what becomes of its changes."""
        hashed = payload_hash(target.payload, self.ignored)
        act = action(
            hashed,
            sent_hash=state.sent_hash,
            attempted_hash=state.attempted_hash,
            attempted=state.attempted,
            outcome=state.outcome,
        )
        ids = self.options.ids
        left = ids is not None and state.id not in ids and not any(m.variant.id in ids for m in state.members)
        if act is None or left:
            self.steps.drop(state.id)
        else:
            order = urgency(changes, new=state.sent is None, delete=act == "delete")
            self.steps.put(Planned(state.id, act, target.payload if act == "send" else None, hashed, order))
        gone = hashed is None and act is None and not held
        if gone and not any(m.absence is None for m in state.members):
            self.products.forget(state.id)
        else:
            refused = state.outcome == "rejected" and hashed != state.sent_hash
            self.products.looked_at(
                state.id, pending=act is not None or refused, held=held, next_change_at=target.next_change_at
            )
        return "left" if left else "refused before" if act is None and changes else "send"

    def keep(self, changes: list[Change], verdict: str) -> None:
        for change in changes:
            self.counts[change.kind] += 1
            self.changes.append((change, verdict))
        if len(self.changes) > _CHANGES_BUFFERED:
            self.flush()

    def flush(self) -> None:
        self.products.add_changes(self.run, self.now, self.changes)
        self.changes = []


def make_plan(
    store: Store, schedule: Schedule, readings: list[Reading], *, run: int, now: int, options: Options,
    progress: Callable[[int], None],
) -> Plan:  # fmt: skip
    """Derive, diff, judge; the plan's steps are left in the snapshot.

    Args:
        store: the snapshot, in an open transaction.
        readings: what this run's documents were.
        run, now: the run's number and time.
        options: what the run was told.
        progress: called with the number of products looked at.
    """
    planner = _Planner(store, schedule, run, now, options)
    fingerprint = schedule.deriving_fingerprint()
    planner.products.wake(now, all_products=store.meta("deriving") not in (None, fingerprint))
    store.set_meta("deriving", fingerprint)
    planner.steps.clear()
    removals = _recent(store, planner.products, run, now)
    removing: dict[str, bool] = {}  # product -> whether its removal was let through before
    for number, state in enumerate(planner.products.pending(), 1):
        target, changes = planner.derive(state, hold_removals=False)
        going = [change for change in changes if change.klass == "removal"]
        if going:
            removing[state.id] = approved = _approved(store, state)
            for change in going if not approved else ():
                removals.add(change.kind, change.subject, change.variant_id)
        else:
            planner.keep(changes, planner.step(state, target, changes, held=False))
        progress(number)

    results = judge(
        removals,
        degraded=sum(reading.verdict == "degraded" for reading in readings),
        empty=sum(_emptied(store, reading) for reading in readings),
        limit=schedule.gates.removals,
        allow=options.allow,
    )
    holder = next((result for result in results if result.verdict == "held"), None)
    allowed = any(result.verdict == "allowed" for result in results)
    for product_id, approved in removing.items():
        state = planner.products.state(product_id)
        held = holder is not None and not (approved and holder.gate != "degraded")
        _, changes = planner.derive(state, hold_removals=False)
        going = [change for change in changes if change.klass == "removal"]
        target, derived = planner.derive(state, hold_removals=held)
        flowing = [change for change in derived if change.klass != "removal"]
        verdict = planner.step(state, target, derived, held=held)
        planner.keep(flowing, verdict)
        if held and holder:
            planner.keep(going, f"held by {holder.gate}")
            for result in results:
                result.held += len(going) if result.verdict == "held" else 0
        else:
            planner.keep(going, "allowed" if verdict == "send" and (allowed or approved) else verdict)
    if options.limit is not None:
        planner.flush()
        planner.steps.limit(options.limit, run)
    catalogs = _catalogs(planner)
    planner.flush()
    sends, deletes = planner.steps.size()
    return Plan(planner.counts, results, catalogs, sends, deletes, holder.held if holder else 0)


def _recent(store: Store, products: Products, run: int, now: int) -> Removals:
    """The removals that were sent without approval in the last 24 hours, and the most that was owned in that time."""
    owned_products, owned_variants = products.owned()
    store.execute("update runs set owned = ?, owned_variants = ? where run = ?", owned_products, owned_variants, run)
    since = now - WINDOW_S
    most = store.one("select max(owned), max(owned_variants) from runs where started_at > ? or run = ?", since, run)
    removals = Removals(owned_products=most[0] if most else 0, owned_variants=most[1] if most else 0)
    sent = "select kind, subject, variant_id from changes where class = 'removal' and at > ? and verdict = 'send'"
    for kind, subject, variant_id in store.rows(sent, since):
        removals.add(kind, subject, variant_id)
    return removals


def _approved(store: Store, state: ProductState) -> bool:
    """Whether the first step of this absence was let through: then the second one was, too (design, section 5)."""
    since = min((m.absence.since for m in state.members if m.absence), default=None)
    query = "select 1 from changes where subject = ? and class = 'removal' and verdict = 'allowed' and at >= ?"
    return since is not None and store.scalar(query, state.id, since) is not None


def _emptied(store: Store, reading: Reading) -> bool:
    """Whether a feed has no items now and had some: variants of it are still in the snapshot."""
    had = store.scalar("select 1 from variants where feed = ? limit 1", reading.feed)
    return reading.items == 0 and not reading.failed and reading.verdict != "partial" and had is not None


def _catalogs(planner: _Planner) -> list[CatalogState]:
    """The catalogs to send: new ones that the plan uses, and those whose spelling changed."""
    unsent = CatalogTable(planner.store).unsent()
    used: set[str] = set()
    if any(catalog.sent_name is None for catalog in unsent):
        for steps in planner.steps.batches("send"):
            used.update(c for step in steps if step.payload for c in step.payload.catalog_ids)
    chosen = []
    for catalog in unsent:
        new = catalog.sent_name is None
        if new and catalog.id not in used:
            continue
        chosen.append(catalog)
        if catalog.sent_name != catalog.name:
            kind: Kind = "catalog_added" if new else "catalog_renamed"
            klass: ChangeClass = "addition" if new else "other"
            change = Change(kind, catalog.id, None, "name", catalog.sent_name, catalog.name, "feed", klass)
            planner.keep([change], "send")
    return chosen
