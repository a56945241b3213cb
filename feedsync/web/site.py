"""The pages: each reads the snapshot, fills a template, and is done. What changes something goes through a form of ours."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from feedsync.alerts import watched
from feedsync.config import NAME
from feedsync.health import look
from feedsync.report.charts import moves, steps
from feedsync.report.figures import Analysis
from feedsync.report.page import kinds_chart
from feedsync.report.summary import RunSummary, load_summary
from feedsync.report.terminal import next_steps
from feedsync.settings import Schedule
from feedsync.snapshot.store import Store
from feedsync.sync import preview, run_schedule, snapshot_path
from feedsync.web import reads
from feedsync.web.guard import COOKIE, Guard, form, may_change
from feedsync.web.jobs import Job, Jobs, Kind, Work
from feedsync.web.product import product_page
from feedsync.web.rendering import page

#: One analysis at a time: each is a second of one core and some hundred megabytes for a large run.
_ANALYSING = threading.Lock()
_LISTED = 200


class Site:
    """The pages of one folder of schedules and one of snapshots.

    Args:
        names: gives the names of all schedules.
        load: gives a schedule by its name, or raises ConfigError.
        state: the folder of the snapshots.
    """

    def __init__(self, names: Callable[[], list[str]], load: Callable[[str], Schedule], state: Path) -> None:
        self._names, self.load, self.state = names, load, state
        self.jobs = Jobs()
        self._analysis = lru_cache(maxsize=32)(self._analyse)

    # -- pages

    def overview(self, request: Request) -> Response:
        """All schedules and how they stand."""
        now = time.time()
        found = [(look(self.state, name, self.load, now), self.jobs.of(name)) for name in self._names()]
        return page(request, "overview.html", found=found, now=now)

    def schedule(self, request: Request) -> Response:
        """One schedule: its runs."""
        name = self.known(request)
        found = []
        if snapshot_path(self.state, name).exists():
            with self.open(name) as store:
                found = reads.runs(store)
        return page(request, "schedule.html", name=name, runs=found, job=self.jobs.of(name))

    def run(self, request: Request) -> Response:
        """A run's changes, with the filters that the address says."""
        name = self.known(request)
        filters = _filters(request)
        with self.open(name) as store:
            summary = _summary(store, name, request.path_params["run"])
            changes = reads.changes(store, summary.run, filters)
        chart = kinds_chart(summary.changes)
        pictures = request.query_params.get("pictures") == "1"
        return page(
            request, "run.html", name=name, run=summary, steps=next_steps(summary), kinds_chart=chart, page=changes,
            filters=filters, pictures=pictures, address=lambda **parts: _address(request, filters, parts),
        )  # fmt: skip

    def analysis(self, request: Request) -> Response:
        """A run in numbers."""
        name = self.known(request)
        with self.open(name) as store:
            summary = _summary(store, name, request.path_params["run"])
        analysis = self._analysis(name, summary.run, summary.finished_at)
        chart = moves("Price changes by how much they moved", analysis.prices.bins)
        return page(request, "analysis.html", name=name, run=summary, analysis=analysis, moves_chart=chart)

    def product(self, request: Request) -> Response:
        """One product's story."""
        name = self.known(request)
        product_id = request.path_params["id"]
        schedule = self.load(name)  # what the settings make of it is a part of its story
        with self.open(name) as store, store.rehearsal():
            found = product_page(store, schedule, product_id, int(time.time()))
            until = store.scalar("select max(coalesce(finished_at, started_at)) from runs")
        if found is None:
            raise HTTPException(404, f"The snapshot of {name} has never had a product {product_id}.")
        charts = [
            (history.variant_id, steps("List price over time", history.price, until),
             steps("Sale price over time", history.sale, until), steps("Quantity over time", history.quantity, until))
            for history in found.histories
        ]  # fmt: skip
        pictures = request.query_params.get("pictures") == "1"
        return page(request, "product.html", name=name, product=found, charts=charts, pictures=pictures)

    def rejects(self, request: Request) -> Response:
        """Items that are refused now, with their raw records."""
        name = self.known(request)
        number = _number(request, "page")
        with self.open(name) as store:
            found, total = reads.rejects(store, number)
        pages = max(-(-total // reads.PAGE), 1)
        return page(request, "rejects.html", name=name, rejects=found, total=total, page=number, pages=pages)

    def job(self, request: Request) -> Response:
        """A run that was started here: how far it is, then what it came to."""
        job = self._job(request)
        summary = job.summary
        chart = kinds_chart(summary.changes) if summary else ""
        return page(
            request, "job.html", name=job.schedule, job=job, run=summary, kinds_chart=chart, listed=_LISTED,
            steps=next_steps(summary) if summary else [],
        )  # fmt: skip

    def progress(self, request: Request) -> Response:
        """How far a job is, for the script of its page."""
        job = self._job(request)
        stages = [msgspec.structs.asdict(stage) for stage in job.stages.values()]
        return JSONResponse({"running": job.running, "stages": stages})

    # -- changes

    async def start_run(self, request: Request) -> Response:
        """Run now."""
        schedule = await self._to_start(request)
        return self._started(
            schedule.name, "run",
            lambda told: watched(
                schedule, self.state, lambda: run_schedule(schedule, self.state, trigger="web", progress=told)
            ),
        )  # fmt: skip

    async def start_dry_run(self, request: Request) -> Response:
        """What a run would do."""
        schedule = await self._to_start(request)
        return self._started(schedule.name, "dry run", lambda told: preview(schedule, self.state, progress=told))

    async def _to_start(self, request: Request) -> Schedule:
        await form(request)
        may_change(request)
        return await run_in_threadpool(lambda: self.load(self.known(request)))

    def _started(self, name: str, kind: Kind, work: Work) -> Response:
        return RedirectResponse(f"/jobs/{self.jobs.start(name, kind, work).number}", 303)

    def login_page(self, request: Request) -> Response:
        """Where the token is asked for."""
        return page(request, "login.html", wrong=False)

    async def login(self, request: Request) -> Response:
        """A session for the right token."""
        fields = await form(request)
        guard: Guard = request.state.guard
        session = guard.log_in(fields.get("token", [""])[0])
        if session is None:
            return page(request, "login.html", 403, wrong=True)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, session, secure=True, httponly=True, samesite="strict", path="/")
        return answer

    async def logout(self, request: Request) -> Response:
        """The end of a session."""
        await form(request)
        request.state.guard.log_out(request)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict", path="/")
        return answer

    # -- what they share

    def known(self, request: Request) -> str:
        """The schedule that the address names."""
        name: str = request.path_params["name"]
        if not NAME.fullmatch(name) or name not in self._names():
            raise HTTPException(404, f"There is no schedule {name}.")
        return name

    def open(self, name: str) -> Store:
        """Its snapshot, to read."""
        path = snapshot_path(self.state, name)
        if not path.exists():
            raise HTTPException(404, f"{name} has not run yet.")
        return Store(path, read_only=True)

    def _job(self, request: Request) -> Job:
        job = self.jobs.get(request.path_params["job"])
        if job is None:
            raise HTTPException(
                404, "This run was started too long ago, or before the server was: look among the runs."
            )
        return job

    def _analyse(self, name: str, run: int, finished_at: str) -> Analysis:
        from feedsync.report.analysis import analyse  # pandas: half a second and 56 MB, for those who look

        with _ANALYSING, self.open(name) as store:
            return analyse(store, _summary(store, name, run))


def _summary(store: Store, name: str, run: int) -> RunSummary:
    record = store.run_record(run)
    if record is None:
        raise HTTPException(404, f"{name} has no run {run}.")
    return load_summary(store, name, record)


def _filters(request: Request) -> reads.Filters:
    asked = request.query_params
    return reads.Filters(
        asked.get("kind", ""), asked.get("verdict", ""), asked.get("find", "").strip(), _number(request, "page")
    )


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _address(request: Request, filters: reads.Filters, parts: dict[str, object]) -> str:
    """The address of this page with other filters."""
    pictures = {"pictures": "1"} if request.query_params.get("pictures") == "1" else {}
    wanted = {**msgspec.structs.asdict(filters), **pictures, **parts}
    return "?" + urlencode({key: str(value) for key, value in wanted.items() if value not in ("", 1)})
