"""What is held keeps what was sent of it, and nothing else does."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.diff import diff_product
from feedsync.effective import Effective
from feedsync.hold import WHOLE, Holds, admitted, hold, holds_of
from feedsync.matters import CLASSES
from feedsync.model import ProductPayload, VariantPayload
from feedsync.urls import VOLATILE
from tests.records import combination, member, product


def test_a_held_price_keeps_both_prices_and_the_currency() -> None:
    sent = product(combination("v1", price_minor=300, selling_minor=200, quantity=4))
    target = product(combination("v1", price_minor=9, selling_minor=8, currency="USD", quantity=7), currency="USD")
    held = hold(target, Holds(prices=frozenset({"v1", WHOLE})), sent)
    assert held == product(combination("v1", price_minor=300, selling_minor=200, quantity=7))


def test_a_held_stock_out_keeps_the_quantity_and_the_cart() -> None:
    sent = product(combination("v1", quantity=4))
    target = product(combination("v1", quantity=0, price_minor=9), cart_disabled=True)
    held = hold(target, Holds(stock_outs=frozenset({"v1"})), sent)
    assert held is not None
    assert (held.variants[0].quantity, held.variants[0].price_minor, held.cart_disabled) == (4, 9, False)


def test_an_addition_that_is_held_is_not_there() -> None:
    sent, both = product(combination("v1")), product(combination("v1"), combination("v2"))
    assert hold(both, Holds(additions=frozenset({"v2"})), sent) == sent
    assert hold(both, Holds(additions=frozenset({"v2"})), None) == sent
    assert hold(both, Holds(additions=frozenset({WHOLE})), None) is None
    assert [m.variant.id for m in admitted([member("v1"), member("v2")], Holds(additions=frozenset({"v2"})), sent)] == [
        "v1"
    ]


def test_a_removal_that_is_held_leaves_the_product() -> None:
    sent = product(combination("v1"))
    assert hold(None, Holds(removals=frozenset({WHOLE})), sent) == sent
    assert hold(None, Holds(), sent) is None
    gone = product(combination("v1", quantity=0), cart_disabled=True, title="Other")
    assert hold(gone, Holds(removals=frozenset({WHOLE})), sent) == sent


_VARIANTS = st.dictionaries(
    st.sampled_from(["v1", "v2", "v3"]),
    st.tuples(st.integers(0, 3), st.integers(1, 2), st.sampled_from(["INR", "USD"])), min_size=1,
)  # fmt: skip


def _payload(variants: dict[str, tuple[int, int, str]]) -> ProductPayload:
    made: list[VariantPayload] = [
        combination(key, quantity=q, price_minor=p * 100, selling_minor=p * 100, currency=c)
        for key, (q, p, c) in sorted(variants.items())
    ]
    return product(*made, currency=made[0].currency)


@given(st.none() | _VARIANTS, st.none() | _VARIANTS, st.sets(st.sampled_from(["v1", "v2", "v3"])), st.data())
@settings(deadline=None, max_examples=300)
def test_no_change_that_is_held_happens(
    before: dict[str, tuple[int, int, str]] | None, after: dict[str, tuple[int, int, str]] | None, absent: set[str],
    data: st.DataObject,
) -> None:  # fmt: skip
    sent = _payload(before) if before else None
    target = Effective(_payload(after) if after else None, None, frozenset(absent))
    changes = diff_product(sent, target, cause="feed", ignored=VOLATILE)
    keys = sorted({(c.klass, c.variant_id or "") for c in changes if c.klass in CLASSES})
    chosen = set(data.draw(st.lists(st.sampled_from(keys), unique=True))) if keys else set()
    held = [c for c in changes if (c.klass, c.variant_id or "") in chosen]
    result = Effective(hold(target.payload, holds_of(held), sent), None, target.absent)
    left = {(c.kind, c.variant_id, c.field) for c in diff_product(sent, result, cause="feed", ignored=VOLATILE)}
    assert not left & {(c.kind, c.variant_id, c.field) for c in held}
