"""A row that cannot be trusted is reported by its line, by its id where that is sure, and never read as something else."""

from __future__ import annotations

import pytest

from tests.adapters.delimited.support import messages, read, table

HEAD = "id,title,link,price,sale_price,color\n"


def row(number: int, more: str = ",,") -> str:
    return f"{number},Shirt,https://a.example/{number},9 EUR{more}"


@pytest.mark.parametrize(
    ("line", "codes", "ids"),
    [
        ("2,Shirt,https://a.example/2,9 EUR,,,x", ["FS-416"], ["2"]),
        ("2,Shirt, blue,https://a.example/2,9 EUR,,", ["FS-416"], ["2"]),
        ("2,Shirt,https://a.example/2,9 EUR,,,", ["FS-416"], ["2"]),
        ("2,Shirt,https://a.example/2,9 EUR", [None], ["2"]),
        ("2,Shirt,https://a.example/2,9 EUR,8 EUR", [None], ["2"]),
        ("2,Shirt,https://a.example/2", ["FS-304"], [None]),
        ("2", ["FS-304"], [None]),
        (row(2) + row(3), ["FS-304"], [None]),
        ("2,Sh\0irt,https://a.example/2,9 EUR,,", ["FS-418"], ["2"]),
        ("2\0,Shirt,https://a.example/2,9 EUR,,", ["FS-304"], [None]),
        ("\0\0\0\0", ["FS-304"], [None]),
        ('2,"Shirt" x,https://a.example/2,9 EUR,,', ["FS-418"], ["2"]),
        ('"2" x,Shirt,https://a.example/2,9 EUR,,', ["FS-304"], [None]),
        ("", [], []),
        (" , ,,", [], []),
        (HEAD.strip(), [], []),
        ("\ufeff" + HEAD.strip(), [], []),
        ("# Required | an id,# Required | a title,,,,", [], []),
    ],
)
def test_one_odd_row_between_others(line: str, codes: list[str | None], ids: list[str | None]) -> None:
    reading = read(HEAD + row(1) + "\n" + line + "\n" + row(9) + "\n")
    assert reading.codes == [None, *codes, None]
    assert reading.ids == ["1", *ids, "9"]
    assert reading.offsets == [2, *[3 for _ in codes], 4]
    assert reading.faults == []


def test_the_counts_are_told() -> None:
    reading = read(HEAD + row(1) + ",x\n2,x\n" + row(3) + "\n")
    assert messages(reading.parsed) == [
        "the row has 7 cells under 6 columns",
        "an item that is broken and whose id cannot be read (2 cells under 6 columns)",
    ]


def test_missing_last_cells_are_empty_ones() -> None:
    short, full = read(HEAD + row(1, "") + "\n"), read(HEAD + row(1) + "\n")
    assert short.attributes == full.attributes


def test_a_row_that_a_line_break_cut_in_two_is_not_read() -> None:
    reading = read(HEAD + row(1, "") + "\n,red\n" + row(2) + "\n")
    assert reading.codes == ["FS-418", "FS-304", None]
    assert reading.ids == ["1", None, "2"]
    assert messages(reading.parsed)[0] == "the row cannot be trusted: it is broken in two"


def test_a_short_row_is_the_last_one_or_before_a_whole_one() -> None:
    assert read(HEAD + row(1, "") + "\n" + row(2, "") + "\n").codes == [None, None]


def test_an_unfinished_last_line_may_lack_anything() -> None:
    reading = read(HEAD + row(1) + "\n" + row(2, ","))
    assert reading.codes == [None, "FS-311"]
    assert read(HEAD + row(1) + "\n" + row(2)).codes == [None, None]


def test_a_broken_row_never_shares_its_hash_with_a_whole_one() -> None:
    lines = [row(1), row(1) + ",x", row(1)[:-5], row(1).replace("Shirt", '"Shirt" x'), row(1).replace("Shirt", "\0")]
    hashes = [read(HEAD + line + "\n").hashes for line in lines]
    assert len({one for found in hashes for one in found}) == len(lines)


def test_known_broken_rows_are_reported_again() -> None:
    data = HEAD + row(1) + ",x\n" + row(2) + "\n"
    held = set(read(data).hashes)
    assert read(data, known=lambda hashes: [one in held for one in hashes]).codes == ["FS-416"]


def test_files_put_together_are_read_as_one() -> None:
    part = "\ufeff" + HEAD + row(1) + "\n"
    reading = read(part + part.replace("1,", "2,", 1).replace("/1", "/2"))
    assert reading.ids == ["1", "2"]
    assert reading.offsets == [2, 4]


def test_where_few_columns_are_known_a_row_must_have_all() -> None:
    assert read("id,quantity,sale_price\n1,5\n2,4,3\n").codes == ["FS-304", None]


def test_a_row_without_a_column_for_the_id_has_none() -> None:
    reading = read(table(("code", "a", "b"), ("1", "x", "y"), ("2", "x", "y", "z"), ("3", "x", "y")))
    assert reading.codes == [None, "FS-304", None]


def test_an_id_behind_other_cells_is_not_sure_where_cells_are_too_many() -> None:
    reading = read('title,id,price\nShirt,1,9\nShirt, blue,2,9\nShirt,"3"x,9\nShirt "x",4,"5"6\n')
    assert reading.codes == [None, "FS-304", "FS-304", "FS-304"]


def test_every_line_may_end_with_a_comma() -> None:
    ending = "".join(row(number) + ",,\n" for number in (1, 2))
    assert read(HEAD + ending + row(3) + "\n").codes == [None] * 3
    assert read(HEAD + ending + row(3) + ",\n" + row(4) + ",x,\n").codes == [None, None, "FS-416", "FS-416"]


def test_of_two_records_on_a_line_neither_is_named_where_the_first_may_be_short() -> None:
    """Eight cells are one record with commas too many, or two short ones where there are such."""
    two = row(2, ",,,,x") + "\n"
    assert read(HEAD + row(1) + "\n" + two).codes == [None, "FS-416"]
    assert read(HEAD + row(1, "") + "\n" + two).codes == [None, "FS-304"]


def test_a_delimiter_that_is_missing_moves_the_cells_behind_it() -> None:
    reading = read(HEAD + "1,Shirt https://a.example/1,9 EUR,8 EUR,red\n" + row(2) + "\n")
    assert reading.codes == ["FS-418", None]
    assert reading.ids == ["1", "2"]
    assert "its cells seem to stand under other columns" in messages(reading.parsed)[0]


def test_where_the_id_is_behind_it_nobody_knows_whose_row_it_was() -> None:
    reading = read(
        "title,id,link,price,color\nShirt 1,https://a.example/1,9 EUR,red\nShirt,2,https://a.example/2,9 EUR\n"
    )
    assert reading.codes == ["FS-304", None]


def test_in_a_shops_export_too() -> None:
    head = "Handle,Title,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,More,Other\n"
    whole, moved = "cup,Cup,0,deny,55,85,,\n", "mug,Mug,0deny,55,85,,\n"
    assert read(head + whole + moved, "shopify-csv").codes == ["FS-304", "FS-418"]
    assert read(head + whole + whole.replace("cup", "mug").replace(",\n", "\n"), "shopify-csv").codes == [None, None]


def test_two_short_rows_that_make_one_are_one() -> None:
    """The line break stands within the price; what follows it is long enough for a row of its own."""
    head = "id,price," + ",".join(f"label {number}" for number in range(8)) + "\n"
    reading = read(head + "1,73\n0.99 USD,a,b,c,d,e,f,g,h\n2,9 USD,a,b,c,d,e,f,g,h\n", delimiter=",")
    assert reading.codes == ["FS-304", "FS-304", None]
    head = "id,title,price," + ",".join(f"label {number}" for number in range(8)) + "\n"
    reading = read(head + "1,t,73\n0.99 USD,a,b 1,c,d,e,f,g,h\n2,t,9 USD,a,b,c,d,e,f,g,h\n", delimiter=",")
    assert reading.codes == ["FS-418", "FS-304", None]
    assert messages(reading.parsed)[1].endswith("(it is the rest of the row before it)")
