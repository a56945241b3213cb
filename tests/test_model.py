"""Records survive the snapshot: written and read back, they are the same."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings

from feedsync.model import Normalized, ProductPayload, Variant
from tests.diff.support import PAYLOADS
from tests.records import product, variant


def test_a_variant_belongs_to_its_group_or_to_itself() -> None:
    assert variant("v1").product_id == "v1"
    assert variant("v1", group_id="g").product_id == "g"


@given(PAYLOADS)
@settings(deadline=None, max_examples=50)
def test_a_payload_is_read_back_as_it_was_written(payload: ProductPayload) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(payload), type=ProductPayload) == payload


def test_a_variant_is_read_back_as_it_was_written() -> None:
    record = variant("v1", sale_minor=1, sale_from=-5, quantity=-1, options=(("a", "b"),), metafields=(("c", "d"),))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(record), type=Variant) == record


def test_records_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        product().title = "other"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        variant().price_minor = 0  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Normalized(None, None).id = "x"  # type: ignore[misc]
