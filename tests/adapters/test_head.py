"""The beginning of a document: roots, namespaces, what may stand in front, and what makes an item mean something else."""

from __future__ import annotations

import pytest

from feedsync.adapters import google_xml
from feedsync.errors import Fatal
from tests.adapters.reading import CLOSE, GOOGLE, OPEN, dribble, feed, item, read, read_stream


@pytest.mark.parametrize(
    "data",
    [
        "<rss><channel><item><id>1</id></item></channel></rss>",
        "<channel><item><id>1</id></item></channel>",
        "<feed><entry><id>1</id></entry></feed>",
        "<products><product><id>1</id></product></products>",
        "<yml_catalog><shop><categories><category/></categories><offers><offer id='1'/></offers></shop></yml_catalog>",
        "<SHOP><SHOPITEM><ID>1</ID></SHOPITEM></SHOP>",
        "<listings><title>x</title><listing><vehicle_id>1</vehicle_id></listing></listings>",
        "<whatever><deeper><item><id>1</id></item></deeper></whatever>",
        "<g:rss xmlns:g='urn:x'><g:item><g:id>1</g:id></g:item></g:rss>",
        "<rss\n a='>'\n><item><id>1</id></item></rss>",
    ],
)
def test_many_roots_are_feeds(data: str) -> None:
    reading = read(data.encode())
    assert reading.ids == ["1"]
    assert reading.faults == []


@pytest.mark.parametrize("root", ["rss", "feed", "channel", "products", "RDF", "store"])
@pytest.mark.parametrize("inside", ["", "<title>none today</title>", "<!-- <item/> -->"])
def test_a_feed_may_be_empty(root: str, inside: str) -> None:
    reading = read(f"<{root} a='>'>{inside}</{root}>\n".encode())
    assert (reading.items, reading.faults) == ([], [])


@pytest.mark.parametrize("data", ["<rss/>", "<rss />", "<rss a='x > y'/>", "<?xml version='1.0'?><feed\n/>"])
def test_an_empty_root_is_a_whole_document(data: str) -> None:
    assert read(data.encode()).faults == []


@pytest.mark.parametrize("data", [b"<note><to>x</to></note>", b"<item><id>1</id></item>", b"a <b> c"])
def test_other_documents_are_none(data: bytes) -> None:
    with pytest.raises(Fatal) as refused:
        read(data)
    assert refused.value.code == "FS-308"


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"text", b"<!-- <rss> -->", b'<?xml version="1.0"?>', b"<rss", b"\x00\xff<"]
)
def test_a_document_without_an_element_is_none(data: bytes) -> None:
    with pytest.raises(Fatal) as refused:
        read(data)
    assert refused.value.code == "FS-301"


@pytest.mark.parametrize(
    "junk", [b"\n", b"\xef\xbb\xbf", b"\xe2\x81\xa0\xe2\x80\xaf", b"---\nlayout: null\n---\n", b"Notice: x\n", bytes(5)]
)
def test_junk_in_front_does_no_harm(junk: bytes) -> None:
    reading = read(junk + b'<?xml version="1.0"?>' + feed(item("1")))
    assert reading.ids == ["1"]
    assert reading.faults == []
    assert reading.items[0].offset == len(junk) + 21 + len(OPEN)


@pytest.mark.parametrize("section", [b"<!-- %s -->", b"<title><![CDATA[%s]]></title>", b"<?x %s ?>"])
def test_old_items_in_a_section_of_any_length_are_not_offered(section: bytes) -> None:
    """The section is longer than what is first looked at, so that its end is out of sight."""
    old = item("old") + b" " * 600_000
    assert read(feed(section % old, item("1"))).ids == ["1"]
    assert read(feed(b"\n" * 262_000 + section % (item("old") * 100), item("1"))).ids == ["1"]


def test_a_long_head_is_read_to_its_first_item() -> None:
    assert read(feed(b"<title>" + b"x" * 1_500_000 + b"</title>", item("1"))).ids == ["1"]


def test_an_item_may_begin_on_any_border() -> None:
    border = (1 << 18) - len(OPEN)
    for shift in range(-9, 2):
        assert read(feed(b" " * (border + shift), item("1"), item("2"))).ids == ["1", "2"], shift


def test_a_document_whose_items_begin_too_late_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google_xml, "HEAD_LIMIT_BYTES", 1 << 18)
    reading = read(feed(b" " * (1 << 20), item("1")))
    assert (reading.items, reading.faults) == ([], [])
    assert read(feed(b" " * (1 << 20), item("1"))[:-1]).faults == ["FS-303"]


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_stream_may_give_little_at_a_time(step: int) -> None:
    data = feed(b"<title>" + b"x" * 9000 + b"</title>", item("1"), item("2", "<d>é</d>"))
    for encoding in ("utf-8", "utf-16"):
        reading = read_stream(dribble(data.decode().encode(encoding), step))
        assert reading.ids == ["1", "2"]
        assert reading.faults == []


def test_a_namespace_declared_twice_on_the_root_is_remarked_and_the_first_counts() -> None:
    data = f'<rss xmlns:q="{GOOGLE}" xmlns:q="urn:x"><item><q:id>1</q:id></item></rss>'
    reading = read(data.encode())
    assert reading.attributes == [{"id": "1"}]
    assert reading.remarks == ["FS-310"]
    assert reading.faults == []


def test_the_same_namespace_on_two_elements_is_nothing_odd() -> None:
    data = f'<rss xmlns:q="{GOOGLE}"><channel xmlns:q="{GOOGLE}"><item><q:id>1</q:id></item></channel></rss>'
    assert read(data.encode()).remarks == []


@pytest.mark.parametrize(
    "opening",
    [
        "<rss xmlns:q='urn:x'><channel xmlns:q='{}'>",
        "<rss xmlns:q='{}'><channel><meta xmlns:q='urn:x'/>",
        "<rss xmlns:q='{}'><channel><meta xmlns:q='urn:x'><q:x/></meta>",
        "<rss xmlns:q='{}'><channel><meta xmlns:q='urn:x'><meta>x</meta></meta>",
    ],
)
def test_a_declaration_holds_below_its_own_element(opening: str) -> None:
    data = opening.format(GOOGLE) + "<item><q:id>1</q:id></item></channel></rss>"
    assert read(data.encode()).attributes == [{"id": "1"}]


def test_the_context_is_what_an_items_meaning_depends_on() -> None:
    plain = read(feed(item("1"))).context
    assert read(b"\n" + OPEN + b"<title>a new day</title>" + item("2") + CLOSE).context == plain
    others = {
        read(feed(item("1")).decode().encode("utf-16")).context,
        read(feed(item("1")).replace(b"cns/1.0", b"cns/1.1")).context,
        read(feed(item("1")).replace(b"item>", b"entry>")).context,
        read(feed(item("1")).replace(b"<rss", b'<rss xmlns="urn:x"')).context,
    }
    assert plain not in others
    assert len(others) == 4
