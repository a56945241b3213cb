"""Learning from a store what Bik's reference leaves open (bik-api.md, *Not stated*), with one disposable product.

What was not seen stays unknown. The product is removed again, whatever happens; the catalog cannot be, so it is always
the same one. What was found is kept in the schedule's snapshot, for the store that it was found in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import stamina

from feedsync import __version__
from feedsync.bik.client import Bik
from feedsync.bik.wire import BikCatalog
from feedsync.errors import ConfigError, FeedsyncError, Rejected
from feedsync.snapshot.bikfindings import BikFindings

PRODUCT = "feedsync-probe"
#: Refused by every store: it has no name.
BAD = "feedsync-probe-bad"
NOBODY = "feedsync-probe-nobody"
_TITLE = "feedsync probe (disposable, can be deleted)"
_URGENCY = 4
_TRIES = 7
_LONGEST_PAUSE_S = 8.0


class _NotSeen(Exception):
    """A write is not shown yet."""


def probe(bik: Bik, *, clock: Callable[[], float] = time.time) -> BikFindings:
    """Try it out.

    Raises:
        ConfigError: FS-106, somebody else's product has the id of the probe's.
        FeedsyncError: the store does not take what it must take; the product is removed as far as that goes.
    """
    for record in bik.get_products([PRODUCT, BAD, NOBODY], _URGENCY):
        if not str(record.get("name", "")).startswith(_TITLE):
            reason = f"the store has a product {record['id']!r} that is not the probe's; nothing was done"
            raise ConfigError("FS-106", reason=reason)
    try:
        return _probe(bik, clock)
    finally:
        for product_id in (PRODUCT, BAD):
            with suppress(FeedsyncError):  # what went wrong before is what must be told
                bik.delete_products([product_id], _URGENCY)


def _probe(bik: Bik, clock: Callable[[], float]) -> BikFindings:
    bik.put_catalogs([BikCatalog(PRODUCT, "feedsync probe (can be ignored)")], _URGENCY)
    began = clock()
    bik.put_records([_record(1, "A", "B", description="first", tags="probe")], _URGENCY)
    seen = _seen(bik, 1)
    delay = round(clock() - began, 1) if seen else None
    bik.put_records([_record(2, "A")], _URGENCY)
    changed = _seen(bik, 2)
    applied = None
    try:
        bik.put_records([_record(3, "A"), {"id": BAD}], _URGENCY)
    except Rejected:
        applied = _seen(bik, 3) is not None if changed else None
    first = bik.list_products(None, _URGENCY)
    more = bool(first) and bool(bik.list_products(first[-1]["id"], _URGENCY))
    return BikFindings(
        at=int(clock()),
        version=__version__,
        fields_replaced=_replaced(seen, changed, "description"),
        combinations_dropped=_dropped(seen, changed),
        good_of_bad_applied=applied,
        delete_unknown_ok=_deletes_unknown(bik),
        read_delay_s=delay,
        page_size=len(first) if more else None,
    )


def _record(number: int, *variants: str, **fields: str) -> dict[str, Any]:
    url = "https://feedsync.invalid/probe"
    combinations = [
        {
            "id": f"{PRODUCT}-{name}", "name": name, "productId": PRODUCT, "price": 1, "discountedPrice": 1,
            "quantity": 0, "image": url, "productUrl": url, "currency": "INR", "options": {"Title": name},
        }
        for name in variants
    ]  # fmt: skip
    return {
        "id": PRODUCT, "name": f"{_TITLE} {number}", "url": url, "photos": [{"photoUrl": url}], "combinations": combinations,
        "currency": "INR", "catalogIds": [PRODUCT], "addToCartDisabled": True, **fields,
    }  # fmt: skip


def _seen(bik: Bik, number: int) -> dict[str, Any] | None:
    """The product once its n-th writing is shown; None: it never was."""
    with suppress(_NotSeen):
        for attempt in stamina.retry_context(
            on=_NotSeen, attempts=_TRIES, timeout=None, wait_initial=0.25, wait_max=_LONGEST_PAUSE_S, wait_jitter=0
        ):
            with attempt:
                found = bik.get_products([PRODUCT], _URGENCY)
                if not found or found[0].get("name") != f"{_TITLE} {number}":
                    raise _NotSeen
                return found[0]
    return None


def _replaced(before: dict[str, Any] | None, after: dict[str, Any] | None, field: str) -> bool | None:
    if before is None or after is None or before.get(field) != "first":
        return None
    return after.get(field) != "first"


def _dropped(before: dict[str, Any] | None, after: dict[str, Any] | None) -> bool | None:
    counts = [len(r["combinations"]) for r in (before, after) if r and isinstance(r.get("combinations"), list)]
    return {(2, 1): True, (2, 2): False}.get(tuple(counts))  # type: ignore[arg-type]


def _deletes_unknown(bik: Bik) -> bool:
    try:
        bik.delete_products([NOBODY], _URGENCY)
    except Rejected:
        return False
    return True


def known(findings: BikFindings) -> list[tuple[str, str]]:
    """What was found, in words: (question, answer)."""

    def answer(value: bool | None, yes: str, no: str) -> str:
        return "unknown" if value is None else yes if value else no

    delay = findings.read_delay_s
    return [
        ("an optional field that is left out", answer(findings.fields_replaced, "is removed", "stays")),
        ("a combination that is left out", answer(findings.combinations_dropped, "is removed", "stays")),
        (
            "the good products of a refused request",
            answer(findings.good_of_bad_applied, "are applied", "are not applied"),
        ),
        ("deleting an unknown id", answer(findings.delete_unknown_ok, "is no error", "is an error")),
        ("a write is seen after", "unknown" if delay is None else f"{delay:g} s"),
        ("a page of the list has", "unknown" if findings.page_size is None else f"{findings.page_size} products"),
    ]
