"""Checks a request's body as strictly as Bik's reference words it, and says what is wrong in Bik's kind of sentence.

A schema is compiled once into nested functions, because every product of every request goes through them. It reads the
few keywords that :mod:`.schema` uses and must never grow rules of its own: what it refuses stands in the document.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from feedsync.bik.sandbox.schema import Schema


class Problem(NamedTuple):
    """A sentence for the client, and the position of the record it is about, or None if it is about the whole body."""

    position: int | None
    message: str


class _Flaw(NamedTuple):
    """The first thing that is wrong in a value: the way down to it (``.photos[0].photoUrl``) and what is wrong."""

    where: str
    what: str


_Check = Callable[[Any], _Flaw | None]


class BodyChecker:
    """Knows one call's body."""

    def __init__(self, schema: Schema) -> None:
        properties: dict[str, Schema] = schema["properties"]
        self._lists = {name: compile_check(p["items"]) for name, p in properties.items() if p["type"] == "array"}
        # The elements of the body's list are checked one by one below, so that each can have a problem of its own.
        outer = {name: {"type": "array", "items": {}} if name in self._lists else p for name, p in properties.items()}
        self._outer = compile_check({**schema, "properties": outer})

    def problems(self, body: object) -> list[Problem]:
        """One problem for the whole body, or at most one for every element of its list; none if it is good."""
        flaw = self._outer(body)
        if flaw is not None:
            subject = f"'{flaw.where[1:]}'" if flaw.where else "The body"
            return [Problem(None, f"{subject} {flaw.what}")]
        assert isinstance(body, dict)
        return [
            Problem(index, f"'{name}[{index}]{flaw.where}' {flaw.what}")
            for name, check in self._lists.items()
            for index, element in enumerate(body[name])
            if (flaw := check(element)) is not None
        ]


def compile_check(schema: Schema) -> _Check:
    """The check of a schema; an empty schema lets everything pass."""
    match schema.get("type"):
        case "object":
            return _object(schema)
        case "array":
            return _array(compile_check(schema["items"]))
        case "string":
            return _nonempty_string if "minLength" in schema else _string
        case "number":
            return _number
        case "boolean":
            return _boolean
        case _:
            return _anything


def _object(schema: Schema) -> _Check:
    required: list[str] = schema.get("required", [])
    properties = {name: compile_check(part) for name, part in schema.get("properties", {}).items()}
    extra = schema["additionalProperties"]
    check_extra = _not_allowed if extra is False else compile_check(extra)

    def check(value: Any) -> _Flaw | None:
        if not isinstance(value, dict):
            return _Flaw("", "must be an object.")
        for name in required:
            if name not in value:
                return _Flaw(f".{name}", "is required.")
        for name, part in value.items():
            flaw = properties.get(name, check_extra)(part)
            if flaw is not None:
                return _Flaw(f".{name}{flaw.where}", flaw.what)
        return None

    return check


def _array(check_element: _Check) -> _Check:
    def check(value: Any) -> _Flaw | None:
        if not isinstance(value, list):
            return _Flaw("", "must be an array.")
        for index, element in enumerate(value):
            flaw = check_element(element)
            if flaw is not None:
                return _Flaw(f"[{index}]{flaw.where}", flaw.what)
        return None

    return check


def _string(value: Any) -> _Flaw | None:
    return None if isinstance(value, str) else _Flaw("", "must be a string.")


def _nonempty_string(value: Any) -> _Flaw | None:
    return _Flaw("", "must not be empty.") if value == "" else _string(value)


def _boolean(value: Any) -> _Flaw | None:
    return None if isinstance(value, bool) else _Flaw("", "must be a boolean.")


def _number(value: Any) -> _Flaw | None:
    # A bool is no number in JSON. What no double can hold could not be read back by most clients.
    good = not isinstance(value, bool | str | list | dict | None)
    return None if good and abs(value) <= sys.float_info.max else _Flaw("", "must be a number.")


def _anything(value: Any) -> None:
    return None


def _not_allowed(value: Any) -> _Flaw:
    return _Flaw("", "is not allowed.")
