"""Whatever a feed or Bik says, a report is plain text of 80 columns."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from feedsync.report.summary import DocumentSummary, Reason, Rejection
from feedsync.report.terminal import KINDS, plain

from .runs import difference, run, shown

_PIECES = st.sampled_from(
    ["[red]", "[/]", "[bold", "\\[", "\x1b[31m", "\x9b2J", "\u202e", "\u2028", "\r\n", "\t", "日本", "e\u0301",
     "\U0001f469\u200d\U0001f467", ":boom:", "x" * 300]
)  # fmt: skip
TEXT = st.lists(_PIECES | st.text(max_size=5), max_size=8).map("".join)


@settings(deadline=None, max_examples=60)
@given(TEXT, st.integers(2, 100))
def test_plain_text_is_one_printable_line_of_a_bounded_length(text: str, limit: int) -> None:
    line = plain(text, limit)
    assert len(line) <= limit
    assert line.isprintable()
    assert line == line.strip()


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20))
def test_plain_text_leaves_what_is_harmless(text: str) -> None:
    assert plain(text) == text


@settings(deadline=None, max_examples=80)
@given(TEXT, TEXT, TEXT, st.sampled_from(sorted(KINDS)))
def test_no_text_leaves_its_line_or_moves_the_cursor(one: str, two: str, three: str, kind: str) -> None:
    summary = run(
        outcome="failed",
        error=Reason("FS-703", f"Bik refused the data: {one}"),
        documents=[DocumentSummary(two, "google-xml", "degraded", [Reason("FS-304", three)], 1, 1)],
        changes={kind: 1},
        differences=[difference(kind, one, variant_id=two or None, field="title", before=three, after=one)],
        rejected=[Rejection(one or None, "FS-404", two, three), Rejection(three, "FS-703", one, "Bik")],
    )
    text = shown(summary)
    assert not [character for character in text if character != "\n" and not character.isprintable()]
    assert max(cell_len(line) for line in text.splitlines()) <= 80


@settings(deadline=None, max_examples=30)
@given(st.lists(TEXT, min_size=1, max_size=4))
def test_catalogs_of_any_name(names: list[str]) -> None:
    text = shown(run(unused_catalogs=names))
    assert not [character for character in text if character != "\n" and not character.isprintable()]
