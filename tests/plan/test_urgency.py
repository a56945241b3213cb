"""The order of the push: stock-outs, price changes, other updates, additions, deletions."""

from __future__ import annotations

from feedsync.model import Change, ChangeClass, Kind
from feedsync.plan import urgency


def _change(kind: Kind, klass: ChangeClass) -> Change:
    return Change(kind, "p1", "v1", None, None, None, "feed", klass)


OUT = _change("out_of_stock", "stock_out")
GONE = _change("variant_removed", "removal")
PRICE = _change("price_up", "price")
SALE = _change("sale_ended", "price")
TITLE = _change("content", "other")
BACK = _change("back_in_stock", "other")


def _of(*changes: Change, new: bool = False, delete: bool = False) -> int:
    return urgency(list(changes), new=new, delete=delete)


def test_the_order() -> None:
    stages = [_of(OUT), _of(PRICE), _of(TITLE), _of(new=True), _of(delete=True)]
    assert stages == sorted(set(stages))


def test_the_most_urgent_change_of_a_product_counts() -> None:
    assert _of(TITLE, SALE, OUT) == _of(OUT) == _of(GONE, PRICE)
    assert _of(TITLE, PRICE) == _of(SALE)
    assert _of(BACK) == _of(TITLE) == _of()


def test_what_is_new_or_goes_is_never_a_stock_out() -> None:
    assert _of(OUT, new=True) == _of(new=True)
    assert _of(OUT, delete=True) == _of(delete=True)
