"""Our own adapters keep what is asked of a stranger's: each has its class here."""

# ruff: noqa: RUF012 (what a suite says of its format is never changed)

from __future__ import annotations

import subprocess
import sys

import pytest

from feedsync.adapters.google_xml import GoogleXml
from feedsync.adapters.registry import OWN, adapter_for, own
from feedsync.testing import FOREIGN, AdapterConformance, Example
from tests.adapters import test_conformance_json, test_conformance_tables

ADAPTERS = [own(name) for name in OWN]
GOOGLE = b'xmlns:g="http://base.google.com/ns/1.0"'


class TestGoogleXml(AdapterConformance):
    adapter = GoogleXml()
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" ' + GOOGLE + b"><channel>\n"
    between = b"\n"
    tail = b"\n</channel>\n</rss>\n"
    kin = frozenset({"xml"})
    rounds, memory_bytes = 160, 20 << 20
    block_sizes = ("feedsync.adapters.xml_split.BLOCK_BYTES",)
    item_limits = ("feedsync.adapters.xml_split.ITEM_LIMIT_BYTES",)
    damaged = {
        "a tag that is not closed": b"<item><g:id>3</g:id><g:title>x</item>",
        "a raw ampersand": b"<item><g:id>3</g:id><g:title>a & b</g:title></item>",
        "no end tag": b"<item><g:id>3</g:id><g:title>x</g:title>",
        "no start tag": b"<g:id>3</g:id></item>",
        "no id": b"<item><g:title>x</g:titel></item>",
    }
    documents = {
        "rss": Example(
            data=head + b"<item><g:id>1</g:id></item>\n\n<item>\n<g:id>2</g:id></item>" + tail,
            ids=("1", "2"),
            lines=(3, 5),
        ),
        "atom": Example(
            data=b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id></entry><entry><id>2</id></entry></feed>',
            ids=("1", "2"),
        ),
        "another namespace under the prefix": Example(
            data=b'<rss xmlns:g="urn:x" xmlns:c="http://base.google.com/ns/1.0"><item><g:id>1</g:id><c:id>2</c:id></item></rss>',
            ids=("1",),
        ),
        "no items": Example(data=head + tail, ids=()),
        "an item in a comment": Example(
            data=head + b"<!-- <item><g:id>0</g:id></item> --><item><g:id>1</g:id><!-- </item> --></item>" + tail,
            ids=("1",),
        ),
        "latin-1": Example(
            data=b'<?xml version="1.0" encoding="iso-8859-1"?><rss><item><id>\xe9</id></item></rss>', ids=("é",)
        ),
        "utf-16": Example(
            data="<rss><item><id>é</id></item>\n<item><id>2</id></item></rss>".encode("utf-16"), ids=("é", "2")
        ),
        "by its transfer": Example(data=b"<rss><item><id>\xe9</id></item></rss>", ids=("é",), charset="iso-8859-1"),
        "items that cannot be read": Example(
            data=head + b"<item><g:id>1</g:id><t>x</item>\n<item><g:id>2</g:id></item>" + tail,
            ids=("1", "2"),
            invalid={0: "FS-401"},
        ),
        "an item nobody knows": Example(
            data=head + b"<item><t>x</u></item><item><g:id>2</g:id></item>" + tail,
            ids=(None, "2"),
            invalid={0: "FS-304"},
            complete=False,
        ),
        "cut off": Example(
            data=head + b"<item><g:id>1</g:id></item><item><g:id>2",
            ids=("1", None),
            invalid={1: "FS-311"},
            complete=False,
        ),
    }

    def item(self, number: int, text: str = "text") -> bytes:
        return (
            f"<item><g:id>{number}</g:id><g:title>Shirt {number}</g:title><g:description>{text}</g:description>"
            f"<g:link>https://shop.example/{number}</g:link><g:image_link>https://shop.example/{number}.jpg</g:image_link>"
            "<g:price>9.00 EUR</g:price><g:availability>in_stock</g:availability></item>"
        ).encode()


SUITES = {
    value.adapter.name: value
    for module in (sys.modules[__name__], test_conformance_json, test_conformance_tables)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, AdapterConformance) and value is not AdapterConformance
}


def test_every_adapter_of_ours_has_its_class() -> None:
    assert {adapter.name for adapter in ADAPTERS} <= SUITES.keys()


@pytest.mark.parametrize("name", [adapter.name for adapter in ADAPTERS])
def test_no_other_adapter_takes_its_documents(name: str) -> None:
    for example in SUITES[name].documents.values():
        assert not example.detected or adapter_for(example.data, "document").name == name


def test_a_foreign_document_has_the_reader_that_says_so() -> None:
    for foreign, data in FOREIGN.items():
        readers = [adapter.name for adapter in ADAPTERS if foreign in SUITES[adapter.name].kin]
        assert [adapter.name for adapter in ADAPTERS if adapter.recognizes(data)] == readers, foreign


def test_the_program_does_without_pytest() -> None:
    code = "import sys, feedsync.cli.main, feedsync.adapters.registry; sys.exit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
