"""Text from a feed as people read it: no tags, no entities, no control characters, and nothing lost."""

from __future__ import annotations

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.normalize.text import TEXT_LIMIT, one_line, plain

#: Words without signs that markup knows.
WORDS = st.text("abcäöüß日本0123456789.,!%", min_size=1, max_size=10)
TAGS = st.sampled_from(["b", "i", "em", "strong", "span", "p", "div", "h2", "ul", "li", "a", "font", "x-y", "section"])
HTML = st.recursive(
    WORDS,
    lambda inner: st.builds(
        lambda tag, space, parts: f"<{tag}{space}>{' '.join(parts)}</{tag}>",
        TAGS,
        st.sampled_from(["", " ", ' class="x"', " style='color: red'", "\n"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Fish & chips", "Fish & chips"),
        ("Fish &amp; chips", "Fish & chips"),
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("<p>Fish &amp; chips</p>", "Fish & chips"),
        ("I <b>love</b> it", "I love it"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("Intro<p>World</p>", "Intro\nWorld"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("&lt;p&gt;Hi&lt;/p&gt;", "Hi"),
        ("<title>Shirt</title>", "Shirt"),
        ("<a href='x>y'>t</a>", "t"),
        ("a < b > c", "a < b > c"),
        ("1 &lt; 2", "1 < 2"),
        ("a <3 b", "a <3 b"),
        ("<!-- hidden -->x", "x"),
        ("<style>a{}</style>x<script>1<2</script><noscript>n</noscript><template>t</template>", "x"),
        ("<STYLE>a{}</STYLE>x", "x"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\n \n\n b", "a\n\nb"),
        ("a\u00a0\u3000b\tc", "a b c"),
        ("a\u3000b", "a b"),
        ("a\x00\x07b", "ab"),
        ("&#8364; &#x20AC; &euro;", "€ € €"),
        ("&nosuchentity; &", "&nosuchentity; &"),
        ("&nbsp;", ""),
        ("<br>", ""),
        ("", ""),
    ],
)
def test_what_people_read(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_one_line_is_one_line() -> None:
    assert one_line(" <p>a</p>\n\n<p>b&nbsp; c</p>\u2028d ") == "a b c d"


@given(HTML)
@settings(deadline=None)
def test_well_formed_tags_leave_their_words_and_nothing_else(text: str) -> None:
    words = [word for part in text.split("<") for word in part.rpartition(">")[2].split()]
    assert plain(text).split() == words


@given(HTML)
@settings(deadline=None)
def test_tags_that_were_escaped_once_too_often_are_tags_all_the_same(text: str) -> None:
    assert one_line(html.escape(text)) == one_line(text)


@given(st.text(max_size=60) | st.text("<>/!-&;#abpr\"'= \n\r\t", max_size=60))
@settings(deadline=None, max_examples=300)
def test_any_text_is_taken(text: str) -> None:
    shown, line = plain(text), one_line(text)
    assert shown == shown.strip()
    assert not set(shown) & {"\r", "\x00", "\u00a0"}
    assert " ".join(line.split()) == line


@given(st.lists(WORDS, max_size=8).map(" ".join))
@settings(deadline=None)
def test_text_that_is_plain_already_stays(text: str) -> None:
    assert plain(text) == one_line(text) == text


@pytest.mark.parametrize("part", ["a", "<div>", "<br ", "<a", "&amp;", "\n ", "<script>", "<!--", "a <b>x</b> "])
def test_an_endless_text_is_cut(part: str) -> None:
    assert len(plain(part * (200_000 // len(part)))) <= TEXT_LIMIT
