"""Secrets in a location never reach a person's eyes."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsync.sources import redact
from feedsync.sources.redact import is_secret_name


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://shop.example/feed.xml", "https://shop.example/feed.xml"),
        ("https://u:p@shop.example:8443/feed.xml", "https://shop.example:8443/feed.xml"),
        ("https://u:p@w@shop.example", "https://shop.example"),
        ("//u:p@shop.example/x", "//shop.example/x"),
        ("https://shop.example/@team/feed?page=2", "https://shop.example/@team/feed?page=2"),
        ("http://[2001:db8::1]:80/@x", "http://[2001:db8::1]:80/@x"),
        ("http://h/x?page=2&token=abc&lang=en", "http://h/x?page=2&token=***&lang=en"),
        ("http://h/x?API%5Fkey=abc;consumerSecret=d", "http://h/x?API%5Fkey=***;consumerSecret=***"),
        ("http://h/x#access_token=abc", "http://h/x#access_token=***"),
        ("http://h/x?token=", "http://h/x?token="),
        ("http://h/x?token", "http://h/x?token"),
        ("https://user:pa/ss@shop.example/feed", "https://***@shop.example/feed"),
        ("feeds/stock.csv", "feeds/stock.csv"),
        ("http://h/\n2026 ERROR", "http://h/?2026 ERROR"),
    ],
)
def test_examples(location: str, shown: str) -> None:
    assert redact(location) == shown


@pytest.mark.parametrize(
    "name", ["key", "X-Amz-Signature", "sig", "consumer_key", "apikey", "auth", "OAuth_Token", "pwd"]
)
def test_names_that_are_secret(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["page", "keyword", "design", "author", "lang", "encode", "currency"])
def test_names_that_are_not(name: str) -> None:
    assert not is_secret_name(name)


@given(st.text())
def test_any_text_is_taken(location: str) -> None:
    assert "\n" not in redact(location)


SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="*"), min_size=1).map(lambda text: f"S3{text}")


@given(SECRETS, SECRETS, st.sampled_from(["token", "key", "secret", "password", "sig", "access_token", "consumer_key"]))
def test_never_leaks(user: str, secret: str, name: str) -> None:
    coded = quote(secret, safe="")
    shown = redact(f"https://{quote(user, safe='')}:{coded}@shop.example/feed?a=1&{name}={coded}#{name}={coded}")
    assert shown == f"https://shop.example/feed?a=1&{name}=***#{name}=***"


@given(SECRETS)
def test_a_password_that_was_not_encoded_does_not_leak(secret: str) -> None:
    raw = secret.replace("@", "")
    assert raw not in redact(f"https://user:{raw}@shop.example/feed")
