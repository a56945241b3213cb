"""The words that changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from feedsync.report.words import LIMIT, marked

TEXT = st.lists(st.sampled_from(["green", "leaf", "tea", " ", "\n", "é"]), max_size=12).map("".join)


def test_only_what_one_side_has_is_marked() -> None:
    assert marked("Green tea 100 g", "Green leaf tea 90 g") == (
        [("Green", False), (" tea ", False), ("100", True), (" g", False)],
        [("Green", False), (" leaf", True), (" tea ", False), ("90", True), (" g", False)],
    )


def test_what_is_new_gone_or_long_has_no_marks() -> None:
    assert marked(None, "new") == ([("", False)], [("new", False)])
    assert marked("old", None) == ([("old", False)], [("", False)])
    long = "word " * LIMIT
    assert marked(long, "x") == ([(long, False)], [("x", False)])


@given(TEXT, TEXT)
def test_the_pieces_are_the_text_and_what_is_not_marked_is_in_both(before: str, after: str) -> None:
    left, right = marked(before, after)
    assert ("".join(word for word, _ in left), "".join(word for word, _ in right)) == (before, after)
    assert [word for word, changed in left if not changed] == [word for word, changed in right if not changed]
