"""One product of a run: what it should be, which of its changes a gate holds, and what is written of that.

The steps of the plan, the changes and what is held go to the snapshot. :mod:`feedsync.planning` goes through all of them.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal

import msgspec

from feedsync.currencies import decimal_text
from feedsync.deriving import Derived, Deriver, Terms
from feedsync.diff import diff_product, price_moves
from feedsync.effective import Effective, effective, sealed
from feedsync.gates import (
    GateResult,
    Measures,
    gate_of,
    is_currency,
    is_zero,
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
from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.past import Pins
from feedsync.snapshot.plans import PlanTable, Step
from feedsync.snapshot.products import Looked, Products
from feedsync.snapshot.productstate import ProductState, StoredProduct
from feedsync.snapshot.store import Store

_CHANGES_BUFFERED = 2000
_STEPS_BUFFERED = 500
#: What keeps a change from being sent although no gate waits for consent.
REFUSED = ("rejected", "protected")
#: What becomes of changes that nothing keeps, and of those that Bik refused as they are.
SENT, REFUSED_BEFORE = "send", "refused before"
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
        self._steps: dict[str, Step | None] = {}  # None: the product has none
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

    def deriver(self) -> Deriver | None:
        """What derives products that are plain; None where somebody has a word about any of them."""
        if self.consent.any or self.pins.pin is not None or self.options.ids is not None:
            return None
        products, absence = self.schedule.products, self.schedule.absence
        terms = Terms(
            products.preorder, products.in_stock_quantity, absence.then, absence.after_runs, absence.after,
            self.schedule.gates.price_move.share, self.ignored, self.drops_omitted, self.catalog_names,
            self.protected is not None,
        )  # fmt: skip
        return Deriver(self.now, terms, self.store.packer)

    def add(self, stored: StoredProduct, derived: Derived, measures: Measures) -> int:
        """Write the step and the changes of a product that is plain, where no gate holds one of their classes.

        The gates that may concern it, as bits.
        """
        changes = derived.changes
        measures.stock_outs += sum(change.klass == "stock_out" for change in changes)
        measures.moved += derived.moves
        act = _action(stored, derived.hash)
        if act is None:
            self._steps[stored.id] = None
        else:
            order = urgency(changes, new=stored.payload is None, delete=False)
            self._steps[stored.id] = Step(stored.id, order, act, derived.payload, derived.hash)
        self._look(stored, act, derived.hash, held=False, next_change_at=derived.next_change_at)
        concerned = 0
        for change in changes:
            self.keep(change, SENT if act else REFUSED_BEFORE)
            if change.klass == "removal":
                measures.removals.add(change.kind, change.subject, change.variant_id)
            if change.klass not in ("addition", "other"):
                concerned |= BITS[change.klass]
        return concerned

    def look(self, state: ProductState, results: dict[str, GateResult], measures: Measures | None) -> int:
        """Derive a product and write its step and changes; the gates that may concern it, as bits.

        With ``measures`` what nobody decided about is counted for the gates; without them the verdicts are final.
        """
        target, changes = self.derive(state, NOTHING)
        free = self._free(state, target, changes)
        matters = matters_of([*changes, *free], state.members, self.now) if changes else []
        decided = self.consent.decided(state.id) if self.consent.any else {}
        if decided:
            self.consent.close(state.id, stale(decided, matters, state.members, self.now), self.run)
        prices = measures is not None and any(matter.klass == "price" for matter in matters)
        moving = self._moving(state, target) if prices else set()
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
        payload, hashed = sealed(target.payload, self.ignored) if target.payload is not None else (None, None)
        act = _action(state, hashed)
        ids = self.options.ids
        left = ids is not None and state.id not in ids and not any(m.variant.id in ids for m in state.members)
        if act is None or left:
            self._steps[state.id] = None
        else:
            order = urgency(changes, new=state.sent is None, delete=act == "delete")
            packed = self.store.packer.pack(payload) if act == "send" and payload is not None else None
            self._steps[state.id] = Step(state.id, order, act, packed, hashed)
        gone = hashed is None and act is None and not held
        if gone and not any(m.absence is None for m in state.members):
            self.flush()  # what was noted of it before must not be written after this
            Deliveries(self.store).forget(state.id)
        else:
            self._look(state, act, hashed, held=held, next_change_at=target.next_change_at)
        return "left" if left else REFUSED_BEFORE if act is None and changes else SENT

    def _look(
        self, state: ProductState | StoredProduct, act: str | None, hashed: bytes | None, *, held: bool,
        next_change_at: int | None,
    ) -> None:  # fmt: skip
        """Note what came of a look, where that is not how it stands."""
        refused = state.outcome == "rejected" and hashed != state.sent_hash
        pending = act is not None or refused
        if (pending or held, held, next_change_at) != (state.pending, state.held, state.next_change_at):
            self._looked.append(Looked(state.id, pending, held, next_change_at))
        if len(self._steps) >= _STEPS_BUFFERED:
            self.flush()

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

    def undo(self, product_ids: list[str]) -> None:
        """Take back what was written of products in this run."""
        self.flush()
        ids = msgspec.json.encode(product_ids).decode()
        mine = "from changes where subject in (select value from json_each(?)) and run = ?"
        for kind, count in self.store.rows(f"select kind, count(*) {mine} group by kind", ids, self.run):
            self.counts[kind] -= count
        for verdict, count in self.store.rows(
            f"select verdict, count(*) {mine} and verdict like 'held by %' group by verdict", ids, self.run
        ):
            self.held[verdict.removeprefix("held by ")] -= count
        self.store.execute(f"delete {mine}", ids, self.run)
        self.consent.release(product_ids)


def _action(state: ProductState | StoredProduct, hashed: bytes | None) -> Literal["send", "delete"] | None:
    return action(
        hashed,
        sent_hash=state.sent_hash,
        attempted_hash=state.attempted_hash,
        attempted=bool(state.attempted),
        outcome=state.outcome,
    )
