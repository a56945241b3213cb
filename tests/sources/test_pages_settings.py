"""What ``[feeds.pages]`` may say, and when everything is due."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from feedsync.settings_pages import OVERLAP, Incremental, Pages, Style
from feedsync.sources.pages_requests import requests_for, with_query

CURSOR = {"style": "cursor", "cursor": "meta.next", "cursor_parameter": "after"}
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "described",
    [
        {"style": "shopify-storefront"},
        {"style": "shopify-admin", "size": 250, "incremental": {"full_every": "12h"}},
        {"style": "woocommerce", "records": "data", "incremental": {}},
        {"style": "page", "page_parameter": "p", "first_page": 0, "size": 500, "size_parameter": "n"},
        {"style": "offset", "offset_parameter": "skip", "total_header": "X-Total"},
        {**CURSOR, "records": "data.items", "id": "node.id", "total": "meta.total", "query": {"a": "b", "n": 1}},
        {"style": "link", "next": "links.next", "incremental": {"parameter": "since"}, "most_pages": 3},
    ],
)
def test_descriptions(described: dict[str, Any]) -> None:
    assert Pages.model_validate(described).style == described["style"]


@pytest.mark.parametrize(
    ("described", "reason"),
    [
        ({"style": "shopify"}, "Input should be 'shopify-storefront'"),
        ({"style": "page", "cursor": "next"}, "cursor says nothing to the style 'page'"),
        ({"style": "woocommerce", "total": "total"}, "total says nothing to the style 'woocommerce'"),
        ({"style": "cursor", "cursor": "next"}, "needs cursor (where it is) and cursor_parameter"),
        ({"style": "page", "total": "a", "total_header": "b"}, "give total or total_header, not both"),
        ({"style": "page", "size": 10}, "give size and size_parameter, or neither"),
        ({"style": "page", "size_parameter": "n"}, "give size and size_parameter, or neither"),
        ({"style": "woocommerce", "size": 101}, "size: woocommerce gives 100 a page at the most"),
        ({"style": "page", "records": "data..items"}, "String should match pattern"),
        ({"style": "page", "size": "10", "size_parameter": "n"}, "valid integer"),
        ({"style": "page", "pages": 10}, "Extra inputs are not permitted"),
        ({"style": "shopify-storefront", "incremental": {}}, "cannot be asked for changes"),
        ({"style": "woocommerce", "incremental": {"parameter": "x"}}, "has its own parameter (modified_after)"),
        ({"style": "page", "incremental": {}}, "name its parameter"),
        ({"style": "page", "incremental": {"parameter": "x", "full_every": 3}}, "write a duration as text"),
    ],
)
def test_mistakes(described: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Pages.model_validate(described)
    assert reason in str(caught.value)


def test_values_of_the_query(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_KEY", "word")
    pages = Pages.model_validate({"style": "page", "query": {"a": "b", "n": 1, "key": {"env": "ACME_KEY"}}})
    assert pages.resolved_query(where="acme.toml") == {"a": "b", "n": "1", "key": "word"}
    assert "word" not in repr(pages)


@pytest.mark.parametrize(
    ("last_full", "last_whole", "since"),
    [
        (None, None, None),
        (NOW - HOUR, None, None),
        (NOW - 24 * HOUR, NOW - HOUR, None),
        (NOW + HOUR, NOW - HOUR, None),
        (NOW - HOUR, NOW + HOUR, None),
        (NOW - 23 * HOUR, NOW - HOUR, NOW - HOUR - OVERLAP),
        (NOW, NOW, NOW - OVERLAP),
    ],
)
def test_when_everything_is_due(
    last_full: datetime | None, last_whole: datetime | None, since: datetime | None
) -> None:
    assert Incremental().since(now=NOW, last_full=last_full, last_whole=last_whole) == since


_TEXT = st.text(st.characters(codec="utf-8"), max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(_TEXT.filter(bool), _TEXT), st.dictionaries(_TEXT.filter(bool), _TEXT | st.none()))
def test_parameters_replace_those_of_their_name(first: dict[str, str], second: dict[str, str | None]) -> None:
    url = with_query(with_query("https://shop.example/a;b?x%5B%5D=1&&flag", first), second)
    expected = with_query(
        "https://shop.example/a;b?x%5B%5D=1&flag", {k: v for k, v in first.items() if k not in second}
    )
    assert url == with_query(expected, second)
    assert url.startswith("https://shop.example/a;b")


@pytest.mark.parametrize(
    ("style", "location", "path"),
    [
        ("woocommerce", "https://a.example", "/wp-json/wc/v3/products"),
        ("woocommerce", "https://a.example/shop/", "/shop/wp-json/wc/v3/products"),
        ("woocommerce", "https://a.example/wp-json/wc/v3/products?x=1", "/wp-json/wc/v3/products"),
        ("woocommerce", "https://a.example/?rest_route=%2Fwc%2Fv3%2Fproducts", "/"),
        ("shopify-storefront", "https://a.example/", "/products.json"),
        ("shopify-storefront", "https://a.example/en/collections/all", "/en/collections/all/products.json"),
        ("shopify-storefront", "https://a.example/collections/all/products.json", "/collections/all/products.json"),
        ("page", "https://a.example", ""),
    ],
)
def test_a_shops_address_is_enough(style: str, location: str, path: str) -> None:
    pages = Pages.model_validate({"style": style})
    assert urlsplit(requests_for(location, pages, {}, None).first).path == path


# -- the documentation

APIS = (Path(__file__).parents[2] / "docs" / "apis.md").read_text(encoding="utf-8")
EXAMPLES = [tomllib.loads(block) for block in re.findall(r"^```toml\n(.*?)^```", APIS, re.MULTILINE | re.DOTALL)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example["feeds"][0]["pages"]["style"]))
def test_every_example_is_a_description(example: dict[str, Any]) -> None:
    [feed] = example["feeds"]
    pages = Pages.model_validate(feed["pages"])
    assert requests_for(feed["location"], pages, {}, None).first.startswith(feed["location"].rstrip("/"))


def test_there_is_an_example_of_every_style() -> None:
    assert {example["feeds"][0]["pages"]["style"] for example in EXAMPLES} == set(get_args(Style))


@pytest.mark.parametrize("key", Pages.model_fields)
def test_every_setting_is_explained(key: str) -> None:
    assert f"`{key}`" in APIS.partition("## All settings")[2].partition("\n## ")[0]
