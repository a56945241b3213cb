"""Every difference is told, in its class, and where there is none nothing is told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.diff import diff_product
from feedsync.effective import effective, payload_hash
from feedsync.model import Member, ProductPayload
from feedsync.settings import AbsencePolicy, Products
from feedsync.urls import VOLATILE
from tests.diff.support import PAYLOADS, changes
from tests.effective.support import POLICIES, SETTINGS, held_or_not, members
from tests.records import DAY, NOW, combination, product


@given(PAYLOADS)
@settings(deadline=None, max_examples=50)
def test_a_product_does_not_differ_from_itself(payload: ProductPayload) -> None:
    assert changes(payload, payload) == []
    assert changes(payload, payload, absent="v1", left="v2") == []


@given(PAYLOADS, PAYLOADS, st.sampled_from(["", "v1", "v1 v2", "v1 v2 v3"]), st.sampled_from(["", "v3"]))
@settings(deadline=None, max_examples=50)
def test_changes_are_told_exactly_when_the_hash_differs(
    old: ProductPayload, new: ProductPayload, absent: str, left: str
) -> None:
    found = changes(old, new, absent=absent, left=left)
    assert bool(found) == (payload_hash(old, VOLATILE) != payload_hash(new, VOLATILE))
    assert all(change.subject == "p1" for change in found)


@given(members(), members(), SETTINGS, SETTINGS, POLICIES, st.integers(0, 3 * DAY), st.booleans())
@settings(deadline=None, max_examples=50)
def test_whatever_a_feed_and_the_clock_do_is_told_in_its_class(
    was: list[Member],
    now_is: list[Member],
    before: Products,
    after: Products,
    absence: AbsencePolicy,
    later: int,
    hold: bool,
) -> None:
    """``later`` seconds after *was*, the feed says *now_is*; both may hold any mix of what is there and what is missing."""
    sent = effective(
        "p1", [Member(m.variant) for m in was], now=NOW, products=before, absence=absence, sent=None
    ).payload
    target = held_or_not(
        now_is,
        now=NOW + later,
        products=after,
        absence=absence,
        sent=sent,
        hold_removals=hold and sent is not None,
    )
    found = diff_product(sent, target, cause="feed", ignored=VOLATILE)
    assert bool(found) == (payload_hash(sent, VOLATILE) != payload_hash(target.payload, VOLATILE))
    classes = {change.klass for change in found}
    if sent is None or target.payload is None:
        assert classes <= ({"addition"} if sent is None else {"removal"})
        return
    old, new = ({v.id: v for v in payload.variants} for payload in (sent, target.payload))
    went = {i for i in old.keys() & new.keys() if old[i].quantity and not new[i].quantity}
    assert bool(new.keys() - old.keys()) == ("addition" in classes)
    assert bool(went - target.absent - target.left) == ("stock_out" in classes)
    assert not went & target.absent or "removal" in classes
    if hold:
        assert not went & target.absent
        assert "removal" not in classes
    assert any(old[i].price_minor != new[i].price_minor or old[i].selling_minor != new[i].selling_minor
               or old[i].currency != new[i].currency for i in old.keys() & new.keys()
               ) <= ("price" in classes)  # fmt: skip


def test_a_variant_that_is_left_out_is_a_removal() -> None:
    both = product(combination("v1"), combination("v2", title="Blue"))
    assert [(c.kind, c.variant_id, c.before, c.klass) for c in changes(both, product(combination("v1")))] == [
        ("variant_removed", "v2", "Blue", "removal")
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (product(metafields=(("a", "1"), ("b", "2"))), product(metafields=(("b", "2"), ("a", "1")))),
        (product(combination(title="a")), product(combination(title="b"))),
    ],
)
def test_what_has_no_name_of_its_own_is_told_as_order(old: ProductPayload, new: ProductPayload) -> None:
    assert [(change.kind, change.field, change.klass) for change in changes(old, new)] == [
        ("content", "order", "other")
    ]
