"""Repairs are made only where they cannot change what an item says, and each is noted."""

from __future__ import annotations

from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.reading import feed, item, read


def text_of(written: str | bytes) -> object:
    """What ``<d>`` says when the item is broken in a way that is always mended."""
    raw = written.encode() if isinstance(written, str) else written
    [parsed] = read(feed(item("1", b"<d>" + raw + b"</d><x>&</x>"))).parsed
    if parsed.attributes is None:
        return None
    assert set(parsed.attributes) <= {"id", "d", "x"}
    assert (parsed.attributes["id"], parsed.attributes["x"]) == ("1", "&")
    assert parsed.notes
    return parsed.attributes.get("d")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a & b", "a & b"),
        ("http://a.example/?a=1&b=2&copy=3", "http://a.example/?a=1&b=2&copy=3"),
        ("?a=1&copyright;=2&region;=3&notit;", "?a=1&copyright;=2&region;=3&notit;"),
        ("AT&T; &unheardof;", "AT&T; &unheardof;"),
        ("&amp; &lt;b&gt; &quot;&apos;", "& <b> \"'"),
        ("&amp;nbsp;", "&nbsp;"),
        ("&amp", "&amp"),
        ("caf&eacute; &hellip;&NotEqualTilde;", "café …≂̸"),
        ("&#65;&#x42;", "AB"),
        ("&#; &#x; &#xg;", "&#; &#x; &#xg;"),
        ("1 < 2 <3", "1 < 2 <3"),
        ("a ]]> b", "a ]]> b"),
        ("a\x01b\x1fc", "abc"),
        ("a&#1;b&#x0B;c&#00031;d", "abcd"),
        ("a&#9;b&#10;c&#x0D;d", "a\tb\nc\rd"),
        ("<![CDATA[a & b < c &nbsp; &#8; <b>]]>", "a & b < c &nbsp; &#8; <b>"),
        ("<![CDATA[a\x01b]]>", "ab"),
        ("a<!-- & < -->b", "ab"),
        ("<![CDATA[a]]> & <![CDATA[b]]>", "a & b"),
    ],
)
def test_meaning_stays(written: str, meant: str) -> None:
    assert text_of(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "<![CDATA[a ]]\x01><price>1</price><![CDATA[ b]]>",
        "<![CDATA[a ]\x01]><price>1</price><![CDATA[ b]]>",
        "<!-- a -\x01-><price>1</price><!-- b -->",
        "a <\x01price/> b",
        "a <\x01!-- x --> b",
        "a &\x01lt;price/&gt; b",
        "a &am\x01p; b",
        "a &#\x016;5; b",
    ],
)
def test_taking_a_control_character_away_never_makes_markup(written: str) -> None:
    """It is mended so that the text stays text, or the item is refused."""
    plain = written.replace("<![CDATA[", "").replace("\x01", "")
    meant = {None, plain, plain.replace("&gt;", ">"), "a ]]><price>1</price><![CDATA[ b"}
    assert text_of(written) in meant


@settings(deadline=None, max_examples=150)
@given(st.text(st.characters(codec="ascii", exclude_characters="<>\x7f\r") | st.sampled_from("&;#]\x01"), max_size=20))
def test_text_without_markup_is_what_a_person_reads(written: str) -> None:
    """Control characters gone, entities as HTML has them (whole names only), all else as it stands."""
    found = text_of(written)
    kept = "".join(sign for sign in written if sign >= " " or sign in "\t\n")
    if "&" not in written:
        assert found == (kept.strip() or None)
    elif "&#" not in written and found is not None:
        assert found in {kept.strip(), unescape(kept).strip(), unescape(written).strip()}


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ("a & b", "a raw &"),
        ("a &nbsp; b", "an HTML entity"),
        ("a < b", "a raw <"),
        ("a ]]> b", "a stray ]]>"),
        ("a \x01 b", "a control character"),
        ("<q:x/><r:y s:z='1'/>", "the undeclared prefix q, r, s"),
    ],
)
def test_each_is_noted(more: str, note: str) -> None:
    reading = read(feed(item("1"), item("2", more), item("3")))
    assert reading.repairs == [[], [note], []]
    assert reading.parsed[1].notes[0].code == "FS-414"


def test_an_undeclared_g_is_googles_and_any_other_prefix_a_vocabulary_of_its_own() -> None:
    data = (
        b"<rss><channel>" + item("1", "<g:price>2</g:price><price>3</price><q:price>4</q:price>") + b"</channel></rss>"
    )
    assert read(data).attributes == [{"id": "1", "price": "2", "q:price": "4"}]


def test_what_cannot_be_mended_is_refused_with_the_parsers_reason_in_one_line() -> None:
    [parsed] = read(feed(item("1", "\n<d><![CDATA[ secret </d>"))).parsed
    assert parsed.problem is not None
    assert parsed.problem.code == "FS-401"
    assert "\n" not in parsed.problem.message
    assert "feedsync" not in parsed.problem.message
    assert "secret" not in parsed.problem.message
