"""The next day of a document that is given in pieces."""

from __future__ import annotations

from typing import TypeVar

from hypothesis import strategies as st

Piece = TypeVar("Piece")


def edits(pieces: st.SearchStrategy[Piece], *, most: int) -> st.SearchStrategy[list[tuple[str, int, Piece]]]:
    """Up to so many edits, each by (kind, place, piece)."""
    kinds = st.sampled_from(("insert", "replace", "remove", "swap", "turn"))
    return st.lists(st.tuples(kinds, st.integers(0, 60), pieces), max_size=most)


def edited(pieces: list[Piece], changes: list[tuple[str, int, Piece]]) -> list[Piece]:
    """The pieces after these edits."""
    pieces = list(pieces)
    for kind, place, piece in changes:
        at = place % (len(pieces) + 1)
        if kind == "insert":
            pieces.insert(at, piece)
        elif kind == "swap":
            pieces = pieces[at:] + pieces[:at]
        elif kind == "turn":
            pieces[at:] = pieces[at:][::-1]
        else:
            pieces[at : at + 1] = [piece] if kind == "replace" else []
    return pieces
