"""A DOCTYPE is refused before an item is read: it can make a reader open other files."""

from __future__ import annotations

import pytest

from feedsync.errors import Unsafe
from tests.adapters.reading import feed, item, read

DECLARATIONS = [
    '<!DOCTYPE rss SYSTEM "file:///etc/passwd">',
    "<!doctype rss>",
    '<!DocType rss [ <!ENTITY x SYSTEM "file:///etc/passwd"> ]>',
    '<!DOCTYPE rss [ <!ENTITY x "<item><id>1</id></item>"> ]>',
    '<!DOCTYPE rss [ <!-- <rss><item> --> <!ENTITY a "&b;&b;"> ]>',
    '<!DOCTYPE rss [ <!ENTITY a "<!--"> ]> <!-- -->',
    '<!DOCTYPE rss PUBLIC "-//x" "http://a.example/"\n>',
]
BEFORE = ["", '<?xml version="1.0"?>\n', "junk\n", "<!-- x > y -->", "<?x <!-- ?>", "---\nlayout: null\n---\n"]
DOCUMENT = "<rss><channel><item><id>1</id><d>&x;</d></item></channel></rss>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1251"])
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("declaration", DECLARATIONS)
def test_it_is_refused(declaration: str, before: str, encoding: str) -> None:
    with pytest.raises(Unsafe) as refused:
        read((before + declaration + DOCUMENT).encode(encoding))
    assert refused.value.code == "FS-302"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", ["", '<?xml version="1.0"?>'])
def test_it_is_refused_in_utf_16_without_a_mark(before: str, encoding: str) -> None:
    with pytest.raises(Unsafe):
        read((before + DECLARATIONS[0] + DOCUMENT).encode(encoding))


def test_it_is_refused_behind_the_root_and_without_items() -> None:
    with pytest.raises(Unsafe):
        read(b"<rss><!DOCTYPE rss><item/></rss>")
    with pytest.raises(Unsafe):
        read(b"<!DOCTYPE rss><rss></rss>")


@pytest.mark.parametrize("place", ["<!-- {} -->", "<![CDATA[{}]]>", "<?x {} ?>"])
def test_talk_about_one_is_none(place: str) -> None:
    talk = place.format("<!DOCTYPE rss>").encode()
    assert read(feed(b"<title>x</title>", talk, item("1"))).ids == ["1"]


def test_one_inside_of_an_item_costs_that_item() -> None:
    reading = read(feed(item("1"), item("2", DECLARATIONS[2] + "<d>&x;</d>"), item("3")))
    assert reading.codes == [None, "FS-401", None]


def test_an_entity_without_a_declaration_is_text() -> None:
    assert read(feed(item("1", "<d>&xxe;</d>"))).attributes == [{"id": "1", "d": "&xxe;"}]
