"""What Prometheus is told of the schedules, made anew from their snapshots each time that somebody asks.

So the daemon and cron say the same, nothing is lost with a process, and no series outlives its schedule. Moments are given
as such, never as an age: the age of a file that nobody writes any more would stand still. Labels are names of schedules and
words of ours, so that nothing which a feed or a store says makes a series.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest, write_to_textfile
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from feedsync import __version__
from feedsync.errors import Fatal
from feedsync.gates import GATES
from feedsync.health import Health
from feedsync.report.terminal import KINDS

OUTCOMES = ("done", "held", "rejected", "failed", "interrupted", "crashed")
#: The type of ``/metrics``: the text format that every version of Prometheus reads.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_OTHER = "other"


class _Families(Collector):
    """The families of one text, each made when it is first spoken of."""

    def __init__(self) -> None:
        self._families: dict[str, Metric] = {}

    def collect(self) -> Iterable[Metric]:
        """All of them, when the text is made."""
        return self._families.values()

    def set(self, name: str, words: str, value: float | None, **labels: str) -> None:
        """One value; None is no value at all."""
        if value is None:
            return
        if name not in self._families:
            kind = CounterMetricFamily if name == "runs" else GaugeMetricFamily
            self._families[name] = kind(f"feedsync_{name}", words, labels=list(labels))
        self._families[name].add_metric(list(labels.values()), value)  # type: ignore[attr-defined]

    def each(
        self, name: str, words: str, label: str, known: Iterable[str], values: Mapping[str, float], schedule: str
    ) -> None:
        """A value for each known word, 0 where there is none, and what has another word together."""
        found = dict.fromkeys(known, 0.0)
        for word, value in values.items():
            key = word if word in found else _OTHER
            found[key] = found.get(key, 0.0) + value
        for word, value in found.items():
            self.set(name, words, value, schedule=schedule, **{label: word})


def text(views: list[Health]) -> bytes:
    """The metrics in Prometheus' text format."""
    return generate_latest(_registry(views))


def write_textfile(path: Path, views: list[Health]) -> None:
    """The same into a file for node_exporter's textfile collector; whole, or as it was.

    Raises:
        Fatal: FS-109, it cannot be written.
    """
    try:
        write_to_textfile(str(path), _registry(views))
    except OSError as error:
        raise Fatal("FS-109", reason=f"{path}: {error.strerror or error}") from None


def _registry(views: list[Health]) -> CollectorRegistry:
    families = _Families()
    families.set("build_info", "The version of feedsync.", 1, version=__version__)
    for view in views:
        _schedule(families, view)
        if view.last is not None:
            _last_run(families, view)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(families)
    return registry


def _schedule(families: _Families, view: Health) -> None:
    name: Any = {"schedule": view.schedule}
    families.set("usable", "1 where the schedule's file and its snapshot can be read.",
                 view.known and view.word != "broken", **name)  # fmt: skip
    families.set("running", "1 while a run goes on.", view.holder is not None, **name)
    families.set("undelivered_alerts", "Receivers of alerts that could not be told.",
                 len(view.notes.undelivered), **name)  # fmt: skip
    families.set("next_run_timestamp_seconds", "When it is due next.", view.next_at, **name)
    if not view.known:
        return
    families.set("last_good_run_timestamp_seconds", "When the last good run that read the feeds ended.",
                 view.last_good_at, **name)  # fmt: skip
    families.set("feed_changed_timestamp_seconds", "When a document last differed from the one before.",
                 view.changed_at, **name)  # fmt: skip
    families.set("products", "Products that Bik acknowledged.", view.products, **name)
    families.set("variants", "Variants that Bik acknowledged.", view.variants, **name)
    families.set("rejected", "Items and products that are rejected now.", view.rejected, **name)
    families.set("drifted", "Products in the store not as Bik acknowledged.", view.drifted, **name)
    families.set("feed_to_bik_seconds", "From the making of the newest document until Bik had it.", view.lag_s, **name)
    families.each("held_changes", "Changes that a gate holds now.", "gate", GATES, view.held, view.schedule)


def _last_run(families: _Families, view: Health) -> None:
    last, name = view.last, view.schedule
    assert last is not None
    families.set("runs", "Runs so far.", view.runs[0].run, schedule=name)
    families.set("items", "Items in the documents of the last run, where they were whole.", last.items, schedule=name)
    families.each("last_run_outcome", "1 for how the last run ended.", "outcome", OUTCOMES, {last.outcome: 1}, name)
    families.set("last_run_timestamp_seconds", "When the last run began.", last.started_at, schedule=name)
    families.each(
        "last_run_changes",
        "Changes that the last run which came to its end found.",
        "kind",
        KINDS,
        view.changes,
        name,
    )
    for status, count in view.answers.items():  # none, unreadable, other, or a status of HTTP below 600
        families.set("last_run_requests", "Requests of that run by what was answered.", count,
                     schedule=name, status=status)  # fmt: skip
    for stage, seconds in view.seconds.items():
        families.set("last_run_stage_seconds", "Where the time of that run went.", seconds,
                     schedule=name, stage=stage)  # fmt: skip
