"""A run in numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.errors import ConfigError
from feedsync.report import frame
from feedsync.report.analysis import analyse
from feedsync.report.figures import Analysis, Bin, MoveGroup

from .recorded import Recorded, price, title, variant


def _analysed(recorded: Recorded, *changes: tuple[str | None, ...]) -> Analysis:
    return analyse(recorded.store, recorded.run(*changes))


def test_prices_move_by_their_ratio_largest_first(recorded: Recorded) -> None:
    for id_, brand, catalog in (("A", "Leaf", "Tea"), ("B", "Leaf", "Cups"), ("C", "Pot", "Tea"), ("D", "Pot", None)):
        recorded.product(variant(id_, f"Title {id_}", brand, catalog))
    prices = _analysed(
        recorded,
        price("A", "100.00 INR", "150.00 INR"),
        price("B", "100.00 INR", "110.00 INR"),
        price("C", "100.00 INR", "40.00 INR", kind="price_down"),
        price("D", "200.00 INR", "201.00 INR"),
    ).prices
    assert (prices.up, prices.down, prices.unmeasured, prices.median) == (3, 1, 0, 0.0525)
    assert [(m.product, m.title, m.ratio) for m in prices.largest_up] == [
        ("A", "Title A", 0.5),
        ("B", "Title B", 0.1),
        ("D", "Title D", 0.005),
    ]
    assert [(m.product, m.before, m.after, m.ratio) for m in prices.largest_down] == [
        ("C", "100.00 INR", "40.00 INR", -0.6)
    ]
    assert prices.by_catalog == [
        MoveGroup("Tea", 1, 1, -0.05),
        MoveGroup("Cups", 1, 0, 0.1),
        MoveGroup("(none)", 1, 0, 0.005),
    ]
    assert prices.by_brand == [MoveGroup("Leaf", 2, 0, 0.3), MoveGroup("Pot", 1, 1, -0.2975)]
    assert [one for one in prices.bins if one.count] == [
        Bin(None, -0.5, 1),
        Bin(0.0, 0.05, 1),
        Bin(0.1, 0.2, 1),
        Bin(0.5, None, 1),
    ]


def test_a_price_of_nothing_and_another_currency_have_no_ratio(recorded: Recorded) -> None:
    currency = ("content", "B", "B", "currency", "1.00 INR", "1.00 USD", "price", "send")
    prices = _analysed(recorded, price("A", "0.00 INR", "5.00 INR"), currency).prices
    assert (prices.up, prices.down, prices.unmeasured, prices.median) == (0, 0, 2, None)
    assert (prices.largest_up, prices.by_brand) == ([], [])


def test_what_came_and_went_is_counted_by_field_and_by_gate(recorded: Recorded) -> None:
    analysis = _analysed(
        recorded,
        title("A", "x", "y"),
        title("B", "x", "y"),
        ("content", "A", None, "tags", "a", "b", "other", "send"),
        ("out_of_stock", "A", "A", "quantity", "5", "0", "stock_out", "held by stock_out"),
        ("back_in_stock", "B", "B", "quantity", "0", "5", "other", "send"),
        ("product_added", "N", None, None, None, "New", "addition", "send"),
        ("product_removed", "O", None, None, "Old", None, "removal", "held by removals"),
        ("product_removed", "P", None, None, "Old", None, "removal", "held by removals"),
    )
    assert (analysis.stock_outs, analysis.returns, analysis.added, analysis.removed) == (1, 1, 1, 2)
    assert analysis.content == {"title": 2, "tags": 1}
    assert analysis.held == {"removals": 2, "stock_out": 1}
    assert (analysis.requests, analysis.bytes) == (2, 5_000)


def test_rejects_are_counted_by_their_reason(recorded: Recorded) -> None:
    for number in range(3):
        recorded.store.execute(
            "insert into problems values (0, ?, ?, 'rejected', 'FS-403', '{\"field\": \"price\"}', 1, null, 1, null)",
            bytes([number]), f"P{number}",
        )  # fmt: skip
    assert _analysed(recorded).rejects == {"FS-403": 3}


def test_a_run_stands_beside_those_before_it(recorded: Recorded) -> None:
    recorded.run(title("A", "x", "y"))
    recorded.store.begin_run("hand", 0)  # which dies
    analysis = _analysed(recorded, title("A", "y", "z"))
    assert [(e.run, e.outcome, e.changes, e.requests, e.bytes) for e in analysis.earlier] == [
        (2, "crashed", 0, 0, 0),
        (1, "done", 1, 2, 5_000),
    ]


def test_a_run_without_changes_has_numbers(recorded: Recorded) -> None:
    analysis = _analysed(recorded)
    assert (analysis.prices.median, analysis.content, analysis.earlier) == (None, {}, [])


def test_a_notebook_gets_the_changes_as_a_table(recorded: Recorded) -> None:
    recorded.product(variant("A", "A kettle"))
    recorded.sent("GONE", "As it was sent")
    recorded.run(
        price("A", "100.00 INR", "125.00 INR"),
        title("GONE", "x", "y"),
        ("product_removed", "O", None, None, "Old", None, "removal", "send"),
        title("NOBODY", "x", "y"),
    )
    for table in (frame(recorded.path), frame(recorded.path, 1), frame(recorded.store)):
        assert list(table["subject"]) == ["A", "GONE", "O", "NOBODY"]
        assert list(table["title"])[:3] == ["A kettle", "As it was sent", "Old"]
        assert list(table["brand"])[:2] == ["Leaf", "Sent"]
        assert str(table["at"][0]) == "2026-11-16 00:00:00+00:00"
        assert (table["before_amount"][0], table["ratio"][0]) == (100.0, 0.25)
        assert table["ratio"].notna().sum() == 1


def test_a_run_that_never_was_is_told(recorded: Recorded) -> None:
    with pytest.raises(ConfigError, match="there is no run 9"):
        frame(recorded.path, 9)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), max_size=12))
def test_every_price_is_counted_once(tmp_path_factory: pytest.TempPathFactory, moved: list[tuple[int, int]]) -> None:
    recorded = Recorded(tmp_path_factory.mktemp("moves") / "acme.db")
    with recorded.store:
        summary = recorded.run(*(price(f"P{n}", f"{b}.00 INR", f"{a}.00 INR") for n, (b, a) in enumerate(moved)))
        prices = analyse(recorded.store, summary).prices
    still = sum(1 for before, after in moved if before == after and before)
    assert prices.up + prices.down + prices.unmeasured + still == len(moved)
    assert sum(one.count for one in prices.bins) == len(moved) - prices.unmeasured
