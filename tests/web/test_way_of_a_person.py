"""The way of a person through the pages in a browser, with real runs behind them: by mouse, by keyboard, on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from feedsync.web.guard import Access

from ..browser import complaints, needs_chromium, started
from ..cli.project import Project, item, items
from .served import Page, served

pytestmark = needs_chromium
PATHS = (
    "/",
    "/s/acme",
    "/s/acme/runs/2",
    "/s/acme/runs/2/analysis",
    "/s/acme/products/P00",
    "/s/acme/rejects",
    "/nowhere",
)
HOSTILE_ID = "<script>document.title='owned'</script>"
HOSTILE_TITLE = '=HYPERLINK("https://evil.example") \u202eevil\u202c مرحبا 🫖'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as browser:
        yield browser


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    """A tab of a desktop; errors of a script fail the test."""
    tab = browser.new_page(viewport={"width": 1100, "height": 900})
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield tab
    tab.close()
    assert [error for error in errors if "status of 409" not in error] == []  # an answer of ours, on purpose


@pytest.fixture
def page(page: Page) -> Page:
    """A schedule with a run that changed prices, titles and stock, and holds removals."""
    page.project.add("acme", *items(20), item(HOSTILE_ID))
    page.run("acme")
    changed = item(HOSTILE_ID, price="150.00 INR", title=HOSTILE_TITLE)
    page.project.publish("acme", changed, *items(12), item("BAD", price="=cheap()"))
    page.run("acme")
    return page


def test_from_the_overview_to_a_change_and_its_product(page: Page, tab: Tab) -> None:
    tab.goto(page.address)
    tab.get_by_role("link", name="acme").click()
    tab.get_by_role("link", name="run 2").click()
    tab.get_by_role("combobox", name="Kind").select_option("price_up")
    tab.get_by_role("button", name="Show").click()
    expect(tab.get_by_role("status")).to_have_text("1 changes")
    assert "kind=price_up" in tab.url
    expect(tab.locator(".changes ins mark")).to_have_text("150.00")
    tab.reload()
    expect(tab.get_by_role("status")).to_have_text("1 changes")
    tab.locator(".changes").get_by_role("link").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text('=HYPERLINK("https://evil.example")')
    expect(tab.get_by_text(f"Product {HOSTILE_ID}")).to_be_visible()
    expect(tab.get_by_role("img", name="List price over time")).to_be_visible()
    assert tab.title() != "owned"
    tab.get_by_role("link", name="acme").click()
    tab.get_by_role("link", name="Rejected items").click()
    tab.get_by_text("The record as the feed has it").click()
    expect(tab.locator("pre")).to_contain_text("<g:price>=cheap()</g:price>")


def test_what_is_held_is_approved(page: Page, tab: Tab) -> None:
    tab.goto(page.address)
    tab.get_by_role("link", name="8 held").click()
    tab.get_by_role("checkbox", name="Title of P13").check()
    tab.get_by_label("Your name").fill("Asha")
    tab.get_by_role("button", name="Approve the chosen").click()
    tab.get_by_role("link", name="What run 3 changed").click()
    assert [id_ for id_, p in page.project.sandbox.products().items() if p["combinations"][0]["quantity"] == 0] == [
        "P13"
    ]
    tab.get_by_role("link", name="What is held now").click()
    page.project.publish("acme", item(HOSTILE_ID), *items(12), item("NEW"), item("P14"))
    page.run("acme")
    tab.get_by_role("button", name="Approve all 7").click()
    expect(tab.get_by_role("alert")).to_contain_text("What is held has changed since you looked")
    tab.get_by_role("button", name="Approve all 6").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Approval of acme")
    tab.get_by_role("link", name="What run 5 changed").wait_for()
    gone = [id_ for id_, p in page.project.sandbox.products().items() if p["combinations"][0]["quantity"] == 0]
    assert gone == ["P12", "P13", "P15", "P16", "P17", "P18", "P19"]


def test_a_run_by_hand_is_watched_to_its_end(page: Page, tab: Tab) -> None:
    tab.goto(page.address)
    tab.get_by_role("button", name="Dry run acme").click()
    expect(tab.get_by_role("heading", name="What a run would change")).to_be_visible()
    tab.get_by_role("link", name="feedsync").click()
    tab.get_by_role("button", name="Run now acme").click()
    tab.get_by_role("link", name="What run 3 changed").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("acme, run 3")


def test_everything_can_be_reached_with_the_keyboard(page: Page, tab: Tab) -> None:
    tab.goto(page.address)
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("link", name="Skip to the content")).to_be_focused()
    for name in ("feedsync", "acme"):
        tab.keyboard.press("Tab")
        expect(tab.get_by_role("link", name=name)).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("acme")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_a_phone_needs_no_sideways_scrolling(
    page: Page, browser: Browser, scheme: str
) -> None:
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
    tab = context.new_page()
    for path in (
        "/",
        "/s/acme",
        "/s/acme/runs/2",
        "/s/acme/runs/2/analysis",
        "/s/acme/products/P00",
        "/s/acme/rejects",
        "/nowhere",
    ):
        tab.goto(page.address + path)
        for width in (1100, 360):
            tab.set_viewport_size({"width": width, "height": 800})
            assert complaints(tab) == [], path
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    context.close()


def test_with_a_token_a_person_logs_in_and_out(project: Project, tab: Tab) -> None:
    """A browser takes the secure cookie from this machine without https."""
    project.add("acme", *items(1))
    with served(project, Access(token="a long and random token")) as page:
        tab.goto(page.address.replace("127.0.0.1", "localhost"))
        tab.get_by_label("Token").fill("a long and random token")
        tab.get_by_role("button", name="Log in").click()
        expect(tab.get_by_role("heading", level=1)).to_have_text("Schedules")
        tab.get_by_role("button", name="Run now acme").click()
        expect(tab.get_by_text("What run 1 changed")).to_be_visible()
        tab.get_by_role("button", name="Log out").click()
        expect(tab.get_by_role("heading", level=1)).to_have_text("Log in")
        tab.goto(page.address.replace("127.0.0.1", "localhost") + "/s/acme")
        expect(tab.get_by_role("heading", level=1)).to_have_text("Log in")
