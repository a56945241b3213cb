"""An item that has the shape of others is read by one expression, and says what it says element by element."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedsync.adapters.xml_parse import XmlItems
from feedsync.adapters.xml_plain import PlainItems
from tests.adapters.test_plain_items import NAMESPACES

_TAGS = ("g:id", "title", "g:title", "m:title", "c:note", "g:image", "TITLE", "s")
_TEXTS = (
    "",
    " ",
    "tea",
    " two\n",
    "a &amp; b",
    "&lt;b&gt;",
    "&#65;&amp;",
    "&#32;",
    "&nbsp;",
    "é >",
    "<![CDATA[a<b]]>",
    "<b/>",
    "&",
)
_LEAVES = st.tuples(st.sampled_from(_TAGS), st.sampled_from(("", "\n", "/", "x")))


def _plain() -> PlainItems:
    plain = XmlItems(b"item", NAMESPACES, transcoded=False)._plain
    assert plain is not None
    return plain


@st.composite
def alike(draw: st.DrawFn) -> list[bytes]:
    """Items that have the same tags and other texts."""
    tags = draw(
        st.lists(st.tuples(st.sampled_from(("", "", "g:shipping", "s")), st.lists(_LEAVES, max_size=3)), max_size=4)
    )
    found = []
    for _ in range(draw(st.integers(1, 4))):
        parts = []
        for parent, leaves in tags:
            parts += [f"<{parent}>" if parent else ""]
            for tag, after in leaves:
                text = draw(st.sampled_from(_TEXTS))
                parts += [f"<{tag}/>" if after == "/" else f"<{tag}>{text}</{tag}>{after}"]
            parts += [f"</{parent}>" if parent else ""]
        found.append(f"<item>{''.join(parts)}</item>".encode())
    return found


@settings(max_examples=500, deadline=None)
@given(alike())
@example([b"<item><title>a</title><g:title>b</g:title></item>", b"<item><title>a</title><g:title> </g:title></item>"])
@example(
    [
        b"<item><g:s><g:a>x</g:a><a>y</a></g:s><g:s></g:s></item>",
        b"<item><g:s><g:a>x</g:a><a>&#32;</a></g:s><g:s></g:s></item>",
    ]
)
@example([b"<item><s><s>x</s><a>y</a></s><s>z</s></item>"])
@example([b"<item><g:title>b</g:title><title>a</title></item>"])
@example([b"<item><a></a></item>", b"<item><a>x</a></item>"])
def test_a_shape_changes_nothing(raws: list[bytes]) -> None:
    learned = _plain()
    for raw in raws * 4:
        learned.read(raw)
    for raw in raws:
        found, expected = learned.read(raw), _plain().read(raw)
        assert found == expected
        assert found is None or expected is None or list(found) == list(expected)


def _item(*tags: str, text: str = "x") -> bytes:
    return f"<item>{''.join(f'<{tag}>{text}</{tag}>' for tag in tags)}</item>".encode()


def test_a_shape_is_learnt_once_it_is_common() -> None:
    plain = _plain()
    for count in range(6):
        assert plain.read(_item("a", text="x" * (count + 1))) == {"a": "x" * (count + 1)}
        assert len(plain._shapes._known) == (count >= 3)


def test_what_was_met_last_is_tried_first() -> None:
    plain = _plain()
    for tag in ("a", "b") * 4 + ("a",):
        assert plain.read(_item(tag)) == {tag: "x"}
    assert [shape.attributes(["y"]) for shape in plain._shapes._known[4]] == [{"a": "y"}, {"b": "y"}]


def test_a_document_of_odd_items_fills_no_memory() -> None:
    plain = _plain()
    for number in range(300):
        for _ in range(4):
            assert plain.read(_item(f"a{number}")) == {f"a{number}": "x"}
    assert len(plain._shapes._met) == 256
    assert len(plain._shapes._known[4]) == 8
    assert plain.read(_item(*["a"] * 300)) == {"a": ["x"] * 300}
