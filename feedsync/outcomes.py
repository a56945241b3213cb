"""A request of the push: how things stood before it, how it ended, and what is tried next."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from feedsync.bik.client import IN_DOUBT, Exchange
from feedsync.errors import FeedsyncError, Rejected
from feedsync.model import Outcome
from feedsync.snapshot.calls import Call
from feedsync.snapshot.plans import Planned

_T = TypeVar("_T")


class Before(msgspec.Struct, frozen=True):
    """How things stood before a request: whose last one is in doubt, and of which the store may have something.

    The halves of a refused batch (``halved``) keep what was so before the batch: a refusal leaves nothing in doubt.
    """

    doubtful: set[str] = set()
    tried: set[str] = set()
    halved: bool = False


class Request(msgspec.Struct, frozen=True):
    """A request for a batch of products that is under way, and what is heard of it."""

    action: str  # send | delete
    batch: list[Planned]
    before: Before
    heard: Exchange

    def call(self, *, run: int, at: int, outcome: str, error: FeedsyncError | None) -> Call:
        """The request as it is remembered, once it has ended."""
        message = f"{error.code}: {error.message}" if error else None
        return Call(run, at, self.action, outcome, message, **msgspec.structs.asdict(self.heard))


def halves(batch: list[_T]) -> list[list[_T]]:
    """A batch in two, to find what is bad in it."""
    middle = len(batch) // 2
    return [batch[:middle], batch[middle:]]


def outcome_of(error: FeedsyncError) -> Outcome:
    """How a request ended: refused, surely not applied (429, credentials), or nobody knows."""
    if isinstance(error, Rejected):
        return "rejected"
    return "unknown" if error.code in IN_DOUBT else "retryable"
