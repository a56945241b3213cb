"""A product's page: the story that explain tells, and charts of what the store had."""

from __future__ import annotations

from feedsync.bik.sandbox import Fault
from feedsync.config import load
from feedsync.consent import decide
from feedsync.explain import explain
from feedsync.operating import roll_back

from ..cli.project import item, items
from .served import Page, headings


def test_a_products_story(page: Page) -> None:
    page.project.add("acme", *items(9), item("A/b ?", price="100.00 INR", quantity="5"))
    page.run("acme")
    page.project.publish("acme", *items(9), item("A/b ?", price="120.00 INR", sale_price="90.00 INR", quantity="5"))
    page.run("acme")
    page.project.publish("acme", *items(9), item("A/b ?", price="120.00 INR", quantity="7"))
    page.run("acme")
    page.project.publish("acme", *items(9))
    page.run("acme")
    found = page.get("/s/acme/products/A%2Fb%20%3F")
    assert headings(found)[0] == "Title of A/b ?"
    assert [svg.attributes["aria-label"] for svg in found.html.css("svg")] == [
        "List price over time", "Sale price over time", "Quantity over time"
    ]  # fmt: skip
    texts = [[text.text() for text in svg.css("circle title")] for svg in found.html.css("svg")]
    assert [[text.split(": ")[1] for text in row] for row in texts] == [
        ["100.00 INR", "120.00 INR"], ["90.00 INR"], ["5", "7", "0"]
    ]  # fmt: skip
    assert "lacks it since" in found.words
    assert "Acknowledged in run 4" in found.words
    assert [cell.text() for cell in found.html.css("#story ~ div tbody td:first-child")] == [
        "run 4", "run 3", "run 3", "run 2", "run 2", "run 1",
    ]  # fmt: skip


def test_a_products_story_is_that_of_explain(page: Page) -> None:
    more = "[gates]\nprice = 0\n"
    page.project.add("acme", item("A", quantity="5", availability="out of stock"), item("B"), item("B"), more=more)
    page.run("acme")
    page.project.publish("acme", item("A", price="much"), item("B", price="1.00 INR"))
    page.project.sandbox.add_fault(Fault("poison", id="B"))
    page.run("acme")
    schedule = load(page.project.schedules / "acme.toml")
    for product_id in ("A", "B"):
        told = explain(schedule, page.project.state, product_id, fetched=False)
        found = page.get(f"/s/acme/products/{product_id}")
        assert [li.text() for li in found.html.css("#said ~ div li")] == told.variants[0].now
        assert [pre.text() for pre in found.html.css("pre")] == [p.raw for p in told.problems if p.raw]
        for problem in told.problems:
            assert problem.message in found.words
        cells = [[td.text() for td in row.css("td")] for row in found.html.css("#requests + div tbody tr")]
        assert [(row[0], row[3], row[4], row[8]) for row in cells] == [
            (f"run {call.run}", call.outcome, str(call.status), call.request_id) for call in told.calls
        ]
    held = page.get("/s/acme/products/B")
    assert "price holds: price down 100.00 INR → 1.00 INR" in held.words
    decide(schedule, page.project.state, "rejected", who="ann <b>")
    roll_back(schedule, page.project.state, 1, who="ann")
    words = page.get("/s/acme/products/B").words
    assert "price 100.00 INR → 1.00 INR rejected by ann <b> at" in words
    assert "The schedule is held at run 1" in words
    assert "in runs 1 to 1" in words


def test_a_product_is_found_by_its_variants_and_has_a_chart_for_some(page: Page) -> None:
    page.project.add("acme", *[item(f"V{n}", item_group_id="G", color=f"c{n}") for n in range(9)])
    page.run("acme")
    found = page.get("/s/acme/products/V3")
    assert "Product G" in found.words
    assert len([h for h in headings(found) if h.startswith("Over time")]) == 6


def test_what_time_will_change(page: Page) -> None:
    page.project.add("acme", item("A", expiration_date="2199-01-01T00:00Z"))
    page.run("acme")
    assert "Time alone changes it at 2199-01-01" in page.get("/s/acme/products/A").words


def test_a_product_of_a_schedule_with_a_mistake(page: Page) -> None:
    page.project.add("acme", *items(1))
    page.run("acme")
    page.project.write("acme", "colour = 'red'")
    found = page.get("/s/acme/products/P00")
    assert (found.status, "FS-102" in found.words) == (409, True)


def test_a_product_that_is_gone_and_one_that_never_was(page: Page) -> None:
    page.project.add("acme", *items(20), more="[absence]\nafter_runs = 1")
    page.run("acme")
    for _ in range(2):
        page.project.publish("acme", *items(19), end=f"<!-- {_} --></channel></rss>")
        page.run("acme")
    gone = page.get("/s/acme/products/P19")
    assert "Nothing that we know of." in gone.words
    assert headings(gone)[0] == "Title of P19"
    assert page.get("/s/acme/products/NOBODY").status == 404


def test_a_product_that_bik_refused_and_one_that_is_held(page: Page) -> None:
    page.project.add("acme", *items(20))
    page.run("acme")
    page.project.sandbox.add_fault(Fault("poison", id="P00"))
    page.project.publish("acme", *items(12, price="90.00 INR"))
    page.run("acme")
    assert "The last request ended as rejected" in page.get("/s/acme/products/P00").words
    assert "Product P19 held" in page.get("/s/acme/products/P19").words
