"""Charts as inline SVG: bars for counts and moves, steps for a value over time.

Shapes carry classes and no inline styles, which a strict content security policy forbids; colours are the page's, for light
and dark. Each chart has a name that a screen reader reads, and each number stands beside it as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from markupsafe import Markup

from feedsync.report.figures import Bin

_BAR, _GAP, _LABEL, _WIDTH = 18, 6, 150, 560
_LEFT, _TOP, _STEPS_HEIGHT = 110, 14, 150


class Bar(msgspec.Struct, frozen=True):
    """One bar: what it counts, how much, and its class for the colour (``up``, ``down`` or ``""``)."""

    label: str
    value: int
    tone: str = ""


class Point(msgspec.Struct, frozen=True):
    """A value from one moment on; ``at`` is Unix seconds, ``text`` how a person reads the value. None: there is none."""

    at: int
    value: float | None
    text: str


def bars(name: str, rows: Sequence[Bar]) -> Markup:
    """Horizontal bars with their labels and numbers; empty without rows."""
    if not rows:
        return Markup()
    most = max(bar.value for bar in rows) or 1
    height = len(rows) * (_BAR + _GAP)
    room = _WIDTH - _LABEL - 60
    shape = Markup(
        '<text x="{}" y="{}" class="label">{}</text><rect x="{}" y="{}" width="{}" height="{}" class="bar {}"/>'
        '<text x="{}" y="{}" class="number">{}</text>'
    )
    parts = []
    for number, bar in enumerate(rows):
        y = number * (_BAR + _GAP)
        length = max(round(room * bar.value / most), 2 if bar.value else 0)
        label = (_LABEL - 8, y + 14, bar.label)
        figure = (_LABEL + length + 6, y + 14, f"{bar.value:,}")
        parts.append(shape.format(*label, _LABEL, y, length, _BAR, bar.tone, *figure))
    return _svg(name, _WIDTH, height, Markup("").join(parts))


def moves(name: str, bins: Sequence[Bin]) -> Markup:
    """The distribution of price moves."""
    return bars(
        name, [Bar(_range(one), one.count, "up" if one.low is not None and one.low >= 0 else "down") for one in bins]
    )


def steps(name: str, points: Sequence[Point], until: int) -> Markup:
    """A value that stays until it changes, from the first point until ``until``; empty without points."""
    values = [point.value for point in points if point.value is not None]
    if not values:
        return Markup()
    first, last = points[0].at, max(until, points[-1].at + 1)
    low, high = min(values), max(values)
    spread = (high - low) or 1.0

    def x(at: int) -> int:
        return _LEFT + round((_WIDTH - _LEFT - 10) * (at - first) / (last - first))

    def y(value: float) -> int:
        return _TOP + round((_STEPS_HEIGHT - 40) * ((high - value) / spread if high > low else 0.5))

    path, dots = [], []
    for number, point in enumerate(points):
        if point.value is None:
            continue
        end = points[number + 1].at if number + 1 < len(points) else last
        joined = number > 0 and points[number - 1].value is not None
        path.append(f"{'L' if joined else 'M'}{x(point.at)} {y(point.value)}H{x(end)}")
        dots.append(
            Markup('<circle cx="{}" cy="{}" r="3" class="dot"><title>{}: {}</title></circle>').format(
                x(point.at), y(point.value), _when(point.at), point.text
            )
        )
    extremes = {value: point.text for point in points for value in (point.value,) if value in (low, high)}
    axis = [
        Markup('<text x="{}" y="{}" class="label">{}</text>').format(_LEFT - 8, y(value) + 4, text)
        for value, text in extremes.items()
        if value is not None
    ]
    days = Markup('<text x="{}" y="{}" class="number">{}</text><text x="{}" y="{}" class="label">{}</text>').format(
        _LEFT, _STEPS_HEIGHT - 6, _when(first), _WIDTH - 10, _STEPS_HEIGHT - 6, _when(last)
    )
    line = Markup('<path d="{}" class="line"/>').format("".join(path))
    return _svg(name, _WIDTH, _STEPS_HEIGHT, Markup("").join([*axis, days, line, *dots]))


def _svg(name: str, width: int, height: int, body: Markup) -> Markup:
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        width, height, name, body
    )


def _range(one: Bin) -> str:
    if one.low is None:
        return f"below {one.high:+.0%}"
    if one.high is None:
        return f"{one.low:+.0%} and more"
    return f"{one.low:+.0%} to {one.high:+.0%}"


def _when(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"
