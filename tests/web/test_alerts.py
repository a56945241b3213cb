"""What people start on the page is told as what cron starts."""

from __future__ import annotations

import pytest

from ..alerts.listening import listening
from ..cli.project import items
from .served import Page

_TO = '[alerts]\nto = [{ env = "ACME_ALERTS" }]'


def test_runs_and_decisions(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    page.project.add("acme", *items(12), more=_TO)
    with listening() as service:
        monkeypatch.setenv("ACME_ALERTS", service.address())
        (page.project.folder / "key").write_text("")
        page.finished(page.post("/s/acme/start/run"))
        assert [one.title for one in service.heard()] == ["feedsync acme: failed"]
        (page.project.folder / "key").write_text(page.project.sandbox.key)
        page.finished(page.post("/s/acme/start/run"))
        assert [one.title for one in service.heard()] == ["feedsync acme: failed is over"]
        page.project.publish("acme", *items(6))
        page.finished(page.post("/s/acme/start/run"))
        assert [one.title for one in service.heard()] == ["feedsync acme: held"]
        fields = {
            str(field.attributes["name"]): str(field.attributes["value"] or "")
            for field in page.get("/s/acme/held").html.css("form[method=post] input[type=hidden]")
        }
        page.finished(page.post("/s/acme/held", {**fields, "gate": "removals", "do": "approve-all"}))
        assert [one.title for one in service.heard()] == ["feedsync acme: held is over"]
