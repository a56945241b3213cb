"""A day in fast time: many schedules against one store, with faults, restarts and edits; a quarter of an hour is a tick.

    python -m tests.soak.day --schedules 50 --ticks 96 --tick 8

Feeds move at every tick: prices, stock, new items, items that leave, now and then a document that is cut off or a feed that is
not there for a while. The store fails in turns, the daemon is ended by SIGTERM and by SIGKILL and started again, schedules'
files are edited, broken and mended. At the end faults stop, and each store must become what its feed says. All chance comes
from one seed; how far the machine gets within a tick does not, so what must hold at the end holds for any course.
"""

from __future__ import annotations

import argparse
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import msgspec
import stamina

from feedsync.bik.sandbox import Fault, Sandbox
from tests.cli.project import TAIL, Project, item

_FAULTS = (
    Fault("500", count=3), Fault("429", retry_after=1, count=2), Fault("cut_after", count=2), Fault("cut_before", count=2),
    Fault("garbage", count=2), Fault("inner", count=2), Fault("slow", seconds=0.3, count=5),
)  # fmt: skip
_OFF = '[gates]\nremovals = "off"\nidentity = "off"\nempty = "off"\nprice = "off"\nstock_out = "off"\ninvalid = "off"\n'
#: How long the last feeds may take to arrive, whatever the machine is (seconds).
PATIENCE_S = 600.0
_WAIT = threading.Event()


class Course(msgspec.Struct):
    """What happened, in numbers."""

    ticks: int = 0
    terminated: int = 0
    killed: int = 0
    edits: int = 0
    faults: int = 0
    runs: int = 0
    outcomes: dict[str, int] = {}
    triggers: dict[str, int] = {}
    peak_mib: float = 0.0
    settled_s: float = 0.0


class Day:
    """The shops, their feeds as they should arrive, and the daemon's process."""

    def __init__(self, folder: Path, sandbox: Sandbox, count: int, *, every_s: int, seed: int) -> None:
        self.project, self.sandbox = Project(folder, sandbox), sandbox
        self.names = [f"shop{number:02}" for number in range(count)]
        self.every_s, self.chance, self.course = every_s, random.Random(seed), Course()
        self.feeds: dict[str, dict[str, tuple[int, bool]]] = {}
        self._serial = self._starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._log = (folder / "daemon.log").open("ab")
        for name in self.names:
            self.feeds[name] = {f"{name}-{n:02}": (100 + n, True) for n in range(12)}
            self.write(name)
            self.publish(name)

    def __enter__(self) -> Day:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is left running, however the day ended."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._log.close()

    # -- the shops

    def write(self, name: str, *, first: str = "") -> None:
        """The schedule's file in its good form."""
        bik = f"batch_size = {self.chance.choice([2, 5, 50])}\n"
        more = f"[absence]\nafter_runs = 2\n{_OFF}"
        text = self.project.settings(name, first=f'every = "{self.every_s}s"\n{first}', bik=bik, more=more)
        self.project.write(name, text)

    def publish(self, name: str, *, cut: bool = False) -> None:
        """The feed as it is now, in one piece; ``cut``: its end is missing."""
        self._serial += 1
        records = [
            item(id_, price=f"{price}.00 INR", availability="in_stock" if stocked else "out_of_stock")
            for id_, (price, stocked) in self.feeds[name].items()
        ]
        text = f'<rss xmlns:g="http://base.google.com/ns/1.0"><channel><title>{self._serial}</title>{"".join(records)}{TAIL}'
        whole = self.project.folder / f"{name}.xml"
        partial = whole.with_suffix(".partial")
        partial.write_text(text[: len(text) * 2 // 3] if cut else text, encoding="utf-8")
        partial.replace(whole)

    def move(self, name: str) -> None:
        """Something happens in a shop."""
        feed, chance = self.feeds[name], self.chance
        for _ in range(chance.randint(0, 4)):
            id_ = chance.choice(list(feed))
            feed[id_] = (chance.randint(1, 999), chance.random() < 0.8)
        if chance.random() < 0.2:
            feed[f"{name}-{self._serial:05}"] = (chance.randint(1, 999), True)
        if chance.random() < 0.2 and len(feed) > 5:
            del feed[chance.choice(list(feed))]
        fate = chance.random()
        if fate < 0.05:
            (self.project.folder / f"{name}.xml").unlink(missing_ok=True)
        else:
            self.publish(name, cut=fate < 0.1)

    def edit(self) -> None:
        """Somebody changes a file, breaks it, or lets a schedule rest."""
        name = self.chance.choice(self.names)
        self.course.edits += 1
        kind = self.chance.randrange(3)
        if kind == 0:
            self.project.write(name, "this is no schedule")
        else:
            self.write(name, first="enabled = false\n" if kind == 1 else "# touched\n")

    # -- the daemon

    def start(self) -> None:
        """Start the process."""
        arguments = ["--log-format", "json", *self.project.arguments("daemon", "--listen", "off", "--jobs", "8")]
        self._process = subprocess.Popen([sys.executable, "-m", "feedsync", *arguments], stderr=self._log)
        self._starts += 1
        log = self.project.folder / "daemon.log"
        self.wait_for(lambda: log.read_bytes().count(b'"daemon started"') == self._starts)

    def end(self, number: signal.Signals) -> None:
        """End it by a signal."""
        assert self._process is not None
        self._peak()
        self._process.send_signal(number)
        code = self._process.wait(120)
        assert code == (143 if number == signal.SIGTERM else -signal.SIGKILL), code
        self.course.terminated += number == signal.SIGTERM
        self.course.killed += number == signal.SIGKILL

    def _peak(self) -> None:
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status")
        for line in status.read_text().splitlines() if status.exists() else ():
            if line.startswith("VmHWM"):
                self.course.peak_mib = max(self.course.peak_mib, int(line.split()[1]) / 1024)

    # -- the day

    def live(self, ticks: int, tick_s: float) -> Course:
        """Live through so many ticks, then let everything arrive."""
        self.start()
        for tick in range(ticks):
            self.course.ticks += 1
            for name in self.names:
                if self.chance.random() < 0.5:
                    self.move(name)
            if self.chance.random() < 0.3:
                self.course.faults += 1
                self.sandbox.add_fault(self.chance.choice(_FAULTS))
            if self.chance.random() < 0.3:
                self.edit()
            _WAIT.wait(tick_s)
            if tick % max(ticks // 8, 3) == 1:
                self.end(self.chance.choice([signal.SIGTERM, signal.SIGKILL]) if tick > 6 else signal.SIGTERM)
                self.start()
            elif tick % max(ticks // 8, 3) == 2:
                self.end(signal.SIGKILL)
                self.start()
        self.settle()
        self.end(signal.SIGTERM)
        self.count()
        return self.course

    def settle(self) -> None:
        """No more faults: the last feeds arrive, in two documents, so that what left them is gone."""
        self.sandbox.clear_faults()
        began = time.monotonic()
        for name in self.names:
            self.write(name)
        for _ in range(3):
            for name in self.names:
                self.publish(name)
            mark = {name: self.last_run(name) for name in self.names}
            self.wait_for(lambda mark=mark: all(self.good_run_after(name, mark[name]) for name in self.names))
        self.wait_for(lambda: not self.wrong())
        self.course.settled_s = round(time.monotonic() - began, 1)

    def wait_for(self, so: object) -> None:
        """Until it is so."""
        assert callable(so)
        until = time.monotonic() + PATIENCE_S
        while not so():
            assert time.monotonic() < until, f"it did not come about: {self.wrong()}"
            _WAIT.wait(0.1)

    def rows(self, name: str, query: str) -> list[tuple[object, ...]]:
        """Rows of a snapshot."""
        path = self.project.state / f"{name}.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)) as db:
            made = db.execute("select 1 from sqlite_master where name = 'plan'").fetchone()
            return db.execute(query).fetchall() if made else []

    def last_run(self, name: str) -> int:
        """The number of the last run that began."""
        ((run,),) = self.rows(name, "select coalesce(max(run), 0) from runs") or [(0,)]
        assert isinstance(run, int)
        return run

    def good_run_after(self, name: str, run: int) -> bool:
        """Whether a run that began later read the feed and reached the store."""
        found = self.rows(name, f"select 1 from runs where run > {run} and outcome = 'done' and trigger <> 'clock'")
        return bool(found)

    def wrong(self) -> list[str]:
        """What the store has otherwise than the feeds."""
        wanted = {id_: (price, stocked) for feed in self.feeds.values() for id_, (price, stocked) in feed.items()}
        stored = {}
        for id_, product in self.sandbox.products().items():
            (combination,) = product["combinations"]
            stored[id_] = (round(combination["price"]), combination["quantity"] > 0)
        return [
            f"{id_}: wanted {wanted.get(id_)}, stored {stored.get(id_)}"
            for id_ in sorted(wanted.keys() | stored.keys()) if wanted.get(id_) != stored.get(id_)
        ]  # fmt: skip

    def count(self) -> None:
        """No run of a schedule began before the one before it had ended, and none came before its time."""
        for name in self.names:
            rows = self.rows(name, "select run, trigger, started_at, finished_at, outcome from runs order by run")
            for before, after in pairwise(rows):
                if before[3] is not None:
                    assert after[2] >= before[3], (name, before, after)  # type: ignore[operator]
                if after[1] == "every":
                    assert after[2] - before[2] >= self.every_s or before[1] == "clock", (name, before, after)  # type: ignore[operator]
            for _, trigger, _, _, outcome in rows:
                self.course.runs += 1
                self.course.outcomes[str(outcome)] = self.course.outcomes.get(str(outcome), 0) + 1
                self.course.triggers[str(trigger)] = self.course.triggers.get(str(trigger), 0) + 1
        log = (self.project.folder / "daemon.log").read_text(encoding="utf-8")
        assert "a fault of feedsync itself" not in log
        assert self.project.sandbox.key not in log
        assert self.project.sandbox.secret not in log


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(description="A day of a daemon in fast time.")
    parser.add_argument("--schedules", type=int, default=50)
    parser.add_argument("--ticks", type=int, default=96)
    parser.add_argument("--tick", type=float, default=8.0, help="seconds that stand for a quarter of an hour")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        every_s = max(int(options.tick), 1)
        with Day(Path(folder), sandbox, options.schedules, every_s=every_s, seed=options.seed) as day:
            course = day.live(options.ticks, options.tick)
        print(msgspec.json.format(msgspec.json.encode(course)).decode())


if __name__ == "__main__":
    stamina.set_testing(False)
    main()
