"""``[[rules]]``: what a schedule decides over an item's attributes, in the order in which the rules are written.

A rule sees what the rules before it have set. Its condition sees the attributes as text without white space around
it, and the availability in Google's words however the feed spells it (``out of stock`` is ``out_of_stock``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from feedsync.errors import Problem
from feedsync.expressions import Expression
from feedsync.model import Attributes, Value
from feedsync.normalize import fields
from feedsync.normalize.interpreter import CannotTell, Interpreter
from feedsync.settings_map import Rule


class Rules:
    """Settings turned into a function; made once a schedule, called once an item.

    Args:
        rules: ``[[rules]]``, in order.
        currency: ``[products] currency``, for prices that name none.
    """

    def __init__(self, rules: Sequence[Rule], currency: str | None = None) -> None:
        self._settings = rules, currency
        self._rules = [(Expression(rule.when), rule) for rule in rules]
        self._interpreter = Interpreter(currency)
        #: The attributes that the conditions look at.
        self.reads = frozenset(name for expression, _ in self._rules for name in expression.names)

    def __reduce__(self) -> tuple[object, ...]:
        """Another process makes them ready anew."""
        return Rules, self._settings

    def growing(self) -> Iterator[Rules]:
        """The first rule, the first two, and so on."""
        rules, currency = self._settings
        for count in range(1, len(rules) + 1):
            yield Rules(rules[:count], currency)

    def __call__(self, attributes: Attributes) -> Attributes | Problem | None:
        """The attributes as the rules leave them; None: the item is excluded, and so counts as not in the feed.

        A condition that cannot be answered for this item gives a problem (FS-421), with which the item must be
        refused: neither what it would have set nor whether it would have been excluded is known.
        """
        seen = dict(attributes)
        for name in self.reads & seen.keys():
            seen[name] = _plain(name, seen[name])
        changed: Attributes = {}
        for number, (expression, rule) in enumerate(self._rules, 1):
            try:
                holds = self._interpreter.holds(expression, seen)
            except CannotTell as error:
                parts = {"field": f"rule {number}", "transform": "when", "value": rule.when[:100], "reason": str(error)}
                return Problem("FS-421", parts)
            if not holds:
                continue
            if rule.set is None:
                return None
            changed |= rule.set
            seen |= rule.set
        if not changed:
            return attributes
        return {name: value for name, value in {**attributes, **changed}.items() if value != ""}


def _plain(name: str, value: Value) -> Value:
    if not isinstance(value, str):
        return value
    text = value.strip()
    return (fields.availability(text) or text) if name == "availability" else text
