"""Two payloads have the same hash exactly when they are equal but for volatile parts of addresses."""

from __future__ import annotations

import msgspec
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.effective import canonical, payload_hash
from feedsync.model import ProductPayload
from feedsync.urls import VOLATILE
from tests.records import combination, product

TEXTS = st.sampled_from(["", "a", "b", "ab", "a, b", "https://h/a", "https://h/a?w=1"])
LISTS = st.lists(TEXTS, max_size=3).map(tuple)
COMBINATIONS = st.builds(
    combination, st.sampled_from(["v1", "v2"]), title=TEXTS, price_minor=st.integers(0, 3), quantity=st.integers(0, 2),
    image_link=TEXTS, options=st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple),
)  # fmt: skip
PAYLOADS = st.builds(
    lambda variants, **fields: product(*variants, **fields), st.lists(COMBINATIONS, min_size=1, max_size=2), title=TEXTS,
    images=LISTS, tags=LISTS, catalog_ids=LISTS, cart_disabled=st.booleans(),
)  # fmt: skip


def _stamped(payload: ProductPayload, stamp: int) -> ProductPayload:
    def url(address: str) -> str:
        return f"{address}{'&' if '?' in address else '?'}v={stamp}"

    variants = [msgspec.structs.replace(v, image_link=url(v.image_link), link=url(v.link)) for v in payload.variants]
    images = tuple(url(image) for image in payload.images)
    return msgspec.structs.replace(payload, link=url(payload.link), images=images, variants=tuple(variants))


@given(PAYLOADS, st.integers(0, 9), st.integers(0, 9))
@settings(deadline=None, max_examples=50)
def test_the_stamp_of_an_export_does_not_count(payload: ProductPayload, first: int, second: int) -> None:
    hashes = {payload_hash(_stamped(payload, stamp), VOLATILE) for stamp in (first, second)}
    assert hashes == {payload_hash(payload, VOLATILE)}


@given(PAYLOADS)
@settings(deadline=None, max_examples=50)
def test_it_is_that_of_the_canonical_payload(payload: ProductPayload) -> None:
    for one in (payload, _stamped(payload, 1)):
        assert payload_hash(one, VOLATILE) == xxhash.xxh3_128_digest(msgspec.msgpack.encode(canonical(one, VOLATILE)))
    assert canonical(_stamped(payload, 1), VOLATILE) == payload


@given(PAYLOADS, PAYLOADS)
@settings(deadline=None, max_examples=50)
def test_anything_else_does(first: ProductPayload, second: ProductPayload) -> None:
    equal = canonical(first, VOLATILE) == canonical(second, VOLATILE)
    assert (payload_hash(first, VOLATILE) == payload_hash(second, VOLATILE)) == equal


def test_texts_are_never_run_together() -> None:
    split = (
        product(tags=("a", "b")),
        product(tags=("a, b",)),
        product(tags=("ab",)),
        product(title="Shirta", tags=("b",)),
    )
    assert len({payload_hash(payload, VOLATILE) for payload in split}) == 4


def test_what_a_schedule_names_beside_is_ignored_too() -> None:
    old, new = product(link="https://h/p?build=1"), product(link="https://h/p?build=2")
    assert payload_hash(old, VOLATILE) != payload_hash(new, VOLATILE)
    assert payload_hash(old, VOLATILE | {"build"}) == payload_hash(new, VOLATILE | {"build"})


def test_nothing_has_no_hash() -> None:
    assert payload_hash(None, VOLATILE) is None


def test_the_hash_is_the_same_in_every_process() -> None:
    assert payload_hash(product(), VOLATILE) == payload_hash(product(), frozenset())
    assert payload_hash(product(), VOLATILE).hex() == "1ca8577466e06fafd54bb20de3d2c0de"  # type: ignore[union-attr]
