"""One byte changed within an item, wherever it is: that item may be lost to reading, its neighbours never."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.errors import FeedsyncError
from tests.adapters.reading import feed, item, read

ITEMS = (
    item("0", '<d a="x > y">text</d>'),
    item("1", "<d><![CDATA[<b>text</b>]]></d>"),
    item("2", "<!-- note --><d>text</d>"),
    item("3", "<?x y?><d>text</d>"),
    item("4", "<d><![CDATA[ </item> ]]></d>"),
    item("5", "<!-- </item> -->"),
    b"<item a='1' ><g:id>6</g:id></item\n>",
    b"<item id='7'/>",
    item("8", "<s><p>1</p></s>&amp;&#65;"),
)
WHOLE = [read(feed(one)).attributes[0] for one in ITEMS]
#: These leave open whose item it was: nothing is judged missing then.
IN_DOUBT = {"FS-304", "FS-305", "FS-307", "FS-311"}
EDITS = ("delete", "insert", "replace")
SIGNS = b"<>/&\"'!?-[];x \x00\xe9"


def edited(raw: bytes, edit: str, place: int, sign: int) -> bytes:
    """The bytes with one deleted, inserted or replaced."""
    added = b"" if edit == "delete" else bytes([sign])
    return raw[:place] + added + raw[place + (edit != "insert") :]


@settings(deadline=None, max_examples=250)
@given(st.permutations(range(len(ITEMS))), st.integers(0, 8), st.sampled_from(EDITS), st.sampled_from(SIGNS), st.data())
def test_the_neighbours_stay_as_they_were(
    order: list[int], victim: int, edit: str, sign: int, data: st.DataObject
) -> None:
    raws = [ITEMS[index] for index in order]
    place = data.draw(st.integers(0, len(raws[victim]) - 1))
    raws[victim] = edited(raws[victim], edit, place, sign)
    reading = read(feed(b"<item><g:id>first</g:id></item>", *raws, item("last")))
    wanted = [WHOLE[index] for at, index in enumerate(order) if at != victim]
    if b"<?" in raws[victim].replace(b"<?x y?>", b""):  # it opens an instruction, which may reach into a neighbour
        assert (
            reading.faults or IN_DOUBT & set(reading.codes) or [f for f in reading.attributes if f in wanted] == wanted
        )
        return
    assert [found for found in reading.attributes if found in wanted] == wanted
    assert reading.attributes[0] == {"id": "first"}
    assert reading.attributes[-1] == {"id": "last"}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("raw", [pytest.param(raw, id=str(n)) for n, raw in enumerate(ITEMS) if b"</item" in raw])
def test_the_item_itself_comes_out_or_is_reported(raw: bytes, edit: str) -> None:
    """It never vanishes: it is there with its id, or as a broken item, or the document is not whole.

    Only a self-closing one that loses its beginning leaves nothing to tell it by.
    """
    for place in range(len(raw)):
        for sign in SIGNS if edit != "delete" else b"x":
            changed = edited(raw, edit, place, sign)
            reading = read(feed(item("first"), changed, item("last")))
            assert len(reading.parsed) >= 3 or reading.faults, changed
            assert (reading.ids[0], reading.ids[-1]) == ("first", "last"), changed


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_no_bytes_at_all_break_a_pass(data: st.DataObject) -> None:
    """A head, and behind it anything made of the pieces that readers stumble over."""
    pieces = (b"<item>", b"</item>", b"<item/>", b"<item", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?", b"?>", b"<", b">",
              b"'", b'"', b"&", b";", b"</rss>", b"<g:id>", b"</g:id>", b"1", b"xmlns:g=", b"\x00", b"\xff", b"\n")  # fmt: skip
    soup = b"".join(data.draw(st.lists(st.sampled_from(pieces), max_size=30)))
    try:
        reading = read(data.draw(st.sampled_from((b"", b"<rss>", b"\xef\xbb\xbf<feed>"))) + soup)
    except FeedsyncError as refused:
        assert refused.code in {"FS-301", "FS-302", "FS-306", "FS-308"}  # noqa: PT017 (any answer but these is a bug)
        return
    assert len(reading.parsed) == len(reading.hashes) == len(reading.offsets)
    assert all((one.attributes is None) == (one.problem is not None) for one in reading.parsed)
