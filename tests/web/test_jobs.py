"""Runs and dry runs that are started from the page."""

from __future__ import annotations

import threading

import pytest

from feedsync.config import load
from feedsync.errors import Fatal
from feedsync.progress import Progress
from feedsync.report.summary import RunSummary
from feedsync.snapshot.lock import schedule_lock
from feedsync.snapshot.store import Store
from feedsync.sync import run_schedule
from feedsync.web.jobs import KEPT, Jobs

from ..cli.project import items
from ..report.runs import run as summary_of
from .served import Page, headings


def test_a_run_is_started_watched_and_told(page: Page) -> None:
    page.project.add("acme", *items(3))
    told = page.finished(page.post("/s/acme/start/run"))
    assert headings(told) == ["Run of acme"]
    assert "done Changes 3 Held 0 Rejected 0 Sent 3" in told.words
    assert [a.attributes["href"] for a in told.html.css("main a")] == ["/s/acme/runs/1"]
    assert len(page.project.sandbox.products()) == 3
    assert "by web" in page.get("/s/acme/runs/1").words


def test_a_dry_run_shows_what_would_change_and_sends_nothing(page: Page) -> None:
    page.project.add("acme", *items(206))
    told = page.finished(page.post("/s/acme/start/dry-run"))
    assert headings(told) == ["Dry run of acme", "What a run would change"]
    assert "Would be sent 206" in told.words
    assert len(told.html.css(".changes tbody tr")) == 200
    assert "These are the first 200; feedsync diff acme --json has more." in told.words
    assert page.project.sandbox.products() == {}
    page.project.publish("acme", *items(1))
    assert "These are the first" not in page.finished(page.post("/s/acme/start/dry-run")).words


def test_a_run_that_fails_says_why(page: Page) -> None:
    page.project.add("acme", *items(1))
    (page.project.folder / "acme.xml").unlink()
    assert "FS-201" in page.finished(page.post("/s/acme/start/run")).words
    with schedule_lock(page.project.state / "acme.lock", "acme"):
        assert "FS-501" in page.finished(page.post("/s/acme/start/run")).words
    page.project.write("acme", "colour = 'red'")
    token = page.get("/login").csrf()
    refused = page.client.post("/s/acme/start/run", data={"csrf": token})
    assert (refused.status_code, "FS-102" in refused.text) == (409, True)


def test_another_kind_of_start_is_not_there(page: Page) -> None:
    page.project.add("acme", *items(1))
    assert page.post("/s/acme/start/anything").status == 404


def test_a_job_that_is_under_way_is_shown_and_not_started_twice() -> None:
    go, jobs = threading.Event(), Jobs()

    def work(progress: Progress) -> RunSummary:
        progress.fetched("a.xml", 5, 10)
        progress.read("a.xml", 7, 2)
        progress.planned(3)
        progress.pushed(1, 3)
        assert go.wait(30)
        return summary_of()

    job = jobs.start("acme", "run", work)
    assert jobs.start("acme", "dry run", work) is job
    assert jobs.of("acme") is job
    go.set()
    jobs.stop()
    assert (job.running, job.summary, jobs.of("acme")) == (False, summary_of(), None)
    assert [(s.name, s.done, s.total) for s in job.stages.values()] == [
        ("fetching (bytes)", 5, 10), ("reading (items)", 7, None), ("comparing (products)", 3, None), ("sending (products)", 1, 3)
    ]  # fmt: skip


def test_a_server_that_ends_stops_its_runs_at_their_next_step() -> None:
    jobs, begun, go = Jobs(), threading.Event(), threading.Event()

    def work(progress: Progress) -> RunSummary:
        begun.set()
        assert go.wait(30)
        progress.planned(1)
        raise AssertionError("it goes on")

    job = jobs.start("acme", "run", work)
    assert begun.wait(30)
    job.stopping.set()
    go.set()
    jobs.stop()
    assert job.error
    assert job.error.code == "FS-903"


def test_what_ends_a_job_is_told() -> None:
    jobs = Jobs()

    def work(progress: Progress) -> RunSummary:
        raise Fatal("FS-109", reason="disk full")

    job = jobs.start("acme", "run", work)
    jobs.stop()
    assert job.error
    assert job.error.message == "the output cannot be written: disk full"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_ours_ends_the_job_too() -> None:
    jobs = Jobs()

    def work(progress: Progress) -> RunSummary:
        raise ZeroDivisionError

    job = jobs.start("acme", "run", work)
    jobs.stop()
    assert (job.running, job.error.code if job.error else None) == (False, "FS-904")


def test_old_jobs_are_forgotten() -> None:
    jobs = Jobs()
    for number in range(KEPT + 3):
        jobs.start(f"s{number}", "run", lambda progress: summary_of())
        jobs.stop()
    assert jobs.get(1) is None
    assert len([n for n in range(KEPT + 4) if jobs.get(n)]) == KEPT


def test_a_run_that_is_stopped_is_an_interrupted_one(page: Page) -> None:
    """The snapshot says so, and the next run goes on."""
    page.project.add("acme", *items(3))
    page.run("acme")
    page.project.publish("acme", *items(3, price="90.00 INR"))
    jobs, schedule = Jobs(), load(page.project.schedules / "acme.toml")

    def work(progress: Progress) -> RunSummary:
        jobs.of("acme").stopping.set()  # type: ignore[union-attr]
        return run_schedule(schedule, page.project.state, trigger="web", progress=progress)

    jobs.start("acme", "run", work)
    jobs.stop()
    with Store(page.project.state / "acme.db", read_only=True) as store:
        record = store.run_record()
    assert record
    assert record.outcome == "interrupted"
    assert page.run("acme").outcome == "done"
