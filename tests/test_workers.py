"""Items that other processes read are read as this one reads them, in their order, whatever becomes of a process."""

from __future__ import annotations

import io
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import BinaryIO, cast

import pytest

from feedsync import workers
from feedsync.adapters.base import Separable
from feedsync.adapters.google_xml import GoogleXml
from feedsync.crew import NOBODY, Crew, Worker, main, serve, usual_workers
from feedsync.ingest import ingest
from feedsync.interpret import Interpreter
from feedsync.itemreader import ItemReader, Placed, Taken
from feedsync.pool import Pool
from feedsync.snapshot.items import Items
from feedsync.snapshot.store import Store
from feedsync.testing import AdapterConformance
from feedsync.workers import Readers
from tests.adapters import test_conformance, test_conformance_json, test_conformance_tables
from tests.ingest.street import Street, document, item, rss, schedule, unreadable

SETTINGS = schedule(
    feed={"location": "https://user:hidden-word@shop.example/feed.xml"},
    map={"brand": {"from": "vendor", "transforms": ["upper"]}},
    rules=[{"when": "id == 'item-3'", "exclude": True}],
)
CONTENT = rss(
    *(item(f"item-{n}", product_type="Tea &gt; Green", sale_price="900.00 INR" if n == 5 else "") for n in range(40)),
    item("bad", price=""), unreadable(),
)  # fmt: skip


def placed(content: bytes = CONTENT) -> tuple[ItemReader, list[list[Placed]]]:
    """A reader of a document, and its items in lots of five."""
    split = GoogleXml().split(io.BytesIO(content), "feed.xml", None)
    items = [item for block in split.blocks(lambda hashes: [False] * len(hashes)) for _, item in block.misses]
    lots = [[(at + n, one) for n, one in enumerate(items[at : at + 5])] for at in range(0, len(items), 5)]
    assert isinstance(split, Separable)
    return ItemReader(split.parser, Interpreter(SETTINGS, 0, None)), lots


def here() -> list[Taken]:
    reader, lots = placed()
    return [reader.read(lot) for lot in lots]


def there(readers: Readers, lots: list[list[Placed]]) -> list[Taken]:
    results = []
    for lot in lots:
        results += list(readers.put(lot))
    return results + list(readers.finish())


def workers_of(readers: Readers) -> list[Worker]:
    """The processes that read; none where all is read here."""
    return readers._crew.workers


def test_workers_give_what_this_process_gives() -> None:
    reader, lots = placed()
    with Crew(2) as crew, Readers(reader, crew=crew, many=6, lot=5) as readers:
        assert there(readers, lots) == here()
        assert [worker._process is not None for worker in workers_of(readers)] == [True, True]


def test_few_items_start_nothing() -> None:
    reader, lots = placed()
    with Crew(2) as crew, Readers(reader, crew=crew, lot=5) as readers:
        assert there(readers, lots) == here()
        assert workers_of(readers) == []


def test_items_that_come_one_by_one_are_read_together() -> None:
    reader, lots = placed()
    with Readers(reader, crew=NOBODY, lot=12) as readers:
        taken = there(readers, lots)
    assert [one.read for one in taken] == [12, 12, 12, 6]
    assert [row for one in taken for row in one.rows] == [row for one in here() for row in one.rows]


def test_large_items_do_not_wait_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, lots = placed()
    monkeypatch.setattr(workers, "LOT_BYTES", sum(len(item.raw) for lot in lots[:2] for _, item in lot))
    with Readers(reader, crew=NOBODY) as readers:
        assert there(readers, lots)[0].read == 10


def test_many_items_of_very_many_are_read_by_one_beside_this() -> None:
    reader, lots = placed()
    with Crew(2) as crew, Readers(reader, crew=crew, many=6, lot=12) as readers:
        taken = there(readers, [[(30 * position, one) for position, one in lot] for lot in lots])
        assert len(workers_of(readers)) == 1
    assert [one.read for one in taken] == [12, 12, 12, 6]
    rows = [row for one in taken for row in one.rows]
    assert [(row[0] // 30, *row[1:]) for row in rows] == [row for one in here() for row in one.rows]


def test_without_workers_all_is_read_here() -> None:
    reader, lots = placed()
    with Readers(reader, crew=NOBODY, many=0, lot=5) as readers:
        assert there(readers, lots) == here()
        assert workers_of(readers) == []


def test_a_worker_that_dies_costs_nothing_but_time() -> None:
    reader, lots = placed()
    with Crew(1) as crew, Readers(reader, crew=crew, many=0, lot=5) as readers:
        results = [*readers.put(lots[0]), *readers.finish()]
        [worker] = workers_of(readers)
        assert worker._process is not None
        os.kill(worker._process.pid, signal.SIGKILL)
        worker._process.wait()
        assert results + there(readers, lots[1:]) == here()


def test_a_worker_that_was_stopped_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsync.pool._PATIENCE_S", 0.2)
    reader, lots = placed()
    with Crew(2) as crew, Readers(reader, crew=crew, many=6, lot=5) as readers:
        results = [one for lot in lots[:3] for one in readers.put(lot)]
        assert readers._pool is not None
        readers._pool._jobs[0][0].result()
        for worker in workers_of(readers):
            assert worker._process is not None
            os.kill(worker._process.pid, signal.SIGSTOP)
        results += [one for lot in lots[3:] for one in readers.put(lot)]
        jobs = readers._pool._jobs
        while not any(claim.locked() and not future.done() for future, claim, _, _ in jobs):
            os.sched_yield()  # until one of them was given a job
        assert results + list(readers.finish()) == here()
        assert all(worker.gone for worker in workers_of(readers))


def test_a_worker_that_cannot_be_started_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    reader, lots = placed()
    with Crew(2) as crew, Readers(reader, crew=crew, many=0, lot=5) as readers:
        assert there(readers, lots) == here()


def test_what_workers_that_are_only_starting_have_not_done_at_the_end_is_done_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = tmp_path / "python"
    stopped.write_text("#!/bin/sh\nkill -STOP $$\n")
    stopped.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stopped))
    reader, lots = placed()
    with Crew(2) as crew, Readers(reader, crew=crew, many=0, lot=5) as readers:
        assert there(readers, lots[:8]) == here()[:8]
        assert [worker._process is not None for worker in workers_of(readers)] == [True, True]


def test_what_no_worker_has_begun_at_the_end_is_done_here() -> None:
    reader, lots = placed()
    with Crew(1) as crew, Readers(reader, crew=crew, many=0, lot=5) as readers:
        assert there(readers, lots[:1]) == here()[:1]
        [worker] = workers_of(readers)
        assert worker._process is not None
        gone = crew._idle.get()  # so that none can begin
        handed = [list(readers.put(lot)) for lot in lots[1:4]]
        crew._idle.put(gone)
        rest = list(readers.finish())
        assert [one for part in handed for one in part] + rest == here()[1:4]


def test_leaving_early_leaves_no_process_behind() -> None:
    reader, lots = placed()
    with Crew(2) as crew, Readers(reader, crew=crew, many=0, lot=5) as readers:
        list(readers.put(lots[0]))
        processes = [worker._process for worker in workers_of(readers)]
    assert all(process is not None and process.poll() is not None for process in processes)


def test_workers_go_from_one_work_to_the_next() -> None:
    """Also from one that was left early."""
    reader, lots = placed()
    other, _ = placed(rss(*(item(f"other-{n}") for n in range(5))))
    with Crew(1) as crew:
        for what in (reader, other, reader):
            with Readers(what, crew=crew, many=0, lot=5) as readers:
                assert there(readers, lots) == here()
            with Readers(what, crew=crew, many=0, lot=5) as readers:
                assert list(readers.put(lots[0])) == []
        [worker] = crew.workers
        assert worker._process is not None
        assert worker._process.poll() is None


def test_workers_that_are_dismissed_are_started_again() -> None:
    reader, lots = placed()
    with Crew(2) as crew:
        for _ in range(2):
            assert not crew.there
            with Readers(reader, crew=crew, many=0, lot=5) as readers:
                assert there(readers, lots) == here()
            assert (crew.there, len(crew.workers)) == (True, 2)
            crew.dismiss()
            assert all(worker._process is not None and worker._process.poll() is not None for worker in crew.workers)


def test_a_worker_that_died_is_replaced_for_the_next_work() -> None:
    reader, lots = placed()
    with Crew(1) as crew:
        for _ in range(2):
            with Readers(reader, crew=crew, many=0, lot=5) as readers:
                assert [*readers.put(lots[0]), *readers.finish()] == here()[:1]
                [worker] = crew.workers
                assert worker._process is not None
                os.kill(worker._process.pid, signal.SIGKILL)
                worker._process.wait()
                assert [*readers.put(lots[1]), *readers.finish()] == here()[1:2]


def test_where_workers_are_behind_this_process_reads_too(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, lots = placed()
    jobs = [[one] for lot in lots for one in lot]
    done, by_hand = [], Pool._do

    def do(pool: Pool[list[Placed]], at: int, *, begun: bool = False) -> None:
        by_hand(pool, at, begun=begun)
        done.append(at)
        if len(done) == 1:
            crew._idle.put(busy)

    monkeypatch.setattr(Pool, "_do", do)
    with Crew(2) as crew, Readers(reader, crew=crew, many=0, lot=1) as readers:
        crew.want(1)
        readers._pool = Pool(crew, reader, 1)
        busy = crew._idle.get()  # so that none can begin
        assert [list(readers.put(job)) for job in jobs[:4]] == [[], [], [], []]
        first = list(readers.put(jobs[4]))
        assert done == [4]
        found = first + there(readers, jobs[5:])
    assert [row for one in found for row in one.rows] == [row for one in here() for row in one.rows]


def test_a_worker_is_told_no_address() -> None:
    reader, _ = placed()
    assert b"hidden-word" not in pickle.dumps(reader)


def test_a_worker_loads_no_more_than_it_needs() -> None:
    reader = ItemReader(placed()[0]._parser, Interpreter(schedule(), 0, None))
    heavy = ("pydantic", "feedsync.settings", "jmespath", "re2", "sqlite3", "httpx", "numpy")
    look = f"import pickle, sys; pickle.load(sys.stdin.buffer); print([m for m in {heavy} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", look], input=pickle.dumps(reader), capture_output=True, check=True)
    assert told.stdout.decode().strip() == "[]"


def test_a_worker_is_given_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_BIK_SECRET", "hidden-word")
    reader, lots = placed()
    with Crew(1) as crew, Readers(reader, crew=crew, many=0, lot=5) as readers:
        list(readers.put(lots[0]))
        [worker] = workers_of(readers)
        assert worker._process is not None
        assert b"hidden-word" not in Path(f"/proc/{worker._process.pid}/environ").read_bytes()


def test_a_worker_serves_until_the_other_side_is_gone() -> None:
    reader, lots = placed()
    ours, theirs = socket.socketpair()
    channel = cast(BinaryIO, ours.makefile("rwb"))
    thread = Thread(target=main, args=(theirs.detach(),))
    thread.start()
    with Crew(1) as crew, Readers(reader, crew=crew, many=10**9, lot=5) as readers:
        readers._pool = Pool(crew, reader, 1)
        [worker] = workers_of(readers)
        worker._channel.close()
        worker._channel = channel
        assert there(readers, lots[:3]) == here()[:3]
    ours.close()
    thread.join(10)
    assert not thread.is_alive()


def test_a_worker_that_is_told_nothing_ends() -> None:
    serve(cast(BinaryIO, io.BytesIO(b"\0\0")))


def test_one_processor_is_left_to_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert usual_workers() == 0
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2})
    assert usual_workers() == 3


SUITES = [
    suite
    for module in (test_conformance, test_conformance_json, test_conformance_tables)
    for suite in vars(module).values()
    if isinstance(suite, type) and issubclass(suite, AdapterConformance) and suite is not AdapterConformance
]


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.adapter.name)
def test_every_format_can_be_read_elsewhere(suite: type[AdapterConformance]) -> None:
    """Their readers are sent to another process and read the same there."""
    one = suite()
    content = one.head + one.between.join(one.item(n) for n in range(6)) + one.tail
    split = one.adapter.split(io.BytesIO(content), "feed", None, one.options)
    items = [found for block in split.blocks(lambda hashes: [False] * len(hashes)) for _, found in block.misses]
    assert items
    assert isinstance(split, Separable)
    parsed = split.parse(items)  # of which it may have learnt something
    assert pickle.loads(pickle.dumps(split.parser)).parse(items) == parsed


def test_a_feed_is_read_the_same_with_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "MANY", 10)
    monkeypatch.setattr("feedsync.adapters.xml_split.BLOCK_BYTES", 2000)
    pictures = []
    for count in (0, 2):
        with Crew(count) as crew, Store(tmp_path / f"{count}.db") as store, store.transaction():
            content = document(tmp_path, CONTENT)
            reading = ingest(
                Items(store), SETTINGS, 0, content, run=1, now=1000, progress=lambda items, parsed: None, crew=crew
            )
            pictures.append((reading, Street(store, tmp_path).picture(), Street(store, tmp_path).hashes()))
    assert pictures[0] == pictures[1]
    assert pictures[0][0].parsed == 42
    assert [reason.code for reason in pictures[0][0].reasons] == ["FS-304", "FS-317"]


def test_a_worker_loads_nothing_from_the_folder_it_is_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "msgspec.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    reader, lots = placed()
    with Crew(1) as crew, Readers(reader, crew=crew, many=0, lot=5) as readers:
        assert there(readers, lots) == here()
        [worker] = workers_of(readers)
        assert worker._process is not None
        assert worker._process.poll() is None


def test_without_descriptors_it_goes_on_without_workers() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    reader, lots = placed()
    least = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (least, hard))
    try:
        with Crew(2) as crew, Readers(reader, crew=crew, many=0, lot=5) as readers:
            found = there(readers, lots)
            assert [worker._process for worker in workers_of(readers)] == [None, None]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert found == here()


def test_without_threads_it_goes_on_without_workers() -> None:
    reader, lots = placed()
    with Crew(1) as crew, Readers(reader, crew=crew, many=0, lot=5) as readers:
        first = list(readers.put(lots[0]))
        crew._threads.shutdown()
        assert first + there(readers, lots[1:]) == here()
