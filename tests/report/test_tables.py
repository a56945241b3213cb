"""Changes as CSV: for a spreadsheet and for a program."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsync.report.tables import guarded, write_csv

from .hostile import TITLES
from .recorded import Recorded, price, title, variant


def _csv(recorded: Recorded, *, raw: bool) -> str:
    stream = io.StringIO(newline="")
    write_csv(stream, recorded.store, 1, raw=raw)
    return stream.getvalue()


def test_a_program_gets_every_value_as_it_is(recorded: Recorded) -> None:
    recorded.product(variant("A", "A kettle"))
    recorded.run(price("A", "1.00 INR", "2.00 INR"), *(title("T", None, text) for text in TITLES))
    rows = list(csv.DictReader(io.StringIO(_csv(recorded, raw=True), newline="")))
    assert rows[0] == {
        "run": "1", "at": "2026-11-16T00:00:00Z", "product": "A", "variant": "A", "title": "A kettle", "brand": "Leaf",
        "catalog": "Tea > Black", "kind": "price_up", "field": "price", "before": "1.00 INR", "after": "2.00 INR",
        "cause": "feed", "class": "price", "note": "", "verdict": "send",
    }  # fmt: skip
    assert [row["after"] for row in rows[1:]] == list(TITLES)


def test_a_spreadsheet_gets_words_and_no_formula(recorded: Recorded) -> None:
    recorded.run(price("=A1", "1.00 INR", "2.00 INR"), *(title("T", None, text) for text in TITLES))
    text = _csv(recorded, raw=False)
    assert text.startswith("\ufeffrun,at,product")
    assert text.count("\r\n") == text.count("\n") == len(TITLES) + 2
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert (rows[0]["kind"], rows[0]["product"]) == ("price up", "'=A1")
    assert [row["after"] for row in rows if row["after"].startswith("'")] == [
        '\'=HYPERLINK("https://evil.example","Tea")', "'+1+1", "'-2+3", "'@SUM(A1)", "'＝1+1", "'=1"
    ]  # fmt: skip


@given(st.text())
def test_no_cell_is_a_formula_or_breaks_its_line(text: str) -> None:
    cell = guarded(text)
    assert not cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", " ", "\t"))
    assert not cell or cell.isprintable()


@pytest.mark.parametrize("text", ["A kettle", "5 %", "a=b", "Über-Tee", "日本"])
def test_what_is_harmless_stays(text: str) -> None:
    assert guarded(text) == text
    assert guarded(None) == ""
