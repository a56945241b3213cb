"""JMESPath as schedules use it: an expression is read and looked through before the first record.

What the library would only find out over a record, or never, is a mistake here: a function that does not exist, a
wrong number of arguments, and quotation marks that make a column's name of what was meant as a text. The answer over
a record is :mod:`feedsync.normalize.interpreter`'s.
"""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import jmespath
from jmespath.exceptions import EmptyExpressionError, IncompleteExpressionError, ParseError
from jmespath.functions import Functions
from jmespath.lexer import Lexer

#: Longer or deeper expressions are refused; both are far beyond what anybody writes.
LONGEST = 2000
DEEPEST = 40
#: Functions beside the library's, with what they take.
MORE_FUNCTIONS: dict[str, tuple[dict[str, Any], ...]] = {"lower": ({"types": ["string"]},)}
_SIGNATURES: dict[str, tuple[dict[str, Any], ...]] = MORE_FUNCTIONS | {
    name: spec["signature"] for name, spec in Functions.FUNCTION_TABLE.items()
}
_COMPARATORS = frozenset({"eq", "ne", "lt", "lte", "gt", "gte"})
_TAKE_TEXT_SECOND = frozenset({"contains", "starts_with", "ends_with"})
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER_LIKE = re.compile(r"[^'\"`|&=<>!@*\[\]{}]+")


class NotAnExpression(ValueError):
    """The text is no expression: ``reason`` says why, with the column (from 1) where there is one."""

    def __init__(self, expression: str, reason: str) -> None:
        self.expression = expression
        self.reason = reason
        super().__init__(f"{expression[:200]!r} is not an expression: {reason}")


class Expression:
    """One expression, checked. ``field`` is the name where it is nothing but one; ``names`` are all it begins with.

    Raises:
        NotAnExpression: it cannot be read, or could never give what it was written for.
    """

    __slots__ = ("field", "names", "text", "tree")

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = _parsed(text)
        _check_tree(text, self.tree)
        _check_quotes(text)
        self.field: str | None = self.tree["value"] if self.tree["type"] == "field" else None
        self.names = frozenset(_names(self.tree))


def _parsed(text: str) -> Any:
    if len(text) > LONGEST:
        raise NotAnExpression(text, f"it is longer than {LONGEST} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PendingDeprecationWarning)
            return jmespath.compile(text).parsed
    except PendingDeprecationWarning:
        raise NotAnExpression(text, "what stands in backticks is no number: text stands in single quotes") from None
    except ParseError as error:
        raise NotAnExpression(text, _why(text, error)) from None
    except EmptyExpressionError:
        raise NotAnExpression(text, "it is empty") from None
    except RecursionError:
        raise NotAnExpression(text, "it is nested too deeply") from None


def _why(text: str, error: ParseError) -> str:
    """Where reading stopped, and what was probably meant."""
    if isinstance(error, IncompleteExpressionError):
        return f"it ends too early (column {len(text) + 1})"
    at = max(error.lex_position, 0)
    rest = text[at:]
    return f"column {at + 1}, at {rest[:20]!r}{_hint(text, rest)}"


def _hint(text: str, rest: str) -> str:
    if rest[:1] in ("'", '"', "`") and rest.count(rest[0]) == 1:
        return ": this quotation mark is never closed"
    if rest.startswith("="):
        return ": things are compared with =="
    if re.match(r"(?i)(and|or)\b", rest) or re.match(r"(?i)not ", text):
        return ": write && for and, || for or, ! for not"
    if _HEADER_LIKE.fullmatch(text):
        return _quoted(text)
    if number := re.match(r"-?\d[\d.]*", rest):
        return f": numbers stand in backticks, such as `{number[0]}`"
    return _quoted("Two Words") if _PLAIN_NAME.match(rest) else ""


def _quoted(name: str) -> str:
    return f""": a name with spaces or signs stands in double quotes, such as '"{name.strip()}"'"""


def _check_tree(text: str, tree: Any) -> None:
    """Depth, functions with their arguments, and steps of 0, in every part of the expression."""
    if tree["type"] == "expref":
        raise NotAnExpression(text, "& stands only within a function, such as sort_by(variants, &price)")
    stack = [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        if depth > DEEPEST:
            raise NotAnExpression(text, "it is nested too deeply")
        if node["type"] == "function_expression":
            _check_call(text, node["value"], node["children"])
        if node["type"] == "slice":
            if node["children"][2] == 0:
                raise NotAnExpression(text, "a step of 0 leads nowhere")
        else:
            stack += [(child, depth + 1) for child in node["children"]]


def _check_call(text: str, name: str, arguments: list[Any]) -> None:
    takes = _SIGNATURES.get(name)
    if takes is None:
        near = difflib.get_close_matches(name, _SIGNATURES, 1)
        hint = f"; did you mean {near[0]}()?" if near else _quoted(text) if _HEADER_LIKE.fullmatch(text) else ""
        raise NotAnExpression(text, f"there is no function {name}(){hint}")
    variadic = bool(takes[-1].get("variadic"))
    if len(arguments) < len(takes) or (len(arguments) > len(takes) and not variadic):
        takes_told = (
            f"{len(takes)}{' or more' if variadic else ''} argument{'s' if len(takes) != 1 or variadic else ''}"
        )
        raise NotAnExpression(text, f"{name}() takes {takes_told}, not {len(arguments)}")
    for number, argument in enumerate(arguments):
        wanted = number < len(takes) and "expref" in takes[number]["types"]
        if wanted != (argument["type"] == "expref"):
            told = "needs" if wanted else "takes no"
            raise NotAnExpression(text, f"{name}() {told} & before its argument {number + 1}")


def compared_names(text: str) -> list[str]:
    """The names without quotation marks that something is compared with, such as X in ``brand == X``."""
    tokens = list(Lexer().tokenize(text))
    return [
        str(token["value"])
        for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if before["type"] in _COMPARATORS
        and token["type"] == "unquoted_identifier"
        and after["type"] not in ("dot", "lparen", "lbracket", "filter", "flatten")
    ]


def _check_quotes(text: str) -> None:
    """``brand == "Acme"`` compares two columns: in JMESPath a text stands in single quotes, and true in backticks."""
    for name in compared_names(text):
        if name in ("true", "false", "null"):
            raise NotAnExpression(text, f"{name} stands in backticks: `{name}`")
    tokens = list(Lexer().tokenize(text))
    calls: list[str] = []  # what each open bracket belongs to: a function's name, or ""
    before = {"type": "", "value": ""}
    for token, after in pairwise(tokens):
        last, kind = before["type"], token["type"]
        if kind in ("lparen", "lbracket", "filter", "lbrace"):
            calls.append(str(before["value"]) if kind == "lparen" and last == "unquoted_identifier" else "")
        elif kind in ("rparen", "rbracket", "rbrace"):
            calls.pop()
        elif kind == "quoted_identifier" and after["type"] != "dot":
            inside = calls[-1] if calls else ""
            second = last == "comma" and inside in _TAKE_TEXT_SECOND
            if last in _COMPARATORS or second or (last == "lparen" and inside == "join"):
                name = str(token["value"])
                reason = f"a text stands in single quotes, '{name}'; \"{name}\" is the name of a column"
                raise NotAnExpression(text, f"column {token['start'] + 1}: {reason}")
        before = {"type": kind, "value": token["value"]}


def _names(node: Any) -> Iterator[str]:
    """The names that an expression looks up in the record itself, and not in something that it found there."""
    kind, children = node["type"], node["children"]
    if kind == "field":
        yield node["value"]
    elif kind in ("subexpression", "index_expression", "pipe", "projection", "value_projection", "filter_projection",
                  "flatten"):  # fmt: skip
        yield from _names(children[0])
    elif kind not in ("slice", "expref"):
        for child in children:
            yield from _names(child)
