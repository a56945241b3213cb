"""Summaries of runs for tests, and how they look in 80 columns."""

from __future__ import annotations

import io
from typing import Any

import msgspec
from rich.console import Console

from feedsync.gates import GateResult
from feedsync.report.summary import Difference, DocumentSummary, PushSummary, RunSummary
from feedsync.report.terminal import print_run

_RUN = RunSummary(
    schedule="acme",
    run=7,
    trigger="hand",
    outcome="done",
    started_at="2026-11-24T10:00:00.000Z",
    finished_at="2026-11-24T10:00:02.500Z",
    documents=[DocumentSummary("feeds/acme.xml", "google-xml", "complete", [], 1200, 50_000, 3)],
    changes={},
    gates=[GateResult("degraded", 0, 0, "pass"), GateResult("removals", 0.05, 0.2, "pass")],
    pushed=PushSummary(),
    rejected=[],
)


def run(**fields: Any) -> RunSummary:
    """A run that found nothing to do, but for these fields."""
    return msgspec.structs.replace(_RUN, **fields)


def difference(kind: str = "content", subject: str = "P1", **fields: Any) -> Difference:
    """A change of a product, but for these fields."""
    known: dict[str, Any] = {"variant_id": None, "field": None, "before": None, "after": None}
    return Difference(kind, subject, **{**known, "cause": "feed", "note": None, "verdict": "send", **fields})


def shown(summary: RunSummary, *, width: int = 80) -> str:
    """What a person sees of it, without trailing blanks."""
    stream = io.StringIO()
    print_run(Console(file=stream, width=width, highlight=False, emoji=False), summary)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"
