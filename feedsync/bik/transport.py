"""The connections to Bik: one request and its answer, with a limit to both its size and its time.

A run that has nothing to send makes no request, so whoever sends loads this module, and httpx with it, for the first one.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import msgspec
from pydantic import SecretStr

from feedsync.errors import Retryable
from feedsync.sources.headers import retry_after_s
from feedsync.sources.network import trusted

TIMEOUT = httpx.Timeout(connect=15, read=60, write=60, pool=60)
#: A larger answer is none (bytes, unpacked), nor is one that takes longer (seconds).
LARGEST_BYTES = 64_000_000
LONGEST_S = 300.0
#: Where servers and the gateways before them number their requests; Bik's reference names none.
REQUEST_IDS = ("X-Request-Id", "X-Correlation-Id", "Function-Execution-Id", "X-Cloud-Trace-Context")
_LONGEST_ID = 100


class Answer(msgspec.Struct, frozen=True):
    """What came back: the HTTP status, the body, unpacked, and what the headers say where they say it.

    ``server_time`` is the store's clock (Unix seconds), ``retry_after_s`` how long to wait (seconds).
    """

    status: int
    body: bytes
    request_id: str | None
    server_time: float | None
    retry_after_s: float | None


class Transport:
    """The connections, at most so many; thread-safe."""

    def __init__(self, key: SecretStr, secret: SecretStr, connections: int) -> None:
        self._http = httpx.Client(
            auth=httpx.BasicAuth(key.get_secret_value(), secret.get_secret_value()),
            headers={"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "feedsync"},
            timeout=TIMEOUT,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            verify=trusted("http"),
            trust_env=False,
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def post(self, url: str, content: bytes, call: str) -> Answer:
        """Send a call's request; its answer, whatever it says. One without end is given up.

        Raises:
            Retryable: FS-705, nothing was answered; FS-706, the answer has no end.
        """
        began, body = time.monotonic(), bytearray()
        try:
            with self._http.stream("POST", url, content=content) as response:
                for part in response.iter_bytes():
                    body += part
                    if len(body) > LARGEST_BYTES or time.monotonic() - began > LONGEST_S:
                        raise Retryable(
                            "FS-706", reason=f"{call} gave an answer without end ({len(body):,} bytes of it)"
                        )
                # it refers back to the answer: both would stay, with all that was sent, until somebody looks for garbage
                response.stream = httpx.ByteStream(b"")
        except httpx.HTTPError as error:
            raise Retryable("FS-705", reason=f"{type(error).__name__} in {call}") from None
        headers = response.headers
        after_s = retry_after_s(headers.get("Retry-After"), datetime.now(UTC))
        return Answer(response.status_code, bytes(body), _request_id(headers), _server_time(headers), after_s)


def _server_time(headers: httpx.Headers) -> float | None:
    try:
        return parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (TypeError, ValueError):
        return None


def _request_id(headers: httpx.Headers) -> str | None:
    """The number that the server gave the request, by which its maker finds it; untrusted text."""
    found = next((value for name in REQUEST_IDS if (value := headers.get(name, "").strip())), "")
    return "".join(c if c.isprintable() else " " for c in found)[:_LONGEST_ID] or None
