"""Expressions are looked through before anything is read: what could never work is told with its place."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.expressions import DEEPEST, LONGEST, Expression, NotAnExpression

SIGNS = ": a name with spaces or signs stands in double quotes, such as '\"{}\"'"


def reason(text: str) -> str:
    with pytest.raises(NotAnExpression) as caught:
        Expression(text)
    assert caught.value.expression == text
    assert str(caught.value) == f"{text[:200]!r} is not an expression: {caught.value.reason}"
    return caught.value.reason


@pytest.mark.parametrize(
    "text",
    [
        "vendor", '"Product Name"', "a.b.c", "a[0].b", "a[-1]", "a[*].b", "a[].b[].c", "a[?b == 'c'].d", "a || b",
        "join(' ', [a, b])", "min_by(v, &to_number(price)).sku", "not_null(a, b, c)", "{x: a, y: b}", "*.a", "a[1:3]",
        "a[::2]", "@", "!a && b", "a | b", "`5`", "'text'", "contains(\"Col A\", 'x')", '"Col A" == \'x\'',
        '"Col A"."Col B" == `1`', "a[?x == b.c]", "lower(a) == lower(b)", "merge(a, b)", "[\"A b\", \"C d\"]", "`[1]`",
    ],
)  # fmt: skip
def test_what_is_right_is_taken(text: str) -> None:
    assert Expression(text).text == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        ("a[", "it ends too early (column 3)"),
        ("a |", "it ends too early (column 4)"),
        ("Product Name", "column 9, at 'Name'" + SIGNS.format("Product Name")),
        ("stock-state", "column 6, at '-state'" + SIGNS.format("stock-state")),
        ("価格", "column 1, at '価格'" + SIGNS.format("価格")),
        ("Product Name == 'x'", "column 9, at \"Name == 'x'\"" + SIGNS.format("Two Words")),
        ("price < 100.5", "column 9, at '100.5': numbers stand in backticks, such as `100.5`"),
        ("a = 'b'", "column 3, at \"= 'b'\": things are compared with =="),
        ("a == 'b' and c", "column 10, at 'and c': write && for and, || for or, ! for not"),
        ("not a", "column 5, at 'a': write && for and, || for or, ! for not"),
        ("a == 'b", "column 6, at \"'b\": this quotation mark is never closed"),
        ("a['b']", "column 3, at \"'b']\""),
        ("a == `b`", "what stands in backticks is no number: text stands in single quotes"),
        ("a == true", "true stands in backticks: `true`"),
        ("a[0", "it ends too early (column 4)"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_column_and_what_was_meant(text: str, why: str) -> None:
    assert reason(text) == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("lowercase(a)", "there is no function lowercase(); did you mean lower()?"),
        ("zzz(a)", "there is no function zzz(), "),
        ("Preis (EUR)", "there is no function Preis()" + SIGNS.format("Preis (EUR)")),
        ("a[?zz(@, `1`)]", "there is no function zz()"),
        ("length(a, b)", "length() takes 1 argument, not 2"),
        ("join(a)", "join() takes 2 arguments, not 1"),
        ("not_null()", "not_null() takes 1 or more arguments, not 0"),
        ("sort_by(a, b)", "sort_by() needs & before its argument 2"),
        ("length(&a)", "length() takes no & before its argument 1"),
        ("&a", "& stands only within a function, such as sort_by(variants, &price)"),
        ("a[::0]", "a step of 0 leads nowhere"),
    ],
)  # fmt: skip
def test_what_would_fail_over_every_record_is_told_before_the_first(text: str, why: str) -> None:
    assert reason(text).startswith(why.rstrip(", "))


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ('brand == "Acme"', 10),
        ('brand != "Acme" && x', 10),
        ('a[?b == "c"]', 9),
        ('contains(title, "Sale")', 17),
        ('starts_with(title, "A") || b', 20),
        ('join(", ", [a, b])', 6),
    ],
)
def test_a_text_in_double_quotes_is_told_since_it_would_be_a_column(text: str, column: int) -> None:
    assert reason(text).startswith(f"column {column}: a text stands in single quotes, '")


def test_too_long_is_refused() -> None:
    assert reason("a" * (LONGEST + 1)) == f"it is longer than {LONGEST} characters"


@pytest.mark.parametrize("text", ["(" * 500 + "a", "!" * (DEEPEST + 1) + "a", "|".join("a" * 90), "[" * 900])
def test_too_deep_is_refused(text: str) -> None:
    assert reason(text) == "it is nested too deeply"


def test_a_plain_field_is_known_as_one() -> None:
    assert Expression("vendor").field == "vendor"
    assert Expression('"Product Name"').field == "Product Name"
    assert Expression("a.b").field is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a.b.c", {"a"}),
        ("a[0].b || c", {"a", "c"}),
        ("a[?b == 'c'].d | [0]", {"a"}),
        ("{x: a, y: [b, c]}", {"a", "b", "c"}),
        ("sort_by(a, &b)[0].c", {"a"}),
        ("!a && b < `5`", {"a", "b"}),
        ("a[].b", {"a"}),
        ("*.a", set()),
        ("a[1:2].b", {"a"}),
        ("@", set()),
    ],
)
def test_the_names_that_are_looked_up_in_the_record_are_known(text: str, names: set[str]) -> None:
    assert Expression(text).names == names


PIECES = st.sampled_from(
    ["a", "b", ".", "[", "]", "[]", "[?", "*", "(", ")", ",", "|", "||", "&&", "&", "!", "==", "<", "=", "'x'", '"y z"',
     "`1`", "`", "'", '"', "@", "{", "}", ":", "0", "-1", " ", "length", "sort_by", "é", "\\", "\ud800"]
)  # fmt: skip


@settings(deadline=None, max_examples=250)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_text_is_an_expression_or_told_to_be_none(text: str) -> None:
    with suppress(NotAnExpression):
        assert Expression(text).tree
