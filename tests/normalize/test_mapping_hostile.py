"""Whatever a record holds, and however an expression is built: an answer or a reason, in bounded time and memory."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from feedsync.errors import Problem
from feedsync.expressions import DEEPEST, Expression
from feedsync.normalize.interpreter import CannotTell, Interpreter
from feedsync.normalize.mapping import Mapping
from feedsync.normalize.rules import Rules
from feedsync.settings_map import MapSettings, Rule

SETTINGS: TypeAdapter[Any] = TypeAdapter(MapSettings)


def refused(text: str, record: dict[str, Any]) -> str:
    with pytest.raises(CannotTell) as caught:
        Interpreter().evaluate(Expression(text), record)
    return str(caught.value)


STAGES = DEEPEST - 8


@pytest.mark.parametrize(
    "text",
    [
        "|".join(["[@, @][]"] * STAGES),
        "|".join(["[@, @, @, @, @, @, @, @, @, @][]"] * STAGES),
        "|".join(["join(a[0], [@, @, @, @, @, @, @, @])"] * STAGES).replace("a[0]", "','"),
        "to_string(" + "|".join(["[@, @]"] * STAGES) + ")",
        "(" + "|".join(["[@, @]"] * STAGES) + ") == (" + "|".join(["[@, @]"] * STAGES) + ")",
        "contains(" + "|".join(["[@, @]"] * STAGES) + ", `[1]`)",
        "v[].sort(w)",
        "(" + "|".join(["[@, @][]"] * 15) + ")[].reverse(v)",
    ],
    ids=["doubled", "tenfold", "joined", "written", "compared", "searched", "wide", "again"],
)
def test_an_expression_that_grows_is_stopped(text: str) -> None:
    record = {"a": "x", "v": [{"w": [str(n) for n in range(200)]}] * 2000}
    start: Any = "x" * 10 if "join" in text else record
    tracemalloc.start()
    reason = refused(text, start)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reason == "the record is too large for it"
    assert peak < 100_000_000


def test_a_large_record_that_is_no_more_than_that_is_read() -> None:
    record = {"v": [{"p": str(n), "s": "x" * 50} for n in range(5000)], "about": "x" * 5_000_000}
    fields = SETTINGS.validate_python({"price": "min(v[].p)", "description": "about", "x_a": "contains(about, 'y')"})
    attributes, problems = Mapping(fields)({}, record)
    assert (attributes["price"], len(str(attributes["description"])), attributes["x_a"]) == ("0", 5_000_000, "false")
    assert problems == ()


def test_a_record_that_is_nested_without_end_is_refused() -> None:
    deep: Any = "x"
    for _ in range(40_000):
        deep = [deep]
    fields = SETTINGS.validate_python({"title": "a", "brand": "a == b", "color": "to_string(a)", "size": "a.b"})
    attributes, problems = Mapping(fields)({}, {"a": deep, "b": [deep]})
    assert attributes == {}
    assert {problem.parts["field"]: problem.parts["reason"] for problem in problems} == {
        "title": "what it gives is nested too deeply",
        "brand": "the record is nested too deeply",
        "color": "the record is nested too deeply",
    }


@pytest.mark.parametrize("text", ["\ud800", "\x00", "\u202e", "９", "٣", "1" * 5000, "1e400", "-", "'", "{}", "`1`"])
def test_odd_texts_are_only_texts(text: str) -> None:
    fields = SETTINGS.validate_python({"title": "a", "price": {"from": "a", "transforms": ["price"]}})
    attributes, _ = Mapping(fields)({}, {"a": text})
    assert attributes["title"] == text.strip()


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["5", "5 EUR", "$1"]),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.sampled_from("abc"), children, max_size=3),
    max_leaves=15,
)
RECORDS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)
TEXTS = st.sampled_from(
    ["a", "a.b", "a[0].b", "a[].b", "a[*].b", "*", "*.a", "a[?b == c]", "a[?b < `5`].c", "a || b", "a && b", "!a", "a == b",
     "a < b", "a != `true`", "[a, b]", "{x: a, y: b}", "length(a)", "sum(a)", "avg(a)", "min(a)", "sort(a)", "sort_by(a, &b)",
     "max_by(a, &b)", "join(',', a)", "contains(a, b)", "starts_with(a, b)", "to_string(a)", "to_number(a)", "keys(a)",
     "values(a)", "merge(a, b)", "reverse(a)", "map(&b, a)", "not_null(a, b)", "type(a)", "abs(a)", "ceil(a)", "a[::-1]",
     "lower(a)", "to_array(a)", "a[-1]", "a[]", "@", "a | b", "floor(a)", "ends_with(a, 'x')"]
)  # fmt: skip
STEPS = st.sampled_from(
    ["strip", "lower", "upper", "html_to_text", "price", {"money": "INR"}, {"minor_units": "JPY"}, {"values": {"a": ""}},
     {"values": {"a": "b"}, "strict": True}, {"split": ","}, {"join": ","}, {"regex": "(a)|(b)", "group": 2},
     {"regex": "a?", "replace": r"\0x"}, {"url_join": "https://a.example/"}, {"prefix": "p"}, {"suffix": "s"}]
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(TEXTS, st.lists(STEPS, max_size=3), RECORDS)
def test_any_record_gives_a_value_or_a_problem(text: str, steps: list[Any], record: dict[str, Any]) -> None:
    fields = SETTINGS.validate_python({"title": {"from": text, "transforms": steps}})
    attributes, problems = Mapping(fields)({}, record)
    assert len(attributes) + len(problems) <= 1
    assert json.dumps(attributes)
    for problem in problems:
        assert problem.message.startswith("title: ")


@settings(deadline=None, max_examples=100)
@given(TEXTS.filter(lambda text: "c]" not in text and "b" not in text), RECORDS)
def test_any_item_is_kept_excluded_or_refused(text: str, record: dict[str, Any]) -> None:
    result = Rules([Rule.model_validate({"when": text, "exclude": True})])(record)
    assert result is None or result is record or isinstance(result, Problem)
