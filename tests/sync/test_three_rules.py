"""Invalid is never missing, degraded never deletes, only an acknowledgement moves *sent*: whatever happens, in any order.

A machine of random steps (feeds, faults, crashes, consent, time) drives one schedule against one store, and a model of
a few lines says after each step what must be so. ``FEEDSYNC_STEPS`` sets how many steps are taken at most; CI takes a
few hundred.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

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
A_CASE = 25
_KINDS = ["429", "500", "inner", "cut_before", "cut_after", "garbage", "unauthorized", "poison"]
_SOME = st.sets(st.sampled_from(IDS), max_size=3)
_PATHS = ["products/createOrUpdate", "products/delete", ""]


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
    #: how many runs were made, and how many of them over a document that was cut, or that had unreadable items
    made: ClassVar[Counter[str]] = Counter()

    @initialize()
    def begin(self) -> None:
        self.sandbox.reset()
        self.folder = tempfile.TemporaryDirectory()
        self.shop = Shop(Path(self.folder.name) / "shop", self.sandbox)
        self.shop.bik["batch_size"] = "5"
        #: id -> price and quantity, as the feed names them now; invalid: named, but not readable
        self.feed: dict[str, tuple[int, int]] = dict.fromkeys(IDS, (100, 5))
        self.invalid: set[str] = set()
        #: how many items the document lost at its end, None where it is whole
        self.lost: int | None = None
        #: what each id was when it could last be read
        self.readable: dict[str, tuple[int, int]] = {}
        self.pinned = False
        #: every state that the store had of each product
        self.ever: dict[str, list[Any]] = {}
        self._run()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    # -- what happens

    @rule(
        changed=st.dictionaries(st.sampled_from(IDS), st.tuples(st.integers(0, 300), st.integers(0, 3)), max_size=4),
        left=_SOME, came=_SOME, hours=st.sampled_from([0, 1, 30]),
        allow=st.sets(st.sampled_from(["removals", "price", "identity", "stock_out"]), max_size=2),
    )  # fmt: skip
    def a_day(
        self, changed: dict[str, tuple[int, int]], left: set[str], came: set[str], hours: int, allow: set[str]
    ) -> None:
        """The feed moves, is whole and readable, and a run follows."""
        self._move(changed, left, came, hours)
        self._run(*allow)

    @rule(left=_SOME, lost=st.integers(0, len(IDS)), hours=st.sampled_from([0, 30]))
    def a_day_of_a_cut_document(self, left: set[str], lost: int, hours: int) -> None:
        self._move({}, left, set(), hours)
        self.lost = lost
        self._run("removals", "identity")
        self.lost = None

    @rule(broken=_SOME, left=_SOME, hours=st.sampled_from([0, 30]))
    def a_day_of_unreadable_items(self, broken: set[str], left: set[str], hours: int) -> None:
        self._move({}, left, set(), hours)
        self.invalid = broken & self.feed.keys()
        for _ in range(2):  # missing twice is gone
            self._run("removals", "identity", "invalid")
        self.invalid = set()

    @rule(
        kind=st.sampled_from(_KINDS), path=st.sampled_from(_PATHS), skip=st.integers(0, 2), id_=st.sampled_from(IDS),
        changed=st.dictionaries(st.sampled_from(IDS), st.tuples(st.integers(90, 110), st.integers(1, 3)), min_size=1),
    )  # fmt: skip
    def a_day_on_which_bik_fails(
        self, kind: str, path: str, skip: int, id_: str, changed: dict[str, tuple[int, int]]
    ) -> None:
        self._move(changed, set(), set(), 0)
        if kind == "poison":
            self.shop.fault(kind, id=id_)
        elif kind == "inner":
            self.shop.fault(kind, path=path, skip=skip, status=400)
        else:
            self.shop.fault(kind, path=path, skip=skip)
        self._run()
        self.sandbox.clear_faults()

    @rule(at=st.integers(1, 12))
    def a_run_dies(self, at: int) -> None:
        """The snapshot's transactions end somewhere, and nothing after that is written."""
        self._move(dict.fromkeys(IDS[at:], (95 + at, 2)), set(), set(), 0)
        self._publish()
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
            self._said(True, "FS-504", "FS-604")  # it never was, or it is too long ago
        else:
            self.pinned = True

    @rule()
    def the_way_forward(self) -> None:
        if self.pinned:
            release(self.shop.schedule(), self.shop.state, clock=lambda: self.shop.now)
            self.pinned = False

    @rule()
    def everything_settles(self) -> None:
        """Everything is let through for some days: then the store equals the feed, but for what was rejected.

        A refusal holds until the data changes, so every price is another one.
        """
        self._move({id_: (price + 1, quantity) for id_, (price, quantity) in self.feed.items()}, set(), set(), 0)
        self.the_way_forward()
        for _ in range(5):
            self._run("removals", "price", "identity", "stock_out", "zero_price", "empty", "invalid")
            self.shop.now += 25 * HOUR
        query = "select subject from decisions where closed_run is null and verdict = 'rejected'"
        rejected = {row[0] for row in self.shop.rows(query)}
        want = {id_: price for id_, (price, _) in self.feed.items() if id_ not in rejected}
        assert {id_: p for id_, p in self.shop.prices().items() if id_ not in rejected} == want

    # -- what must be so

    @invariant()
    def only_an_acknowledgement_moves_sent(self) -> None:
        """What we think the store has, it has, or had it: nothing else was ever acknowledged."""
        if not hasattr(self, "shop"):
            return
        stored, sent = self._remember(), self.shop.sent()
        unsure = {row[0] for row in self.shop.rows("select id from products where outcome <> 'acknowledged'")}
        for id_ in (stored.keys() | sent.keys()) - unsure:
            assert stored.get(id_) == sent.get(id_), id_
        for id_ in sent.keys() & unsure:
            assert sent[id_] in self.ever[id_], id_

    def _remember(self) -> dict[str, Any]:
        stored = self.sandbox.products()
        for id_, record in stored.items():
            known = self.ever.setdefault(id_, [])
            if record not in known:
                known.append(record)
        return stored

    def _said(self, expected: bool, *codes: str) -> None:
        assert expected
        assert self.refused in codes

    def _move(self, changed: dict[str, tuple[int, int]], left: set[str], came: set[str], hours: int) -> None:
        self.feed |= {id_: record for id_, record in changed.items() if id_ in self.feed}
        self.feed = {id_: record for id_, record in self.feed.items() if id_ not in left}
        self.feed |= dict.fromkeys(came - self.feed.keys(), (100, 5))
        self.shop.now += hours * HOUR

    def _publish(self) -> None:
        named = sorted(self.feed.items())
        if self.lost is not None:
            named = named[: max(len(named) - self.lost, 0)]
        records = [
            item(id_, "much" if id_ in self.invalid else f"{price}.00 INR", quantity=str(quantity),
                 availability="in_stock" if quantity else "out_of_stock")
            for id_, (price, quantity) in named
        ]  # fmt: skip
        self.readable |= {id_: record for id_, record in named if id_ not in self.invalid}
        self.shop.publish(*records, end="</channel></rss>" if self.lost is None else "")

    def _run(self, *allow: str) -> None:
        before = self._remember()
        self._publish()
        summary = self.shop.run(allow=allow)
        after = self._remember()
        self.made.update(run=1, cut=self.lost is not None, unreadable=bool(self.invalid))
        if self.pinned:
            return
        assert {id_ for id_ in self.feed if id_ in before} <= after.keys(), "what the feed names is never deleted"
        if self.lost is not None:
            assert before.keys() <= after.keys(), "a document that is not whole deletes nothing"
            assert summary.outcome != "done"
        for id_ in before if self.lost is not None else before.keys() & self.feed.keys():
            if self.readable.get(id_, (0, 0))[1] and _buyable(before[id_]):
                assert _buyable(after[id_]), f"{id_} is not known to be gone, or out of stock"


def _buyable(record: Any) -> bool:
    return any(combination["quantity"] for combination in record["combinations"])


def test_the_three_rules_hold_in_any_course_of_events(shared_store: Sandbox, no_pauses: None) -> None:
    Machine.sandbox = shared_store
    Machine.made.clear()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            deadline=None, max_examples=max(1, STEPS // A_CASE), stateful_step_count=A_CASE,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip
    assert all(Machine.made[kind] for kind in ("run", "cut", "unreadable")), Machine.made
