"""What a daemon answers over HTTP to those who watch it: ``/healthz``, ``/livez`` and ``/metrics``.

``/livez`` says that the process does its work; ``/healthz`` also that no schedule is overdue, which a restart may not mend,
so it is what people should be woken by, and not what a process should be restarted for.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feedsync.health import Health
from feedsync.metrics import CONTENT_TYPE, text

#: How old the scheduler's heartbeat may be (seconds).
HEARTBEAT_S = 60.0
#: How long after its moment a schedule that does not run yet is overdue (seconds).
OVERDUE_S = 1800.0


class Vitals(msgspec.Struct, frozen=True):
    """The answer of ``/healthz`` and ``/livez``: whether all is well, and if not, why not."""

    ok: bool
    reasons: list[str]
    heartbeat_age_s: float
    schedules: int | None = None


def health_app(
    views: Callable[[], list[Health]], heartbeat_age_s: Callable[[], float], *, heartbeat_limit_s: float = HEARTBEAT_S,
    overdue_limit_s: float = OVERDUE_S, clock: Callable[[], float] = time.time,
) -> Starlette:  # fmt: skip
    """The application.

    Args:
        views: how each schedule stands, with its next moment (:func:`feedsync.health.look`).
        heartbeat_age_s: how long ago the scheduler last showed that it goes on.
        heartbeat_limit_s: how long ago is too long.
        overdue_limit_s: how long after its moment a schedule may begin.
        clock: Unix seconds.
    """

    def beating() -> tuple[float, list[str]]:
        age_s = round(heartbeat_age_s(), 1)
        late = age_s > heartbeat_limit_s
        return age_s, [f"the scheduler has not moved for {age_s:.0f} s"] if late else []

    def alive(request: Request) -> Response:
        age_s, reasons = beating()
        return _answer(Vitals(not reasons, reasons, age_s))

    def healthy(request: Request) -> Response:
        age_s, reasons = beating()
        found = views()
        reasons += [reason for view in found if (reason := overdue(view, clock(), overdue_limit_s))]
        return _answer(Vitals(not reasons, reasons, age_s, len(found)))

    def metrics(request: Request) -> Response:
        return Response(text(views()), media_type=CONTENT_TYPE)

    return Starlette(routes=[Route("/livez", alive), Route("/healthz", healthy), Route("/metrics", metrics)])


def overdue(view: Health, now: float, limit_s: float) -> str | None:
    """Why a schedule is overdue by more than ``limit_s``, None where it is not; one that runs is not."""
    if view.holder is not None or view.next_at is None or now - view.next_at <= limit_s:
        return None
    code = f" ({view.problem.code})" if view.problem else ""
    return f"{view.schedule} is overdue by {now - view.next_at:.0f} s{code}"


def _answer(vitals: Vitals) -> Response:
    return Response(
        msgspec.json.encode(vitals), 200 if vitals.ok else 503, media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip
