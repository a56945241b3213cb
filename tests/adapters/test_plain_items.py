"""What is read without a parser is what the parser reads; whatever could be otherwise is left to it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedsync.adapters import xml_plain
from feedsync.adapters.base import RawItem
from feedsync.adapters.xml_parse import XmlItems
from feedsync.adapters.xml_plain import PlainItems
from feedsync.model import Attributes
from tests.adapters.reading import GOOGLE, item

NAMESPACES = {"g": GOOGLE, "c": "http://base.google.com/cns/1.0", "m": GOOGLE, "empty": ""}
_WORDS = (
    "<g:id>", "</g:id>", "<title>", "</title>", "<g:title>", "</g:title>", "<m:title>", "</m:title>", "<c:note>", "</c:note>",
    "<g:shipping>", "</g:shipping>", "<empty:x>", "</empty:x>", "<unbound:x>", "</unbound:x>", "<xml:x>", "</xml:x>",
    "<g:brand/>", "<g:brand />", "<a b='c'>", "</a>", "<g:id >", "</g:id >", "<item>", "</item>", "<1a>", "</1a>", "<a.b-c>",
    "</a.b-c>", "<image>", "</image>", "<image_link>", "</image_link>", "<url>", "</url>", "<g:>", "<>", "</>", "< a>", "<a",
    "&amp;", "&lt;", "&#65;", "&#x20AC;", "&#13;", "&#0;", "&#xD800;", "&#x110000;", "&nbsp;", "&", "&#xFFFE;", "]]>", "]", ">",
    "<![CDATA[", "]]>", "<![CDATA[a & <b> c]]>", "<!-- x -->", "<?x ?>", "\n  ", " ", "\t", "\r\n", "\u00a0", "\ufffd", "\uffff",
    "\x00", "\x0b", "é", "tea", "'", '"', "-->", "!", "TITLE",
)  # fmt: skip


def parsed(raw: bytes, items: XmlItems) -> Attributes | None:
    """As the parser reads it, which is asked for items that cannot be read alone."""
    items._plain = None
    one = items.parse([RawItem(raw, 0, b"")])[0]
    return None if one.notes else one.attributes


def plain(raw: bytes) -> Attributes | None:
    """As it is read without one, where it can be."""
    items = XmlItems(b"item", NAMESPACES, transcoded=False)
    assert items._plain is not None
    return items._plain.read(raw)


@st.composite
def raws(draw: st.DrawFn) -> bytes:
    """Anything between an item's tags: often well-formed, seldom far from it."""
    parts = []
    for _ in range(draw(st.integers(0, 5))):
        if draw(st.booleans()):
            name = draw(
                st.sampled_from(("g:id", "title", "g:title", "m:title", "c:note", "link", "g:shipping", "TITLE"))
            )
            inner = "".join(draw(st.lists(st.sampled_from(_WORDS), max_size=2)))
            parts.append(f"<{name}>{inner}</{name}>")
        parts += draw(st.lists(st.sampled_from(_WORDS), max_size=1))
    return f"<item>{''.join(parts)}</item>".encode()


@settings(max_examples=500, deadline=None)
@given(raws())
@example(b"<item><g:a>x</g:a><![CDATA[<g:b>y</g:b>]]></item>")
@example(b"<item><g:a><![CDATA[x]]]]>></g:a></item>")
@example(b"<item><g:s><g:a>x</g:a>text<g:b>y</g:b></g:s></item>")
@example(b"<item><g:s>text<g:b>y</g:b></g:s></item>")
@example(b"<item><g:s><g:b>y</g:b></g:s>")
@example(b"<item><g:s><g:b>y</g:b><g:c></g:s></item>")
@example(b"<item><item></item>")
def test_what_is_read_is_what_the_parser_reads(raw: bytes) -> None:
    found = plain(raw)
    if found is not None:
        items = XmlItems(b"item", NAMESPACES, transcoded=False)
        before = parsed(raw, items)
        assert before is not None
        assert (found, list(found)) == (before, list(before)) or _aliased(found, before)


def _aliased(found: Attributes, before: Attributes) -> bool:
    """The names that other formats use are added afterwards."""
    return {name: before[name] for name in found} == found


@pytest.mark.parametrize(
    ("inner", "attributes"),
    [
        ("<g:title>Tea &amp; co</g:title>", {"title": "Tea & co"}),
        ("\n  <g:title> Tea </g:title>\n  <g:brand/><g:x />\n", {"title": "Tea"}),
        ("<title>Tea</title><g:title>Green</g:title><title>No</title>", {"title": "Green"}),
        ("<g:title>Tea</g:title><g:title>Green</g:title><g:title>C</g:title>", {"title": ["Tea", "Green", "C"]}),
        ("<g:title><![CDATA[a <b>&amp;</b>]]></g:title>", {"title": "a <b>&amp;</b>"}),
        ("<g:title>&#65;&#x20AC;&quot;&apos;&lt;</g:title>", {"title": "A€\"'<"}),
        (
            "<g:shipping> <g:country>IN</g:country><g:price>1 &lt;</g:price><g:price>2</g:price><g:price>3</g:price>"
            "<g:none> </g:none></g:shipping>",
            {"shipping": {"country": "IN", "price": ["1 <", "2", "3"]}},
        ),
        ("<g:shipping> <g:none></g:none></g:shipping>", {}),
        ("<c:note>é]</c:note><image>a!</image>", {"c:note": "é]", "image": "a!"}),
    ],
)  # fmt: skip
def test_plain_items_are_read(inner: str, attributes: Attributes) -> None:
    raw = item("1", inner)
    assert plain(raw) == {"id": "1", **attributes}
    assert plain(raw) == plain(raw)


@pytest.mark.parametrize(
    "inner",
    [
        "<a b='c'>x</a>", "<g:title>a<b>c</b></g:title>", "<g:s><g:t><g:u>x</g:u></g:t></g:s>", "<!-- x -->", "<?x ?>",
        "<g:title>a\r\nb</g:title>", "<g:title>\x01</g:title>", "<g:title>\ufffd</g:title>", "<g:title>\uffff</g:title>",
        "<g:title>&nbsp;</g:title>", "<g:title>a & b</g:title>", "<g:title>&#0;</g:title>", "<g:title>]]></g:title>",
        "<unbound:x>1</unbound:x>", "<empty:x>1</empty:x>", "<xml:x>1</xml:x>", "<g:title>a</g:titel>", "text",
        "<g:s><g:t>&nbsp;</g:t></g:s>", "<g:s><g:t>1</g:x></g:s>", "<g:title", "<g:title>x</g:title", "<unbound:x/>",
        "<g:s><g:t>1</g:t>", "<g:brand/>text", "<![CDATA[x]]>", "<item>", "<g:s><g:t",
    ],
)  # fmt: skip
def test_all_else_is_the_parsers(inner: str) -> None:
    assert plain(item("1", inner)) is None


@pytest.mark.parametrize(
    "raw", [b"", b"<item>", b"<item/>", b"<item ><g:id>1</g:id></item>", b"x<item></item>", b"<item>x</item>",
            b"<item><g:id>1</g:id></item >", b"<item><g:id>\xff</g:id></item>", b"<entry></entry>",
            b"<item><g:id>" + b"x" * (1 << 20) + b"</g:id></item>"],
)  # fmt: skip
def test_what_does_not_look_like_an_item_is_the_parsers(raw: bytes) -> None:
    assert plain(raw) is None


def test_namespaces_that_the_parser_refuses_are_left_to_it() -> None:
    items = XmlItems(b"item", {"g": GOOGLE, "x": "a\x01b"}, transcoded=False)
    assert items._plain is None
    assert items.parse([RawItem(item("1"), 0, b"")])[0].attributes is None


def test_a_document_that_makes_up_names_fills_no_memory() -> None:
    items = PlainItems("item", lambda prefix, name: (name, False))
    for n in range(3 * xml_plain._REMEMBERED):
        assert items.read(item("1", f"<t{n}>x</t{n}>\n")) is not None
        assert items.read(item("1", f"<t{'t' * 300}{n}>x</t{n}>")) is None
    assert len(items._names) <= xml_plain._REMEMBERED
    assert len(items._closings) <= xml_plain._REMEMBERED


def test_a_broken_item_among_those_of_the_parser_costs_itself_alone() -> None:
    items = XmlItems(b"item", NAMESPACES, transcoded=False)
    raws = [
        item("1", "<a b='c'>x</a>"), item("2"), item("3", "<g:title>a</g:titel>"), item("4", "<!-- x -->"),
        item("5", "<image_link><url>u</url></image_link><image>a</image><image>b</image>"), item("6", "<image>c</image>"),
    ]  # fmt: skip
    found = items.parse([RawItem(raw, 0, b"") for raw in raws] + [RawItem(b"<item>", 0, b"", "FS-311")])
    assert [one.attributes and one.attributes["id"] for one in found] == ["1", "2", None, "4", "5", "6", None]
    assert [one.problem and one.problem.code for one in found] == [None, None, "FS-401", None, None, None, "FS-311"]
    assert found[5].attributes == {"id": "6", "image": "c", "image_link": "c"}
