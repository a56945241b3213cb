"""A web address is absolute http or https, and goes on exactly as the shop wrote it."""

from __future__ import annotations

import html
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.normalize.text import web_address

BASE = "https://shop.example/p/shirt"
#: Names of query parameters that begin as an HTML entity does.
TRAPS = ["currency", "copy", "region", "section", "parameter", "notify", "order", "lang", "amp", "lt", "times", "v"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://shop.example/p?id=1", "https://shop.example/p?id=1"),
        ("HTTP://shop.example", "HTTP://shop.example"),
        (" https://shop.example/p \n", "https://shop.example/p"),
        ("https://shop.example/?a=1&amp;b=2", "https://shop.example/?a=1&b=2"),
        ("https://shop.example/a b.jpg", "https://shop.example/a%20b.jpg"),
        ("https://shop.example/é/日本?q=ü", "https://shop.example/é/日本?q=ü"),
        ("https://shop.example/a%20b|c{d}", "https://shop.example/a%20b|c{d}"),
        ("https://shop.example:8080/p#x", "https://shop.example:8080/p#x"),
        ("https://[2001:db8::1]/p", "https://[2001:db8::1]/p"),
        ("https://shop.example/\x00p", "https://shop.example/p"),
    ],
)
def test_an_absolute_address(text: str, address: str) -> None:
    assert web_address(text) == web_address(text, BASE) == address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("//cdn.example/a.jpg", "https://cdn.example/a.jpg"),
        ("/a.jpg", "https://shop.example/a.jpg"),
        ("a.jpg", "https://shop.example/p/a.jpg"),
        ("?v=2", "https://shop.example/p/shirt?v=2"),
    ],
)
def test_a_relative_address_is_resolved_against_the_link(text: str, address: str) -> None:
    assert web_address(text, BASE) == address
    with pytest.raises(ValueError, match="does not begin with"):
        web_address(text)


@pytest.mark.parametrize("name", TRAPS)
def test_query_parameters_that_look_like_entities_stay(name: str) -> None:
    url = f"https://shop.example/p?id=1&{name}=INR&{name}"
    assert web_address(url) == url


@given(st.lists(st.tuples(st.sampled_from(TRAPS), st.text("aZ0-_.~%/:@", max_size=5)), min_size=1, max_size=5))
@settings(deadline=None)
def test_an_escaped_query_is_read_back(pairs: list[tuple[str, str]]) -> None:
    url = "https://shop.example/p?" + "&".join(f"{name}={value}" for name, value in pairs)
    assert web_address(html.escape(url)) == web_address(url) == url


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "does not begin"),
        ("n/a", "does not begin"),
        ("www.shop.example/p", "does not begin"),
        ("ftp://shop.example/p", "does not begin"),
        ("javascript:alert(1)", "does not begin"),
        ("data:image/png;base64,AAAA", "does not begin"),
        ("http://", "names no host"),
        ("http:///p", "names no host"),
        ("https://@/p", "names no host"),
        ("https://[::1/p", "cannot be read"),
        ("https://℀.example/p", "cannot be read"),
        ("https://shop.example/<p>", "holds characters"),
        ('https://shop.example/a"b', "holds characters"),
        ('https://shop.example/a"b?a=1&amp;b=2', "holds characters"),
        ("https://shop.example/a\nb", "holds characters"),
        ("https://shop.example/a\u2028b", "holds characters"),
    ],
)
def test_what_is_none_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        web_address(text)


def test_a_relative_address_cannot_break_out_unseen() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        web_address("//[", BASE)
    with pytest.raises(ValueError, match="does not begin"):
        web_address("javascript:alert(1)", BASE)


@given(st.text(max_size=40) | st.text('htps:/.&;?=#[]@%<>" \n', max_size=30).map(lambda tail: f"https://{tail}"))
@settings(deadline=None, max_examples=300)
def test_any_text_is_an_address_with_a_host_or_refused(text: str) -> None:
    for base in (None, BASE):
        try:
            url = web_address(text, base)
        except ValueError:
            continue
        parts = urlsplit(url)
        assert parts.scheme.lower() in ("http", "https")
        assert parts.hostname
        assert not set(url) & set(' \n\r\t<>"')
