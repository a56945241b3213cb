"""Answers that no good Bik gives to a question for records, each by the name of what is wrong with it."""

from __future__ import annotations

import gzip
import json
from typing import Any

from .scripted import Answer

_PACKED = {"Content-Encoding": "gzip"}


def _records(*records: Any, name: str = "products") -> Answer:
    return Answer(json.dumps({"status": 200, "success": True, "data": {name: list(records)}}).encode())


def _body(text: str | bytes, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return Answer(text.encode() if isinstance(text, str) else text, status, headers or {})


#: Nothing can be known by these.
UNREADABLE: dict[str, Answer] = {
    "a page of html": _body("<!DOCTYPE html><html><body>It works!</body></html>"),
    "a page of html from a proxy": _body("<html>502 Bad Gateway</html>", 502),
    "nothing": _body(""),
    "half of it": _body('{"status": 200, "success": true, "data": {"products": [{"id": "P'),
    "bytes": _body(bytes(range(256))),
    "utf-16": _body('{"status": 200, "success": true, "data": {"products": []}}'.encode("utf-16")),
    "a list": _body("[]"),
    "null": _body("null"),
    "a number without end": _body('{"status": 1e999, "data": {"products": []}}'),
    "half a sign": _body('{"status": 200, "success": true, "data": {"products": [{"id": "\\ud800"}]}}'),
    "a pit of brackets": _body("[" * 100_000),
    "a pit of objects": _body('{"a":' * 100_000),
    "no data": _body('{"status": 200, "success": true}'),
    "data that is null": _body('{"status": 200, "success": true, "data": null}'),
    "data that is a list": _body('{"status": 200, "success": true, "data": []}'),
    "another list": _records(name="items"),
    "records that are null": _body('{"status": 200, "success": true, "data": {"products": null}}'),
    "records by id": _body('{"status": 200, "success": true, "data": {"products": {"P00": {}}}}'),
    "a record that is none": _records("P00"),
    "a record that is null": _records(None),
    "a record without an id": _records({"name": "x"}),
    "an id that is null": _records({"id": None}),
    "an id that is a number": _records({"id": "P00"}, {"id": 7}),
    "an id that is a list": _records({"id": ["P00"]}),
    "a success that is none": _body('{"status": 200, "success": false, "data": {"products": []}}'),
    "errors beside a success": _body('{"status": 200, "errors": [{"message": "no"}], "data": {"products": []}}'),
    "a status that is none": _body('{"status": {"code": 200}, "data": {"products": []}}'),
    "a bomb": _body(gzip.compress(b"[" + b" " * 80_000_000 + b"]"), headers=_PACKED),
    "broken gzip": _body(b"\x1f\x8b\x08nonsense", headers=_PACKED),
    "a way elsewhere": _body("", 302, {"Location": "https://elsewhere.example/"}),
}
