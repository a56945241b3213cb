"""From a page's bytes to its records: strict about the shape, careful with the bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.sources.pages_answer import BadPage, Page, Shape, digest, key_of, line_of, next_link, read_page

ANY = Shape()


def read(body: str | bytes, shape: Shape = ANY, charset: str | None = None, **headers: str) -> Page:
    data = body.encode() if isinstance(body, str) else body
    return read_page(data, {name.replace("_", "-"): value for name, value in headers.items()}, charset, shape)


def refusal(body: str | bytes, shape: Shape = ANY, **headers: str) -> str:
    with pytest.raises(BadPage) as caught:
        read(body, shape, **headers)
    return str(caught.value)


@pytest.mark.parametrize(
    ("body", "shape", "place"),
    [
        ('[{"id":1}]', ANY, ""),
        ('\ufeff \n[{"id":1}]', ANY, ""),
        ('{"products":[{"id":1}],"count":1}', ANY, "products"),
        ('{"errors":[],"warnings":["w"],"items":[{"id":1}]}', ANY, "items"),
        ('{"a":{"b":{"c":[{"id":1}]}},"d":[]}', Shape(records="a.b.c"), "a.b.c"),
        ('[{"id":1}]', Shape(records=""), ""),
    ],
)
def test_where_the_list_is(body: str, shape: Shape, place: str) -> None:
    page = read(body, shape)
    assert (page.records, page.place) == ([b'{"id":1}'], place)


@pytest.mark.parametrize(
    ("body", "shape", "reason"),
    [
        ("<!DOCTYPE html>", ANY, "is HTML or XML, not JSON"),
        ("", ANY, "is not JSON: Input data was truncated"),
        ('[{"id":1}', ANY, "is not JSON: Input data was truncated"),
        ('[{"id":1}] <!-- cached -->', ANY, "is not JSON: JSON is malformed: trailing characters (byte 12)"),
        ('[{"id":01}]', ANY, "is not JSON: JSON is malformed: invalid number (byte 8)"),
        ("[" * 100_000, ANY, "is not JSON: maximum recursion depth"),
        ("[" + "{}," * 1_000_001 + "{}]", ANY, "holds more values than a page can"),
        ('[{"id":1},null]', ANY, "holds something that is no record (a JSON object)"),
        ("17", ANY, "is no list"),
        ('{"error":"busy"}', ANY, "has no list: say where the records are, as in records = 'data.items'"),
        ('{"items":null}', Shape(records="items"), "has no list at 'items'"),
        ('{"items":[]}', Shape(records="data.items"), "has no list at 'data.items'"),
        ('{"data":[]}', Shape(records="data.items"), "has no list at 'data.items'"),
        ('{"items":[],"error":"busy"}', ANY, "holds an error instead of records"),
        ('{"items":[],"errors":["busy"]}', ANY, "holds an error instead of records"),
        ('{"items":[],"success":false}', ANY, "holds an error instead of records"),
        (b'{"\xff":1}', ANY, "is not JSON: "),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_page(body: str | bytes, shape: Shape, reason: str) -> None:
    assert refusal(body, shape).startswith(reason)


@pytest.mark.parametrize("said", ["null", "false", '""', "[]", "{}", "0"])
def test_an_empty_list_beside_no_error(said: str) -> None:
    assert read(f'{{"items":[],"error":{said},"success":true}}').records == []


def test_records_beside_an_error_are_records() -> None:
    assert len(read('{"items":[{}],"error":"some are hidden"}').records) == 1


def test_what_calls_itself_html() -> None:
    assert refusal("[]", Shape(no_html=True), content_type="text/HTML") == "is HTML, not JSON"
    assert read("[]", Shape(no_html=True), content_type="application/json").records == []
    assert read("[]", content_type="text/html").records == []


@pytest.mark.parametrize(
    ("said", "total"),
    [("7", 7), ('"7"', 7), ("-1", None), ("1.5", None), ('"many"', None), ('""', None), ("null", None), ("[7]", None),
     ("true", None), ("9" * 17, None), ('"٣"', None)],
)  # fmt: skip
def test_totals(said: str, total: int | None) -> None:
    assert read(f'{{"items":[],"meta":{{"total":{said}}}}}', Shape(total="meta.total", records="items")).total == total


def test_totals_in_a_header() -> None:
    assert read("[]", Shape(total_header="x-total"), x_total="12").total == 12
    assert read("[]", Shape(total_header="x-total"), x_total="twelve").total is None
    assert read("[]", Shape(total_header="x-total")).total is None
    assert read("[]").total is None


@pytest.mark.parametrize(
    ("said", "pointer", "says"),
    [('"abc"', "abc", True), ("12", "12", True), ("-3", "-3", True), ("null", None, True), ('""', None, True),
     ("false", None, True)],
)  # fmt: skip
def test_cursors(said: str, pointer: str | None, says: bool) -> None:
    page = read(f'{{"items":[],"next":{said}}}', Shape(pointer="next"))
    assert (page.pointer, page.says_pointer) == (pointer, says)


def test_no_cursor_is_not_the_same_as_a_cursor_that_says_no() -> None:
    assert not read('{"items":[]}', Shape(pointer="next")).says_pointer
    assert not read('{"items":[]}', Shape(link=True)).says_pointer
    assert read('{"items":[]}', Shape(link=True), link='</a>; rel="prev"').says_pointer


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ('<https://a.example/?page=2>; rel="next"', "https://a.example/?page=2"),
        ('<a,b;c>; rel="next"', "a,b;c"),
        ('<p>; rel="previous", <n>; rel="next"', "n"),
        ('<p>; rel=prev; title="x", <n>;title="<y"; REL=Next', "n"),
        ('<n>; rel="last next"', "n"),
        ('<p>; rel="nextpage"', None),
        ('<p>; title="rel=next"', None),
        ("<>; rel=next", None),
        ("<p>", None),
        ("", None),
        ("<" * 50_000, None),
        ("<a>;" + " " * 50_000, None),
    ],
    ids=lambda value: str(value)[:30],
)
def test_link_headers(value: str, address: str | None) -> None:
    assert next_link(value) == address


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (b'{"a": 1.10}', b'{"a": 1.10}'),
        (b'{\r\n  "a" : "\\n",\n "a":1e2, "b":\t-0.0\n}', b'{"a":"\\n","a":1e2,"b":-0.0}'),
        (b'{"a":\xff}', b'{"a":\xff}'),
    ],
)
def test_lines(sent: bytes, line: bytes) -> None:
    assert line_of(sent) == line


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(), st.lists, max_leaves=4
        ),
    )
)
def test_one_line_says_the_same(record: dict[str, object]) -> None:
    for indent in (None, 0, 2):
        [line] = read(json.dumps([record], indent=indent)).records
        assert json.loads(line) == record
        assert b"\n" not in line


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (r"\ud83d\ude00", "\U0001f600"),
        (r"a\ud83d", "a\ufffd"),
        (r"\ude00", "\ufffd"),
        (r"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (r"\ud83d\u0041", "\ufffdA"),
        (r"\\ud83d\uDBFFx", "\\ud83d\ufffdx"),
    ],
)
def test_half_of_an_emoji(sent: str, text: str) -> None:
    """What a title is left with when it is cut after so many UTF-16 units; it costs no other record."""
    [line] = read(f'[{{"title":"{sent}","lone":"\\ud800"}}]').records
    assert json.loads(line) == {"title": text, "lone": "\ufffd"}


def test_encodings() -> None:
    latin = '[{"title":"Café"}]'.encode("cp1252")
    assert json.loads(read(latin, charset="windows-1252").records[0]) == {"title": "Café"}
    utf_16 = '[{"title":"Café"}]'.encode("utf-16")
    assert json.loads(read(utf_16, charset="utf-16").records[0]) == {"title": "Café"}
    # One damaged record is the reader's to refuse, not the whole page.
    for charset in (
        None,
        "utf-8",
        "no-such",
        "zip",
        "punycode",
        "PunyCode",
    ):
        assert read(latin, charset=charset).records == [latin[1:-1]]


@pytest.mark.parametrize("other", [b'{"id":"12"}', b'{"x":1,"id" : 12}', b'{"id":12,"title":"new"}'])
def test_the_same_id_is_the_same_record(other: bytes) -> None:
    assert key_of(b'{"id":12}', "id") == key_of(other, "id")


@pytest.mark.parametrize(
    "record",
    [b"{}", b'{"id":null}', b'{"id":""}', b'{"id":[1]}', b'{"id":true}', b'{"id":"\xff"}', b'{"\xff":1,"id":1}'],
)
def test_without_an_id_all_of_it_counts(record: bytes) -> None:
    assert key_of(record, "id") == key_of(record, None) == digest(record)


def test_ids_that_lie_deeper() -> None:
    assert key_of(b'{"node":{"id":1}}', "node.id") == key_of(b'{"id":"1"}', "id")
    assert key_of(b'{"node":1}', "node.id") == digest(b'{"node":1}')


SHAPES = [ANY, Shape(records="a.b", total="a.t", pointer="a.n"), Shape(total_header="x", link=True)]


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=40)
    | st.lists(
        st.sampled_from(
            [b"{", b"}", b"[", b"]", b'"a"', b'"b"', b":", b",", b"1", b"null", b"\\", b"\xff", b"\n", b'"']
        ),
        max_size=25,
    ).map(b"".join),
    st.sampled_from(SHAPES),
    st.sampled_from([None, "utf-16", "cp1252", "idna", "zip"]),
)
def test_any_bytes_are_a_page_or_refused(body: bytes, shape: Shape, charset: str | None) -> None:
    try:
        page = read_page(body, {"link": "<a", "x": "1"}, charset, shape)
    except BadPage:
        return
    assert all(record.startswith(b"{") and b"\n" not in record for record in page.records)
    assert all(key_of(record, "a.b") for record in page.records)


def test_little_of_a_servers_own_words_stands_in_a_refusal() -> None:
    lists: dict[str, list[int]] = {f"{number}{'x' * 5000}": [] for number in range(50)}
    assert len(refusal(json.dumps(lists))) < 400
