"""What the pages show of schedules, runs, changes, products and rejected items."""

from __future__ import annotations

import os
import re

import pytest

from feedsync.notes import Undelivered, open_notes
from feedsync.snapshot.lock import schedule_lock
from feedsync.snapshot.store import Store

from ..cli.project import item, items
from ..report.hostile import TITLES
from .served import Page, headings


def test_all_schedules_and_how_they_stand(page: Page) -> None:
    page.project.add("acme", *items(20))
    page.run("acme")
    page.project.publish("acme", *items(12))
    page.run("acme")
    page.project.add("fresh", *items(1))
    page.project.write("wrong", "colour = 'red'")
    page.project.add("torn", *items(1))
    page.project.state.joinpath("torn.db").write_bytes(b"this is no database" * 100)
    found = page.get()
    assert headings(found) == ["Schedules", "acme held", "fresh never ran", "torn unreadable", "wrong broken"]
    assert "8 changes, 0 sent, 8 held" in found.words
    assert "FS-102" in found.words
    assert "FS-503" in found.words
    assert [form.attributes["action"] for form in found.html.css("form")] == [
        f"/s/{name}/start/{what}" for name in ("acme", "fresh", "torn") for what in ("run", "dry-run")
    ]


def test_how_fresh_a_schedule_is_and_when_it_runs_next(page: Page) -> None:
    page.project.add("acme", *items(3), first="every = '15m'")
    assert "A run is due." in page.get().words
    page.run("acme")
    words = page.get().words
    assert re.search(
        r"The last good run ended \d+ s ago; a feed last changed \d+ s ago\. Next run in 1[45] min\.", words
    )
    with open_notes(page.project.state, "acme") as notes:
        notes.undelivered = [Undelivered("env <b>OPS</b>", "JSON did not take it", 1, 1)]
    assert "env <b>OPS</b> could not be told: JSON did not take it" in page.get().words
    with Store(page.project.state / "acme.db") as store:
        store.execute("update runs set outcome = 'failed', summary = null")
        store.execute("delete from feeds")
    with schedule_lock(page.project.state / "acme.lock", "acme"):
        words = page.get().words
    assert "There was no good run yet." in words
    assert f"A run goes on: pid {os.getpid()} on" in words


def test_a_schedule_has_its_runs(page: Page) -> None:
    page.project.add("acme", *items(3), item("BAD", price="cheap"))
    assert "It has not run yet." in page.get("/s/acme").words
    page.run("acme")
    with Store(page.project.state / "acme.db") as store:
        store.begin_run("cron", 0)
    words = page.get("/s/acme").words
    assert "run 1" in words
    assert re.search(r"rejected cron \d+ 3 3 0 1", words)
    assert "run 2 1970-01-01 00:00:00 UTC running cron 0 0 0 1" in words


def test_a_run_in_a_snapshot_without_runs(page: Page) -> None:
    page.project.add("acme", *items(1))
    with Store(page.project.state / "acme.db"):
        pass
    assert headings(page.get()) == ["Schedules", "acme never ran"]
    assert page.get("/s/acme/runs/1").status == 404


def test_a_runs_changes_by_the_filters_of_the_address(page: Page) -> None:
    page.project.add("acme", *items(3))
    page.run("acme")
    page.project.publish("acme", item("P00", price="90.00 INR"), item("P01", title="Green tea"), *items(3)[2:])
    page.run("acme")
    everything = page.get("/s/acme/runs/2")
    assert "2 changes" in everything.words
    assert [node.text() for node in everything.html.css("select[name=kind] option")] == ["all", "content", "price down"]
    assert [(m.parent.tag, m.text()) for m in everything.html.css(".changes mark") if m.parent][:2] == [
        ("del", "100.00"), ("ins", "90.00"),
    ]  # fmt: skip
    assert "1 changes" in page.get("/s/acme/runs/2?kind=price_down").words
    assert "0 changes" in page.get("/s/acme/runs/2?kind=price_down&verdict=left").words
    green = page.get("/s/acme/runs/2?find=GREEN&page=x")
    assert "1 changes" in green.words
    assert [a.attributes["href"] for a in green.html.css(".changes a")] == ["/s/acme/products/P01"]
    chosen = page.get("/s/acme/runs/2?kind=content&verdict=send").html.css("option[selected]")
    assert [one.text() for one in chosen] == ["content", "send"]


def test_many_changes_stand_on_several_pages_that_keep_the_filters(page: Page) -> None:
    page.project.add("acme", *items(250))
    page.run("acme")
    for number, (prev, following) in {1: (None, 2), 2: (1, 3), 3: (2, None)}.items():
        found = page.get(f"/s/acme/runs/1?kind=product_added&page={number}&pictures=1")
        links = {rel: found.html.css_first(f"a[rel={rel}]") for rel in ("prev", "next")}
        for rel, wanted in (("prev", prev), ("next", following)):
            link = links[rel]
            address = (
                None
                if wanted is None
                else "?kind=product_added&" + (f"page={wanted}&" if wanted > 1 else "") + "pictures=1"
            )
            assert (link.attributes["href"] if link else None) == address
        assert len(found.html.css(".changes tbody tr")) == (50 if number == 3 else 100)


def test_pictures_are_shown_when_they_are_asked_for(page: Page) -> None:
    page.project.add("acme", item("A", additional_image_link="https://shop.example/more.jpg"))
    page.run("acme")
    page.project.publish("acme", item("A", image_link="https://shop.example/new.jpg"))
    page.run("acme")
    for path in ("/s/acme/runs/2", "/s/acme/products/A"):
        without, having = page.get(path), page.get(f"{path}?pictures=1")
        assert "img-src 'none'" in without.response.headers["content-security-policy"]
        assert without.html.css("img") == []
        assert "img-src http: https:" in having.response.headers["content-security-policy"]
        assert "https://shop.example/new.jpg" in [img.attributes["src"] for img in having.html.css("img")]


def test_a_run_in_numbers(page: Page) -> None:
    page.project.add("acme", *items(4, product_type="Tea"))
    page.run("acme")
    assert "No price moved." in page.get("/s/acme/runs/1/analysis").words
    page.project.publish("acme", *items(4, product_type="Tea", price="150.00 INR"))
    page.run("acme")
    for _ in range(2):  # made once, then remembered
        words = page.get("/s/acme/runs/2/analysis").words
        assert "4 up, 0 down, median +50.0%" in words
        assert "Runs before this one" in words


def test_rejected_items_with_their_raw_records(page: Page) -> None:
    page.project.add("acme", item("A"), item("B"), item("B"), item("BAD", price="<cheap> & nasty"))
    page.run("acme")
    found = page.get("/s/acme/rejects")
    assert headings(found) == ["Rejected items of acme", "B FS-402", "BAD FS-404"]
    [raw] = found.html.css("pre")
    assert "<g:price>&lt;cheap&gt; &amp; nasty</g:price>" in raw.text()
    page.project.publish("acme", *[item(f"B{n}", price="?") for n in range(230)])
    page.run("acme")
    assert [a.attributes["href"] for a in page.get("/s/acme/rejects?page=2").html.css(".pager a")] == [
        "?page=1",
        "?page=3",
    ]


@pytest.mark.parametrize("text", TITLES)
def test_a_title_is_nothing_but_text(page: Page, text: str) -> None:
    visible = "".join(c if c.isprintable() else " " for c in text).strip() or "x"
    page.project.add("acme", item("A", title="Tea"), item("B", price=visible))
    page.run("acme")
    page.project.publish("acme", item("A", title=visible), item("B", price=visible))
    page.run("acme")
    for path in ("/", "/s/acme", "/s/acme/runs/2", "/s/acme/runs/2/analysis", "/s/acme/products/A", "/s/acme/rejects"):
        found = page.get(path)
        assert found.status == 200
        assert found.html.css("script, img, [onerror], style") == []


@pytest.mark.parametrize(
    "path",
    ["/s/nobody", "/s/..%2f..%2fetc", "/s/acme/runs/9", "/s/acme/products/x", "/s/acme/rejects", "/jobs/99", "/jobs/99/progress",
     "/static/nothing.css", "/static/..%2fguard.py", "/nowhere"],
)  # fmt: skip
def test_what_is_not_there(page: Page, path: str) -> None:
    page.project.add("acme", *items(1))
    found = page.get(path)
    assert found.status == 404
    assert headings(found) == ["That did not work"]


def test_a_snapshot_that_cannot_be_read_is_told(page: Page) -> None:
    page.project.add("torn", *items(1))
    page.project.state.mkdir()
    page.project.state.joinpath("torn.db").write_bytes(b"this is no database" * 100)
    found = page.get("/s/torn")
    assert found.status == 409
    assert "FS-503" in found.words


def test_files_have_their_kinds(page: Page) -> None:
    kinds = {
        name: page.get(f"/static/{name}").response.headers["content-type"]
        for name in ("report.css", "web.css", "live.js")
    }
    assert [kind.split(";")[0] for kind in kinds.values()] == ["text/css", "text/css", "text/javascript"]


def test_a_page_is_read_while_a_run_writes(page: Page) -> None:
    page.project.add("acme", *items(3))
    page.run("acme")
    with Store(page.project.state / "acme.db") as writer, writer.transaction():
        writer.execute("delete from changes")
        assert "3 changes" in page.get("/s/acme/runs/1").words
    assert "0 changes" in page.get("/s/acme/runs/1").words
