"""Products that stand on several rows: contiguous rows of one handle (Shopify, Wix), kept together and within bounds.

A row that cannot be trusted may belong to the product before it, or be the beginning of the one behind it. Such a
product is *torn*: its variants are refused by their ids, so that it stays in the store as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec
import xxhash

from feedsync.adapters.base import ITEM_LIMIT_BYTES, RawItem
from feedsync.adapters.delimited.rows import Rows
from feedsync.adapters.delimited.table import broken, broken_row
from feedsync.errors import Problem

#: More rows than any product has: Shopify allows 2,048 variants and 250 images.
_ROWS = 5_000
_NOT_IN_A_SLUG = re.compile(r"[^\w.+-]+|-{2,}")
_SLUG_LENGTH = 60

#: Yes and no as exports and spreadsheets of several languages write them.
YES = frozenset({"true", "1", "yes", "y", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "истина", "doğru"})
NO = frozenset({"false", "0", "no", "n", "falsch", "faux", "falso", "onwaar", "ложь", "yanlış"})


class Group(msgspec.Struct, gc=False):
    """The rows of one product; ``torn`` where one of them may be missing, ``given_up`` where they are too many."""

    handle: str
    rows: list[list[str]]
    lines: list[int]
    torn: bool
    given_up: bool = False


def groups(rows: Rows, column: int, begins: Callable[[list[str]], bool]) -> Iterator[Group | RawItem]:
    """The products, and the rows that cannot be trusted as broken items.

    Args:
        rows: the document's rows.
        column: where the handle stands.
        begins: whether these cells can only be a product's first row.
    """
    group: Group | None = None
    size, gap = 0, False
    for row in rows:
        handle = row.cells[column].strip() if row.problem is None else ""
        if not handle:
            yield (
                broken_row(row)
                if row.problem
                else broken(row.line, Problem("FS-304", {"detail": "its handle is empty"}), None, row.text)
            )
            gap = True
            if group is not None:
                group.torn = True
            continue
        if group is None or handle != group.handle:
            if group is not None and group.rows:
                yield group
            group, size = Group(handle, [], [], gap and not begins(row.cells)), 0
        gap = False
        size += sum(map(len, row.cells))
        if not group.given_up and (size > ITEM_LIMIT_BYTES or len(group.rows) >= _ROWS):
            yield broken(row.line, Problem("FS-307", {"limit": str(ITEM_LIMIT_BYTES)}), None, handle)
            group.given_up, group.rows = True, []
        elif not group.given_up:
            group.rows.append(row.cells)
            group.lines.append(row.line)
    if group is not None and group.rows:
        yield group


def torn(line: int, item_id: str) -> RawItem:
    """A variant whose product lacks a row."""
    return broken(line, Problem("FS-418", {"reason": "a row of its product cannot be read"}), item_id)


def variant_id(handle: str, choices: list[str]) -> str:
    """An id for a variant that has none: the handle and its options' values, such as ``tee--x-large--red``.

    It depends on nothing else, so it is stable. Two variants never share it: handles hold no ``--``, and a slug neither
    does nor is it empty; a value that a slug does not tell for sure ends with a hash of itself. Upper and lower case
    and the width of spaces make no difference, as little as they do to a customer.
    """
    return "--".join([handle, *map(slug, choices)])


def slug(value: str) -> str:
    """A value in lower case, spaces as underscores, letters and digits of any alphabet kept."""
    exact = " ".join(value.casefold().split())
    plain = exact.replace(" ", "_")
    readable = _NOT_IN_A_SLUG.sub("-", plain).strip("-")[:_SLUG_LENGTH]
    if readable == plain and "_" not in exact and readable:
        return readable
    return f"{readable.strip('-')}~{xxhash.xxh3_64_hexdigest(exact.encode())[:8]}"


def unguarded(code: str) -> str:
    """A code without the one apostrophe that keeps spreadsheets from reading it as a number."""
    rest = code[1:]
    return rest if code.startswith("'") and rest and "'" not in rest and not any(map(str.isspace, rest)) else code
