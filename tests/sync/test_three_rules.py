"""Invalid is never missing, degraded never deletes, only an acknowledgement moves *sent*: whatever happens, in any order.

A machine of random steps (feeds, faults, crashes, consent, time) drives one schedule against one store, and a model of
a few lines says after each step what must be so. ``FEEDSYNC_STEPS`` sets how many steps are taken; CI takes a few hundred.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from feedsync.bik.sandbox import Sandbox
from feedsync.consent import chosen, decide, held
from feedsync.errors import ConfigError
from feedsync.operating import Which, release, resync, roll_back
from feedsync.progress import Progress
from feedsync.sync import run_schedule

from .shop import HOUR, Shop, item

IDS = tuple(f"P{n:02}" for n in range(14))
STEPS = int(os.environ.get("FEEDSYNC_STEPS", "300"))
A_CASE = 20
_KINDS = ["429", "500", "inner", "cut_before", "cut_after", "garbage", "unauthorized"]
_PATHS = ["products/createOrUpdate", "products/delete", "products/get", ""]


class Crash(BaseException):
    """The process dies here, as far as the snapshot can tell."""


class Dying(Progress):
    """Ends the run when it tells of its push for the n-th time."""

    def __init__(self, at: int) -> None:
        self._left = at

    def pushed(self, done: int, total: int) -> None:
        self._left -= 1
        if not self._left:
            raise Crash


class Machine(RuleBasedStateMachine):
    """One brand, its store, and what must be so."""

    sandbox: Sandbox

    @initialize()
    def begin(self) -> None:
        self.sandbox.reset()
        self.folder = tempfile.TemporaryDirectory()
        self.shop = Shop(Path(self.folder.name) / "shop", self.sandbox)
        self.shop.bik["batch_size"] = "5"
        #: id -> price and quantity, as the feed names them now; invalid: named, but not readable
        self.feed: dict[str, tuple[int, int]] = dict.fromkeys(IDS, (100, 5))
        self.invalid: set[str] = set()
        #: what each id was when it could last be read
        self.readable: dict[str, tuple[int, int]] = {}
        self.whole = True
        self.pinned = False
        self.stored: dict[str, Any] = {}
        self._run()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    # -- what happens

    @rule(prices=st.dictionaries(st.sampled_from(IDS), st.integers(0, 300), max_size=8))
    def prices_move(self, prices: dict[str, int]) -> None:
        for id_, price in prices.items():
            if id_ in self.feed:
                self.feed[id_] = price, self.feed[id_][1]

    @rule(stock=st.dictionaries(st.sampled_from(IDS), st.integers(0, 9), max_size=14))
    def stock_moves(self, stock: dict[str, int]) -> None:
        for id_, quantity in stock.items():
            if id_ in self.feed:
                self.feed[id_] = self.feed[id_][0], quantity

    @rule(ids=st.sets(st.sampled_from(IDS), max_size=14))
    def products_leave(self, ids: set[str]) -> None:
        for id_ in ids:
            self.feed.pop(id_, None)
            self.invalid.discard(id_)

    @rule(ids=st.sets(st.sampled_from(IDS), max_size=14))
    def products_come(self, ids: set[str]) -> None:
        for id_ in ids:
            self.feed.setdefault(id_, (100, 5))

    @rule(ids=st.sets(st.sampled_from(IDS), max_size=6))
    def items_break(self, ids: set[str]) -> None:
        self.invalid = ids & self.feed.keys()

    @rule(whole=st.booleans())
    def document_is_cut(self, whole: bool) -> None:
        self.whole = whole

    @rule(hours=st.integers(0, 60))
    def time_goes_by(self, hours: int) -> None:
        self.shop.now += hours * HOUR

    @rule(
        kind=st.sampled_from(_KINDS), path=st.sampled_from(_PATHS), skip=st.integers(0, 3),
        count=st.sampled_from([1, 3, None]),
    )  # fmt: skip
    def bik_fails(self, kind: str, path: str, skip: int, count: int | None) -> None:
        self.shop.fault(kind, path=path, skip=skip, count=count)

    @rule()
    def bik_recovers(self) -> None:
        self.sandbox.clear_faults()

    @rule(allow=st.sets(st.sampled_from(["removals", "price", "identity", "stock_out"]), max_size=2))
    def a_run(self, allow: set[str]) -> None:
        self._run(*allow)

    @rule(at=st.integers(1, 12))
    def a_run_dies(self, at: int) -> None:
        """The snapshot's transactions end somewhere, and nothing after that is written."""
        self._publish()
        self.readable |= {id_: record for id_, record in self.feed.items() if id_ not in self.invalid}
        with suppress(Crash):
            run_schedule(
                self.shop.schedule(), self.shop.state, trigger="test", progress=Dying(at), clock=lambda: self.shop.now
            )

    @rule(word=st.sampled_from(["approved", "rejected"]), gate=st.sampled_from(["removals", "price", "identity", ""]))
    def somebody_decides(self, word: str, gate: str) -> None:
        meant = chosen(held(self.shop.state, "shop").held, frozenset({gate} - {""}), frozenset())
        try:
            decide(
                self.shop.schedule(), self.shop.state, word, who="test", gates=frozenset({gate} - {""}),  # type: ignore[arg-type]
                clock=lambda: self.shop.now,
            )  # fmt: skip
        except ConfigError as error:
            self.refused = error.code
            self._said(all(matter.gate == "degraded" for matter in meant), "FS-603" if meant else "FS-601")

    @rule(full=st.booleans())
    def a_resync(self, full: bool) -> None:
        which = Which() if full else Which(ids=frozenset(IDS[:3]))
        resync(self.shop.schedule(), self.shop.state, which, full=full, clock=lambda: self.shop.now)

    @rule(run=st.integers(0, 3))
    def the_way_back(self, run: int) -> None:
        try:
            roll_back(self.shop.schedule(), self.shop.state, run, who="test", clock=lambda: self.shop.now)
        except ConfigError as error:
            self.refused = error.code
            self._said(True, "FS-504")
        else:
            self.pinned = True

    @rule()
    def the_way_forward(self) -> None:
        if self.pinned:
            release(self.shop.schedule(), self.shop.state, clock=lambda: self.shop.now)
            self.pinned = False

    @rule()
    def everything_settles(self) -> None:
        """Faults end, the feed is whole and readable, and everything is let through: then the store equals the feed."""
        self.sandbox.clear_faults()
        self.the_way_forward()
        self.whole, self.invalid = True, set()
        for _ in range(5):
            self._run("removals", "price", "identity", "stock_out", "zero_price", "empty", "invalid")
            self.shop.now += 25 * HOUR
        query = "select subject from decisions where closed_run is null and verdict = 'rejected'"
        rejected = {row[0] for row in self.shop.rows(query)}
        want = {id_: price for id_, (price, _) in self.feed.items() if id_ not in rejected}
        assert {id_: p for id_, p in self.shop.prices().items() if id_ not in rejected} == want

    # -- what must be so

    @invariant()
    def what_bik_acknowledged_is_what_we_think_it_has(self) -> None:
        if not hasattr(self, "shop"):
            return
        stored, sent = self.sandbox.products(), self.shop.sent()
        unsure = {row[0] for row in self.shop.rows("select id from products where outcome in ('unknown', 'retryable')")}
        for id_ in (stored.keys() | sent.keys()) - unsure:
            assert stored.get(id_) == sent.get(id_), id_

    def _said(self, expected: bool, code: str) -> None:
        assert expected
        assert self.refused == code

    def _publish(self) -> None:
        records = [
            item(id_, "much" if id_ in self.invalid else f"{price}.00 INR", quantity=str(quantity),
                 availability="in_stock" if quantity else "out_of_stock")
            for id_, (price, quantity) in sorted(self.feed.items())
        ]  # fmt: skip
        self.shop.publish(*records, end="</channel></rss>" if self.whole else "")

    def _run(self, *allow: str) -> None:
        before = self.sandbox.products()
        self._publish()
        self.readable |= {id_: record for id_, record in self.feed.items() if id_ not in self.invalid}
        summary = self.shop.run(allow=allow)
        after = self.sandbox.products()
        named = {id_ for id_ in self.feed if id_ in before}
        if self.pinned:
            return
        assert named <= after.keys(), "what the feed names is never deleted, invalid or not"
        for id_ in named & self.invalid:
            if self.readable.get(id_, (0, 0))[1]:
                assert _buyable(after[id_]) >= _buyable(before[id_]), f"{id_} cannot be read, and is not missing"
        if not self.whole:
            assert before.keys() <= after.keys(), "a document that is not whole deletes nothing"
            assert summary.outcome != "done"
            for id_ in before.keys() - self.feed.keys():
                assert _buyable(after[id_]) >= _buyable(before[id_]) or self._in_doubt(id_), (
                    "nor makes anything unbuyable"
                )

    def _in_doubt(self, id_: str) -> bool:
        return (
            self.shop.rows(f"select 1 from products where id = '{id_}' and outcome in ('unknown', 'retryable')") != []
        )


def _buyable(record: Any) -> bool:
    return any(combination["quantity"] for combination in record["combinations"])


def test_the_three_rules_hold_in_any_course_of_events(shared_store: Sandbox, no_pauses: None) -> None:
    Machine.sandbox = shared_store
    run_state_machine_as_test(
        Machine,
        settings=settings(
            deadline=None, max_examples=max(1, STEPS // A_CASE), stateful_step_count=A_CASE,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip
