"""The HTML file in a browser: it opens without a network, sorts, filters, marks words, prints, and runs nothing of a feed's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ..browser import complaints, needs_chromium, started
from .hostile import TITLES
from .recorded import Recorded, price, title, variant
from .test_page import html

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as browser:
        yield browser


@pytest.fixture
def asked() -> list[str]:
    """The addresses that the page asked for."""
    return []


@pytest.fixture
def page(browser: Browser, asked: list[str]) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.on("request", lambda request: asked.append(request.url))
    page.route("http*://**", lambda route: route.abort())
    yield page
    page.close()


def _open(page: Page, recorded: Recorded, tmp_path: Path, *changes: tuple[str | None, ...]) -> None:
    (tmp_path / "report.html").write_text(html(recorded, recorded.run(*changes)), encoding="utf-8")
    page.goto((tmp_path / "report.html").as_uri())
    page.wait_for_selector("html[data-ready=yes]", state="attached")


def _column(page: Page, number: int) -> list[str]:
    return page.locator(f"#rows tr.row td:nth-child({number})").all_inner_texts()


def test_it_is_found_sorted_and_filtered(page: Page, recorded: Recorded, tmp_path: Path) -> None:
    held = price("C", "30.00 INR", "31.00 INR", verdict="held by price")
    _open(page, recorded, tmp_path, price("A", "9.00 INR", "100.00 INR"), price("B", "10.00 INR", "20.00 INR"), held,
          title("A", "old", "new"))  # fmt: skip
    assert page.inner_text("#shown") == "4 of 4 changes"
    page.select_option("#kind", "price_up")
    page.get_by_role("button", name="after").click()
    assert _column(page, 5) == ["20.00 INR", "31.00 INR", "100.00 INR"]
    page.get_by_role("button", name="after").click()
    assert _column(page, 5) == ["100.00 INR", "31.00 INR", "20.00 INR"]
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("after")
    page.select_option("#verdict", "held by price")
    assert page.inner_text("#shown") == "1 of 4 changes"
    page.select_option("#verdict", "")
    page.select_option("#kind", "")
    page.fill("#find", "OLD")
    page.get_by_text("1 of 4 changes").wait_for()
    page.fill("#find", "nobody")
    page.get_by_text("0 of 4 changes").wait_for()
    assert _column(page, 1) == []


def test_the_words_that_changed_are_marked(page: Page, recorded: Recorded, tmp_path: Path) -> None:
    _open(page, recorded, tmp_path, title("A", "Green tea 100 g", "Green leaf tea 90 g"), title("B", None, "new"),
          title("C", "w " * 200, "v " * 200))  # fmt: skip
    first = page.locator("#rows tr.row").first
    assert "".join(first.locator("del mark").all_inner_texts()).split() == ["100"]
    assert "".join(first.locator("ins mark").all_inner_texts()).split() == ["leaf", "90"]
    assert page.locator("#rows tr.row").nth(1).locator("mark").count() == 0
    assert page.locator("#rows tr.row").nth(2).locator("mark").count() == 0


def test_it_asks_for_nothing_until_pictures_are_wanted(
    page: Page, recorded: Recorded, tmp_path: Path, asked: list[str]
) -> None:
    images = (
        "content",
        "A",
        None,
        "images",
        "http://a.invalid/1.jpg",
        "http://a.invalid/2.jpg, javascript:x",
        "other",
        "send",
    )
    _open(page, recorded, tmp_path, images)
    assert [url for url in asked if not url.startswith("file:")] == []
    page.check("#pictures")
    assert page.locator("#rows img").count() == 2
    page.wait_for_timeout(0)
    assert {url for url in asked if not url.startswith("file:")} <= {"http://a.invalid/1.jpg", "http://a.invalid/2.jpg"}


def test_a_title_does_nothing(page: Page, recorded: Recorded, tmp_path: Path) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for number, text in enumerate(TITLES):
        recorded.product(variant(f"P{number}", text, text, text))
    changes = [price(f"P{n}", "1.00 INR", "2.00 INR") for n in range(len(TITLES))]
    _open(page, recorded, tmp_path, *changes, *(title("A", text, text) for text in TITLES))
    assert (page.title(), errors) == ("acme, run 1", [])
    assert page.locator("img, #rows script, #rows a").count() == 0
    page.fill("#find", "<img src=x")
    page.get_by_text(f"2 of {2 * len(TITLES)} changes").wait_for()
    assert "<img src=x" in _column(page, 2)[0]


def test_only_rows_in_view_are_in_the_page_and_each_can_be_scrolled_to(
    page: Page, recorded: Recorded, tmp_path: Path
) -> None:
    _open(page, recorded, tmp_path, *(title(f"P{n:05}", "a", "b") for n in range(3000)))
    assert page.locator("#rows tr.row").count() < 60
    page.evaluate("document.getElementById('window').scrollTop = 1e9")
    page.get_by_text("P02999").wait_for()
    assert page.locator("#rows tr.row").count() < 60
    page.evaluate("document.getElementById('window').scrollTop += 1")
    page.set_viewport_size({"width": 800, "height": 700})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#rows tr.row").count() == 2000
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#rows tr.row").count() < 60


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, recorded: Recorded, tmp_path: Path, scheme: str) -> None:
    recorded.product(variant("A"))
    recorded.run()
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
    page = context.new_page()
    _open(page, recorded, tmp_path, price("A", "1.00 INR", "2.00 INR"), title("A", "Green tea", "Black tea"))
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
