"""A store that shows writes late is no store that lost them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from feedsync.bik.sandbox import SandboxSettings
from tests.sync.fixtures import OtherStore
from tests.sync.shop import Shop, items

from .test_comparison import compare, kinds


@pytest.fixture(autouse=True)
def _with_pauses() -> Iterator[None]:
    with stamina.set_testing(False):
        yield


@pytest.fixture
def late(tmp_path: Path, other_store: OtherStore) -> Shop:
    """A shop whose store shows writes after a while."""
    return Shop(tmp_path / "shop", other_store(SandboxSettings(read_delay_s=0.5)))


def test_what_is_shown_late_is_not_missing(late: Shop) -> None:
    late.publish(*items(3))
    late.run()
    result = compare(late)
    assert (result.counts, result.unknown, result.exit_code) == ({}, None, 0)


def test_what_is_shown_late_is_not_different(late: Shop) -> None:
    late.publish(*items(3))
    late.run()
    late.sandbox.put_products(*late.sandbox.products().values())
    late.publish(*items(3, title="x"))
    late.run()
    assert compare(late).counts == {}


def test_what_is_deleted_late_is_not_there_any_more(late: Shop) -> None:
    late.settings = '[gates]\nremovals = "off"\nidentity = "off"\n'
    late.publish(*items(3))
    late.run()
    for title in ("x", "y"):
        late.publish(*items(2, title=title))
        late.run()
    late.sandbox.put_products({"id": "P02", "name": "shown"})
    late.lose("P02")
    assert kinds(compare(late)) == {}
