"""The gates side by side, and what an operator may let through."""

from __future__ import annotations

import pytest

from feedsync.gates import ALLOWABLE, GATES
from tests.plan.support import removals, verdicts


def test_all_are_judged_in_the_order_in_which_they_are_shown() -> None:
    assert tuple(verdicts(removals())) == tuple(GATES)


def test_a_quiet_run_passes_them_all() -> None:
    assert {result.verdict for result in verdicts(removals()).values()} == {"pass"}


@pytest.mark.parametrize(("degraded", "empty"), [(1, 0), (0, 1), (2, 3)])
def test_one_document_is_enough(degraded: int, empty: int) -> None:
    found = verdicts(removals(), degraded=degraded, empty=empty)
    assert (found["degraded"].verdict == "held", found["degraded"].value) == (degraded > 0, degraded)
    assert (found["empty"].verdict == "held", found["empty"].value) == (empty > 0, empty)


def test_what_is_let_through_is_told() -> None:
    found = verdicts(removals(90), empty=1, allow="removals empty")
    assert (found["removals"].verdict, found["empty"].verdict) == ("allowed", "allowed")


def test_one_word_lets_one_gate_through() -> None:
    found = verdicts(removals(90), empty=1, allow="removals")
    assert (found["removals"].verdict, found["empty"].verdict) == ("allowed", "held")


def test_a_gate_that_holds_nothing_stays_as_it_is() -> None:
    assert verdicts(removals(), allow="removals empty")["removals"].verdict == "pass"
    assert verdicts(removals(90), "off", allow="removals")["removals"].verdict == "off"


def test_a_degraded_document_cannot_be_let_through() -> None:
    assert "degraded" not in ALLOWABLE
    assert verdicts(removals(), degraded=1, allow="degraded removals empty")["degraded"].verdict == "held"
    assert verdicts(removals(), "off", degraded=1)["degraded"].verdict == "held"


def test_what_may_be_allowed_is_a_gate() -> None:
    assert set(GATES) >= ALLOWABLE
