"""How a request ended, and what is tried next: helpers of the push."""

from __future__ import annotations

from typing import TypeVar

from feedsync.bik.client import IN_DOUBT
from feedsync.errors import FeedsyncError, Rejected
from feedsync.model import Outcome

_T = TypeVar("_T")


def halves(batch: list[_T]) -> list[list[_T]]:
    """A batch in two, to find what is bad in it."""
    middle = len(batch) // 2
    return [batch[:middle], batch[middle:]]


def outcome_of(error: FeedsyncError) -> Outcome:
    """How a request ended: refused, surely not applied (429, credentials), or nobody knows."""
    if isinstance(error, Rejected):
        return "rejected"
    return "unknown" if error.code in IN_DOUBT else "retryable"
