"""The encoding is told by the bytes; what a person says of it counts for more."""

from __future__ import annotations

import codecs

import pytest

from feedsync.errors import Fatal
from tests.adapters.delimited.support import only, read

TEXTS = {
    "cp1252": "größe für Mädchen, naïve façade",
    "cp1251": "Женское пальто из тёплой шерсти",
    "cp1253": "Γυναικεία παπούτσια σε μαύρο χρώμα, πολύ άνετα",
    "cp932": "日本の商品、とても良い品質です",
    "gb18030": "中文商品说明，质量很好",
    "koi8_r": "Женское пальто из тёплой шерсти",
}


def document(title: str) -> str:
    return f'id,title,link\n1,"{title}",https://a.example/1\n'


@pytest.mark.parametrize("text", ["größe Ж 中 😀", "plain"])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
    ],
)
def test_unicode_in_any_form(mark: bytes, encoding: str, text: str) -> None:
    reading = read(mark + document(text).encode(encoding), charset="windows-1251")
    assert only(reading)["title"] == text
    assert reading.offsets == [2]


@pytest.mark.parametrize(("encoding", "text"), TEXTS.items())
def test_an_encoding_that_nobody_names(encoding: str, text: str) -> None:
    assert only(read(document(text).encode(encoding)))["title"] == text


@pytest.mark.parametrize(("encoding", "text"), TEXTS.items())
def test_an_encoding_that_http_names(encoding: str, text: str) -> None:
    assert only(read(document(text[:7]).encode(encoding), charset=encoding))["title"] == text[:7]


def test_utf_8_is_seen_whatever_http_says() -> None:
    assert only(read(document("größe"), charset="iso-8859-1"))["title"] == "größe"


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-32"])
def test_a_charset_that_the_bytes_disprove_is_not_believed(charset: str) -> None:
    assert only(read(document(TEXTS["cp1251"]).encode("cp1251"), charset=charset))["title"] == TEXTS["cp1251"]


def test_latin_1_is_read_as_browsers_do() -> None:
    assert only(read(document("“q” €").encode("cp1252"), charset="iso-8859-1"))["title"] == "“q” €"


def test_the_schedule_decides() -> None:
    data = document("größe").encode("cp1250")
    assert only(read(data, encoding="cp1251"))["title"] == "grцЯe"
    assert only(read(document("ascii").encode(), encoding="us-ascii"))["title"] == "ascii"


@pytest.mark.parametrize("name", ["unheardof", "rot13", "hex", "idna", "undefined", "utf-7", "unicode_escape"])
def test_an_encoding_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Fatal) as refused:
        read(document("x"), encoding=name)
    assert refused.value.code == "FS-306"
    with pytest.raises(Fatal):
        read(document("größe").encode("cp1252"), charset=name)


def test_a_row_of_another_encoding_costs_itself_alone() -> None:
    rows = ["id,title\n", "1,größe\n", "2,größe\n", "3,", "4,größe\n"]
    data = rows[0].encode() + rows[1].encode() + rows[2].encode() + b"3,\xc4\xda\xb2\xbf\n" + rows[4].encode()
    reading = read(data)
    assert reading.codes == [None, None, "FS-418", None]
    assert reading.ids == ["1", "2", "3", "4"]
    assert reading.offsets == [2, 3, 4, 5]
    assert reading.parsed[2].problem is not None
    assert reading.parsed[2].problem.message == "the row cannot be trusted: it holds bytes that are not utf-8"


def test_whose_row_it_was_is_not_said_where_the_bytes_are_in_the_id() -> None:
    reading = read("id,title\n1,größe\n".encode() + b"\xff2,x\n")
    assert reading.codes == [None, "FS-304"]
    assert reading.ids == ["1", None]


def test_a_sample_may_end_within_a_character(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsync.adapters.delimited.table.SAMPLE_BYTES", len(b"id,title\n1,gr") + 1)
    assert only(read("id,title\n1,größe\n"))["title"] == "größe"


def test_text_that_no_encoding_makes_sense_of_is_read_as_windows_western() -> None:
    reading = read(b"id,title,link\n1,\x81\x8d\x8f\x90\x9d,x\n", charset=None)
    assert len(reading.parsed) == 1


@pytest.mark.parametrize("step", [1, 7, 100])
def test_a_stream_may_give_its_bytes_in_pieces(step: int) -> None:
    data = document("größe").encode("utf-16")
    assert only(read(data, step=step)) == only(read(data))


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_is_said_to_be_utf_16_is_read_in_the_order_that_its_bytes_show(order: str, mark: str) -> None:
    data = (mark + document("größe")).encode(f"utf-16-{order}")
    assert only(read(data, encoding="utf-16")) == only(read(document("größe")))


def test_what_is_said_to_be_utf_32_needs_no_mark() -> None:
    assert only(read(document("größe").encode("utf-32-le"), encoding="utf-32")) == only(read(document("größe")))
    assert only(read(document("größe").encode("utf-32"), encoding="utf-32")) == only(read(document("größe")))


def test_the_encoding_is_part_of_what_an_item_means() -> None:
    one, two = (read(document("x"), encoding=name) for name in ("cp1252", "cp1251"))
    assert one.hashes == two.hashes
    assert one.context != two.context


def test_a_line_that_ends_with_an_accent_is_no_unfinished_utf_8() -> None:
    data = ("id,title\n" + "".join(f"{number},café\n" for number in range(9))).encode("cp1252")
    assert {one["title"] for one in read(data).attributes if one} == {"café"}


def test_a_long_text_is_guessed_from_its_beginning() -> None:
    data = ("id,title\n1," + "中文商品说明 " * 9_000 + "\n").encode("gb18030")
    assert str(only(read(data))["title"]).startswith("中文商品说明 中文")


def test_signs_alone_are_windows_western() -> None:
    assert only(read("id,title,price\n1,“Mug”,5 €\n".encode("cp1252")))["price"] == "5 €"
