"""The variations of WooCommerce's variable products, which only name their ids in the list of products.

Each product's are read as a list of their own and stand as objects in its ``variations`` afterwards. A product whose
variations cannot all be read keeps the ids, and the document is short: half of a product's variants are no product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import BinaryIO, Final

import msgspec

from feedsync.errors import FeedsyncError
from feedsync.sources.pages_answer import UNREADABLE, Fields, scalar
from feedsync.sources.pages_reading import DISK, Ask, read_list, words_of
from feedsync.sources.pages_requests import Requests, variations_of

#: After so many failures in a row no more requests are made: the server is down, and each failure takes its time.
_FAILURES_IN_A_ROW: Final = 5
#: The longest text of a product's variations; a longer record could not be read as an item.
_LONGEST_BYTES: Final = 8 * 1024**2


class Variations:
    """Puts variations into products, and remembers where that failed. ``new_file`` opens a file for one reading."""

    def __init__(self, requests: Requests, ask: Ask, new_file: Callable[[], BinaryIO]) -> None:
        self._requests = requests
        self._ask = ask
        self._new_file = new_file
        self._failures = 0
        self._in_a_row = 0
        self._first_failure = ""

    def into(self, products: Iterable[bytes]) -> Iterator[bytes]:
        """Give the products (lines of JSON) with their variations."""
        for product in products:
            try:
                fields = msgspec.json.decode(product, type=Fields)
            except UNREADABLE:  # whoever reads the document says so of this record alone
                yield product
                continue
            expected = _expected(fields)
            if expected is None:
                yield product
                continue
            product_id = scalar(bytes(fields.get("id", b""))) or ""
            found = self._read(product_id, expected)
            if isinstance(found, str):
                shown = product_id[:20] if product_id.isalnum() else repr(product_id[:20])
                self._first_failure = self._first_failure or f"product {shown}: {found}"
                self._failures += 1
                yield product
            else:
                fields["variations"] = found
                yield msgspec.json.encode(fields)

    @property
    def short(self) -> str | None:
        """Why products lack their variations, or None."""
        if not self._failures:
            return None
        return f"the variations of {self._failures} products could not be read ({self._first_failure})"

    def _read(self, product_id: str, expected: int) -> msgspec.Raw | str:
        """A product's variations as one JSON list, or why they cannot be had."""
        # It becomes part of an address.
        if not (product_id.isascii() and product_id.isdecimal()):
            return "its id is no number"
        if self._in_a_row >= _FAILURES_IN_A_ROW:
            return "not asked for any more"
        reason: str | None
        with ExitStack() as files:
            requests = variations_of(self._requests, product_id, expected)
            try:
                records, reason = read_list(requests, self._ask, lambda: files.enter_context(self._new_file()))
            except FeedsyncError as error:
                if error.code == DISK:
                    raise
                reason = words_of(error)
            if reason is None:
                self._in_a_row = 0
                return _joined(records)
        self._in_a_row += 1
        return reason


def _expected(fields: Fields) -> int | None:
    """How many variations a product says it has, 0 when it does not tell; None when there are none to be read."""
    kind = scalar(bytes(fields.get("type", b"")))
    if kind is None or not kind.startswith("variable"):  # plugins add their own: variable-subscription
        return None
    try:
        listed = msgspec.json.decode(fields.get("variations", b"null"), type=list[msgspec.Raw])
    except msgspec.ValidationError:
        return 0
    # Some hosts send whole variations at once.
    return None if not listed or bytes(listed[0]).startswith(b"{") else len(listed)


def _joined(records: Iterable[bytes]) -> msgspec.Raw | str:
    parts, size = [], 0
    for record in records:
        size += len(record) + 1
        if size > _LONGEST_BYTES:
            return f"they are larger than {_LONGEST_BYTES} bytes"
        parts.append(record)
    return msgspec.Raw(b"[" + b",".join(parts) + b"]")
