"""What is held, and approving or rejecting it from the page: exactly what was shown, or nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from feedsync.consent import decide
from feedsync.progress import Progress
from feedsync.report.summary import RunSummary
from feedsync.snapshot.store import Store
from feedsync.web import held
from feedsync.web.guard import Access

from ..cli.project import Project, item, items
from ..report.runs import run as summary_of
from .served import Page, headings, served


@pytest.fixture
def emptied(page: Page) -> Page:
    """A store of 20 products whose feed lost the last 8 and wants P00 for nothing."""
    page.project.add("acme", *items(20))
    page.run("acme")
    page.project.publish("acme", item("P00", price="0.00 INR"), *items(12)[1:])
    page.run("acme")
    return page


def _form(page: Page, gate: str) -> dict[str, str | list[str]]:
    found = page.get("/s/acme/held")
    form = next(one for one in found.html.css("form") if f'value="{gate}"' in (one.html or ""))
    return {
        str(field.attributes["name"]): str(field.attributes["value"] or "") for field in form.css("input[type=hidden]")
    }


def _quantities(page: Page) -> dict[str, int]:
    return {id_: product["combinations"][0]["quantity"] for id_, product in page.project.sandbox.products().items()}


def test_everything_that_is_held_stands_by_its_gate(emptied: Page) -> None:
    found = emptied.get("/s/acme/held")
    assert headings(found) == ["Held changes of acme", "removals: 8 held", "zero_price: 1 held"]
    assert "More products would go than a day usually takes." in found.words
    rows = [" ".join(row.text(separator=" ").split()) for row in found.html.css("tbody tr")]
    assert rows[0] == "Title of P12 P12 out of stock 100 0 (missing from the feed)"
    assert rows[8] == "Title of P00 P00 price down 100.00 INR 0.00 INR"
    for path in ("/", "/s/acme", "/s/acme/runs/2"):
        assert emptied.get(path).html.css_first("a[href='/s/acme/held']")


def test_all_of_a_gate_is_approved_and_pushed_at_once(emptied: Page) -> None:
    done = emptied.finished(
        emptied.post("/s/acme/held", {**_form(emptied, "removals"), "do": "approve-all", "who": "  Asha\n Rao "})
    )
    assert headings(done)[0] == "Approval of acme"
    quantities = _quantities(emptied)
    assert [id_ for id_, quantity in quantities.items() if quantity == 0] == [f"P{n}" for n in range(12, 20)]
    assert emptied.project.sandbox.products()["P00"]["combinations"][0]["price"] == 100.0
    assert headings(emptied.get("/s/acme/held")) == ["Held changes of acme", "zero_price: 1 held"]
    [who] = _deciders(emptied, "removals")
    assert who == "Asha Rao (web)"


def test_only_the_chosen_products_are_approved(emptied: Page) -> None:
    form = {**_form(emptied, "removals"), "do": "approve-chosen", "id": ["P13", "P15"]}
    emptied.finished(emptied.post("/s/acme/held", form))
    assert [id_ for id_, quantity in _quantities(emptied).items() if quantity == 0] == ["P13", "P15"]
    assert headings(emptied.get("/s/acme/held"))[1] == "removals: 6 held"
    assert _deciders(emptied, "removals") == {"web"}


def test_what_is_rejected_stays_unsent(emptied: Page) -> None:
    done = emptied.finished(emptied.post("/s/acme/held", {**_form(emptied, "zero_price"), "do": "reject-all"}))
    assert headings(done)[0] == "Rejection of acme"
    emptied.run("acme")
    assert emptied.project.sandbox.products()["P00"]["combinations"][0]["price"] == 100.0
    assert headings(emptied.get("/s/acme/held")) == ["Held changes of acme", "removals: 8 held"]


def test_when_what_is_held_has_changed_the_page_asks_again(emptied: Page) -> None:
    form = {**_form(emptied, "removals"), "do": "approve-all"}
    emptied.project.publish("acme", *items(11))
    emptied.run("acme")
    asked = emptied.post("/s/acme/held", form)
    assert asked.status == 409
    assert "What is held has changed since you looked. Nothing was done" in asked.words
    assert headings(asked) == ["Held changes of acme", "removals: 9 held"]
    assert 0 not in _quantities(emptied).values()
    emptied.finished(emptied.post("/s/acme/held", {**_form(emptied, "removals"), "do": "approve-all"}))
    assert list(_quantities(emptied).values()).count(0) == 9


def test_it_asks_again_also_when_the_change_comes_at_the_last_moment(
    emptied: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the lock another run got in: what counts is checked under the lock."""
    form = {**_form(emptied, "removals"), "do": "approve-all"}

    def late(*arguments: object, **named: object) -> RunSummary:
        emptied.project.publish("acme", *items(11))
        emptied.run("acme")
        return decide(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(held, "decide", late)
    told = emptied.finished(emptied.post("/s/acme/held", form))
    assert "FS-602" in told.words
    assert told.html.css_first("main a[href='/s/acme/held']")
    assert 0 not in _quantities(emptied).values()


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"do": "approve-chosen"}, 400, "No product was chosen. Nothing was done."),
        ({"do": "approve-everything"}, 400, "The form does not say what to do."),
        ({"do": "remove-all"}, 400, "The form does not say what to do."),
        ({"do": "approve-all", "gate": ""}, 400, "The form does not say what to do."),
        ({"do": "approve-all", "expected": ""}, 409, "What is held has changed since you looked."),
    ],
)
def test_a_form_that_says_nothing_does_nothing(emptied: Page, fields: dict[str, str], status: int, words: str) -> None:
    answer = emptied.post("/s/acme/held", {**_form(emptied, "removals"), **fields})
    assert answer.status == status
    assert words in answer.words
    assert 0 not in _quantities(emptied).values()


def test_while_a_run_is_under_way_nothing_is_decided(emptied: Page) -> None:
    go = threading.Event()

    def work(progress: Progress) -> RunSummary:
        assert go.wait(60)
        return summary_of()

    emptied.jobs.start("acme", "run", work)
    try:
        answer = emptied.post("/s/acme/held", {**_form(emptied, "removals"), "do": "approve-all"})
        assert answer.status == 409
        assert "A run of acme is under way. Nothing was decided" in answer.words
    finally:
        go.set()


def test_removals_of_a_broken_feed_cannot_be_approved(page: Page) -> None:
    page.project.add("acme", *items(20))
    page.run("acme")
    page.project.publish("acme", *items(12))
    page.run("acme")
    page.project.publish("acme", *items(12), end="")
    page.run("acme")
    found = page.get("/s/acme/held")
    assert headings(found) == ["Held changes of acme", "degraded: 8 held"]
    assert [button.text() for button in found.html.css("form button")] == ["Reject the chosen", "Reject all 8"]
    told = page.finished(page.post("/s/acme/held", {**_form(page, "degraded"), "do": "approve-all"}))
    assert "FS-603" in told.words


def test_nothing_is_held(page: Page) -> None:
    page.project.add("acme", *items(1))
    assert "Nothing is held." in page.get("/s/acme/held").words
    page.run("acme")
    assert "Nothing is held." in page.get("/s/acme/held").words


def test_more_than_are_listed_are_counted(emptied: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "LISTED", 3)
    found = emptied.get("/s/acme/held")
    assert headings(found)[1] == "removals: 8 held"
    assert "These are the first 3." in found.words
    assert len(found.html.css("tbody tr")) == 4


@pytest.fixture
def looking(project: Project) -> Iterator[Page]:
    with served(project, Access(read_only=True)) as page:
        yield page


def test_those_who_may_only_look_see_and_decide_nothing(looking: Page) -> None:
    looking.project.add("acme", *items(20))
    looking.run("acme")
    looking.project.publish("acme", *items(12))
    looking.run("acme")
    found = looking.get("/s/acme/held")
    assert headings(found)[1] == "removals: 8 held"
    assert found.html.css("form button") == []
    refused = looking.client.post("/s/acme/held", data={**_form(looking, "removals"), "do": "approve-all"})
    assert refused.status_code == 403
    assert 0 not in _quantities(looking).values()


def _deciders(page: Page, gate: str) -> set[str]:
    with Store(page.project.state / "acme.db", read_only=True) as store:
        return {row[0] for row in store.rows("select who from decisions where gate = ?", gate)}
