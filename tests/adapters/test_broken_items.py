"""A broken item costs itself alone: it comes out, with a reason or repaired, and its neighbours are what they were."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.documents import items
from tests.adapters.reading import Reading, feed, item, read, read_in_blocks

BROKEN = {
    "a raw ampersand": item("9", "<link>http://a.example/?a=1&b=2</link>"),
    "an unknown entity": item("9", "<d>a&unheardof;b</d>"),
    "an HTML entity": item("9", "<d>a&nbsp;b</d>"),
    "a stray section end": item("9", "<d>a ]]> b</d>"),
    "a raw less-than": item("9", "<d>1 < 2</d>"),
    "a raw less-than before a name": item("9", "<d>a <b</d>"),
    "a control character": item("9", "<d>a\x01b</d>"),
    "a control character in a section": item("9", "<d><![CDATA[a\x0bb]]></d>"),
    "a reference to a control character": item("9", "<d>a&#11;b</d>"),
    "a byte that is no UTF-8": item("9", b"<d>caf\xe9</d>"),
    "an unbound prefix": item("9", "<q:d>x</q:d>"),
    "an unbound prefix on an attribute": item("9", "<d q:a='1'>x</d>"),
    "a wrong closing tag": item("9", "<d>x</e>"),
    "a closing tag without its sign": item("9", "<d>x/d>"),
    "an opening tag without its sign": item("9", "<d x</d>"),
    "a missing closing tag": item("9", "<d>x"),
    "a closing tag too many": item("9", "x</d>"),
    "a section that is not closed": item("9", "<d><![CDATA[x</d>"),
    "a comment that is not closed": item("9", "<!-- x"),
    "an instruction that is not closed": item("9", "<?x "),
    "two hyphens in a comment": item("9", "<!-- a -- b -->"),
    "an attribute twice": item("9", "<d a='1' a='2'/>"),
    "an attribute without quotes": item("9", "<d a=1/>"),
    "a quote that is not closed": item("9", "<d a='1>x</d>"),
    "an attribute of the item twice": b"<item a='1' a='2'><g:id>9</g:id></item>",
    "a reference to no character": item("9", "<d>&#xD800;</d>"),
    "elements nested too deeply": item("9", "<d>" * 300 + "</d>" * 300),
    "a DOCTYPE": item("9", "<!DOCTYPE x [<!ENTITY y 'z'>]>"),
}
#: Broken items whose beginning is lost: it cannot be sure that their id is theirs.
BEHEADED = {
    "a quote in the start tag that is not closed": b"<item a='1><g:id>9</g:id></item>",
    "a start tag without its sign": b"<item <g:id>9</g:id></item>",
    "no start tag": b"<g:id>9</g:id><d>x</d></item>",
    "a misspelt start tag": b"<itm><g:id>9</g:id></item>",
}
#: Broken items that a reader can only end where the next one begins.
UNCLOSED = {
    "no closing tag": b"<item><g:id>9</g:id>\n",
    "a misspelt closing tag": b"<item><g:id>9</g:id></itm>",
    "a closing tag without its sign": b"<item><g:id>9</g:id>/item>",
    "a closing tag in capitals": b"<item><g:id>9</g:id></ITEM>",
}
NEIGHBOURS = {
    "plain": item("{}"),
    "with a section": item("{}", "<d><![CDATA[<b>x</b>]]></d>"),
    "with a comment": item("{}", "<!-- x -->"),
    "with an instruction": item("{}", "<?x y ?>"),
    "with a closing tag in a section": item("{}", "<d><![CDATA[ </item> ]]></d>"),
    "with a closing tag in a comment": item("{}", "<!-- </item> -->"),
    "with white space in the closing tag": b"<item><g:id>{}</g:id></item\n>",
    "with quotes": item("{}", '<d a="it\'s">it\'s "x"</d>'),
    "behind a comment": b"<!-- next: -->" + item("{}"),
    "in a wrapper": b"<wrap a='>'>" + item("{}") + b"</wrap>",
    "self-closing": b"<item id='{}' />",
}
all_broken = pytest.mark.parametrize("broken", [pytest.param(raw, id=name) for name, raw in BROKEN.items()])
all_beheaded = pytest.mark.parametrize("broken", [pytest.param(raw, id=name) for name, raw in BEHEADED.items()])
all_unclosed = pytest.mark.parametrize("broken", [pytest.param(raw, id=name) for name, raw in UNCLOSED.items()])
all_neighbours = pytest.mark.parametrize("neighbour", [pytest.param(raw, id=name) for name, raw in NEIGHBOURS.items()])


def reading_with(broken: bytes, neighbour: bytes, place: int) -> Reading:
    neighbours = [neighbour.replace(b"{}", str(number).encode()) for number in range(1, 5)]
    return read(feed(*neighbours[:place], broken, *neighbours[place:]))


def assert_it_costs_itself_alone(broken: bytes, neighbour: bytes) -> None:
    alone = reading_with(b"", neighbour, 0)
    for place in (0, 1, 2, 4):
        reading = reading_with(broken, neighbour, place)
        assert len(reading.parsed) == 5, place
        assert reading.attributes[:place] + reading.attributes[place + 1 :] == alone.attributes
        its_own = reading.parsed[place]
        assert (its_own.attributes is None) == (its_own.problem is not None)
        assert its_own.problem or its_own.notes
        assert reading.faults == []


@all_neighbours
@all_broken
def test_it_costs_itself_alone(broken: bytes, neighbour: bytes) -> None:
    assert_it_costs_itself_alone(broken, neighbour)


@all_neighbours
@all_beheaded
def test_one_without_a_beginning_does_not_vanish(broken: bytes, neighbour: bytes) -> None:
    assert_it_costs_itself_alone(broken, neighbour)
    assert read(feed(item("1"), broken, item("2"))).ids in (["1", "9", "2"], ["1", None, "2"])


@all_broken
def test_it_keeps_its_id(broken: bytes) -> None:
    reading = read(feed(item("1"), broken, item("2")))
    assert reading.ids == ["1", "9", "2"]


@all_neighbours
@all_unclosed
def test_one_without_an_end_ends_where_the_next_begins(broken: bytes, neighbour: bytes) -> None:
    alone = reading_with(b"", neighbour, 0)
    for place in (0, 1, 2):
        reading = reading_with(broken, neighbour, place)
        assert reading.codes[place] == "FS-305"
        assert reading.attributes[:place] + reading.attributes[place + 1 :] == alone.attributes
        assert reading.faults == []


@pytest.mark.parametrize("stray", [b"</item>", b"\n</item>\n", b"<!-- x --></item >", b"</item></item>"])
def test_a_closing_tag_too_many_is_no_item(stray: bytes) -> None:
    assert read(feed(item("1"), stray, item("2"), stray)).ids == ["1", "2"]


@all_broken
def test_broken_items_one_after_another(broken: bytes) -> None:
    reading = read(feed(item("1"), broken, broken, broken, item("2")))
    assert reading.ids == ["1", "9", "9", "9", "2"]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(items("item"), max_size=3),
    st.lists(items("item"), max_size=3),
    st.sampled_from([*BROKEN.values(), *BEHEADED.values(), *UNCLOSED.values()]),
    st.integers(1, 500),
)
def test_neighbours_of_every_kind_are_untouched(
    before: list[str], after: list[str], broken: bytes, block_bytes: int
) -> None:
    left, right = [[one.encode() for one in side] for side in (before, after)]
    first, last = item("first"), item("last")
    alone = [read(feed(one)).attributes[0] for one in (first, *left, *right, last)]
    for reading in (
        read(feed(first, *left, broken, *right, last)),
        read_in_blocks(feed(first, *left, broken, *right, last), block_bytes),
    ):
        place = len(left) + 1
        assert reading.attributes[:place] == alone[:place]
        assert reading.attributes[len(reading.attributes) - len(right) - 1 :] == alone[place:]


@pytest.mark.parametrize(
    "first",
    [
        b"<item><g:id>1</g:id><d>x</d><?/item>",
        b"<item><g:id>1</g:id><!--/item>",
        b"<item><g:id>1</g:id><d><![CDATA[x</item><b>",
        b"<item><g:id>1</g:id><d a='1' a='2'><![CDATA[x",
    ],
)
def test_one_that_has_swallowed_its_neighbour_leaves_open_whose_it_was(first: bytes) -> None:
    """Its own id is no excuse: the neighbour's would be missing from a document that counts as complete."""
    reading = read(feed(item("0"), first, item("2", "<?x y?><!-- z --><d><![CDATA[x]]></d>"), item("3")))
    assert "2" in reading.ids or {"FS-304", "FS-305"} & set(reading.codes)
    assert (reading.ids[0], reading.ids[-1]) == ("0", "3")
