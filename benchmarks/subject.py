"""feedsync as it is measured: a schedule of one feed, a snapshot to begin from, one run as its users start it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from benchmarks import measure
from benchmarks.feeds import Feeds
from benchmarks.results import Measured, begin
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

    def __init__(self, folder: Path, feeds: Feeds, base_url: str, env: Mapping[str, str]) -> None:
        self._folder, self._feeds, self._state, self._base = folder, feeds, folder / "state", folder / "base"
        self._env = {**env, "BENCH_KEY": "bench"}
        folder.mkdir(parents=True)
        (folder / "bench.toml").write_text(_SCHEDULE.format(base_url=base_url))

    def run(self, operation: str, *, limit_s: float) -> Measured:
        """One run, with the operation's document as the feed.

        Raises:
            RuntimeError: the run failed, so that its times mean nothing.
        """
        begin(self._state, None if operation == "first" else self._base)
        link = self._folder / "feed"
        link.unlink(missing_ok=True)
        link.symlink_to(self._feeds.path(operation).resolve())
        spans_file = self._folder / "spans.json"
        command = [sys.executable, "-m", "benchmarks.timed", str(spans_file)]
        command += ["--schedules", str(self._folder), "--state", str(self._state), "run", "bench", "--json"]
        cost = measure.run(command, env=self._env, limit_s=limit_s)
        measured = Measured("feedsync", operation, cost.wall_s, cost.cpu_s, cost.peak_bytes)
        if cost.exit_code is None:
            measured.finished = False
            return measured
        if cost.exit_code not in _WELL:
            raise RuntimeError(f"the run {operation!r} failed: {cost.output[-2000:]}")
        if operation == "first":
            begin(self._base, self._state)
        for name, began, ended in msgspec.json.decode(spans_file.read_bytes(), type=list[tuple[str, float, float]]):
            stage = measured.stages.setdefault(name, [0.0, 0.0, 0.0])
            stage[0] += ended - began
            stage[1] += cost.cpu_between(began, ended)
            stage[2] = max(stage[2], cost.peak_between(began, ended))
        self._tell(measured, msgspec.json.decode(cost.output[cost.output.index("{") :], type=RunSummary))
        return measured

    def _tell(self, measured: Measured, summary: RunSummary) -> None:
        """What the run did, and what of it is not what the feeds are."""
        document, next_day = summary.documents[0], self._feeds.next_day(measured.operation)
        measured.counts = {
            "items": document.items, "parsed": document.parsed, "changes": sum(summary.changes.values()), "held": summary.held,
            "products": summary.pushed.products, "requests": summary.pushed.requests,
        }  # fmt: skip
        different = next_day["changed"] + next_day["added"]
        expected = self._feeds.items if measured.operation == "first" else different
        if document.parsed != expected:
            measured.note = f"parses {document.parsed:,} items, of which {expected:,} are new or changed"
        if summary.held or summary.remaining:
            measured.note += f"; {summary.held:,} held, {summary.remaining:,} not sent"
