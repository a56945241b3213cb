"""The id of a broken item is told only where it is sure: a wrong one would let the real product go missing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.documents import texts
from tests.adapters.reading import CLOSE, OPEN, feed, read

#: It makes any item unreadable.
BREAK = "<d>x</e>"


def id_of(content: str) -> str | None:
    """The id of an item with that content that is broken beyond repair."""
    [parsed] = read(feed(f"<item>{content}{BREAK}</item>".encode())).parsed
    assert parsed.problem is not None
    assert (parsed.problem.code == "FS-304") == (parsed.id_text is None)
    return parsed.id_text


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<g:id>7</g:id>", "7"),
        ("<id>7</id>", "7"),
        ("<g:id a='b'>\n 7 \n</g:id >", "7"),
        ("<g:id><![CDATA[7]]></g:id>", "7"),
        ("<g:id> <![CDATA[ A&amp;B ]]> </g:id>", "A&amp;B"),
        ("<g:id>A&amp;B</g:id>", "A&B"),
        ("<g:id>A&#38;B</g:id>", "A&B"),
        ("<g:id>A&B</g:id>", "A&B"),
        ("<g:id>A&copy2</g:id>", "A&copy2"),
        ("<g:id>A&eacute;</g:id>", "Aé"),
        ("<g:id>A\x01B</g:id>", "AB"),
        ("<g:id>7</g:id><g:id>7</g:id>", "7"),
        ("<id>http://a.example/7</id><g:id>7</g:id>", "7"),
        ("<g:id>7</g:id><id>http://a.example/7</id>", "7"),
        ("<g:id>größe-7</g:id>", "größe-7"),
        ("<c:id>9</c:id><id>7</id>", "7"),
        ("<!-- <g:id>9</g:id> --><g:id>7</g:id>", "7"),
        ("<d><![CDATA[<g:id>9</g:id>]]></d><g:id>7</g:id>", "7"),
    ],
)
def test_it_is_told(content: str, expected: str) -> None:
    assert id_of(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<g:title>7</g:title>",
        "<g:id></g:id>",
        "<g:id>7</g:id><g:id>8</g:id>",
        "<g:id>7<g:id>",
        "<g:id>7",
        "<g:id>7</g:title>",
        "<g:id><b>7</b></g:id>",
        "<!-- <g:id>9</g:id> -->",
        "<!-- <g:id>9</g:id> --><g:id>7",
        "<d><![CDATA[<g:id>9</g:id>]]></d>",
        "<?x <g:id>9</g:id> ?>",
        "<d a='<g:id>9</g:id>'/>",
        "<c:id>9</c:id>",
        "<g:shipping><g:id>9</g:id></g:shipping>",
        "<author><id>9</id></author>",
        "<g:iD9>9</g:iD9>",
    ],
)
def test_it_is_not_guessed(content: str) -> None:
    assert id_of(content) is None


@pytest.mark.parametrize(
    "content",
    [
        "<id>http://a.example/7</id><d>x</e><g:id>7</g:id>",
        "<id>http://a.example/7</id><d <g:id>7</g:id>",
        "<id>http://a.example/7</id><g:id>7",
        "<g:id></g:id><id>7</id>",
    ],
)
def test_a_plain_id_is_not_taken_where_googles_own_may_follow(content: str) -> None:
    assert id_of(content) in {None, "7"}


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(("g:id", "id")),
    st.lists(texts | st.sampled_from(("&amp;", "&#65;", "&", "&reg", "\x02", "&#150;")), max_size=4),
)
def test_it_is_what_the_item_would_have_once_it_can_be_read(tag: str, parts: list[str]) -> None:
    """Else an id would have two spellings, and the variant under the other one would count as missing."""
    content = f"<{tag}>{''.join(parts)}</{tag}>"
    [readable] = read(feed(f"<item>{content}<d/></item>".encode())).parsed
    if readable.attributes is not None and (told := id_of(content)) is not None:
        assert told == readable.attributes.get("id")


@pytest.mark.parametrize(
    ("encoding", "content"),
    [("cp1252", b"<g:id>A\x81</g:id>"), ("shift_jis", b"<g:id>A\xff</g:id>"), ("utf-8", b"<g:id>A\xe9</g:id>")],
)
def test_an_id_with_bytes_that_are_none_of_the_encoding_is_not_told(encoding: str, content: bytes) -> None:
    data = b'<?xml version="1.0" encoding="%s"?>' % encoding.encode() + OPEN + b"<item>" + content + b"</item>" + CLOSE
    [parsed] = read(data).parsed
    assert parsed.problem is not None
    assert parsed.problem.code == "FS-304"
    assert parsed.id_text is None


def test_an_id_with_a_character_that_xml_does_not_have_is_not_told() -> None:
    assert id_of("<g:id>A&#xFFFF;</g:id>") is None


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("<item><vehicle_id>8</vehicle_id><d></e></item>", "8"),
        ("<item id='7'><d></e></item>", "7"),
        ('<item x:id="7&amp;8"><d></e></item>', "7&8"),
        ("<item id='7'><vehicle_id>8</vehicle_id><d></e></item>", "8"),
        ("<item id='7'><d></e><vehicle_id>8</vehicle_id></item>", None),
        ("<item><vehicle_id>8</vehicle_id><d></e><id>9</id></item>", None),
        ("<item id='7'><d></e><g:id>9</g:id></item>", None),
    ],
)
def test_the_names_that_other_vocabularies_have_for_it_count_too(raw: str, told: str | None) -> None:
    [parsed] = read(feed(raw.encode())).parsed
    assert parsed.attributes is None
    assert parsed.id_text == told
