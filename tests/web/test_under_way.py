"""How the pages show a run that is under way."""

from __future__ import annotations

import threading

from feedsync.progress import Progress
from feedsync.report.summary import RunSummary

from ..cli.project import items
from ..report.runs import run as summary_of
from .served import Page


def test_a_run_under_way_stands_on_every_page_of_its_schedule(page: Page) -> None:
    page.project.add("acme", *items(1))
    go, told = threading.Event(), threading.Event()

    def work(progress: Progress) -> RunSummary:
        progress.planned(12)
        told.set()
        assert go.wait(60)
        return summary_of()

    job = page.jobs.start("acme", "run", work)
    assert told.wait(60)
    try:
        for path in ("/", "/s/acme"):
            link = page.get(path).html.css_first("a[href^='/jobs/']")
            assert link
            assert link.text() == "A run is under way"
        watched = page.get(f"/jobs/{job.number}")
        live = watched.html.css_first("#live")
        assert live
        assert live.attributes["data-src"] == f"/jobs/{job.number}/progress"
        assert [script.attributes["src"] for script in watched.html.css("script")] == ["/static/live.js"]
        assert page.client.get(f"/jobs/{job.number}/progress").json() == {
            "running": True, "stages": [{"name": "comparing (products)", "done": 12, "total": None}]
        }  # fmt: skip
        assert page.post("/s/acme/start/run").response.headers["location"] == f"/jobs/{job.number}"
    finally:
        go.set()
