"""Broken JSON: what came before is used, nothing is made up, and the document is degraded unless the id is sure."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.adapters.base import ReadOptions
from feedsync.errors import Fatal
from feedsync.ingest import NO_ID
from tests.adapters.jsonfeed.reading import JSON, lines, product, read

ONE, TWO, THREE = (json.dumps(product(number)) for number in (1, 2, 3))


@pytest.mark.parametrize("before", ["[", '{"status": "ok", "products": ['])
@pytest.mark.parametrize(
    "rest",
    [
        "",
        ",",
        ",{",
        ', {"id": "2", "ti',
        "," + TWO[:-1],
        ", 1.",
        TWO,
        ",," + TWO,
        ", nonsense here",
    ],
)
def test_what_came_before_is_used(before: str, rest: str) -> None:
    reading = read(before + ONE + rest)
    assert reading.ids[0] == "1"
    assert reading.faults == ["FS-313"]
    assert set(reading.codes[1:]) <= NO_ID


@pytest.mark.parametrize("rest", ['; {"id": "2"}', "}", ":", ', "title": "a"}]', '}, "n": 1}]', "x]", ".5}]"])
@pytest.mark.parametrize("before", ["[", '{"products": ['])
def test_a_record_that_a_stray_bracket_may_have_ended_is_doubted(before: str, rest: str) -> None:
    """What it lacks would else count as taken away: a sale, a stock."""
    reading = read(before + ONE + "," + TWO + rest)
    assert (reading.ids[:2], reading.codes[:2], reading.faults) == (["1", None], [None, "FS-304"], ["FS-313"])
    assert reading.parsed[1].problem is not None
    assert "breaks right behind it" in reading.parsed[1].problem.message


@pytest.mark.parametrize(
    "rest",
    ["", "]", "]]", "] <!-- served in 0.1 s -->", "]{", '], "a": [1, {}', ']}{"products": [' + TWO + "]}", '], "a"'],
)
def test_an_envelope_that_is_not_closed_or_goes_on(rest: str) -> None:
    reading = read('{"products": [' + ONE + rest)
    assert (reading.ids, reading.faults) == (["1"], ["FS-313"])


@pytest.mark.parametrize(
    "text", ['{"data"', '{"data" 1}', "{1: 2}", '{"a": }', '{"a": 1, "data":', '{"\\x": 1, "data": {"list"']
)
def test_an_envelope_that_breaks_before_its_records(text: str) -> None:
    reading = read(text, JSON, options=ReadOptions(records="data.list"))
    assert (reading.items, reading.faults) == ([], ["FS-313"])


def test_something_between_records_one_after_the_other() -> None:
    reading = read(json.dumps(product(1), indent=1) + TWO + ", " + THREE)
    assert (reading.ids, reading.codes, reading.faults) == (["1", None], [None, "FS-304"], ["FS-313"])


def test_the_reason_names_the_place() -> None:
    data = "[" + ONE + ",," + TWO + "]"
    split = JSON.split(io.BytesIO(data.encode()), "x", None)
    list(split.blocks(lambda hashes: [False] * len(hashes)))
    (fault,) = split.faults()
    assert fault.parts["offset"] == str(len(ONE) + 2)
    assert "a record was expected, not ','" in fault.message


@pytest.mark.parametrize(
    "bad",
    [
        '{"price": 12,50, "title": "x"}',
        '{"a": "\\x"}',
        "{'id': 2}",
        '{"id" 2}',
        '{"a": [1, 2}}',
        "7",
        '"text"',
        "[1]",
        "null",
        "{} {}",
    ],
)
def test_a_record_that_is_no_json_costs_itself(bad: str) -> None:
    whose = read("[" + ",".join((ONE, bad, THREE)) + "]")
    assert whose.ids[0] == "1"
    if not whose.faults:
        assert (whose.ids, whose.codes) == (["1", None, "3"], [None, "FS-304", None])
    on_lines = read("\n".join((ONE, bad, THREE)))
    assert (on_lines.ids, on_lines.codes, on_lines.faults) == (["1", None, "3"], [None, "FS-304", None], [])
    assert on_lines.parsed[1].problem is not None
    assert "the record is not valid JSON" in on_lines.parsed[1].problem.message


@pytest.mark.parametrize(
    ("bad", "item_id"),
    [
        ('{"id": "2", "title": "a', "2"),
        ('{"title": "x", "id": 2, "price": 12,50}', "2"),
        ('{ "ID" : "2" , x', "2"),
        ('{"g:id": " 2 ", "a": }', "2"),
        ('{"id": "2" "title": "a"}', None),  # what follows the value may belong to it
        ('{"id": "2"', None),
        ('{"id": 2', None),
        ('{"title": "a, "id": "2", "b": 1}', None),  # behind the damage
        ('{"a": {"id": "7"}, "b": tru}', None),  # another's id
        ('{"brand": {"id": "7"}, "id": "2", "b": tru}', None),  # two: which is the record's?
        ('{"id": "2", "title": "a{"id": "3", "title": "b"}', None),  # the next record's beginning is lost
        ('"id": "2", "title": "a"}', None),
        ('{"id": "2\ufffd", "a": }', None),
        ('{"id": null, "a": }', None),
        ('{"id": {}, "a": }', None),
        ('{"a": 1', None),
        ('{"a": 1, }', None),
        ('{"a": 1, "id" 2}', None),
        ('{"a": 1, x "id": 2}', None),
        ('{"a"', None),
        ('{"a" 1, "id": 2, }', None),
        ("{" + '"a":[' * 3000 + '"id": 2,', None),
    ],
)
def test_the_id_of_a_broken_line_is_told_only_where_it_is_sure(bad: str, item_id: str | None) -> None:
    reading = read("\n".join((ONE, bad, THREE)))
    assert reading.ids == ["1", item_id, "3"]
    assert reading.codes[1] == ("FS-417" if item_id else "FS-304")
    assert "FS-304" in NO_ID


def test_a_last_line_that_was_cut_says_that_the_rest_may_be_missing() -> None:
    """Also where its own id is sure: how many lines followed nobody knows."""
    reading = read(ONE + "\n" + '{"id": "2", "title": "a", "pri')
    assert (reading.codes, reading.faults) == ([None, "FS-311"], ["FS-313"])
    assert read(ONE + "\n" + TWO).faults == []
    assert read(ONE + "\n" + "{" * 5000).faults == ["FS-313"]


@settings(deadline=None, max_examples=300)
@given(
    st.integers(0, 400), st.sampled_from(("cut", "delete", "insert")), st.sampled_from('{}[]",:\\ x1'), st.booleans()
)
def test_one_sign_changed_never_makes_up_a_record(place: int, edit: str, sign: str, on_lines: bool) -> None:
    """Of three records at most one is not as it was written, or it is told that some may be missing."""
    records = [product(number, description='a "b" {c} [d]', n={"x": ["1"]}) for number in range(1, 4)]
    whole = lines(*records).decode() if on_lines else json.dumps({"products": records})
    place %= len(whole)
    behind = "" if edit == "cut" else sign + whole[place:] if edit == "insert" else whole[place + 1 :]
    try:
        reading = read(whole[:place] + behind)
    except Fatal:
        return  # no records at all: nothing is removed
    short = len(records[0]) - 1
    made_up = [one.record for one in reading.parsed if one.record and one.record.get("id") and len(one.record) < short]
    assert made_up == []
    right = [one.record for one in reading.parsed if one.record in records]
    assert right == [one for one in records if one in right]
    if not reading.faults:
        assert len(reading.parsed) - len(right) <= 1
    if not reading.faults and not set(reading.codes) & NO_ID and edit != "cut":
        assert len(reading.parsed) == 3
        assert len(right) >= 2
