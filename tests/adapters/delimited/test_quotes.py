"""A quotation mark that is never closed costs its own row, not those behind it, and never the memory."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.adapters.delimited import lines, rows
from tests.adapters.delimited.support import messages, only, read, table

HEAD = "id,title,description,price\n"


def test_a_cell_may_hold_marks_commas_and_lines() -> None:
    text = table(("id", "title", "description"), ("1", 'a "b", c', 'x\ny, "z"\r\n\n'), ("2", "", "x"))
    reading = read(text)
    assert reading.attributes == [
        {"id": "1", "title": 'a "b", c', "description": 'x\ny, "z"'},
        {"id": "2", "description": "x"},
    ]
    assert reading.offsets == [2, 6]


def test_an_inch_within_a_cell_is_a_sign() -> None:
    assert only(read(HEAD + '1,15" screen,x"y,9\n'))["title"] == '15" screen'


def test_a_mark_that_is_not_closed_costs_its_own_row_alone() -> None:
    reading = read(HEAD + '1,"Shirt,x,9\n2,b,x,9\n3,"c",x,9\n4,"d\ne",x,9\n')
    assert reading.codes == ["FS-418", None, None, None]
    assert reading.ids == ["1", "2", "3", "4"]
    assert reading.offsets == [2, 3, 4, 5]
    assert reading.faults == []


def test_two_records_on_a_line_are_not_taken_for_the_first_of_them() -> None:
    assert read(HEAD + '1,a,x,"9"2,b,x,9\n3,c,x,9\n').ids == [None, "3"]


def test_in_the_last_one_it_makes_the_document_degraded() -> None:
    reading = read(HEAD + '1,a,x,9\n2,"b,x,9\n3,c,x,9\n')
    assert reading.codes == [None, "FS-418"]
    assert reading.ids == ["1", "2"]
    assert reading.faults == ["FS-315"]
    assert messages(reading.parsed) == ["the row cannot be trusted: a quoted cell in it is never closed"]


def test_rows_that_were_swallowed_and_by_chance_released_are_not_read_as_one() -> None:
    """The inch sign of row 3 closes what row 1 opened: four cells, of three products."""
    reading = read(HEAD + '1,a,"x,9\n2,b,y,8\n\n3,c,5",7\n4,d,x,9\n')
    assert reading.codes == ["FS-304", None]
    assert messages(reading.parsed) == [
        "an item that is broken and whose id cannot be read (other rows seem to stand within one of its cells)"
    ]


def test_rows_between_two_marks_that_stand_alone_are_not_nothing() -> None:
    reading = read('id,title,price,color\n1,t,9,x\n"\n28,t,9,x\n4,t,9,x\n"\n5,t,9,x\n')
    assert (reading.ids, reading.codes) == (["1", None, "5"], [None, "FS-304", None])


def test_a_cell_of_several_lines_before_its_row_goes_wrong_is_not_taken_for_rows() -> None:
    reading = read(HEAD + '1,a,"text\nmore",9,x\n2,b,y,8\n')
    assert reading.codes == ["FS-304", None]


def test_what_is_too_large_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "ITEM_LIMIT_BYTES", 60)
    reading = read(HEAD + '1,a,x,9\n2,"' + "b,b,b,b\n" * 20 + "3,c,x,9\n")
    assert reading.codes[:2] == [None, "FS-307"]
    assert reading.ids[-1] == "3"


def test_so_is_a_line_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "ITEM_LIMIT_BYTES", 40)
    reading = read(HEAD + "1,a,x,9\n2," + "b" * 500 + ",x,9\n3,c,x,9\n4,d," + "e" * 100)
    assert reading.codes == [None, "FS-307", None, "FS-307"]
    assert reading.offsets == [2, 3, 4, 5]


def test_reading_again_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_SECOND_LOOKS", 0)
    swallowing = '1,a","b,x\n' * 50 + '1,a","b"x\n'
    reading = read(HEAD + swallowing + "2,c,x,9\n")
    assert reading.codes == ["FS-304", None]
    assert "51 lines from here on are lost" in messages(reading.parsed)[0]


@pytest.mark.parametrize(
    ("title", "read_as"),
    [
        ('"Best" shirt', '"Best" shirt'),
        ('"Best', '"Best'),
        ('"a ""b"" c" x', '"a ""b"" c" x'),
    ],
)
def test_between_tabs_a_mark_that_encloses_no_cell_is_text(title: str, read_as: str) -> None:
    reading = read(f'id\ttitle\tdescription\n1\t{title}\t"x ""y"""\n2\t"b"\tc\n')
    assert reading.attributes[0] == {"id": "1", "title": read_as, "description": 'x "y"'}
    assert [note.code for note in reading.parsed[0].notes] == ["FS-414"]
    assert reading.ids == ["1", "2"]


def test_but_not_where_cells_are_missing_or_bytes_are_wrong() -> None:
    assert read('id\ttitle\tx\n1\t"a" b\n2\tb\tc\n').codes == ["FS-418", None]
    assert read('id\ttitle\tx\n1\t"a" \0\tx\n2\tb\tc\n').codes == ["FS-418", None]
    assert read('id\ttitle\tx\n\t"" \t\n2\tb\tc\n').ids == [None, "2"]


def test_a_comment_is_none_whatever_its_marks() -> None:
    assert read('id\ttitle\tx\n# Required | an id\t"a" b\tx\n2\tb\tc\n').ids == ["2"]


def test_a_row_that_was_quoted_as_a_whole_and_badly_has_one_cell() -> None:
    reading = read(HEAD + '"1,""a""b,x,9"\n2,b,x,9\n')
    assert reading.codes == ["FS-304", None]


cell = st.text(st.sampled_from('ab ",\n'), max_size=6)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(cell, cell, cell), max_size=6), st.sampled_from(",;\t|"))
def test_what_a_spreadsheet_writes_is_read_as_it_was(cells: list[tuple[str, str, str]], delimiter: str) -> None:
    """But for rows that seem to be several; a document of three columns has none of these."""
    rows_ = [(str(number), *three) for number, three in enumerate(cells)]
    text = table(("id", "title", "color", "size"), *rows_, delimiter=delimiter)
    for one, (parsed, cells_) in enumerate(zip(read(text, delimiter=delimiter).parsed, rows_, strict=True)):
        if parsed.problem is not None:
            assert any("\n" in value for value in cells_), one
        else:
            assert parsed.record == dict(zip(("id", "title", "color", "size"), cells_, strict=True))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(st.sampled_from('1a",\n\r\0'), max_size=12), max_size=8))
def test_no_row_is_lost_in_silence(lines: list[str]) -> None:
    """Whatever stands between two rows, both come out, or the document does not count as whole."""
    reading = read(HEAD + "first,a,b,c\n" + "\n".join(lines) + "\nlast,a,b,c\n")
    nameless = any(code is not None and name is None for code, name in zip(reading.codes, reading.ids, strict=True))
    assert reading.ids[0] == "first"
    assert "last" in reading.ids or nameless or reading.faults
