"""From a template to an answer, and from what went wrong to a page that says it."""

from __future__ import annotations

from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from feedsync.alerts.conditions import age
from feedsync.errors import FeedsyncError
from feedsync.report.page import environment
from feedsync.report.summary import iso
from feedsync.report.words import marked
from feedsync.web.reads import money

_PAGES = environment("feedsync.web", "feedsync.report")
_PAGES.filters.update(
    two_marked=lambda both: marked(*both), money=money, iso=iso, age=age, segment=lambda text: quote(text, safe="")
)


def page(request: Request, template: str, status: int = 200, **parts: object) -> Response:
    """A page of this session."""
    state = request.state
    text = _PAGES.get_template(template).render(
        csrf=state.csrf, read_only=state.read_only, may_log_out=state.may_log_out, **parts
    )
    return HTMLResponse(text, status)


def failure(request: Request, error: Exception) -> Response:
    """A page for what went wrong."""
    if isinstance(error, HTTPException):
        return page(request, "error.html", error.status_code, code="", message=error.detail)
    assert isinstance(error, FeedsyncError)
    return page(request, "error.html", 409, code=error.code, message=error.message)
