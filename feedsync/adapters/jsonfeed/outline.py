"""What the beginning of a JSON document holds: its lists of objects and its objects, with the keys of each.

Works on a head that may be cut anywhere, and on one that is broken: what was seen up to there counts.
"""

from __future__ import annotations

import json
import re
from typing import Final

import msgspec

#: So much of a document is looked at before it is decided where its records are.
HEAD_BYTES: Final = 1 << 18
_TOKEN = re.compile(
    rb'(?:[\s\x1e]|\xef\xbb\xbf)*+(?:("(?:[^"\\]++|\\.)*+")|([{}\[\],:])|([^\s"{}\[\],:]++))', re.DOTALL
)
_EMPTY = re.compile(rb"\s*+[\]}]")
_LINE = re.compile(rb"[^\n]*+")
#: Deeper than this no list of records is looked for.
_DEPTH = 5


class Found(msgspec.Struct):
    """A list (its first object), or an object that stands in no list.

    ``keys`` maps each key to the token that its value begins with; of an empty list or object that is ``[]`` or ``{}``.
    ``whole`` says whether the object was seen to its end. ``records`` is False for a list of other things.
    """

    path: tuple[str, ...]
    is_list: bool
    keys: dict[str, bytes]
    whole: bool = False
    records: bool = True


class _Frame(msgspec.Struct):
    """An open list or object; ``found`` is what it is told of, None where nobody asks for it."""

    is_list: bool
    key: str
    found: Found | None
    name: str | None = None  # of the member whose value comes next
    first: bool = True


def outline(head: bytes) -> list[Found]:
    """All objects and lists of objects outside of lists, the outer ones first, then in the document's order."""
    found: list[Found] = []
    stack: list[_Frame] = []
    at = 0
    while match := _TOKEN.match(head, at):
        at = match.end()
        string, sign, _ = match.groups()
        top = stack[-1] if stack else None
        token = match[0].lstrip(b" \t\r\n\x1e\xef\xbb\xbf")
        if sign in (b"}", b"]"):
            _closed(stack)
            if not stack or (len(stack) == 1 and stack[0].is_list):
                break  # there is nothing more to tell of a list at the top than its first object
            continue
        if sign in (b",", b":"):
            continue
        if string and top is not None and not top.is_list and top.name is None:
            top.name = _text(string)
            continue
        opens = sign is not None
        if opens and _EMPTY.match(head, at):
            token += b"]" if sign == b"[" else b"}"
        told, is_new = _told(stack, token, is_list=sign == b"[", opens=opens)
        if told is not None and is_new:
            found.append(told)
        if opens:
            stack.append(_Frame(sign == b"[", top.name or "" if top is not None else "", told))
        if top is not None:
            top.name, top.first = None, False
    if stack and stack[-1].found is not None and stack[-1].name is not None:
        stack[-1].found.keys.setdefault(stack[-1].name, b"")  # its value is longer than the head
    return sorted(found, key=lambda one: len(one.path))


def _told(stack: list[_Frame], token: bytes, *, is_list: bool, opens: bool) -> tuple[Found | None, bool]:
    """What a value that opens is told of, and whether that is a new one; and what it tells of the one it stands in."""
    top = stack[-1] if stack else None
    if top is not None and top.found is not None:
        if not top.is_list:
            top.found.keys.setdefault(top.name or "", token)
        elif top.first and opens and not is_list:
            return top.found, False  # the first object of a list
        elif top.first:
            top.found.records = token == b"null"
    if not opens or len(stack) > _DEPTH or any(frame.is_list for frame in stack):
        return None, False
    path = tuple(frame.key for frame in stack[1:]) + ((top.name or "",) if top is not None else ())
    return Found(path, is_list, {}), True


def _closed(stack: list[_Frame]) -> None:
    frame = stack.pop() if stack else None
    if frame is not None and frame.found is not None and not frame.is_list:
        frame.found.whole = True


def _text(string: bytes) -> str:
    try:
        return str(json.loads(string, strict=False))
    except ValueError:
        return string.decode("utf-8", "replace")


def is_lines(head: bytes) -> bool:
    """Whether every line is a record of its own (JSON Lines), also where some of them are damaged.

    In one JSON document a line that begins with ``{`` follows on ``[``, ``,`` or ``:``, so two such lines in a row are
    two records; and so are a first line that is a whole object and any other one behind it.
    """
    lines = (match[0].strip(b" \t\r\x1e\xef\xbb\xbf") for match in _LINE.finditer(head))
    filled = (line for line in lines if line)
    first, second = next(filled, b""), next(filled, b"")
    if not first.startswith(b"{") or not second:
        return False
    if second.startswith(b"{"):
        return first[-1:] not in (b"[", b",", b":")
    return _is_object(first) and any(line.startswith(b"{") and _is_object(line) for line in filled)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line, strict=False, parse_int=str), dict)
    except (ValueError, RecursionError):
        return False
