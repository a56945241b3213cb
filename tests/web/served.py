"""The page of a project, behind a real socket, and what a test asks it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from selectolax.lexbor import LexborHTMLParser

from feedsync.cli.common import Context
from feedsync.config import load
from feedsync.planning import Options
from feedsync.report.summary import RunSummary
from feedsync.sync import run_schedule
from feedsync.web.app import app_of, listen, server_of
from feedsync.web.guard import Access
from feedsync.web.jobs import Jobs

from ..cli.project import Project


class Answer:
    """An answer of the page, as a person sees it."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.html = LexborHTMLParser(response.text)

    @property
    def words(self) -> str:
        """What it says, with single blanks."""
        body = self.html.css_first("body")
        return " ".join(body.text(separator=" ").split()) if body else self.response.text

    def csrf(self) -> str:
        """The token that its first form carries."""
        field = self.html.css_first("input[name=csrf]")
        assert field
        return str(field.attributes["value"])


class Page:
    """The page of one project."""

    def __init__(self, project: Project, address: str, client: httpx.Client, jobs: Jobs) -> None:
        self.project, self.address, self.client, self.jobs = project, address, client, jobs

    def get(self, path: str = "/", **headers: str) -> Answer:
        """Look at a page."""
        return Answer(self.client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()}))

    def post(
        self, path: str, fields: dict[str, str | list[str]] | None = None, *, at: str = "/", **headers: str
    ) -> Answer:
        """Send a form as the page ``at`` has it."""
        data = {"csrf": self.get(at).csrf(), **(fields or {})}
        return Answer(self.client.post(path, data=data, headers={k.replace("_", "-"): v for k, v in headers.items()}))

    def finished(self, answer: Answer) -> Answer:
        """The page of a job that an answer leads to, once the job has ended."""
        assert answer.status == 303
        where = answer.response.headers["location"]
        while self.client.get(f"{where}/progress").json()["running"]:
            pass
        return self.get(where)

    def run(self, name: str, *allow: str) -> RunSummary:
        """A run that something else did, such as cron."""
        schedule = load(self.project.schedules / f"{name}.toml")
        return run_schedule(schedule, self.project.state, trigger="cron", options=Options(allow=frozenset(allow)))


@contextmanager
def served(project: Project, access: Access | None = None) -> Iterator[Page]:
    """Serve the page of a project on a port of its own."""
    where = Context(project.schedules, project.state)
    app = app_of(where.names, where.schedule, where.state, access or Access())
    server = server_of(app, "127.0.0.1", 0)
    with listen("127.0.0.1", 0) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
                yield Page(project, address, client, app.state.jobs)
        finally:
            server.should_exit = True
            thread.join()


def headings(answer: Answer) -> list[str]:
    """The headings of a page, with their badges."""
    return [re.sub(r"\s+", " ", node.text()).strip() for node in answer.html.css("h1, h2")]
