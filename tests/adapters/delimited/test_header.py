"""The header is found under whatever stands above it, and so is what separates the cells."""

from __future__ import annotations

import pytest

from feedsync.errors import Fatal
from tests.adapters.delimited.support import only, read, table

ROW = {"id": "1", "title": "Shirt, blue", "price": "9,50 EUR"}
PLAIN = "id;title;price\n1;Shirt, blue;9,50 EUR\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    assert only(read(table(list(ROW), list(ROW.values()), delimiter=delimiter))) == ROW


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_it_is_found_by_what_is_alike_where_no_name_is_known(delimiter: str) -> None:
    text = table(("a b", "c,d", "e|f"), *((str(n), f"x;{n}, y", "z|") for n in range(5)), delimiter=delimiter)
    reading = read(text)
    assert [one["a b"] for one in reading.attributes if one] == [str(n) for n in range(5)]


def test_a_given_delimiter_decides() -> None:
    assert only(read("id|title;x\n1|a;b\n", delimiter="|")) == {"id": "1", "title;x": "a;b"}


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("", 2),
        ("\ufeff", 2),
        ("\n\t\ufeff", 3),
        ("\n\n \n", 5),
        ("Our products\n", 3),
        ("sep=;\n", 3),
        ("\ufeffsep=;\r\n", 3),
        ("# Required | an id;# Required | a title;# Optional | a price\n", 3),
        ('"# Required | one\nof two lines";# Required | a title;# Optional\n', 4),
    ],
)
def test_what_stands_above_the_header_is_passed_over(above: str, line: int) -> None:
    reading = read(above + PLAIN)
    assert only(reading) == ROW
    assert reading.offsets == [line]


def test_a_header_and_rows_may_be_quoted_as_a_whole() -> None:
    text = '"id,title,price"\n"1,""Shirt, blue"",""9,50 EUR"""\n'
    assert only(read(text)) == ROW
    assert only(read('id,title,price\n"1,""Shirt, blue"",""9,50 EUR"""\n')) == ROW


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_like(end: str) -> None:
    reading = read(PLAIN.replace("\n", end) + f"2;x;y{end}")
    assert reading.ids == ["1", "2"]
    assert reading.offsets == [2, 3]


def test_a_carriage_return_in_a_cell_is_no_line() -> None:
    reading = read('id,title\n1,"a\rb"\n2,x\n')
    assert reading.offsets == [2, 3]
    assert reading.attributes[0] == {"id": "1", "title": "a\rb"}


@pytest.mark.parametrize(
    "text", ["", "\n\n", "just words\nand more\n", "https://a.example,12\nhttps://b.example,13\n", '"a\nb\n']
)
def test_a_document_without_a_header_is_refused(text: str) -> None:
    with pytest.raises(Fatal) as refused:
        read(text)
    assert refused.value.code == "FS-312"
    assert "feed.csv" in refused.value.message


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n"])
def test_a_delimiter_is_one_sign(delimiter: str) -> None:
    with pytest.raises(Fatal, match="it must be one sign"):
        read(PLAIN, delimiter=delimiter)


def test_a_space_may_stand_behind_each_delimiter() -> None:
    assert only(read('id, "title", "price"\n1, "Shirt, blue", "9,50 EUR"\n')) == ROW


def test_so_is_one_that_a_given_delimiter_leaves_none() -> None:
    with pytest.raises(Fatal, match="with the delimiter ';'"):
        read("id,title\n1,x\n", delimiter=";")


@pytest.mark.parametrize("name", ["shopify-csv", "woocommerce-csv", "wix-csv"])
def test_a_format_that_is_named_must_have_its_columns(name: str) -> None:
    with pytest.raises(Fatal, match="has no column for") as refused:
        read("id,title\n1,x\n", name)
    assert refused.value.code == "FS-312"


def test_a_header_without_rows_is_an_empty_feed() -> None:
    reading = read("id,title,price\n")
    assert (reading.parsed, reading.faults) == ([], [])


def test_what_separates_and_what_heads_is_part_of_what_an_item_means() -> None:
    contexts = [read(text).context for text in ("id,title\n1,x\n", "id;title\n1;x\n", "title,id\n1,x\n")]
    assert len(set(contexts)) == 3
    assert read("id,title\n", "csv").context != read("id,title\n", "csv", encoding="cp1251").context


def test_values_that_are_names_of_columns_make_no_header() -> None:
    reading = read("Artikel;Merkmal;Wert;Merkmal2;Wert2\nA1;color;red;size;M\nA2;color;blue;size;L\n")
    assert [one["Artikel"] for one in reading.attributes if one] == ["A1", "A2"]


def test_a_line_of_two_cells_above_the_header_is_passed_over() -> None:
    assert only(read("Export of Acme,all products\nid,title,other\n1,x,y\n")) == {"id": "1", "title": "x", "other": "y"}
