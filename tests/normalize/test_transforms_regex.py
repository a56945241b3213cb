"""``regex``: groups and replacements, in a time that nobody's text can stretch."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.model import Value
from feedsync.normalize.text import TEXT_LIMIT
from feedsync.normalize.transforms import Failed, step
from feedsync.settings_map import Transform


def done(text: Value, pattern: str, **options: object) -> Value | None:
    return step(Transform.model_validate({"regex": pattern, **options}), None)(text)


@pytest.mark.parametrize(
    ("text", "pattern", "group", "found"),
    [
        ("Size 42 cm", r"\d+", None, "42"),
        ("Size 42 cm", r"(\d+) (cm)", None, "42"),
        ("Size 42 cm", r"(\d+) (cm)", 2, "cm"),
        ("Size 42 cm", r"(\d+) (cm)", 0, "42 cm"),
        ("Size 42", r"(\d+)( cm)?", 2, None),
        ("none", r"\d+", None, None),
        ("größe 42é", r"(\d+.)", None, "42é"),
        ("ABC", "(?i)b", None, "B"),
        ("5 Größen", r"(\p{Lu}\p{L}*\s?){1,3}", 0, "Größen"),
        ("a\nb", r"(?s)a.b", None, "a\nb"),
    ],
)
def test_a_group_is_what_it_finds(text: str, pattern: str, group: int | None, found: str | None) -> None:
    options = {} if group is None else {"group": group}
    assert done(text, pattern, **options) == found


@pytest.mark.parametrize(
    ("text", "pattern", "replace", "after"),
    [
        ("Cap (new) (x)", r"\s*\(.*?\)", "", "Cap"),
        ("42x17", r"(\d+)x(\d+)", r"\2 × \1", "17 × 42"),
        ("ab", "b?", "-", "-a--"),
        ("a.b", r"\.", r"\\", "a\\b"),
        ("größe", "ö", r"\0é", "gröéße"),
        ("ab", r"(a)|(b)", r"[\1\2]", "[a][b]"),
        ("none", "x", "y", "none"),
    ],
)
def test_each_match_is_replaced(text: str, pattern: str, replace: str, after: str) -> None:
    assert done(text, pattern, replace=replace) == after


def test_each_of_several_is_tried() -> None:
    assert done(["a1", "b", "c2"], r"\d") == ["1", "2"]


@settings(deadline=None, max_examples=300)
@given(st.text("ab é(", max_size=20), st.sampled_from(["a", "a+", "(a)(b)?", "[^a]", "^a", r"\s+", "é"]))
def test_replacing_is_what_pythons_is(text: str, pattern: str) -> None:
    assert done(text, pattern, replace=r"<\0>") == re.sub(pattern, lambda m: f"<{m[0]}>", text)


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|aa)+$", r"(.*)*x", r"(\w+\s?)*!", r"(a|b)*a(a|b){100}$"])
@pytest.mark.parametrize("options", [{}, {"replace": "x"}])
def test_no_pattern_runs_for_ever(pattern: str, options: dict[str, object]) -> None:
    """In CPU seconds; Python's own engine would need years for the first of them."""
    began = time.process_time()
    done("a" * 30_000 + "b", pattern, **options)
    assert time.process_time() - began < 5


def test_replacing_over_and_over_is_bounded() -> None:
    """Each match of this looks at all the rest of the text."""
    began = time.process_time()
    with pytest.raises(Failed, match="too much to replace"):
        done("a" * TEXT_LIMIT, "a(.*b)?", replace="x")
    assert time.process_time() - began < 10


@pytest.mark.parametrize("pattern", [r"\s+", r"\p{L}+", r"(?i)\b(red|green|blue|black|white)\b", "<[^>]*>|&nbsp;"])
def test_a_long_description_is_not_too_much(pattern: str) -> None:
    text = "Größe: a red <b>shirt</b>&nbsp;for you. " * 500
    assert done(text, pattern, replace="x") == re.sub(pattern.replace(r"\p{L}", r"[^\W\d_]"), "x", text)


def test_a_result_that_grows_is_bounded() -> None:
    with pytest.raises(Failed, match="too much to replace"):
        done("a" * 5000, "(?s).*?", replace="x" * 900)
    with pytest.raises(Failed, match="too much to replace"):
        done("ab" * 1000, "(?s)a|b.*", replace=r"\0" * 400)


@pytest.mark.parametrize("options", [{}, {"replace": "x"}])
def test_a_text_that_is_too_long_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(Failed, match="longer than 100000 characters"):
        done("a" * (TEXT_LIMIT + 1), "b", **options)


@pytest.mark.parametrize("options", [{}, {"replace": "x"}])
def test_half_a_character_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(Failed, match="not Unicode text"):
        done("a\ud800", "b", **options)
    assert done("é", "é", **options) in ("é", "x")
