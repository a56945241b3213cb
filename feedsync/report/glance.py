"""Numbers at a glance: how long ago, and how it went lately, in a few columns."""

from __future__ import annotations

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_PLAIN_BARS = ".:-=+*%#"
#: What stands for a run that failed or died: a sign, since colour alone tells nothing to many.
FAILED = "x"


def short_age(seconds: float | None) -> str:
    """``5s``, ``59m``, ``23h``, ``9d``; ``-`` where nobody knows, and ``now`` for what has passed."""
    if seconds is None:
        return "-"
    if seconds < 1:
        return "now"
    for unit, size, until in (("s", 1, 60), ("m", 60, 3600), ("h", 3600, 172800)):
        if seconds < until:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds // 86400)}d"


def short_count(number: int | None) -> str:
    """``9,999``, ``123k``, ``4.5M``; ``-`` where nobody knows."""
    if number is None:
        return "-"
    if number < 100_000:
        return f"{number:,}"
    return f"{number // 1000}k" if number < 1_000_000 else f"{number / 1_000_000:.1f}M"


def sparkline(values: Sequence[int | None], *, plain: bool = False) -> str:
    """A bar for each number, the largest the highest, 0 the lowest; None is a run that failed."""
    bars = _PLAIN_BARS if plain else _BARS
    most = max((value for value in values if value is not None), default=0)
    return "".join(FAILED if v is None else bars[-(-v * (len(bars) - 1) // most) if most else 0] for v in values)
