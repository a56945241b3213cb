"""A product of a paged API, whose document is what its server said."""

from __future__ import annotations

import pytest

from feedsync.explain import explain
from feedsync.story import Story
from tests.feeds.test_pages import RECORDS, pages, record
from tests.sources.pages_server import Api, running_api
from tests.sync.shop import Shop

api = running_api


@pytest.fixture
def paged(shop: Shop, api: Api) -> Shop:
    """Twelve products, five a page."""
    shop.location = f"{api.url}/items"
    shop.settings = 'allow_private_hosts = ["127.0.0.1"]\npages = { style = "page", total = "total" }\n'
    api.serves(pages(RECORDS))
    shop.run()
    return shop


def tell(shop: Shop) -> Story:
    return explain(shop.schedule(), shop.state, "P07", clock=lambda: shop.now)


def test_its_record_is_found_and_compared(paged: Shop, api: Api) -> None:
    story = tell(paged)
    (document,), (item,) = story.documents, story.feed
    assert (document.verdict, document.items, document.read, document.changed) == ("complete", 12, 1, False)
    assert (item.line, item.outcome, item.news) == (8, "taken", [])
    assert '"id":"P07"' in item.raw.replace(" ", "")
    api.serves(pages([*RECORDS[:7], record(7, "5 INR"), *RECORDS[8:]]))
    story = tell(paged)
    assert story.documents[0].changed is True
    assert [(c.field, c.after) for c in story.feed[0].news or []] == [("price", "5.00 INR")]


def test_pages_that_are_not_all(paged: Shop, api: Api) -> None:
    api.serves(pages(RECORDS, total=20))
    (document,) = tell(paged).documents
    assert (document.verdict, [reason.code for reason in document.reasons]) == ("degraded", ["FS-208"])


def test_what_was_read_last_may_have_been_the_changes_alone(paged: Shop) -> None:
    paged.settings = (
        'allow_private_hosts = ["127.0.0.1"]\n'
        'pages = { style = "page", total = "total", incremental = { parameter = "since" } }\n'
    )
    paged.run()
    assert tell(paged).documents[0].changed is None
