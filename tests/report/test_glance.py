"""Numbers in a few columns."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.report.glance import short_age, short_count, sparkline


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "-"), (-5, "now"), (0, "now"), (1, "1s"), (59.9, "59s"), (60, "1m"), (3599, "59m"), (3600, "1h"),
        (172799, "47h"), (172800, "2d"), (86400 * 999, "999d"),
    ],
)  # fmt: skip
def test_ages(seconds: float | None, shown: str) -> None:
    assert short_age(seconds) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(None, "-"), (0, "0"), (99_999, "99,999"), (100_000, "100k"), (999_999, "999k"), (1_250_000, "1.2M")],
)
def test_counts(number: int | None, shown: str) -> None:
    assert short_count(number) == shown


def test_bars() -> None:
    assert sparkline([]) == ""
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([0, 1, None, 50, 100]) == "▁▂x▅█"
    assert sparkline([0, 1, None, 50, 100], plain=True) == ".:x+#"


@settings(deadline=None)
@given(st.lists(st.none() | st.integers(0, 10**9)))
def test_a_bar_a_run_and_more_is_never_lower(values: list[int | None]) -> None:
    bars = sparkline(values)
    assert len(bars) == len(values)
    pairs = sorted((value, bar) for value, bar in zip(values, bars, strict=True) if value is not None)
    assert [bar for _, bar in pairs] == sorted(bar for _, bar in pairs)
