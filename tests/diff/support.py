"""Changes between payloads, and generated payloads."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from feedsync.diff import diff_product
from feedsync.effective import Effective
from feedsync.model import Change, ProductPayload
from feedsync.urls import VOLATILE
from tests.records import combination, product


def changes(
    sent: ProductPayload | None,
    payload: ProductPayload | None,
    *,
    absent: str = "",
    left: str = "",
    returned: bool = False,
    moved_from: Mapping[str, str] | None = None,
) -> list[Change]:
    """Every change; ``absent`` and ``left`` are variant ids, space separated."""
    target = Effective(payload, None, frozenset(absent.split()), frozenset(left.split()))
    return diff_product(sent, target, cause="feed", ignored=VOLATILE, returned=returned, moved_from=moved_from)


def told(found: list[Change]) -> list[tuple[str, str | None, str | None, str | None, str]]:
    """What is told of changes: kind, field, before, after, class."""
    return [(change.kind, change.field, change.before, change.after, change.klass) for change in found]


TEXTS = st.sampled_from(["", "a", "b", "https://h/a", "https://h/a?w=1"])
LISTS = st.lists(TEXTS, max_size=2).map(tuple)
PAIRS = st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from(["a", "b"]), max_size=2).map(
    lambda d: tuple(d.items())
)
PRICES = st.sampled_from([(100, 100), (100, 80), (100, 60), (120, 120), (120, 80), (0, 0), (80, 80)])
COMBINATIONS = st.builds(
    lambda item_id, prices, **fields: combination(item_id, price_minor=prices[0], selling_minor=prices[1], **fields),
    st.sampled_from(["v1", "v2", "v3"]),
    PRICES,
    title=TEXTS,
    currency=st.sampled_from(["INR", "USD"]),
    quantity=st.sampled_from([0, 1, 5]),
    image_link=TEXTS,
    link=TEXTS,
    options=PAIRS,
)
PAYLOADS = st.builds(
    lambda variants, **fields: product(*variants, **fields),
    st.lists(COMBINATIONS, min_size=1, max_size=3, unique_by=lambda v: v.id).map(
        lambda vs: sorted(vs, key=lambda v: v.id)
    ),
    title=TEXTS,
    description=TEXTS,
    link=TEXTS,
    images=LISTS,
    currency=st.sampled_from(["INR", "USD"]),
    tags=LISTS,
    metafields=PAIRS,
    catalog_ids=LISTS,
    cart_disabled=st.booleans(),
)
