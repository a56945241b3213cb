"""A document that holds no records says so, with what it says of it itself."""

from __future__ import annotations

from typing import Any

import pytest

from feedsync.errors import Fatal
from tests.adapters.jsonfeed.reading import JSON, product, read, read_json


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"errors": "Not Found"}, "Not Found"),
        ({"errors": {"base": ["x"]}}, "an error"),
        ({"error": "a", "error_description": "The token\n is gone"}, "The token is gone"),
        ({"error": {"message": "x"}}, "an error"),
        ({"code": "rest_forbidden", "message": "Sorry, you cannot list resources.", "data": {"status": 401}}, "Sorry"),
        ({"success": False, "message": "Down", "products": []}, "Down"),
        ({"ok": False, "products": [product(1)]}, "an error"),
        ({"data": {"products": [product(1)]}, "errors": [{"message": "timeout"}]}, "an error"),
        ({"error": "x" * 1000}, "'" + "x" * 200 + "'"),
    ],
)
def test_an_answer_that_is_an_error_is_none(value: Any, says: str) -> None:
    with pytest.raises(Fatal) as caught:
        read_json(value)
    assert caught.value.code == "FS-314"
    assert says in caught.value.message


@pytest.mark.parametrize(
    "value", [{}, {"a": 1}, {"a": {"b": [1, 2]}}, [1, 2], ["a"], [[1]], {"list": ["a"]}, {"data": {}}]
)
def test_a_document_without_records(value: Any) -> None:
    with pytest.raises(Fatal) as caught:
        read_json(value, JSON)
    assert caught.value.code == "FS-314"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("<!DOCTYPE html><html><body>Log in</body></html>", "web page"),
        ("<html lang=en>", "web page"),
        ("", "empty"),
        ("Fatal error: Allowed memory size exhausted", "Fatal error"),
        ('{"message": "\\ud83d', "begins with"),
        ('{"error": "\\x"}', "an error"),
        ('{"\\x": 1} ', "begins with"),
        ("[5", "begins with"),
    ],
)
def test_what_is_no_json_at_all_says_what_it_is(data: str, says: str) -> None:
    with pytest.raises(Fatal, match=says) as caught:
        read(data, JSON)
    assert caught.value.code == "FS-314"


def test_words_that_are_no_error() -> None:
    """Envelopes of answers that went well say so in the same places."""
    fine: list[dict[str, Any]] = [
        {"error": None},
        {"errors": []},
        {"error": False},
        {"code": 200, "message": "OK"},
        {"success": True},
    ]
    for more in fine:
        assert read_json({**more, "products": [product(1)]}).ids == ["1"]
