"""What an item's elements become: Google's names first, own children only, nothing lost."""

from __future__ import annotations

import pytest

from feedsync.model import Attributes
from tests.adapters.reading import GOOGLE, feed, item, read


def attributes(content: str) -> Attributes | None:
    """Of an item with that content, less its id."""
    [found] = read(feed(item("1", content))).attributes
    assert found is not None
    assert found.pop("id") == "1"
    return found


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<title>plain</title><g:title>google</g:title>", {"title": "google"}),
        ("<g:title>google</g:title><title>plain</title>", {"title": "google"}),
        ("<title>a</title><g:title>b</g:title><title>c</title><g:title>d</g:title>", {"title": ["b", "d"]}),
        ("<title>plain</title><g:title> </g:title>", {"title": "plain"}),
        ("<title>a</title><title>b</title><title>c</title>", {"title": ["a", "b", "c"]}),
        ("<c:title>custom</c:title><title>plain</title>", {"c:title": "custom", "title": "plain"}),
        ("<c:price>1</c:price>", {"c:price": "1"}),
        ("<g:TITLE>x</g:TITLE><Link>y</Link>", {"title": "x", "link": "y"}),
        ("<g:shipping><g:price>5</g:price></g:shipping>", {"shipping": {"price": "5"}}),
        (
            "<g:price>9</g:price><g:shipping><g:price>5</g:price></g:shipping>",
            {"price": "9", "shipping": {"price": "5"}},
        ),
        (
            "<g:shipping><g:price>5</g:price></g:shipping><g:price>9</g:price>",
            {"price": "9", "shipping": {"price": "5"}},
        ),
        ("<s><p>1</p></s><s><p>2</p><p>3</p><p>4</p></s>", {"s": [{"p": "1"}, {"p": ["2", "3", "4"]}]}),
        ("<s><p><q>1</q></p><e/></s>", {"s": {"p": {"q": "1"}}}),
        ("<s><e/></s><e/><e> </e>", {}),
        ("<d>one <b>two</b> three</d>", {"d": {"b": "two", "#text": "one two three"}}),
        ("<d><b>two</b> three</d>", {"d": {"b": "two", "#text": "two three"}}),
        ("<d>\n <b>two</b>\n </d>", {"d": {"b": "two"}}),
        ("<d> <![CDATA[<b>]]> &amp; <!-- no -->c<?no ?>d </d>", {"d": "<b> & cd"}),
        ("<link href='http://a.example/'/>", {"link": "http://a.example/"}),
        ("<link rel='alternate' href='http://a.example/'/>", {"link": "http://a.example/"}),
        ("<link rel='self' href='http://a.example/'/>", {}),
        ("<link href='http://a.example/'>http://b.example/</link>", {"link": "http://b.example/"}),
        ("<url href='http://a.example/'/>", {}),
        ("<url>u</url>", {"url": "u", "link": "u"}),
        ("<url>u</url><link>l</link>", {"url": "u", "link": "l"}),
        ("<image><url>i</url><tag>x</tag></image>", {"image": {"url": "i", "tag": "x"}, "image_link": "i"}),
        ("<image><tag>x</tag></image>", {"image": {"tag": "x"}, "image_link": {"tag": "x"}}),
        (
            "<image><url>i</url></image><image>j</image>",
            {"image": [{"url": "i"}, "j"], "image_link": ["i", "j"]},
        ),
        ("<colour>red</colour>", {"colour": "red", "color": "red"}),
    ],
)
def test_elements(content: str, expected: Attributes) -> None:
    assert attributes(content) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<item id='7' group_id='8' empty=' '/>", {"@id": "7", "@group_id": "8", "id": "7", "item_group_id": "8"}),
        ("<item id='7'><g:id>9</g:id></item>", {"@id": "7", "id": "9"}),
        ("<item><vehicle_id>7</vehicle_id></item>", {"vehicle_id": "7", "id": "7"}),
        ("<item id='6'><vehicle_id>7</vehicle_id></item>", {"@id": "6", "vehicle_id": "7", "id": "7"}),
        ("<item a='x > y'/>", {"@a": "x > y"}),
        ("<item/>", {}),
    ],
)
def test_attributes_of_the_item_itself(raw: str, expected: Attributes) -> None:
    assert read(feed(raw.encode())).attributes == [expected]


@pytest.mark.parametrize("address", [GOOGLE, GOOGLE.replace("http:", "https:"), "http://base.google.com/ns/1.0/"])
def test_googles_namespace_is_known_under_any_prefix(address: str) -> None:
    data = f'<rss xmlns:shop="{address}"><item><shop:id>1</shop:id><id>2</id></item></rss>'
    assert read(data.encode()).attributes == [{"id": "1"}]


@pytest.mark.parametrize("place", ["<rss xmlns='{}'>|", "<rss>|<g:id xmlns='{}'>1</g:id>"])
def test_googles_namespace_may_be_the_default_one(place: str) -> None:
    opening, _, inner = place.format(GOOGLE).partition("|")
    data = opening + f"<item>{inner.replace('g:', '') or '<id>1</id>'}</item></rss>"
    assert read(data.encode()).attributes == [{"id": "1"}]


def test_a_prefix_g_is_googles_whatever_it_is_bound_to() -> None:
    assert read(b'<rss xmlns:g="urn:x"><item><id>2</id><g:id>1</g:id></item></rss>').attributes == [{"id": "1"}]


def test_the_items_own_prefix_is_no_vocabulary() -> None:
    data = b'<x:feed xmlns:x="urn:x" xmlns:y="urn:y"><x:entry><x:id>1</x:id><y:id>2</y:id></x:entry></x:feed>'
    assert read(data).attributes == [{"id": "1", "y:id": "2"}]


def test_a_large_number_of_items_is_read_in_the_documents_order() -> None:
    many = [item(str(number), f"<d>{'x' * 3000}</d>") for number in range(300)]
    assert read(feed(*many)).ids == [str(number) for number in range(300)]
