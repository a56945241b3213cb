"""Look at every product that may differ from what was sent, and write the plan.

One pass in flat memory derives, measures and writes as if the gates let everything through; then the gates judge, and
only the products that a gate concerns are looked at once more. Runs inside the caller's transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from itertools import repeat

import msgspec

from feedsync.crew import NOBODY, Crew
from feedsync.derivers import Batch, derived, worth
from feedsync.diff import added
from feedsync.gates import DOUBTED, GATES, GateResult, Measures, closed, judge, open_local
from feedsync.judging import measure, new_scheme
from feedsync.model import Change, ChangeClass, Kind
from feedsync.plan import urgency
from feedsync.planner import BITS, SENT, Options, Planner
from feedsync.settings import Schedule
from feedsync.snapshot.catalogs import CatalogState, CatalogTable
from feedsync.snapshot.drafts import Drafts
from feedsync.snapshot.feeds import Reading
from feedsync.snapshot.store import Store

__all__ = ["Options", "Plan", "make_plan"]


class Plan(msgspec.Struct):
    """What a run will do: the counts of changes by kind, the gates' verdicts, the catalogs to send.

    The steps themselves stand in the snapshot (:class:`PlanTable`). ``held`` counts held changes, ``left``
    the products that a limit leaves for later.
    """

    changes: Counter[str]
    gates: list[GateResult]
    catalogs: list[CatalogState]
    sends: int
    deletes: int
    held: int
    left: int


def make_plan(
    store: Store, schedule: Schedule, readings: list[Reading], *, run: int, now: int, options: Options,
    progress: Callable[[int], None], crew: Crew = NOBODY,
) -> Plan:  # fmt: skip
    """Derive, diff, judge; the plan's steps and what is held are left in the snapshot.

    Args:
        store: the snapshot, in an open transaction.
        readings: what the documents were.
        run, now: the run's number and time.
        options: what the run was told.
        progress: called with the number of products looked at.
        crew: the processes that may help where there are many products.
    """
    planner = Planner(store, schedule, run, now, options)
    fingerprint = schedule.deriving_fingerprint()
    planner.products.wake(now, all_products=store.meta("deriving") not in (None, fingerprint))
    store.set_meta("deriving", fingerprint)
    planner.steps.clear()
    planner.consent.clear_held()
    primaries = [n for n in range(len(schedule.feeds)) if n not in schedule.supplemental]
    measures = measure(store, planner.products, readings, primaries, run, now)
    early = open_local(judge(measures, schedule.gates, options.allow), options.allow)
    store.execute("create temp table if not exists concerned (id text primary key, classes integer) without rowid")
    store.execute("delete from concerned")
    number = _take_drafts(planner, early)
    if number:
        progress(number)
    with closing(_batches(planner, crew)) as batches:  # whatever happens, nobody begins what is left
        _first_look(planner, batches, early, measures, lambda more: progress(number + more))

    results = judge(measures, schedule.gates, options.allow)
    final = open_local(results, options.allow)
    again = 0
    for gate, classes in GATES.items():
        if final[gate].verdict == "allowed" or final[gate].verdict != early[gate].verdict:
            again |= sum(BITS[klass] for klass in classes)
    last = ""
    while chunk := [
        row[0]
        for row in store.rows(
            "select id from concerned where id > ? and classes & ? order by id limit 500", last, again
        )
    ]:
        planner.undo(chunk)
        for product_id in chunk:
            planner.look(planner.products.state(product_id), final, None)
        last = chunk[-1]
    left = 0
    if options.limit is not None:
        planner.flush()
        left = planner.steps.limit(options.limit, run)
    if any(final[gate].verdict == "held" for gate in DOUBTED):
        planner.products.restart_absence(now)
    if not planner.held["identity"]:
        planner.products.believe_absence()
    catalogs = _catalogs(planner)
    planner.flush()
    for result in results:
        result.held = planner.held[result.gate]
        if result.gate == "identity":
            result.note = new_scheme(store, result)
    sends, deletes = planner.steps.size()
    return Plan(+planner.counts, results, catalogs, sends, deletes, sum(planner.held.values()), left)


def _take_drafts(planner: Planner, early: dict[str, GateResult]) -> int:
    """Plan what was derived while the first document was read; how many products that are."""
    drafts, deriver = Drafts(planner.store), planner.deriver()
    change = added("", "", "feed", returned=False)
    if deriver is None or change.klass in closed(early):
        drafts.clear()
        return 0
    count = drafts.choose(planner.now, deriver.key())
    drafts.take(planner.run, planner.now, urgency([change], new=True, delete=False), change, SENT)
    planner.counts[change.kind] += count
    return count


def _first_look(
    planner: Planner, batches: Iterator[Batch], early: dict[str, GateResult], measures: Measures,
    progress: Callable[[int], None],
) -> None:  # fmt: skip
    """Write all as if the gates let it through, but for those that are closed already, and note what may concern others."""
    store, shut, number = planner.store, closed(early), 0
    for batch in batches:
        concerned = []
        for stored, new in batch:
            if new is not None and shut.isdisjoint([change.klass for change in new.changes]):
                bits = planner.add(stored, new, measures)
            else:
                bits = planner.look(stored.read(store.packer), early, measures)
            if bits:
                concerned.append((stored.id, bits))
            number += 1
            progress(number)
        store.many("insert into concerned values (?, ?)", concerned)


def _batches(planner: Planner, crew: Crew) -> Generator[Batch, None, None]:
    """Every product that must be looked at, with what it should be where that can be told of it alone."""
    deriver, pending = planner.deriver(), planner.products.pending()
    if deriver is None:
        return (zip(batch, repeat(None)) for batch in pending)
    return derived(pending, deriver, crew, worth(crew, planner.products.pending_up_to))


def _catalogs(planner: Planner) -> list[CatalogState]:
    """The catalogs to send: new ones that the plan uses, and those whose spelling changed."""
    unsent = CatalogTable(planner.store).unsent()
    used: set[str] = set()
    new = {catalog.id for catalog in unsent if catalog.sent_name is None}
    planner.flush()
    for steps in planner.steps.batches("send") if new else ():
        used.update(c for step in steps if step.payload for c in step.payload.catalog_ids)
        if used >= new:
            break  # as a rule at once
    chosen = []
    for catalog in unsent:
        is_new = catalog.id in new
        if is_new and catalog.id not in used:
            continue
        chosen.append(catalog)
        if catalog.sent_name != catalog.name:
            kind: Kind = "catalog_added" if is_new else "catalog_renamed"
            klass: ChangeClass = "addition" if is_new else "other"
            planner.keep(Change(kind, catalog.id, None, "name", catalog.sent_name, catalog.name, "feed", klass), "send")
    return chosen
