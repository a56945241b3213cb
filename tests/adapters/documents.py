"""Well-formed feeds as hostile as XML allows, made by Hypothesis."""

from __future__ import annotations

from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

from tests.adapters.reading import GOOGLE

Draw = st.DrawFn

#: (the elements around the items, from the root; the item's tag)
SHAPES = (
    (("rss", "channel"), "item"),
    (("feed",), "entry"),
    (("products",), "product"),
    (("channel",), "item"),
    (("yml_catalog", "shop", "offers"), "offer"),
    (("SHOP",), "SHOPITEM"),
    (("g:rss", "channel"), "g:item"),
    (("items",), "c:item"),
)
NAMES = ("g:id", "id", "g:title", "title", "g:price", "price", "link", "c:note", "g:link", "x-y", "sizes", "TITLE")
_SPACE = ("", " ", "\n", "\n\t  ", "\r\n")
_ALPHABET = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffd\ufffe\uffff")
texts = st.text(_ALPHABET | st.sampled_from("<>&]['\"- \n"), max_size=12)


class Document(NamedTuple):
    """A document: up to the last byte of its root, and what may follow that (white space, comments)."""

    body: bytes
    trailer: bytes
    tag: str

    @property
    def data(self) -> bytes:
        """All of it."""
        return self.body + self.trailer


@st.composite
def hidden(draw: Draw, tag: str, *, inside: bool) -> str:
    """What stands in a comment, a CDATA section or an instruction.

    Inside of an item no section holds the end of one item and then the start of another: test_swallowed.py.
    """
    one = f"<{tag}>x</{tag}>"
    choices = ["", "plain", f"<{tag}>", f"</{tag}>", f"</{tag} >", one, f"<{tag}/>", f"<{tag} a='", "<g:id>9</g:id>"]
    choices += ["<![CDATA[", "<!--"[:2], "<?x", "&nbsp;", "a & b", "</rss>", "</channel></feed></products>", "]>", "->"]
    if not inside:
        choices += [one + one, f"{one}\n{one}", f"</{tag}><{tag}>"]
    return draw(st.sampled_from(choices))


@st.composite
def sections(draw: Draw, tag: str, *, inside: bool) -> str:
    """A comment or an instruction."""
    text = draw(hidden(tag, inside=inside))
    kind = draw(st.sampled_from(("<!--{} -->", "<?pi {} ?>")))
    return kind.format(text)


@st.composite
def cdata(draw: Draw, tag: str, *, inside: bool) -> str:
    """A CDATA section."""
    text = draw(hidden(tag, inside=inside) | texts.map(lambda text: text.replace("]]>", "")))
    return f"<![CDATA[{text}{draw(st.sampled_from(('', '<!--', '-->', '?>', ']')))}]]>"


@st.composite
def contents(draw: Draw, tag: str) -> str:
    """Text in every way of writing it."""
    part = texts.map(lambda text: escape(text).replace("]]>", "]]&gt;"))
    reference = st.sampled_from(("&#65;", "&#x20AC;", "&amp;amp;", "&quot;", "&lt;item&gt;"))
    return "".join(draw(st.lists(part | reference | cdata(tag, inside=True) | sections(tag, inside=True), max_size=3)))


@st.composite
def xml_attributes(draw: Draw) -> str:
    """Attributes, with signs in them that end a tag elsewhere."""
    names = draw(st.lists(st.sampled_from(("a", "id", "group_id", "c:z", "href", "rel")), unique=True, max_size=2))
    values = st.sampled_from((">", "/>", "'", '"', "a > b", "]]>", "-->", "alternate", "self", " ", "&amp;"))
    return "".join(
        f"{draw(st.sampled_from((' ', '  ', chr(10))))}{name}={quoteattr(draw(values))}".replace("&amp;amp;", "&amp;")
        for name in names
    )


@st.composite
def children(draw: Draw, tag: str, depth: int) -> str:
    """An element in an item: text, a record, or an element of the item's own name."""
    name = draw(st.sampled_from((*NAMES, tag) if depth else NAMES))
    opening = name + draw(xml_attributes())
    if draw(st.integers(0, 5)) == 0:
        return f"<{opening}/>"
    inner = draw(contents(tag))
    if depth:
        inner += "".join(draw(st.lists(children(tag, depth - 1) | texts.map(escape), max_size=2)))
    return f"<{opening}>{inner.replace(']]>' + '>', ']]>&gt;')}</{name}{draw(st.sampled_from(_SPACE))}>"


@st.composite
def items(draw: Draw, tag: str) -> str:
    """An item."""
    opening = tag + draw(xml_attributes())
    if draw(st.integers(0, 6)) == 0:
        return f"<{opening}{draw(st.sampled_from(_SPACE))}/>"
    parts = draw(st.lists(children(tag, 2) | sections(tag, inside=True) | st.sampled_from(_SPACE), max_size=5))
    return f"<{opening}>{''.join(parts)}</{tag}{draw(st.sampled_from(('', '', '', ' ', chr(10))))}>"


@st.composite
def gaps(draw: Draw, tag: str) -> str:
    """What stands between items and is none."""
    other = st.sampled_from(("<x-y>text</x-y>", "<x-y/>", "text", f"<{tag}s a='>'/>"))
    part = sections(tag, inside=False) | cdata(tag, inside=False) | other | st.sampled_from(_SPACE)
    return "".join(draw(st.lists(part, max_size=3)))


@st.composite
def documents(draw: Draw, max_items: int = 8) -> Document:
    """A whole feed."""
    wrappers, tag = draw(st.sampled_from(SHAPES))
    declared = f' xmlns:g="{GOOGLE}" xmlns:c="http://base.google.com/cns/1.0"'
    body = draw(st.sampled_from(("", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-8"?>\n')))
    body += draw(sections(tag, inside=False)) if draw(st.booleans()) else ""
    for index, wrapper in enumerate(wrappers):
        body += f"<{wrapper}{declared if index == 0 else ''}>{draw(st.sampled_from(_SPACE))}"
    body += draw(gaps(tag))
    count = draw(st.integers(1, max_items))
    while count > 0:
        group = draw(st.integers(1, count))
        wrapped = draw(st.integers(0, 3)) == 0
        body += "<wrap a='>'>" if wrapped else ""
        for _ in range(group):
            body += draw(items(tag)) + draw(gaps(tag))
        body += "</wrap>" if wrapped else ""
        count -= group
    for wrapper in reversed(wrappers):
        body += f"</{wrapper}{draw(st.sampled_from(_SPACE))}>"
        body += draw(gaps(tag)) if wrapper != wrappers[0] else ""
    trailer = draw(st.sampled_from(("", "\n", "<!-- made by a shop -->", "\n<!-- x -->\n")))
    return Document(body.encode(), trailer.encode(), tag)
