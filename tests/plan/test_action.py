"""Send, delete or nothing: the table of the design, section 3, row by row."""

from __future__ import annotations

from itertools import product

import pytest

from feedsync.model import Outcome
from feedsync.plan import action

NEW, SENT, OLD = b"new", b"sent", b"old"
FAILED: list[Outcome] = ["retryable", "unknown"]
OUTCOMES: list[Outcome | None] = [None, "acknowledged", "rejected", "retryable", "unknown", "not_stored"]


def test_what_the_store_never_had_is_sent() -> None:
    assert action(NEW, sent_hash=None, attempted_hash=None, attempted=False, outcome=None) == "send"


@pytest.mark.parametrize("sent", [None, SENT])
def test_what_bik_rejected_is_not_sent_again_until_it_changes(sent: bytes | None) -> None:
    assert action(NEW, sent_hash=sent, attempted_hash=NEW, attempted=True, outcome="rejected") is None
    assert action(NEW, sent_hash=sent, attempted_hash=OLD, attempted=True, outcome="rejected") == "send"


@pytest.mark.parametrize("attempted", [NEW, OLD, None])
@pytest.mark.parametrize("outcome", [outcome for outcome in OUTCOMES if outcome != "rejected"])
def test_what_differs_is_sent_after_any_other_outcome(outcome: Outcome | None, attempted: bytes | None) -> None:
    assert (
        action(NEW, sent_hash=SENT, attempted_hash=attempted, attempted=attempted is not None, outcome=outcome)
        == "send"
    )


@pytest.mark.parametrize("outcome", [None, "acknowledged"])
def test_what_was_acknowledged_is_left_alone(outcome: Outcome | None) -> None:
    assert action(SENT, sent_hash=SENT, attempted_hash=SENT, attempted=True, outcome=outcome) is None


@pytest.mark.parametrize("attempted", [SENT, OLD])
@pytest.mark.parametrize("outcome", FAILED)
def test_after_a_doubtful_call_the_same_is_sent_again(outcome: Outcome, attempted: bytes) -> None:
    assert action(SENT, sent_hash=SENT, attempted_hash=attempted, attempted=True, outcome=outcome) == "send"


def test_what_was_rejected_and_is_again_as_it_was_sent_needs_nothing() -> None:
    assert action(SENT, sent_hash=SENT, attempted_hash=OLD, attempted=True, outcome="rejected") is None


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_should_not_be_in_the_store_and_is_there_is_deleted(outcome: Outcome | None) -> None:
    assert action(None, sent_hash=SENT, attempted_hash=SENT, attempted=True, outcome=outcome) == "delete"


def test_a_create_that_may_have_landed_is_undone() -> None:
    assert action(None, sent_hash=None, attempted_hash=NEW, attempted=True, outcome="unknown") == "delete"


def test_what_was_never_there_nor_tried_needs_nothing() -> None:
    assert action(None, sent_hash=None, attempted_hash=None, attempted=False, outcome=None) is None


def test_nothing_that_differs_is_ever_forgotten_but_what_was_rejected_as_it_is() -> None:
    for wanted, sent, tried, outcome in product((NEW, SENT, None), (SENT, None), (NEW, SENT, OLD), OUTCOMES):
        done = action(wanted, sent_hash=sent, attempted_hash=tried, attempted=True, outcome=outcome)
        if wanted != sent and done is None:
            assert (outcome, tried) == ("rejected", wanted)
        assert (done == "delete") <= (wanted is None)
