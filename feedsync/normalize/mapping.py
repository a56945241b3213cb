"""``[map]``: attributes from a record as its feed has it, by the schedule's own word.

A mapped attribute is only what its mapping says. Where that gives nothing, and there is no default, the item does not
have the attribute, even where the format found one: whoever maps ``price`` to ``mrp`` must not get another column's
price for the rows without one. Fallbacks are written down, as ``any``. A mapping that *fails* refuses its item.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from feedsync.errors import Problem
from feedsync.expressions import Expression
from feedsync.model import Attributes, Value
from feedsync.normalize.interpreter import CannotTell, Interpreter, lookup
from feedsync.normalize.transforms import Failed, Step, step
from feedsync.settings_map import MapField

#: A value with more parts, or deeper ones, is no attribute.
_PARTS = 10_000
_DEEPEST = 20
_LARGEST = 10**30
_SHOWN = 100


class _Field:
    """One attribute's mapping, made ready."""

    __slots__ = ("constant", "default", "found", "sources", "steps")

    def __init__(self, field: MapField, currency: str | None) -> None:
        texts = [field.source] if field.source is not None else field.any or ()
        self.sources = [Expression(text) for text in texts]
        self.steps: list[tuple[str, Step]] = [(one.name, step(one, currency)) for one in field.transforms]
        self.constant = field.value
        self.default = field.default
        self.found = not texts and field.value is None  # what the format itself found


class Mapping:
    """Settings turned into a function; made once a feed, called once an item.

    Args:
        fields: ``[map]`` with ``[feeds.map]`` over it.
        currency: ``[products] currency``, for prices that name none.
    """

    def __init__(self, fields: dict[str, MapField], currency: str | None = None) -> None:
        self._settings = fields, currency
        self._fields = [(name, _Field(field, currency)) for name, field in fields.items()]
        self._interpreter = Interpreter(currency)
        #: The names (columns, keys) that it looks up in a record.
        self.reads = frozenset(name for _, field in self._fields for one in field.sources for name in one.names)

    def __reduce__(self) -> tuple[object, ...]:
        """Another process makes it ready anew."""
        return Mapping, self._settings

    def __call__(self, attributes: Attributes, record: dict[str, Any]) -> tuple[Attributes, tuple[Problem, ...]]:
        """The attributes with the mapped ones in place of the format's own, and why some could not be made.

        An item with a problem (FS-421) must be refused. An attribute that could not be made is not among the
        attributes, so that nobody takes the format's own for it; where that is the ``id``, the item has none.
        """
        mapped = dict(attributes)
        problems: list[Problem] = []
        for name, field in self._fields:
            try:
                value = self._value(name, field, attributes, record)
            except _Refused as refused:
                problems.append(refused.problem)
                value = None
            if value is None:
                mapped.pop(name, None)
            else:
                mapped[name] = value
        return mapped, tuple(problems)

    def _value(self, name: str, field: _Field, attributes: Attributes, record: dict[str, Any]) -> Value | None:
        value: Value | None = field.constant or None
        if field.found:
            value = _something(attributes.get(name))
        for source in field.sources:
            value = self._taken(name, source, record)
            if value is not None:
                break
        return _transformed(name, field.steps, value) or field.default

    def _taken(self, name: str, source: Expression, record: dict[str, Any]) -> Value | None:
        if source.field is not None:
            raw = lookup(record, source.field)
            if isinstance(raw, str):  # nearly always: a column as it is
                return raw.strip() or None
        try:
            if source.field is None:
                raw = self._interpreter.evaluate(source, record)
            return to_value(raw)
        except CannotTell as error:
            raise _Refused(name, "the expression", source.text[:_SHOWN], str(error)) from None


def _transformed(name: str, steps: list[tuple[str, Step]], value: Value | None) -> Value | None:
    for transform, apply in steps:
        if value is None:
            break
        given = value
        try:
            value = _something(apply(given))
        except Failed as error:
            raise _Refused(name, transform, _shown(given), str(error)) from None
    return value


class _Refused(Exception):
    def __init__(self, field: str, transform: str, value: str, reason: str) -> None:
        parts = {"field": field, "transform": transform, "value": value, "reason": reason}
        self.problem = Problem("FS-421", parts)


def to_value(found: object) -> Value | None:
    """What an expression found, as an attribute's value; None: nothing.

    Numbers become text without noise (0.1 + 0.2 is ``0.3``), true and false words; a list is flat, and one of one is
    its only value; empty parts are left out.

    Raises:
        CannotTell: it is too large, too deep, or no value at all.
    """
    return _converted(found, [_PARTS], _DEEPEST)


def _converted(found: object, left: list[int], depth: int) -> Value | None:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        raise CannotTell("what it gives is too large" if left[0] < 0 else "what it gives is nested too deeply")
    if found is None:
        return None
    if isinstance(found, str):
        return found.strip() or None
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, int) and abs(found) < _LARGEST:
        return str(found)
    if isinstance(found, float) and abs(found) < _LARGEST:
        return format(Decimal(format(found, ".15g")), "f")
    if isinstance(found, list):
        values: list[Value] = []
        for one in found:
            value = _converted(one, left, depth - 1)
            values += value if isinstance(value, list) else [] if value is None else [value]
        return values[0] if len(values) == 1 else values or None
    if isinstance(found, dict):
        record = {str(name): value for name, one in found.items() if (value := _converted(one, left, depth - 1))}
        return record or None
    raise CannotTell("it gives a number that is too large" if isinstance(found, int | float) else "it gives no value")


def _something(value: Value | None) -> Value | None:
    """None for a value in which there is nothing."""
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    return value or None


def _shown(value: Value) -> str:
    return value[:_SHOWN] if isinstance(value, str) else f"{len(value)} values"
