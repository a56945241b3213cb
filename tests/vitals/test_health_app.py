"""What the daemon answers to those who watch it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec

from feedsync.health import Health
from feedsync.report.summary import Reason
from feedsync.snapshot.lock import Holder
from feedsync.vitals import HEARTBEAT_S, OVERDUE_S, health_app

NOW = 1_000_000


def _ask(path: str, *views: Health, age_s: float = 1.0) -> tuple[int, Any]:
    app = health_app(lambda: list(views), lambda: age_s, clock=lambda: NOW)

    async def get() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://daemon") as client:
            return await client.get(path)

    answer = asyncio.run(get())
    return answer.status_code, answer.json() if "json" in answer.headers["content-type"] else answer.text


def _view(next_at: int | None) -> Health:
    return Health(schedule="shop", word="done", next_at=next_at)


def test_all_is_well() -> None:
    found = {"ok": True, "reasons": [], "heartbeat_age_s": 1.0, "schedules": 2}
    assert _ask("/healthz", _view(NOW - 5), _view(None)) == (200, found)
    assert _ask("/livez")[0] == 200


def test_a_scheduler_that_stands_still_is_told() -> None:
    for path in ("/healthz", "/livez"):
        status, found = _ask(path, age_s=HEARTBEAT_S + 1)
        assert (status, found["ok"]) == (503, False)
        assert found["reasons"] == ["the scheduler has not moved for 61 s"]


def test_a_schedule_that_is_overdue_is_told_but_nobody_is_restarted_for_it() -> None:
    late = _view(NOW - int(OVERDUE_S) - 1)
    assert _ask("/healthz", late)[1]["reasons"] == ["shop is overdue by 1801 s"]
    assert _ask("/healthz", late)[0] == 503
    why = msgspec.structs.replace(late, problem=Reason("FS-105", "no secret"))
    assert _ask("/healthz", why)[1]["reasons"] == ["shop is overdue by 1801 s (FS-105)"]
    assert _ask("/livez", late)[0] == 200
    runs = msgspec.structs.replace(late, holder=Holder(1, "h", "then", "feedsync run shop"))
    assert _ask("/healthz", runs)[0] == 200


def test_metrics() -> None:
    status, found = _ask("/metrics", _view(NOW))
    assert status == 200
    assert 'feedsync_next_run_timestamp_seconds{schedule="shop"} 1e+06' in found
