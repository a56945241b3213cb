"""Beside what is said to be different, an expression's answer is the library's."""

from __future__ import annotations

from typing import Any

import jmespath
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.expressions import Expression
from feedsync.normalize.interpreter import Interpreter

RECORD: dict[str, Any] = {
    "a": {"b": ["x", "y", {"c": "z"}], "d": True},
    "l": [{"k": "p", "n": {"m": "q"}}, {"k": "r"}],
    "s": "text",
    "e": [],
    "t": [["u"], ["v", "w"]],
}
NAMES = st.sampled_from(["a", "b", "l", "k", "n", "m", "s", "e", "t", "c", "d"])


def _larger(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{}.{}".format, parts, NAMES),
        st.builds("{}[{}]".format, parts, st.sampled_from(["0", "-1", "1:", "::-1", "*", ""])),
        st.builds("{} {} {}".format, parts, st.sampled_from(["||", "&&", "|"]), parts),
        st.builds("{}[?{} == '{}']".format, parts, parts, st.sampled_from("pqrxz")),
        st.builds("[{}, {}]".format, parts, parts),
        st.builds("{{x: {}}}".format, parts),
        st.builds("!{}".format, parts),
        st.builds("not_null({}, {})".format, parts, parts),
        st.builds("{}({})".format, st.sampled_from(["type", "to_array"]), parts),
    )


@settings(deadline=None, max_examples=200)
@given(st.recursive(NAMES, _larger, max_leaves=8))
def test_the_answer_is_the_librarys(text: str) -> None:
    assert Interpreter().evaluate(Expression(text), RECORD) == jmespath.search(text, RECORD)
