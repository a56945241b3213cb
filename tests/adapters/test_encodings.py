"""A document is read in its own encoding, whoever names it, and a lie costs as little as can be."""

from __future__ import annotations

import codecs
import contextlib
import encodings.aliases
import warnings

import pytest

from feedsync.errors import Fatal, FeedsyncError
from tests.adapters.reading import Reading, read


def document(text: str, encoding: str | None) -> str:
    declared = f' encoding="{encoding}"' if encoding else ""
    return f'<?xml version="1.0"{declared}?><rss><channel><item><id>1</id><d>{text}</d></item></channel></rss>'


def text_of(reading: Reading) -> object:
    assert reading.faults == []
    [found] = reading.attributes
    assert found is not None
    return found["d"]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "größe Ж 中 😀"),
        ("windows-1251", "Женское пальто"),
        ("windows-1252", "“größe” €"),
        ("iso-8859-1", "größe"),
        ("iso-8859-2", "žluťoučký kůň"),
        ("ISO-8859-9", "ığüş"),
        ("iso-8859-15", "größe €"),
        ("koi8-r", "Женское"),
        ("shift_jis", "ソ表能 日本"),
        ("euc-jp", "日本"),
        ("gb18030", "中文 😀"),
        ("big5", "中文功"),
        ("euc-kr", "한국어"),
        ("US-ASCII", "plain"),
    ],
)
def test_a_declared_encoding(encoding: str, text: str) -> None:
    assert text_of(read(document(text, encoding).encode(encoding))) == text


@pytest.mark.parametrize("declared", [None, "utf-8", "UTF-16", "windows-1251"])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_is_believed_before_the_declaration(mark: bytes, encoding: str, declared: str | None) -> None:
    assert text_of(read(mark + document("größe 😀", declared).encode(encoding))) == "größe 😀"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "start", ["<?xml version='1.0' encoding='utf-16'?><rss>", "<rss>", "<products>", "<!-- x --><rss>"]
)
def test_utf_16_without_a_mark(encoding: str, start: str) -> None:
    data = f"{start}<item><id>1</id><d>größe 😀</d></item></{start.rpartition('<')[2]}".encode(encoding)
    assert text_of(read(data)) == "größe 😀"


@pytest.mark.parametrize("declared", ["UTF-16", "utf-16le", "UTF-32", "ascii"])
def test_a_declaration_that_its_own_bytes_disprove_counts_as_utf_8(declared: str) -> None:
    assert text_of(read(document("größe", declared).encode())) == "größe"


def test_the_transport_is_asked_where_the_document_says_nothing() -> None:
    data = document("Пальто", None).encode("cp1251")
    assert text_of(read(data, charset="windows-1251")) == "Пальто"
    assert text_of(read(document("Пальто", "utf-8").encode(), charset="windows-1251")) == "Пальто"


def test_latin_1_is_read_as_browsers_do() -> None:
    assert text_of(read(document("“q” €", "iso-8859-1").encode("cp1252"))) == "“q” €"


@pytest.mark.parametrize("junk", ["\n", " \n\t", "\u2060\u202f ", "---\nlayout: null\n---\n", "junk "])
def test_the_declaration_counts_behind_junk_as_well(junk: str) -> None:
    if junk.isascii():
        assert text_of(read((junk + document("größe", "windows-1252")).encode("cp1252"))) == "größe"
    assert text_of(read((junk + document("größe", "utf-8")).encode())) == "größe"


def test_a_declaration_inside_of_an_item_is_text() -> None:
    data = '<rss><item><id>1</id><d><![CDATA[<?xml version="1.0" encoding="unheardof"?>ö]]></d></item></rss>'
    assert text_of(read(data.encode())) == '<?xml version="1.0" encoding="unheardof"?>ö'


@pytest.mark.parametrize(
    "name", ["unheardof", "rot13", "hex", "idna", "punycode", "unicode_escape", "utf-7", "undefined"]
)
def test_an_encoding_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Fatal, match="the encoding") as refused:
        read(document("x", name).encode())
    assert refused.value.code == "FS-306"
    with pytest.raises(Fatal, match="the encoding"):
        read(document("x", None).encode(), charset=name)


def test_no_encoding_that_python_knows_breaks_a_pass() -> None:
    for name in sorted({*encodings.aliases.aliases.values(), "idna", "undefined", "raw_unicode_escape"}):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with contextlib.suppress(FeedsyncError):
                reading = read(document(r"\d a+b~ {} \xe9", name).encode() + b"\xe9\xff")
                assert len(reading.parsed) == 1, name


@pytest.mark.parametrize(
    ("encoding", "broken"), [("cp1252", b"\x81"), ("shift_jis", b"\xff"), ("utf-8", b"\xe9"), (None, b"\xe9")]
)
def test_bytes_that_the_encoding_does_not_have_cost_their_item(encoding: str | None, broken: bytes) -> None:
    data = document("|", encoding).encode().replace(b"|", broken)
    data = data.replace(b"</channel>", b"<item><id>2</id></item></channel>")
    reading = read(data)
    assert reading.codes == ["FS-401", None]
    assert reading.ids == ["1", "2"]


def test_a_replacement_sign_in_utf_8_is_text_like_any_other() -> None:
    assert text_of(read(document("caf\ufffd", None).encode())) == "caf\ufffd"


def test_the_encoding_is_part_of_what_an_item_means() -> None:
    one, two = (read(document("\u00e4", name).encode(name)) for name in ("cp1252", "cp1250"))
    assert one.hashes == two.hashes
    assert one.context != two.context


def test_they_cost_it_also_beside_an_item_that_is_broken_otherwise() -> None:
    items = b"<item><id>1</id>\x81</item><item><id>2</id>a & b</item><item><id>3</id></item>"
    reading = read(b'<?xml version="1.0" encoding="cp1252"?><rss>' + items + b"</rss>")
    assert reading.codes == ["FS-401", None, None]
    assert reading.ids == ["1", "2", "3"]
