"""The cells of a line are those that the csv module gives, or none are given."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedsync.adapters.delimited.quick import cells_of

PARTS = st.lists(st.sampled_from(["a", " ", ",", ",", '"', '"', '""', '","', ';"', "\x00", "\u2028", "é"]), max_size=12)


@settings(deadline=None, max_examples=2000)
@given(PARTS, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r", ""]))
@example(['"'] * 198, ",", "\n")
@example(['"'] * 200, ",", "\n")
def test_they_are_those_of_the_csv_module(parts: list[str], delimiter: str, end: str) -> None:
    text = "".join(parts).replace(",", delimiter)
    found = cells_of(text, delimiter)
    try:
        reader = csv.reader([text + end], delimiter=delimiter, strict=True)
        exact = next(reader)
    except csv.Error:
        assert found is None
    else:
        assert found in (exact or [""], None)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.text(st.sampled_from('ab ",;\t'), max_size=6), min_size=1, max_size=6))
def test_they_are_given_for_all_that_the_csv_module_writes(cells: list[str]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    assert cells_of(text.getvalue(), ",") == cells


@pytest.mark.parametrize("text", ['a"', 'a""', 'a"b"', '"a"b', '"a" ,b', '"a","b"c,"d"', 'a,b "c",d', '"' * 202])
def test_where_marks_do_not_enclose_cells_none_are_given(text: str) -> None:
    assert cells_of(text, ",") is None
