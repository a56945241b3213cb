"""What is known is skipped, and nothing that an item is read as can differ where its hash does not."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedsync.adapters.base import Adapter, ReadOptions, item_hash
from feedsync.adapters.jsonfeed import records as records_module
from feedsync.adapters.jsonfeed import scan, split
from tests.adapters.jsonfeed.reading import JSON, SHOPIFY, WOO, Reading, knowing, lines, product, read, read_json
from tests.adapters.jsonfeed.shop import Record, shopify, variable, variant, variation, woo

DOCUMENTS: list[tuple[Adapter, list[Any]]] = [
    (
        SHOPIFY,
        [shopify(*[variant(number) for number in range(10, 40)]), shopify(variant(50), id=2), shopify(variants=[])],
    ),
    (
        WOO,
        [
            woo(),
            variable(variation(21), variation(22), 23, id=30),
            variation(24, parent_id=30),
            woo(id=31, type="grouped"),
        ],
    ),
    (JSON, [product(number, color="red") for number in range(30)]),
]


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(DOCUMENTS), st.booleans(), st.integers(1, 9), st.data())
def test_skipping_equals_reading_everything(
    document: tuple[Adapter, list[Any]], on_lines: bool, block: int, data: st.DataObject
) -> None:
    adapter, records = document
    bad = data.draw(st.integers(0, len(records)))
    raws = [json.dumps(one).encode() for one in records]
    raws.insert(bad, b'{"id": "bad", "price": 1,5}')
    text = b"\n".join(raws) if on_lines else b"[" + b",".join(raws) + b"]"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(split, "_BLOCK_ITEMS", block)
        whole = read(text, adapter)
        known = data.draw(st.sets(st.integers(0, len(whole.items) - 1)))
        part = read(text, adapter, known=knowing(whole, known.__contains__))
    assert (part.hashes, part.offsets, part.faults, part.context) == (*whole[:2], whole.faults, whole.context)
    assert all(one.hash == item_hash(one.raw) for one in whole.items if one.broken is None)
    results = {one.hash: parsed for one, parsed in zip(whole.items, whole.parsed, strict=True)}
    assert [results[one.hash] for one in part.items] == part.parsed
    skipped = {
        one.hash
        for index, one in enumerate(whole.items)
        if index in known and whole.parsed[index].attributes is not None
    }
    assert {one.hash for one in part.items} == set(whole.hashes) - skipped


def hashes(adapter: Adapter, record: Record, **more: Any) -> list[bytes]:
    return read_json([record], adapter, **more).hashes


def changed(record: Record, *path: Any, to: Any = "other") -> Record:
    """The record with another value at a path."""
    copy = deepcopy(record)
    inner: Any = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return copy


@pytest.mark.parametrize(
    "path",
    [
        ("updated_at",),
        ("variants", 0, "updated_at"),
        ("images", 1, "updated_at"),
        ("variants", 0, "featured_image", "updated_at"),
        ("image", "updated_at"),
    ],
)
def test_the_time_of_a_change_in_shopify_is_no_part_of_an_item(path: tuple[Any, ...]) -> None:
    record = shopify(variant(11, featured_image={"src": "a", "updated_at": "1"}), image={"src": "b", "updated_at": "1"})
    before, after = (read_json([one], SHOPIFY) for one in (record, changed(record, *path)))
    assert before.hashes == after.hashes
    assert (before.parsed, "updated_at" in str(before.parsed)) == (after.parsed, False)


@pytest.mark.parametrize(
    "name",
    [
        "date_modified",
        "date_modified_gmt",
        "total_sales",
        "related_ids",
        "meta_data",
        "price_html",
        "average_rating",
        "_links",
    ],
)
def test_what_changes_without_meaning_in_woocommerce_is_no_part_of_an_item(name: str) -> None:
    for record, path in (
        (woo(), (name,)),
        (variable(variation(21)), ("variations", 0, name)),
        (variable(variation(21)), (name,)),
    ):
        before, after = (read_json([one], WOO) for one in (record, changed(record, *path)))
        assert before.hashes == after.hashes
        assert before.parsed == after.parsed
        assert name not in (after.parsed[0].record or {})


@pytest.mark.parametrize(
    ("adapter", "record", "path"),
    [
        (SHOPIFY, shopify(), ("title",)),
        (SHOPIFY, shopify(), ("variants", 0, "price")),
        (SHOPIFY, shopify(), ("images", 0, "src")),
        (WOO, woo(), ("price",)),
        (WOO, variable(variation(21)), ("name",)),
        (WOO, variable(variation(21)), ("variations", 0, "stock_status")),
        (JSON, product(1), ("anything",)),
    ],
)
def test_whatever_has_a_meaning_changes_the_hash(adapter: Adapter, record: Record, path: tuple[Any, ...]) -> None:
    assert hashes(adapter, record) != hashes(adapter, changed(record, *path))


def test_another_variant_of_the_product_changes_nothing_of_this_one() -> None:
    one, two = (hashes(SHOPIFY, shopify(variant(11), variant(12, price=price))) for price in ("1.00", "2.00"))
    assert one[0] == two[0]
    assert one[1] != two[1]


def test_the_context_is_what_the_meaning_depends_on_beside_the_item() -> None:
    def context(adapter: Adapter, data: bytes, **more: Any) -> bytes:
        reading: Reading = read(data, adapter, **more)
        return reading.context

    for adapter, record in ((SHOPIFY, shopify()), (WOO, woo()), (JSON, product(1))):
        data = lines(record)
        assert context(adapter, data) == context(adapter, b"[" + data + b"]", options=ReadOptions(records="."))
        assert context(adapter, data) != context(adapter, data.decode().encode("utf-16"))
    moved = ReadOptions(site="https://other.example")
    assert context(SHOPIFY, lines(shopify())) != context(SHOPIFY, lines(shopify()), options=moved)
    assert hashes(SHOPIFY, shopify()) == hashes(SHOPIFY, shopify(), options=moved)


_RECORDS = (
    '{"id": 1, "price": 1}', '{"id": 2, "price": 2, "x": [{"id": 3}, {"id": 4}]}', '{"id": 5, "t": "}, {\\"id\\": 6"}',
    '{ "id" : 7, "price": 3}', '{"price": 1, "id": 8}', '{}', '{"id": 9, "price": 1,5}', '{"id": 10}}', '"k"', "7",
    '{"id": 11, "price": "\\ud83d"}', '{"id": 12', "]", '{"id": 1, "price": 1}', '{"id": 13, "price": NaN}',
    '{"id": 14, "t": "a\tb"}', '{"id": 15, "t": "\\x"}', '{"id": 16, "id": 17}', '{"id": 18, "t": "\udcff"}',
    '{"id": 19, "x": ' + "[" * 199 + "]" * 199 + "}", '{"id": 20, "x": ' + "[" * 202 + "]" * 202 + "}",
    '{"id": 21, "x": [' + "[]," * 300 + "[]]}", '{"id": 22, "x": [' + "[]," * 300 + '"\udcff"]}',
    '{"id": 23, "x": ' + '{"a":' * 9 + '"}, {\\"id\\": 1"' + "}" * 9 + "}", '{"id": 24, "t": "' + "x" * 200 + '"}',
    '{"id": 25, "t": "\\"}, {"id": 26, "t": "}', '{"id": 27, "x": ' + "[" * 198 + "[ ]" + "]" * 198 + "}",
    '{"id": 28, "x": ' + "[" * 199 + "{}" + "]" * 199 + "}",
)  # fmt: skip


@pytest.mark.parametrize("adapter", [JSON, SHOPIFY, WOO])
@settings(deadline=None, max_examples=300)
@given(
    records=st.lists(st.sampled_from(_RECORDS), max_size=9),
    between=st.sampled_from((",", ",", ",", ", ", ",\n", " ,\r\n ", ",\x1e", "", ":")),
    end=st.sampled_from(("]}", ",]}", "]", "")), chunk=st.sampled_from((1, 20, 60, 1 << 19)),
    limit=st.sampled_from((40, 1 << 24)),
    kept=st.sets(st.integers(0, 9)),
)  # fmt: skip
@example(records=['{"id": 12', _RECORDS[19]], between=",", end="]}", chunk=1, limit=40, kept=set())
def test_a_guessed_end_is_never_another_one(
    adapter: Adapter, records: list[str], between: str, end: str, chunk: int, limit: int, kept: set[int]
) -> None:
    """Records that hold what stands between records, that are no records, that are cut, in buffers of any size."""
    text = ('{"items": [' + between.join(records) + end).encode("utf-8", "surrogateescape")
    options = ReadOptions(records="items")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records_module, "ITEM_LIMIT_BYTES", limit)
        with pytest.MonkeyPatch.context() as exact:
            exact.setattr(scan.Scanner, "pass_guessed", lambda *_: None)
            whole = read(text, adapter, options=options)
        patch.setattr(scan, "_CHUNK_BYTES", chunk)
        patch.setattr(split, "HEAD_BYTES", chunk)
        assert read(text, adapter, options=options) == whole
        for keep in (lambda _: True, kept.__contains__):
            known = knowing(whole, keep)
            part = read(text, adapter, known=known, options=options)
            assert (part.hashes, part.offsets, part.faults) == (whole.hashes, whole.offsets, whole.faults)
            assert part.items == [item for item in whole.items if item.broken is not None or not known([item.hash])[0]]


@settings(deadline=None, max_examples=200)
@given(
    records=st.lists(st.sampled_from((*_RECORDS, "", " ", "\r", "\ufeff")), max_size=9),
    chunk=st.sampled_from((1, 20, 60, 1 << 19)),
    keep=st.sets(st.integers(0, 9)),
)  # fmt: skip
def test_a_line_is_a_record(records: list[str], chunk: int, keep: set[int]) -> None:
    text = b"".join(one.encode("utf-8", "surrogateescape") + b"\n" for one in ['{"id":1}', '{"id":2}', *records])
    lines_, offset, offsets = [], 0, []
    for line in text.split(b"\n"):
        if raw := line.strip(b" \r\xef\xbb\xbf"):
            lines_.append(raw)
            offsets.append(offset)
        offset += len(line) + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records_module, "_CHUNK_BYTES", chunk)
        whole = read(text, JSON)
        assert ([item.raw for item in whole.items], whole.offsets) == (lines_, offsets)
        part = read(text, JSON, known=knowing(whole, keep.__contains__))
    assert (part.hashes, part.offsets, part.faults) == (whole.hashes, whole.offsets, [])
    held = {whole.hashes[index] for index in keep if index < len(lines_) and whole.parsed[index].attributes is not None}
    assert part.items == [item for item in whole.items if item.hash not in held]


def test_records_that_are_known_are_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps([product(number) for number in range(200)]).encode()
    whole = read(text, JSON)
    followed: list[int] = []
    value = scan.Scanner.value

    def counted(scanner: scan.Scanner, limit: int) -> scan.Span:
        followed.append(limit)
        return value(scanner, limit)

    monkeypatch.setattr(scan.Scanner, "value", counted)
    assert read(text, JSON, known=knowing(whole)).items == []
    assert len(followed) < 10
    followed.clear()
    assert len(read(text, JSON).items) == 200  # nor are those that are one value of JSON beyond doubt
    assert len(followed) < 10
    followed.clear()
    assert len(read(text.replace(b'"1.00"', b"NaN"), JSON).items) == len(followed) == 200
