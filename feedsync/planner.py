"""One product of a run: what it should be, which of its changes a gate holds, and what is written of that.

The steps of the plan, the changes and what is held go to the snapshot. :mod:`feedsync.planning` goes through all of them.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from feedsync.currencies import decimal_text
from feedsync.diff import diff_product
from feedsync.effective import Effective, effective, payload_hash
from feedsync.gates import (
    GateResult,
    Measures,
    gate_of,
    is_currency,
    is_zero,
    price_moves,
)  # fmt: skip
from feedsync.hold import NOTHING, Holds, admitted, hold, holds_of
from feedsync.matters import Matter, decision, matters_of, stale
from feedsync.model import Change
from feedsync.pinned import pinned
from feedsync.plan import action, urgency
from feedsync.selecting import Selector
from feedsync.settings import Schedule
from feedsync.snapshot.bikfindings import bik_findings
from feedsync.snapshot.catalogs import CatalogTable
from feedsync.snapshot.consent import Consent
from feedsync.snapshot.past import Pins
from feedsync.snapshot.plans import Planned, PlanTable
from feedsync.snapshot.products import Looked, Products
from feedsync.snapshot.productstate import ProductState
from feedsync.snapshot.store import Store

_CHANGES_BUFFERED = 2000
_STEPS_BUFFERED = 500
#: What keeps a change from being sent although no gate waits for consent.
REFUSED = ("rejected", "protected")
#: The classes as bits.
BITS = {"removal": 1, "addition": 2, "price": 4, "stock_out": 8}


class Options(msgspec.Struct, frozen=True):
    """What one run was told: gates to let through, and how much to push; ``who`` speaks for it."""

    allow: frozenset[str] = frozenset()
    limit: int | None = None
    ids: frozenset[str] | None = None
    who: str = "run --allow"


class Planner:
    """What one run knows while it goes through its products."""

    def __init__(self, store: Store, schedule: Schedule, run: int, now: int, options: Options) -> None:
        self.store, self.schedule, self.run, self.now, self.options = store, schedule, run, now, options
        self.products, self.steps, self.consent = Products(store), PlanTable(store), Consent(store)
        self.pins = Pins(store)
        self.protected = Selector.protected(schedule.protect)
        self.catalog_names = CatalogTable(store).names()
        self.ignored = schedule.ignored_query
        findings = bik_findings(store)
        self.drops_omitted = findings is not None and findings.combinations_dropped is True
        self.counts: Counter[str] = Counter()
        self.changes: list[tuple[Change, str]] = []
        self._steps: dict[str, Planned | None] = {}  # None: the product has none
        self._looked: list[Looked] = []
        self.held: Counter[str] = Counter()

    # -- one product

    def derive(self, state: ProductState, holds: Holds) -> tuple[Effective, list[Change]]:
        """What it should be, with what is held at its sent value, and the changes to it."""
        members = admitted(state.members, holds, state.sent)
        target = effective(
            state.id,
            members,
            now=self.now,
            products=self.schedule.products,
            absence=self.schedule.absence,
            sent=state.sent,
            keep=holds.removals,
            drops_omitted=self.drops_omitted,
        )
        if strays := target.left - self.products.known_variants(target.left):  # they did not move: no feed has them
            target = msgspec.structs.replace(target, absent=target.absent | strays, left=target.left - strays)
        if self.pins.pin is not None:
            target = pinned(self.pins.of(state.id), target, state.sent, with_stock=self.pins.pin.with_stock)
        payload = hold(target.payload, holds, state.sent)
        if payload is None and len(members) < len(state.members):
            payload = state.sent  # what is not let in must not make the store lose what it has
        if payload is not target.payload:
            target = msgspec.structs.replace(target, payload=payload)
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

    def look(self, state: ProductState, results: dict[str, GateResult], measures: Measures | None) -> int:
        """Derive a product and write its step and changes; the gates that may concern it, as bits.

        With ``measures`` what nobody decided about is counted for the gates; without them the verdicts are final.
        """
        target, changes = self.derive(state, NOTHING)
        matters = matters_of([*changes, *self._free(state, target, changes)], state.members, self.now)
        decided = self.consent.decided(state.id) if self.consent.any else {}
        if decided:
            self.consent.close(state.id, stale(decided, matters, state.members, self.now), self.run)
        moving = self._moving(state, target) if measures is not None else set()
        verdicts: list[tuple[Matter, str]] = []
        concerned = 0
        for matter in matters:
            verdict, gate = self._verdict(state, matter, decision(matter, decided), results, target)
            verdicts.append((matter, verdict))
            if verdict == "allowed" or (verdict == "send" and matter.klass != "addition"):
                concerned |= BITS[matter.klass]
            if measures is not None and verdict not in (*REFUSED, "approved"):
                self._measure(matter, target, measures, moving)
            if verdict.startswith("held"):
                self.consent.hold(matter, gate)
                self.held[gate] += len(matter.changes)
            elif measures is None and verdict == "allowed":
                self.consent.decide(
                    state.id, matter.keys, "approved", gate=gate, who=self.options.who, now=self.now, run=self.run
                )
        self._write(state, target, changes, verdicts)
        return concerned

    def _write(
        self, state: ProductState, target: Effective, changes: list[Change], verdicts: list[tuple[Matter, str]]
    ) -> None:
        """The product's step, with what is kept from it at its sent value, and its changes with what becomes of them."""
        keeps = [(matter, verdict) for matter, verdict in verdicts if verdict not in ("send", "allowed", "approved")]
        flowing = changes
        if keeps:
            target, flowing = self.derive(state, holds_of(change for matter, _ in keeps for change in matter.changes))
        done = self.step(state, target, flowing, held=bool(keeps))
        words = {(c.klass, c.variant_id): verdict for matter, verdict in verdicts for c in matter.changes}
        for change in flowing:
            word = words.get((change.klass, change.variant_id), "send")
            self.keep(change, word if done == "send" and word in ("allowed", "approved") else done)
        for matter, verdict in keeps:
            for change in matter.changes:
                self.keep(change, verdict)

    def _free(self, state: ProductState, target: Effective, changes: list[Change]) -> list[Change]:
        """Of a product that is added, the variants at a price of 0, where it has others: these alone may be held."""
        if state.sent is not None or target.payload is None or not changes:
            return []
        variants = target.payload.variants
        free = [v for v in variants if v.selling_minor == 0]
        if not free or len(free) == len(variants) or self.schedule.gates.zero_price == "off":
            return []
        return [
            Change("variant_added", state.id, v.id, "price", None, f"{decimal_text(0, v.currency)} {v.currency}",
                   state.cause, "addition", "at a price of 0")
            for v in free
        ]  # fmt: skip

    def _verdict(
        self,
        state: ProductState,
        matter: Matter,
        decided: str | None,
        results: dict[str, GateResult],
        target: Effective,
    ) -> tuple[str, str]:
        """What becomes of a matter, and the gate that says so ("" where none does)."""
        if matter.klass == "removal" and self._is_protected(state, matter):
            return "protected", ""
        gate = gate_of(matter, results, target.payload)
        if decided is not None and (gate is None or gate.gate != "degraded"):
            return decided, ""
        if gate is None:
            return "send", ""
        return "allowed" if gate.verdict == "allowed" else f"held by {gate.gate}", gate.gate

    def _is_protected(self, state: ProductState, matter: Matter) -> bool:
        if self.protected is None:
            return False
        if not state.members and state.sent is not None:  # it was taken over: no feed ever had it
            return self.protected.stored(state.sent)
        members = [m for m in state.members if matter.variant_id in ("", m.variant.id)]
        return any(self.protected(member) for member in members)

    def _moving(self, state: ProductState, target: Effective) -> set[str]:
        """The variants whose price moves far."""
        move = self.schedule.gates.price_move.share
        if move is None or state.sent is None or target.payload is None:
            return set()
        return set(price_moves(state.sent, target.payload, move))

    def _measure(self, matter: Matter, target: Effective, measures: Measures, moving: set[str]) -> None:
        if matter.klass == "removal":
            for change in matter.changes:
                measures.removals.add(change.kind, change.subject, change.variant_id)
        elif matter.klass == "stock_out":
            measures.stock_outs += 1
        if is_zero(matter, target.payload):
            measures.zero += 1
        if is_currency(matter):
            measures.currency += 1
        if matter.klass == "price" and matter.variant_id in moving:
            measures.moved += 1
            moving.clear()  # the product counts once

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
            self._steps[state.id] = None
        else:
            order = urgency(changes, new=state.sent is None, delete=act == "delete")
            payload = target.payload if act == "send" else None
            self._steps[state.id] = Planned(state.id, act, payload, hashed, order)
        gone = hashed is None and act is None and not held
        if gone and not any(m.absence is None for m in state.members):
            self.flush()  # what was noted of it before must not be written after this
            self.products.forget(state.id)
        else:
            refused = state.outcome == "rejected" and hashed != state.sent_hash
            self._looked.append(Looked(state.id, act is not None or refused, held, target.next_change_at))
        if len(self._steps) >= _STEPS_BUFFERED:
            self.flush()
        return "left" if left else "refused before" if act is None and changes else "send"

    # -- all of them

    def keep(self, change: Change, verdict: str) -> None:
        """Keep a change with what becomes of it."""
        self.counts[change.kind] += 1
        self.changes.append((change, verdict))
        if len(self.changes) > _CHANGES_BUFFERED:
            self.flush()

    def flush(self) -> None:
        """Write what is kept."""
        self.products.add_changes(self.run, self.now, self.changes)
        self.steps.write(self._steps)
        self.products.looked_at(self._looked)
        self.changes, self._steps, self._looked = [], {}, []

    def undo(self, product_id: str) -> None:
        """Take back what was written of a product in this run."""
        self.flush()
        mine = "from changes where subject = ? and run = ?"
        for kind, count in self.store.rows(f"select kind, count(*) {mine} group by kind", product_id, self.run):
            self.counts[kind] -= count
        for verdict, count in self.store.rows(
            f"select verdict, count(*) {mine} and verdict like 'held by %' group by verdict", product_id, self.run
        ):
            self.held[verdict.removeprefix("held by ")] -= count
        self.store.execute(f"delete {mine}", product_id, self.run)
        self.consent.release(product_id)
