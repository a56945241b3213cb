"""Bik's calls: one method a call of bik-api.md, over HTTP Basic, with both statuses of an answer checked.

One method is one request. It is tried again only where that is safe and may help (429, 5xx, no answer): every call is
idempotent. A refusal is :class:`Rejected`, and what to do with the rest of a batch is the caller's business. Thread-safe.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec
from pydantic import SecretStr

from feedsync.bik.rate import RateBudget
from feedsync.bik.wire import BikCatalog, BikProduct
from feedsync.errors import Fatal, FeedsyncError, Rejected, Retryable

if TYPE_CHECKING:
    from feedsync.bik.transport import Transport

ATTEMPTS = 5
#: The first pause between two tries; each next one doubles, with jitter.
BACKOFF_S = 1.0
#: The longest that a ``Retry-After`` is waited for within a run.
RETRY_AFTER_LIMIT_S = 300.0
#: These leave open whether the request was applied.
IN_DOUBT = ("FS-705", "FS-706")
_WORDS = 300
_LOG = logging.getLogger("feedsync.bik")


class Exchange(msgspec.Struct):
    """What was heard of one request: the last try's HTTP status, the envelope's status, the time on the wire, Bik's number.

    All None and no tries: nothing was sent. A status is None where nothing was answered, or where it was none.
    """

    status: int | None = None
    inner_status: int | None = None
    duration_ms: int | None = None
    request_id: str | None = None
    tries: int = 0


class Bik:
    """A store, by its base URL and credentials."""

    def __init__(
        self, base_url: str, key: SecretStr, secret: SecretStr, budget: RateBudget, *, connections: int = 8,
        attempts: int = ATTEMPTS, backoff_s: float = BACKOFF_S,
    ) -> None:  # fmt: skip
        self._key, self._secret, self._connections = key, secret, connections
        self._transport: Transport | None = None
        self._beside: ThreadPoolExecutor | None = None
        self._base_url = base_url
        self._budget = budget
        self._attempts, self._backoff_s = attempts, backoff_s
        self._lock = threading.Lock()
        #: How many requests were made, tries included.
        self.requests = 0
        #: How many of them were answered in which way: by the status that counts, ``unreadable`` or ``none``.
        self.answers: Counter[str] = Counter()
        #: The time by the store's clock when it last answered (Unix seconds), None where it does not say.
        self.server_time: float | None = None

    def close(self) -> None:
        """Close the connections."""
        if self._beside is not None:
            self._beside.shutdown()
        if self._transport is not None:
            self._transport.close()

    def get_ready(self) -> None:
        """There will be requests: load what they take beside what the caller does until the first one.

        What fails of it fails again with that one.
        """
        if self._beside is None:
            self._beside = ThreadPoolExecutor(1)
            with suppress(RuntimeError):  # no more threads
                self._beside.submit(self._opened)

    def stop(self) -> None:
        """The run ends: what is on the wire is heard out, and nothing is tried again or waits for its turn."""
        self._budget.stop()

    def authenticate(self, app_id: str) -> None:
        """Check the credentials with Bik.

        Raises:
            Fatal: FS-701, they are refused.
        """
        self._call("authPartnerViaKey", {"appId": app_id}, 0)

    def put_products(self, products: list[BikProduct], urgency: int, heard: Exchange | None = None) -> None:
        """Create or update products; ``heard`` is told what came of the request, however it ends."""
        self._call("products/createOrUpdate", {"products": products}, urgency, heard)

    def put_records(self, products: list[dict[str, Any]], urgency: int) -> None:
        """Create or update products that are no whole ones, to learn what Bik does with them."""
        self._call("products/createOrUpdate", {"products": products}, urgency)

    def get_products(self, ids: list[str], urgency: int) -> list[dict[str, Any]]:
        """The products with these ids that the store has."""
        return self._records("products/get", {"productIds": ids}, "products", urgency)

    def list_products(self, after: str | None, urgency: int) -> list[dict[str, Any]]:
        """The page of products after that id, or the first; an empty one ends the list."""
        return self._records("products/list", {"afterProductId": after} if after else {}, "products", urgency)

    def delete_products(self, ids: list[str], urgency: int, heard: Exchange | None = None) -> None:
        """Delete products; one that is gone already is deleted. ``heard`` as in :meth:`put_products`."""
        self._call("products/delete", {"productIds": ids}, urgency, heard)

    def put_catalogs(self, catalogs: list[BikCatalog], urgency: int) -> None:
        """Create or update catalogs."""
        self._call("catalogs/createOrUpdate", {"catalogs": catalogs}, urgency)

    def get_catalogs(self, ids: list[str], urgency: int) -> list[dict[str, Any]]:
        """The catalogs with these ids that the store has."""
        return self._records("catalogs/get", {"catalogIds": ids}, "catalogs", urgency)

    def list_catalogs(self, after: str | None, urgency: int) -> list[dict[str, Any]]:
        """The page of catalogs after that id, or the first; an empty one ends the list."""
        return self._records("catalogs/list", {"afterCatalogId": after} if after else {}, "catalogs", urgency)

    def _records(self, call: str, body: object, name: str, urgency: int) -> list[dict[str, Any]]:
        data = self._call(call, body, urgency)
        records = data.get(name) if isinstance(data, dict) else None
        if not isinstance(records, list) or not all(
            isinstance(r, dict) and isinstance(r.get("id"), str) for r in records
        ):
            raise Retryable("FS-706", reason=f"{call} gave no list of {name}")
        return records

    def _call(self, call: str, body: object, urgency: int, heard: Exchange | None = None) -> Any:
        """One request, tried again while that may help.

        Raises:
            Rejected: FS-703, Bik says that the data is bad.
            Fatal: FS-701 (401, 403), FS-702 (404, but of a deletion).
            Retryable: FS-704 to FS-706 after the last try, FS-709 when the run ended before the first; where any try
                leaves open whether it was applied, the error is that one's (FS-705, FS-706).
        """
        from feedsync.retrying import retry_context  # like httpx: a run without a request does without it

        content = msgspec.json.encode(body)
        heard = heard or Exchange()
        errors: list[Retryable] = []
        try:
            for attempt in retry_context(
                on=self._again, attempts=self._attempts, timeout=None, wait_initial=self._backoff_s,
                wait_max=60 * self._backoff_s, wait_jitter=self._backoff_s,
            ):  # fmt: skip
                with attempt:
                    try:
                        if self._budget.take(urgency):
                            return self._once(call, content, heard)
                        raise errors[-1] if errors else Retryable("FS-709")
                    except Retryable as error:
                        errors.append(error)
                        raise
        except (Retryable, Fatal) as error:
            raise next((one for one in errors if one.code in IN_DOUBT), error) from None
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def _again(self, error: Exception) -> bool | float:
        """Whether a try may be repeated. After a ``Retry-After`` everybody with this key waits for the next slot."""
        if not isinstance(error, Retryable) or self._budget.stopped:
            return False
        if error.after_s is None:
            return True
        self._budget.pause(min(error.after_s, RETRY_AFTER_LIMIT_S))
        return 0.0

    def _once(self, call: str, content: bytes, heard: Exchange) -> Any:
        with self._lock:
            self.requests += 1
        heard.status = heard.inner_status = heard.request_id = None
        heard.tries += 1
        transport = self._opened()
        began = time.monotonic()
        try:
            answer = transport.post(f"{self._base_url}/bikPlatformFunctions-{call}", content, call)
        except Retryable as error:
            if error.code == "FS-705":
                self._note(call, "none", heard)
            raise
        finally:
            heard.duration_ms = round((time.monotonic() - began) * 1000)
        heard.status, heard.request_id = answer.status, answer.request_id
        if answer.server_time is not None:
            self.server_time = answer.server_time
        envelope = _envelope(answer.body)
        heard.inner_status = _inner(envelope)
        status = _status(answer.status, envelope)
        self._note(call, "unreadable" if status is None else str(status) if status < 600 else "other", heard)
        if status is None:
            raise Retryable("FS-706", reason=f"{call} answered {answer.status} without a readable envelope")
        if status < 300:
            return (envelope or {}).get("data")
        raise _refusal(call, status, _words(envelope, answer.status), answer.retry_after_s)

    def _note(self, call: str, answer: str, heard: Exchange) -> None:
        with self._lock:
            self.answers[answer] += 1
        _LOG.debug("request", extra={"call": call, "answer": answer, "request": heard.request_id, "try": heard.tries})

    def _opened(self) -> Transport:
        from feedsync.bik.transport import Transport

        with self._lock:
            if self._transport is None:
                self._transport = Transport(self._key, self._secret, self._connections)
            return self._transport


def _refusal(call: str, status: int, words: str, after_s: float | None) -> FeedsyncError:
    if status in (401, 403):
        return Fatal("FS-701", status=status, reason=words)
    if status == 404 and call == "products/delete":  # may be said of an id that is not there: nobody knows (bik-api.md)
        return Rejected("FS-703", reason=words)
    if status == 404 or 300 <= status < 400:
        return Fatal("FS-702", status=status, path=call)
    if status in (408, 425, 429) or status >= 500:
        return Retryable("FS-704", status=status, reason=words, after_s=after_s)
    return Rejected("FS-703", reason=words)


def _envelope(body: bytes) -> dict[str, Any] | None:
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None


def _status(http: int, envelope: dict[str, Any] | None) -> int | None:
    """The status of an answer: HTTP's own error, else the envelope's; None where nobody can tell.

    The envelope's status is a number or a text (bik-api.md, *Transport*). An acknowledgement needs it to be 2xx, or
    ``success`` to be true where it is missing, and no errors; everything else that looks like success is in doubt.
    """
    if http >= 300:
        return http
    if envelope is None:
        return None
    inner = _inner(envelope)
    success = envelope.get("success")
    if inner is not None and inner >= 300:
        return inner
    if success is False:
        return 500
    said = envelope.get("status") is not None
    if envelope.get("errors") or not ((not said and success is True) or inner in range(200, 300)):
        return None
    return http


def _inner(envelope: dict[str, Any] | None) -> int | None:
    """The envelope's own status, None where it has none or one that is no number."""
    inner = (envelope or {}).get("status")
    if isinstance(inner, str):
        return int(inner) if inner.isascii() and inner.isdigit() and len(inner) < 10 else None
    return int(inner) if isinstance(inner, int | float) and 0 <= inner < 10**9 and inner == int(inner) else None


def _words(envelope: dict[str, Any] | None, status: int) -> str:
    """Bik's own words, cut short; it is untrusted text."""
    errors = (envelope or {}).get("errors")
    messages = [e["message"] for e in errors if isinstance(e, dict) and isinstance(e.get("message"), str)] \
        if isinstance(errors, list) else []  # fmt: skip
    text = "; ".join(messages) or f"status {status} without a message"
    return "".join(c if c.isprintable() else " " for c in text)[:_WORDS]
