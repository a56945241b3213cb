"""A feed that collapses takes nothing away, and when it was meant, one word is enough."""

from __future__ import annotations

import pytest

from tests.collapses import COLLAPSES, Collapse, live_through

from .shop import Shop, item


def test_the_page_tells_of_some() -> None:
    assert len(COLLAPSES) == 7
    assert [collapse.recovers for collapse in COLLAPSES].count(False) == 1


@pytest.mark.parametrize("collapse", COLLAPSES, ids=str)
def test_a_collapse(shop: Shop, collapse: Collapse) -> None:
    live_through(shop, collapse, [item(f"P{number:04}") for number in range(max(collapse.versions))])
