"""feedsync as it is measured: a schedule of one feed, a snapshot to begin from, one run as its users start it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import msgspec

from benchmarks import measure
from benchmarks.results import Measured
from feedsync.report.summary import RunSummary

_SCHEDULE = """\
[bik]
key = {{ env = "BENCH_KEY" }}
secret = {{ env = "BENCH_KEY" }}
base_url = "{base_url}"
rate = 1000
batch_size = 200
verify = "off"
[[feeds]]
location = "feed"
"""
#: What a run did well: all of it, or all but items that it rejected or changes that it held.
_WELL = (0, 3, 4)


class Subject:
    """A folder with a schedule; every operation but ``first`` begins from the snapshot that ``first`` left."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self._folder, self._state, self._base = folder, folder / "state", folder / "base"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bench.toml").write_text(_SCHEDULE.format(base_url=base_url))

    def run(self, operation: str, feed: Path, *, limit_s: float) -> Measured:
        """One run with that document as the feed.

        Raises:
            RuntimeError: the run failed, so that its times mean nothing.
        """
        shutil.rmtree(self._state, ignore_errors=True)
        if operation != "first":
            shutil.copytree(self._base, self._state)
        link = self._folder / "feed"
        link.unlink(missing_ok=True)
        link.symlink_to(feed.resolve())
        spans_file = self._folder / "spans.json"
        command = [sys.executable, "-m", "benchmarks.timed", str(spans_file)]
        command += ["--schedules", str(self._folder), "--state", str(self._state), "run", "bench", "--json"]
        cost = measure.run(command, env={**os.environ, "BENCH_KEY": "bench"}, limit_s=limit_s)
        if cost.exit_code is None:
            return Measured("feedsync", operation, cost.wall_s, cost.cpu_s, cost.peak_bytes, finished=False)
        if cost.exit_code not in _WELL:
            raise RuntimeError(f"the run {operation!r} failed: {cost.output[-2000:]}")
        if operation == "first":
            shutil.rmtree(self._base, ignore_errors=True)
            shutil.copytree(self._state, self._base)
        return self._measured(operation, cost, spans_file)

    def _measured(self, operation: str, cost: measure.Cost, spans_file: Path) -> Measured:
        summary = msgspec.json.decode(cost.output[cost.output.index("{") :], type=RunSummary)
        measured = Measured("feedsync", operation, cost.wall_s, cost.cpu_s, cost.peak_bytes)
        for name, began, ended in msgspec.json.decode(spans_file.read_bytes(), type=list[tuple[str, float, float]]):
            stage = measured.stages.setdefault(name, [0.0, 0.0, 0.0])
            stage[0] += ended - began
            stage[1] += cost.cpu_between(began, ended)
            stage[2] = max(stage[2], cost.peak_between(began, ended))
        document = summary.documents[0]
        measured.counts = {"items": document.items, "parsed": document.parsed, "changes": sum(summary.changes.values())}
        measured.counts |= {
            "products": summary.pushed.products,
            "requests": summary.pushed.requests,
            "held": summary.held,
        }
        return measured
