"""Charts as SVG: what they draw, and that no text leaves its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feedsync.report.charts import Bar, Point, bars, moves, steps
from feedsync.report.figures import Bin

DAY = 86_400
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))


def _drawn(chart: str) -> etree._Element:
    return etree.fromstring(chart)


def _texts(chart: str) -> list[str | None]:
    return [element.text for element in _drawn(chart).iter("text")]


def test_a_bar_is_as_long_as_its_number() -> None:
    chart = bars("Kinds", [Bar("a", 100), Bar("b", 50, "up"), Bar("c", 1), Bar("d", 0)])
    widths = [int(element.get("width") or 0) for element in _drawn(chart).iter("rect")]
    assert widths == [350, 175, 4, 0]
    assert _texts(chart) == ["a", "100", "b", "50", "c", "1", "d", "0"]
    assert _drawn(chart).get("aria-label") == "Kinds"


def test_nothing_is_drawn_of_nothing() -> None:
    assert (bars("Kinds", []), steps("Price", [], 0), steps("Price", [Point(0, None, "")], 0)) == ("", "", "")


def test_moves_are_named_by_their_range_and_coloured_by_their_way() -> None:
    chart = moves("Moves", [Bin(None, -0.5, 1), Bin(-0.5, 0.0, 2), Bin(0.0, 0.5, 3), Bin(0.5, None, 4)])
    assert _texts(chart)[::2] == ["below -50%", "-50% to +0%", "+0% to +50%", "+50% and more"]
    assert [rect.get("class") for rect in _drawn(chart).iter("rect")] == ["bar down", "bar down", "bar up", "bar up"]


def test_a_value_stays_until_it_changes() -> None:
    points = [
        Point(0, 100.0, "1.00"),
        Point(DAY, 200.0, "2.00"),
        Point(2 * DAY, None, ""),
        Point(3 * DAY, 100.0, "1.00"),
    ]
    chart = steps("Price", points, 4 * DAY)
    path = next(_drawn(chart).iter("path")).get("d")
    assert path == "M110 124H220L220 14H330M440 124H550"
    assert [title.text for title in _drawn(chart).iter("title")] == [
        "1970-01-01 00:00: 1.00", "1970-01-02 00:00: 2.00", "1970-01-04 00:00: 1.00"
    ]  # fmt: skip
    assert set(_texts(chart)) == {"1.00", "2.00", "1970-01-01 00:00", "1970-01-05 00:00"}


def test_a_value_that_never_changed_is_a_line_in_the_middle() -> None:
    chart = steps("Price", [Point(DAY, 5.0, "5")], DAY)
    assert next(_drawn(chart).iter("path")).get("d") == "M110 69H550"


@given(TEXT, TEXT)
def test_a_text_is_never_markup(name: str, label: str) -> None:
    for chart in (bars(name, [Bar(label, 1)]), steps(name, [Point(0, 1.0, label)], 1)):
        assert label in [*_texts(chart), ""] if label.strip() else True
        assert {element.tag for element in _drawn(chart).iter()} <= {"svg", "text", "rect", "path", "circle", "title"}
