"""Who may look, who may change something, and what a browser is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsync.web.app import read_token
from feedsync.web.guard import COOKIE, FORM_BYTES, SESSION_S, Access, Guard

from ..cli.project import Project, items
from .served import Page, headings, served

TOKEN = "a long and random token"


@pytest.fixture
def locked(project: Project) -> Iterator[Page]:
    """A page that asks for a token."""
    project.add("acme", *items(1))
    with served(project, Access(token=TOKEN)) as page:
        yield page


def test_every_answer_says_what_a_browser_may_do(page: Page) -> None:
    page.project.add("acme", *items(1))
    for answer in (page.get(), page.get("/nowhere"), page.get("/static/web.css"), page.get(host="evil.example")):
        headers = answer.response.headers
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; script-src 'self';")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert (headers["x-content-type-options"], headers["referrer-policy"], headers["cache-control"]) == (
            "nosniff", "same-origin", "no-store"
        )  # fmt: skip
        assert "server" not in headers


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:8737", 200), ("[::1]:8737", 200), ("127.0.0.1", 200), ("evil.example", 421), ("127.0.0.1.evil.example", 421),
     ("localhost@evil.example", 421), ("[::1", 421), ("", 421)],
)  # fmt: skip
def test_it_answers_to_its_own_names_alone(page: Page, host: str, status: int) -> None:
    page.project.add("acme", *items(1))
    assert page.get(host=host).status == status


def test_a_form_of_another_page_starts_nothing(page: Page) -> None:
    page.project.add("acme", *items(1))
    start = "/s/acme/start/run"
    assert page.post(start, origin="https://evil.example").status == 403
    assert page.post(start, origin="null").status == 403
    assert page.post(start, sec_fetch_site="cross-site").status == 403
    assert page.post(start, {"csrf": "0" * 64}).status == 403
    assert page.post(start, {"csrf": "é"}).status == 403
    assert page.client.post(start).status_code == 403
    assert page.client.post(start, content=b"csrf=\xff").status_code == 400
    assert page.client.post(start, content=b"a" * (FORM_BYTES + 1)).status_code == 413
    assert page.client.put(start).status_code == 405
    assert not (page.project.state / "acme.db").exists()
    page.finished(page.post(start, origin=page.address, sec_fetch_site="same-origin"))
    assert (page.project.state / "acme.db").exists()


def test_those_who_may_only_look_start_nothing(project: Project) -> None:
    project.add("acme", *items(1))
    with served(project, Access(read_only=True)) as page:
        found = page.get("/")
        assert found.html.css("form") == []
        assert "look only" in found.words
        token = page.get("/login").csrf()
        refused = page.client.post("/s/acme/start/run", data={"csrf": token})
        assert refused.status_code == 403
        assert "--read-only" in refused.text
    assert not (project.state / "acme.db").exists()


def test_without_the_token_nothing_is_shown(locked: Page) -> None:
    for path in ("/", "/s/acme", "/jobs/1", "/nowhere"):
        answer = locked.get(path)
        assert (answer.status, answer.response.headers["location"]) == (303, "/login")
    assert locked.client.post("/s/acme/start/run").headers["location"] == "/login"
    assert locked.get("/static/web.css").status == 200
    assert headings(locked.get("/login")) == ["Log in"]


def test_the_token_opens_a_session_in_a_secure_cookie(locked: Page) -> None:
    for wrong in ("", "a", TOKEN[:-1], "é"):
        refused = locked.post("/login", {"token": wrong}, at="/login")
        assert refused.status == 403
        assert "That is not the token." in refused.words
        assert "set-cookie" not in refused.response.headers
    opened = locked.post("/login", {"token": TOKEN}, at="/login")
    assert (opened.status, opened.response.headers["location"]) == (303, "/")
    cookie = opened.response.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert set(cookie.split("; ")[1:]) == {"HttpOnly", "Path=/", "SameSite=strict", "Secure"}
    session = cookie.split(";")[0]
    inside = locked.get("/", cookie=session)
    assert headings(inside) == ["Schedules", "acme never ran"]
    outside = locked.get("/login").csrf()
    assert outside != inside.csrf()
    for csrf, path, status in ((outside, "/s/acme/start/dry-run", 403), (inside.csrf(), "/logout", 303)):
        answer = locked.client.post(path, data={"csrf": csrf}, headers={"cookie": session})
        assert answer.status_code == status
    assert locked.get("/", cookie=session).status == 303


def test_a_session_ends_by_itself(locked: Page) -> None:
    now = [0.0]

    async def nothing(*_: object) -> None: ...

    guard = Guard(nothing, Access(token=TOKEN), clock=lambda: now[0])
    first = guard.log_in(TOKEN)
    now[0] = SESSION_S - 1
    second = guard.log_in(TOKEN)
    assert set(guard._sessions) == {first, second}
    now[0] = SESSION_S + 1
    third = guard.log_in(TOKEN)
    assert set(guard._sessions) == {second, third}


def test_where_no_token_is_set_none_opens_a_session(page: Page) -> None:
    page.project.add("acme", *items(1))
    assert page.post("/login", {"token": ""}, at="/login").status == 403


def test_the_token_is_what_its_file_says(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    assert read_token(tmp_path / "token") == TOKEN
