"""Send the plan: catalogs first, then products by urgency, then deletions, with every outcome recorded.

Before each request one transaction notes what is tried; after the answer another notes what came. Only an acknowledgement
moves *sent*. A crash at any instant costs at most a repeated request. Design, sections 3 and 6.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import msgspec

from feedsync.bik import wire
from feedsync.bik.client import Bik, Exchange
from feedsync.errors import SENTENCES, FeedsyncError, Rejected, Retryable
from feedsync.logcontext import about, bind
from feedsync.model import Outcome
from feedsync.outcomes import Before, Request, halves, outcome_of
from feedsync.plan import Pushed
from feedsync.planning import Plan
from feedsync.settings import Schedule
from feedsync.snapshot.calls import keep_call
from feedsync.snapshot.catalogs import CatalogState, CatalogTable
from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.plans import Planned, PlanTable
from feedsync.snapshot.store import Store

#: After so many requests in a row that Bik did not take, the rest waits for the next run.
GIVE_UP_AFTER = 3
#: New products up to this many batches are looked for by id; for more, the store is walked first.
LOOK_BY_ID_BATCHES = 4
#: While the store is waited for, that is said so often (seconds).
SAY_EVERY_S = 1.0
#: The request was not taken at all.
NOT_SENT = ("FS-701", "FS-709")
_CATALOG_URGENCY = 0
Record = dict[str, Any]
#: What is to be sent, and how things stood before where that is known.
_Batch = tuple[list[Planned], Before | None]


class _Stop(Exception):
    """The push ends here; what is not sent stays pending."""


def push(
    store: Store, schedule: Schedule, bik: Bik, plan: Plan, *, run: int, clock: Callable[[], float],
    progress: Callable[[int], None],
) -> Pushed:  # fmt: skip
    """Carry out the plan that stands in the snapshot; ``progress`` is called with the number of products done."""
    pusher = _Push(store, schedule, bik, run, clock, progress)
    try:
        pusher.catalogs(plan.catalogs)
        pusher.look()
        pusher.products("send")
        pusher.products("delete")
    except _Stop:
        pass
    finally:
        pusher.pushed.requests, pusher.pushed.answers = bik.requests, dict(bik.answers)
    return pusher.pushed


class _Push:
    def __init__(
        self, store: Store, schedule: Schedule, bik: Bik, run: int, clock: Callable[[], float],
        progress: Callable[[int], None],
    ) -> None:  # fmt: skip
        self._store, self._schedule, self._bik, self._run = store, schedule, bik, run
        self._clock, self._progress = clock, progress
        self._deliveries = Deliveries(store)
        self._steps = PlanTable(store)
        self._catalogs = CatalogTable(store)
        self._ours = self._catalogs.ours()
        self._failures = 0
        self._done = 0
        self._stripped: set[str] = set()
        self.pushed = Pushed()

    def catalogs(self, catalogs: list[CatalogState]) -> None:
        """Create or rename catalogs; a refused batch is halved until the bad one stands alone."""
        size = self._schedule.bik.batch_size
        batches = deque(catalogs[at : at + size] for at in range(0, len(catalogs), size))
        while batches:
            batch = batches.popleft()
            with self._store.transaction():
                self._catalogs.attempt([c.id for c in batch])
            try:
                self._bik.put_catalogs([wire.BikCatalog(c.id, c.name) for c in batch], _CATALOG_URGENCY)
            except Rejected as error:
                if len(batch) > 1:
                    batches.extendleft(reversed(halves(batch)))
                else:
                    self._record_catalogs(batch, error)
            except FeedsyncError as error:
                self._record_catalogs(batch, error)
                self._stop_on(error)
            else:
                with self._store.transaction():
                    for catalog in batch:
                        self._catalogs.acknowledged(catalog, self._run)
                self.pushed.catalogs += len(batch)
                self._failures = 0
        self._known, self._names = self._catalogs.known(), self._catalogs.names()

    def _record_catalogs(self, batch: list[CatalogState], error: FeedsyncError) -> None:
        with self._store.transaction():
            for catalog in batch:
                self._catalogs.failed(catalog, outcome_of(error), error.message)

    def look(self) -> None:
        """Before many products are touched the first time: walk the store, as long as that costs less than asking by id."""
        size = self._schedule.bik.batch_size
        pages = -(-self._deliveries.unseen_in_plan() // size)
        if pages <= LOOK_BY_ID_BATCHES:
            return
        after, seen = None, set()
        for _ in range(pages):
            page = self._read(lambda after=after: self._bik.list_products(after, 2))  # type: ignore[misc]
            ids = [record["id"] for record in page]
            if not page or ids[-1] in seen:
                break
            with self._store.transaction():
                self._saw(page, self._deliveries.unseen(ids))
            after = ids[-1]
            seen.add(after)
        else:
            return
        if not page:
            with self._store.transaction():
                self._deliveries.all_seen()

    def _read(self, call: Callable[[], list[Record]]) -> list[Record]:
        try:
            return call()
        except FeedsyncError as error:
            self.pushed.fault = error
            raise _Stop from None

    def _saw(self, records: list[Record], product_ids: list[str]) -> None:
        """Keep the catalogs that somebody else put a product into."""
        kept = records if self._schedule.bik.keep_foreign_catalogs else []
        found = {str(record["id"]): wire.foreign_catalogs(record, self._ours) for record in kept}
        self._deliveries.saw(found, product_ids)

    def products(self, action: str) -> None:
        """All steps of one action, several requests in flight; the snapshot is written by this thread alone."""
        settings = self._schedule.bik
        queue = deque[_Batch]()
        source = self._batches(action, settings.batch_size)
        flying: dict[Future[None], Request] = {}
        named = partial(bind, **about())  # what the threads log is of this run, too
        with ThreadPoolExecutor(settings.in_flight, initializer=named) as pool:
            try:
                while True:
                    while len(flying) < settings.in_flight:
                        batch, before = queue.popleft() if queue else next(source, ([], None))
                        if not batch:
                            break
                        if submitted := self._submit(pool, action, batch, before):
                            flying[submitted[0]] = submitted[1]
                    if not flying:
                        return
                    done, _ = wait(flying, timeout=SAY_EVERY_S, return_when=FIRST_COMPLETED)
                    if not done:
                        self._progress(self._done)
                    for future in done:
                        request = flying.pop(future)
                        try:
                            queue.extend(self._settle(future, request))
                        except BaseException as error:
                            if not isinstance(error, Exception):  # a signal: what it broke into is done once more
                                flying[future] = request
                            raise
                        self._progress(self._done)
            finally:
                if flying:
                    self._bik.stop()
                for future, request in flying.items():  # what is under way is heard out and recorded
                    self._settle(future, request, last=True)

    def _batches(self, action: str, size: int) -> Iterator[_Batch]:
        for steps in self._steps.batches(action):
            for at in range(0, len(steps), size):
                yield steps[at : at + size], None

    def _submit(
        self, pool: ThreadPoolExecutor, action: str, batch: list[Planned], before: Before | None
    ) -> tuple[Future[None], Request] | None:
        """Note the attempt and hand the request over; None when nothing of the batch can be sent."""
        urgency, heard = min(step.urgency for step in batch), Exchange()
        if action == "delete":
            with self._store.transaction():
                self._deliveries.attempt(batch)
            ids = [step.product_id for step in batch]
            future = pool.submit(self._bik.delete_products, ids, urgency, heard)
            return future, Request(action, batch, Before(), heard)
        batch[:] = self._with_known_catalogs(batch)
        ids = [step.product_id for step in batch]
        if unseen := self._deliveries.unseen(ids):
            records = self._read(lambda: self._bik.get_products(unseen, urgency))
            with self._store.transaction():
                self._saw(records, unseen)
        if not batch:
            return None
        products = self._wire(batch)
        with self._store.transaction():
            before = before or Before(self._deliveries.in_doubt(batch), self._deliveries.tried_before(batch))
            self._deliveries.attempt(batch)
        future = pool.submit(self._bik.put_products, products, urgency, heard)
        return future, Request(action, batch, before, heard)

    def _wire(self, steps: list[Planned]) -> list[wire.BikProduct]:
        keep = self._schedule.bik.keep_foreign_catalogs
        foreign = self._deliveries.foreign_catalogs([step.product_id for step in steps]) if keep else {}
        return [wire.product(s.payload, foreign.get(s.product_id, [])) for s in steps if s.payload is not None]

    def _with_known_catalogs(self, batch: list[Planned]) -> list[Planned]:
        """The steps whose catalogs Bik has; one unknown catalog would fail the whole request."""
        sendable = []
        for step in batch:
            missing = [c for c in step.payload.catalog_ids if c not in self._known] if step.payload else []
            if missing:
                name = self._names.get(missing[0], missing[0])
                with self._store.transaction():
                    self._deliveries.waits(step, "FS-708", SENTENCES["FS-708"].format(name=name))
            else:
                sendable.append(step)
        return sendable

    def _settle(self, future: Future[None], request: Request, *, last: bool = False) -> list[_Batch]:
        """Record how a request ended; the batches that must be tried in its place. ``last``: nothing more is sent."""
        batch, before = request.batch, request.before
        try:
            future.result()
        except Rejected as error:
            if last:  # nobody looked which of them was meant
                self._record(request, error, outcome="retryable")
                return []
            if len(batch) > 1:
                with self._store.transaction():
                    self._keep_call(request, "again", error)
                halved = msgspec.structs.replace(before, halved=True)
                return [(half, halved) for half in halves(batch)]
            if self._mended(request, error):
                return [] if request.action == "delete" else [(batch, before)]
            self._record(request, error)
        except FeedsyncError as error:
            self._record(request, error)
            if not last:
                self._stop_on(error)
        else:
            self._acknowledge(request)
            doubtful = [step for step in batch if step.product_id in before.doubtful]
            if doubtful and not last:
                self._read_back(doubtful)
        return []

    def _acknowledge(self, request: Request, error: FeedsyncError | None = None) -> None:
        batch, doubtful = request.batch, request.before.doubtful
        with self._store.transaction():
            self._keep_call(request, "acknowledged", error)
            self._deliveries.acknowledged(batch, self._run, doubtful=doubtful)
        if request.action == "delete":
            self.pushed.deleted += len(batch)
        else:
            self.pushed.products += len(batch)
        self._failures = 0
        self._done += len(batch)

    def _keep_call(self, request: Request, outcome: str, error: FeedsyncError | None = None) -> None:
        call = request.call(run=self._run, at=int(self._clock()), outcome=outcome, error=error)
        keep_call(self._store, [step.product_id for step in request.batch], call)

    def _mended(self, request: Request, error: Rejected) -> bool:
        """Whether one product's refusal has a cause that can be taken away: it is gone already, or in a lost catalog."""
        (step,) = request.batch
        if request.action == "delete":
            if self._read(lambda: self._bik.get_products([step.product_id], step.urgency)):
                return False
            self._acknowledge(request, error)
            return True
        if not self._deliveries.foreign_catalogs([step.product_id]):
            return False
        with self._store.transaction():
            self._keep_call(request, "again", error)
            self._deliveries.saw({}, [step.product_id])
        self._stripped.add(step.product_id)
        return True

    def _read_back(self, steps: list[Planned]) -> None:
        """After a request in doubt: look what the store holds now, since the older one may have landed later."""
        records = self._read(lambda: self._bik.get_products([s.product_id for s in steps], 2))
        stored = {record["id"]: record for record in records}
        with self._store.transaction():
            for step, product in zip(steps, self._wire(steps), strict=True):
                field = wire.same(product, stored.get(step.product_id, {}))
                if field is None:
                    self._deliveries.settled([step.product_id])
                else:
                    self._deliveries.failed(step, "not_stored", "FS-707", SENTENCES["FS-707"].format(detail=field))

    def _record(self, request: Request, error: FeedsyncError, outcome: Outcome | None = None) -> None:
        """Nothing of the batch was acknowledged. What was surely not applied leaves no trace of ours in the store."""
        batch, before = request.batch, request.before
        outcome = outcome or outcome_of(error)
        if isinstance(error, Rejected):
            surely_not = len(batch) == 1
        else:  # of a batch that was refused before, a store might have taken the good ones
            surely_not = not before.halved and (error.code in NOT_SENT or error.parts.get("status") == 429)
        with self._store.transaction():
            self._keep_call(request, outcome, error)
            for step in batch:
                untouched = surely_not and step.product_id not in before.tried
                self._deliveries.failed(step, outcome, error.code, error.message, untouched=untouched)
                if step.product_id in self._stripped:
                    self._deliveries.look_again(step.product_id)
        self._done += len(batch)

    def _stop_on(self, error: FeedsyncError) -> None:
        """The run has failed; stop it at once where nothing can go on, and after some failures in a row."""
        self._failures += 1
        self.pushed.fault = error
        if not isinstance(error, Retryable) or self._failures >= GIVE_UP_AFTER:
            raise _Stop
