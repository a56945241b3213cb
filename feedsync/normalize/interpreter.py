"""JMESPath over one record: bounded in time and memory, whatever stands in it, and with numbers that are text.

It differs from the library's own interpreter where records of text would give a wrong answer in silence:

- numbers in texts are compared, sorted and added up as numbers: ``price < `100```, ``min(variants[].price)``. Amounts
  in different currencies have no order. Two texts that are no numbers have the order of their characters, so that
  dates of ISO 8601 can be compared;
- a function over what is missing gives nothing, instead of an error for each record that lacks it;
- ``lower()`` is there, since a brand is spelled in many ways;
- a name that is not there is looked for in small letters.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from jmespath.exceptions import JMESPathTypeError
from jmespath.functions import Functions, signature
from jmespath.visitor import Options, TreeInterpreter

from feedsync.currencies import EXPONENTS
from feedsync.expressions import Expression
from feedsync.normalize.money import NotAPrice, parse_price

#: Steps that one expression may take over one record: well below a second.
WORK = 200_000
_CHARACTERS_A_STEP = 64
_LONGEST_NUMBER = 64
_TOO_MUCH = "the record is too large for it"
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge,
}  # fmt: skip
#: A plain number. ``1.299`` is left to the grammar of prices: it can be thirteen hundred, or a little more than one.
_NUMBER = re.compile(r"(?![1-9][0-9]{0,2}\.[0-9]{3}$)[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?")


class CannotTell(ValueError):
    """An expression has no answer for this record; the message says why, without the record's values."""


class Amount(NamedTuple):
    """A number in a text, and the currency beside it, if there is one."""

    number: Decimal
    currency: str | None = None


@lru_cache(maxsize=16384)
def amount(text: str, default_currency: str | None) -> Amount | None:
    """A text as a number: plain (``-3``, ``4.50``), or as a price is read (``1,299.00 INR``). None: it is neither."""
    clean = text.strip()
    if _NUMBER.fullmatch(clean):
        return Amount(Decimal(clean))
    for default, named in ((None, True), (default_currency or "USD", False)):
        try:  # first with a currency of its own; then its digits alone, as the schedule's currency would be written
            minor, currency = parse_price(clean, default)
        except NotAPrice:
            continue
        return Amount(Decimal(minor).scaleb(-EXPONENTS[currency]), currency if named else None)
    return None


def lookup(record: dict[str, Any], name: str) -> Any:
    """What stands under a name, or under it in small letters, which is how elements of XML are kept."""
    found = record.get(name)
    return record.get(name.lower()) if found is None else found


class Interpreter(TreeInterpreter):
    """Evaluates expressions over records, one thread at a time; ``currency`` is that of prices that name none."""

    def __init__(self, currency: str | None = None) -> None:
        self._currency = currency
        self._left = 0
        super().__init__(Options(custom_functions=_Functions(self)))
        self._visits = {name[6:]: getattr(self, name) for name in dir(self) if name.startswith("visit_")}

    def evaluate(self, expression: Expression, record: dict[str, Any]) -> Any:
        """What the expression finds in the record: text, a number, True, False, None, or lists and dicts of them.

        Raises:
            CannotTell: it has no answer, or would take too long.
        """
        self._left = WORK
        try:
            return self.visit(expression.tree, record)
        except CannotTell:
            raise
        except JMESPathTypeError as error:  # its own text quotes the whole value
            raise CannotTell(f"{error.function_name}() cannot take {error.actual_type}") from None
        except RecursionError:
            raise CannotTell("the record is nested too deeply") from None
        except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
            raise CannotTell(f"it does not fit this record ({type(error).__name__})") from None

    def holds(self, expression: Expression, record: dict[str, Any]) -> bool:
        """Whether the answer counts as true: it is neither null, nor false, nor empty.

        Raises:
            CannotTell: as :meth:`evaluate`.
        """
        answer = self.evaluate(expression, record)
        return answer is not None and answer is not False and answer not in ("", [], {})

    def charge(self, steps: int) -> None:
        """Take steps from what this evaluation may cost."""
        self._left -= steps
        if self._left < 0:
            raise CannotTell(_TOO_MUCH)

    def weigh(self, value: object) -> None:
        """Charge for all that a value holds, however deep; what it holds twice counts twice."""
        stack = [value]
        while stack:
            one = stack.pop()
            if isinstance(one, str):
                self.charge(1 + len(one) // _CHARACTERS_A_STEP)
            elif isinstance(one, dict | list):
                self.charge(1 + len(one))
                stack.extend(one.values() if isinstance(one, dict) else one)

    def number(self, value: object) -> Amount | None:
        """A number, or the one that stands in a text."""
        if isinstance(value, str):
            return amount(value, self._currency) if len(value) <= _LONGEST_NUMBER else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Amount(Decimal(str(value)))
        return None

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        """One step."""
        self._left -= 1
        if self._left < 0:
            raise CannotTell(_TOO_MUCH)
        return self._visits[node["type"]](node, *args, **kwargs)

    def visit_field(self, node: Any, value: Any) -> Any:
        """A field of a record, by :func:`lookup`."""
        return lookup(value, node["value"]) if isinstance(value, dict) else None

    def visit_flatten(self, node: Any, value: Any) -> Any:
        """The library's, with the result paid for before it is built."""
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        self.charge(len(base) + sum(len(one) for one in base if isinstance(one, list)))
        merged: list[Any] = []
        for one in base:
            merged.extend(one if isinstance(one, list) else (one,))
        return merged

    def visit_comparator(self, node: Any, value: Any) -> bool | None:
        """Numbers in texts count as numbers; two texts that are none are in the order of their characters."""
        left, right = (self.visit(child, value) for child in node["children"])
        if node["value"] in ("eq", "ne"):
            return self._same(left, right) is bool(node["value"] == "eq")
        compare = _ORDER[node["value"]]
        numbers = self.number(left), self.number(right)
        if numbers[0] is not None and numbers[1] is not None:
            if numbers[0].currency and numbers[1].currency and numbers[0].currency != numbers[1].currency:
                return None
            return compare(numbers[0].number, numbers[1].number)
        if numbers == (None, None) and left and right and isinstance(left, str) and isinstance(right, str):
            return compare(left, right)
        return None

    def _same(self, left: object, right: object) -> bool:
        """Two texts are the same by their characters; a text and a number by their numbers; true is ``'true'``."""
        if isinstance(right, str) and not isinstance(left, str):
            left, right = right, left
        if isinstance(left, str):
            if isinstance(right, bool):
                return left.strip().lower() == str(right).lower()
            if isinstance(right, int | float):
                one, other = self.number(left), self.number(right)
                return one is not None and other is not None and one.number == other.number
        elif isinstance(left, dict | list):
            self.weigh(left)
            self.weigh(right)
        return left == right and isinstance(left, bool) == isinstance(right, bool)


class _Functions(Functions):
    """The library's functions, some of them for records of text."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    def call_function(self, function_name: str, resolved_args: Iterable[Any]) -> Any:
        """Call one that is known; what is missing where something is needed gives null."""
        arguments = list(resolved_args)
        for argument, expected in zip(arguments, self.FUNCTION_TABLE[function_name]["signature"], strict=False):
            if argument is None and expected["types"]:
                return None
            if isinstance(argument, str | list | dict):
                self._interpreter.charge(len(argument) // (_CHARACTERS_A_STEP if isinstance(argument, str) else 1))
        return super().call_function(function_name, arguments)

    @signature({"types": ["string"]})
    def _func_lower(self, text: str) -> str:
        return text.lower()

    @signature({"types": ["string"]}, {"types": ["array"]})
    def _func_join(self, separator: str, array: list[Any]) -> str:
        parts = [part for part in array if part not in (None, "")]
        self._interpreter.weigh(parts)
        self._interpreter.charge(len(parts) * len(separator) // _CHARACTERS_A_STEP)
        return separator.join(parts)

    @signature({"types": ["array", "string"]}, {"types": []})
    def _func_contains(self, subject: Any, search: Any) -> bool:
        if isinstance(subject, str) and not isinstance(search, str):
            return False
        self._interpreter.weigh(search if isinstance(subject, str) else subject)
        return search in subject

    @signature({"types": []})
    def _func_to_string(self, value: Any) -> str | None:
        if value is None or isinstance(value, str):
            return value
        self._interpreter.weigh(value)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    @signature({"types": []})
    def _func_to_number(self, value: Any) -> Any:
        found = self._interpreter.number(value)
        return None if found is None else _plain(found.number)

    @signature({"types": ["array"]})
    def _func_sum(self, array: list[Any]) -> Any:
        return _plain(sum(self._numbers(array), Decimal(0)))

    @signature({"types": ["array"]})
    def _func_avg(self, array: list[Any]) -> Any:
        numbers = self._numbers(array)
        return _plain(sum(numbers, Decimal(0)) / len(numbers)) if numbers else None

    @signature({"types": ["array"]})
    def _func_min(self, array: list[Any]) -> Any:
        return next(iter(self._sorted(array, array)), None)

    @signature({"types": ["array"]})
    def _func_max(self, array: list[Any]) -> Any:
        return next(reversed(self._sorted(array, array)), None)

    @signature({"types": ["array"]})
    def _func_sort(self, array: list[Any]) -> list[Any]:
        return self._sorted(array, array)

    @signature({"types": ["array"]}, {"types": ["expref"]})
    def _func_min_by(self, array: list[Any], expref: Any) -> Any:
        return next(iter(self._func_sort_by(array, expref)), None)

    @signature({"types": ["array"]}, {"types": ["expref"]})
    def _func_max_by(self, array: list[Any], expref: Any) -> Any:
        return next(reversed(self._func_sort_by(array, expref)), None)

    @signature({"types": ["array"]}, {"types": ["expref"]})
    def _func_sort_by(self, array: list[Any], expref: Any) -> list[Any]:
        return self._sorted([expref.visit(expref.expression, one) for one in array], array)

    def _numbers(self, array: list[Any]) -> list[Decimal]:
        """All that are there, as numbers."""
        amounts = [self._interpreter.number(one) for one in array if one not in (None, "")]
        if None in amounts:
            raise CannotTell("one of the values is not a number")
        if len({one.currency for one in amounts if one and one.currency}) > 1:
            raise CannotTell("the values are in different currencies")
        return [one.number for one in amounts if one]

    def _sorted(self, keys: list[Any], array: list[Any]) -> list[Any]:
        """By numbers where all keys are such, else by their characters; what has no key is left out."""
        pairs = [(key, one) for key, one in zip(keys, array, strict=True) if key not in (None, "")]
        known = [key for key, _ in pairs]
        try:
            order: list[Any] = list(self._numbers(known))
        except CannotTell:
            if not all(isinstance(key, str) and self._interpreter.number(key) is None for key in known):
                raise
            order = known
        return [pairs[n][1] for n in sorted(range(len(pairs)), key=order.__getitem__)]


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)
