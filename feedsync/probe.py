"""Learning from a store what Bik's reference leaves open (bik-api.md, *Not stated*), with two disposable products.

What was not seen stays unknown, and so does what only a wait would say. The products are removed again, whatever happens;
what could not be removed is told by its id. The catalog cannot be removed, so it is always the same one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec

from feedsync import __version__
from feedsync.bik.client import Bik
from feedsync.bik.wire import BikCatalog
from feedsync.errors import ConfigError, FeedsyncError, Rejected, Retryable
from feedsync.lateness import NotYet, rounds
from feedsync.snapshot.bikfindings import BikFindings

PRODUCT = "feedsync-probe"
#: Goes out in one request with the bad one.
WITNESS = "feedsync-probe-good"
#: Refused by every store: it has no name.
BAD = "feedsync-probe-bad"
NOBODY = "feedsync-probe-nobody"
_MADE = (PRODUCT, WITNESS, BAD)
_TITLE = "feedsync probe (disposable, can be deleted)"
_CATALOG = "feedsync probe (can be ignored)"
_URGENCY = 4
_TRIES = 7
_FIRST_PAUSE_S = 0.25
Records = dict[str, dict[str, Any]]


class Left(msgspec.Struct, frozen=True):
    """A product of the probe's that is still in the store, or may be, and why."""

    id: str
    reason: str


class Probed(msgspec.Struct, frozen=True):
    """What a probe came to: what was ``found`` (None: it broke off, as ``failed`` says), and what it left behind."""

    found: BikFindings | None
    failed: FeedsyncError | None
    left: list[Left]


def probe(bik: Bik, *, clock: Callable[[], float] = time.time) -> Probed:
    """Try it out.

    Raises:
        ConfigError: FS-106, somebody else's product or catalog has an id of the probe's; nothing was done.
        FeedsyncError: the store cannot be read; nothing was done.
    """
    _nobody_elses(bik)
    found, failed = None, None
    try:
        found = _probe(bik, clock)
    except FeedsyncError as error:
        failed = error
    except BaseException:  # a signal: there is no time to look whether it worked, which the next probe does
        _delete(bik)
        raise
    return Probed(found, failed, _tidied(bik))


def _nobody_elses(bik: Bik) -> None:
    products, catalogs = bik.get_products([*_MADE, NOBODY], _URGENCY), bik.get_catalogs([PRODUCT], _URGENCY)
    theirs = [r["id"] for r in products if not _is_ours(r) and r["id"] in (*_MADE, NOBODY)]
    theirs += [r["id"] for r in catalogs if r.get("name") != _CATALOG and r["id"] == PRODUCT]
    if theirs:
        reason = f"the store has a product or catalog {theirs[0]!r} that is not the probe's; nothing was done"
        raise ConfigError("FS-106", reason=reason)


def _is_ours(record: dict[str, Any]) -> bool:
    return any(str(record.get(field, "")).startswith(_TITLE) for field in ("name", "description"))


def _probe(bik: Bik, clock: Callable[[], float]) -> BikFindings:
    bik.put_catalogs([BikCatalog(PRODUCT, _CATALOG)], _URGENCY)
    first, delay = _written(bik, 1, "A", "B", description="first", tags="probe")
    second, again = _written(bik, 2, "A") if first else (None, None)
    return BikFindings(
        at=int(clock()),
        version=__version__,
        fields_replaced=_replaced(first, second, "description"),
        combinations_dropped=_dropped(first, second),
        good_of_bad_applied=_applies_good(bik, max(delay, again)) if delay is not None and again is not None else None,
        delete_unknown_ok=_deletes_unknown(bik),
        read_delay_s=None if delay is None else round(max(delay, again or 0.0), 1),
        page_size=_page_size(bik),
    )


def _record(product_id: str, number: int, *variants: str, **fields: str) -> dict[str, Any]:
    url = "https://feedsync.invalid/probe"
    combinations = [
        {
            "id": f"{product_id}-{name}", "name": name, "productId": product_id, "price": 1, "discountedPrice": 1,
            "quantity": 0, "image": url, "productUrl": url, "currency": "INR", "options": {"Title": name},
        }
        for name in variants
    ]  # fmt: skip
    return {
        "id": product_id, "name": f"{_TITLE} {number}", "url": url, "photos": [{"photoUrl": url}],
        "combinations": combinations, "currency": "INR", "catalogIds": [PRODUCT], "addToCartDisabled": True, **fields,
    }  # fmt: skip


def _written(bik: Bik, number: int, *variants: str, **fields: str) -> tuple[dict[str, Any] | None, float | None]:
    """The product once its n-th writing is shown, and after how many seconds that was; None: it never was."""
    bik.put_records([_record(PRODUCT, number, *variants, **fields)], _URGENCY)
    began = time.monotonic()
    shown = _shown(bik, lambda found: found.get(PRODUCT, {}).get("name") == f"{_TITLE} {number}")
    return (shown[PRODUCT], time.monotonic() - began) if shown else (None, None)


def _shown(
    bik: Bik, when: Callable[[Records], bool], *, pause_s: float = _FIRST_PAUSE_S, tries: int = _TRIES
) -> Records | None:
    """The probe's products in the store, as soon as they are as they should be; None: they never were."""
    with suppress(NotYet):
        for attempt in rounds(pause_s, tries):
            with attempt:
                found = {record["id"]: record for record in bik.get_products(list(_MADE), _URGENCY)}
                if not when(found):
                    raise NotYet
                return found
    return None


def _replaced(before: dict[str, Any] | None, after: dict[str, Any] | None, field: str) -> bool | None:
    if before is None or after is None or before.get(field) != "first":
        return None
    return after.get(field) != "first"


def _dropped(before: dict[str, Any] | None, after: dict[str, Any] | None) -> bool | None:
    counts = [len(r["combinations"]) for r in (before, after) if r and isinstance(r.get("combinations"), list)]
    return {(2, 1): True, (2, 2): False}.get(tuple(counts))  # type: ignore[arg-type]


def _applies_good(bik: Bik, delay_s: float) -> bool | None:
    """Whether the good product of a refused request is stored.

    It is known not to be where a later write is shown and it is not, also after the longest that a write took here.
    """
    try:
        bik.put_records([_record(WITNESS, 1, "A"), {"id": BAD, "description": _TITLE}], _URGENCY)
    except Rejected:
        later, _ = _written(bik, 3, "A")
    except Retryable:
        return None
    else:
        return None  # it was not refused
    if later is None:
        return None
    return _shown(bik, lambda found: WITNESS in found, pause_s=max(_FIRST_PAUSE_S, delay_s), tries=2) is not None


def _deletes_unknown(bik: Bik) -> bool | None:
    try:
        bik.delete_products([NOBODY], _URGENCY)
    except Rejected:
        return False
    except Retryable:
        return None
    return True


def _page_size(bik: Bik) -> int | None:
    """How many products a page has; None where there is one page alone, or the next one has nothing new."""
    try:
        first = bik.list_products(None, _URGENCY)
        more = bik.list_products(first[-1]["id"], _URGENCY) if first else []
    except Retryable:
        return None
    return len(first) if {r["id"] for r in more} - {r["id"] for r in first} else None


def _delete(bik: Bik) -> dict[str, FeedsyncError]:
    """Delete what was made, each alone: an id that is not there may be an error. The ids that it did not work for."""
    refused = {}
    for product_id in _MADE:
        try:
            bik.delete_products([product_id], _URGENCY)
        except FeedsyncError as error:
            refused[product_id] = error
    return refused


def _tidied(bik: Bik) -> list[Left]:
    """Delete what was made; what is left of it all the same, or may be."""
    refused = _delete(bik)
    last: Records = {}

    def gone(found: Records) -> bool:
        last.clear()
        last.update(found)
        return not last.keys() & set(_MADE)

    try:
        _shown(bik, gone)
    except FeedsyncError as error:
        nobody_knows = f"nobody knows whether it is: {error.code}: {error.message}"
        return [Left(product_id, nobody_knows) for product_id in refused]
    left = []
    for product_id in _MADE:
        failure = refused.get(product_id)
        words = f"its deletion failed: {failure.code}: {failure.message}" if failure else "its deletion was taken"
        if product_id in last:
            left.append(Left(product_id, f"it is shown there; {words}"))
        elif failure and (product_id == PRODUCT or not isinstance(failure, Rejected)):  # it may come up yet
            left.append(Left(product_id, f"it is not shown, but {words}"))
    return left


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
