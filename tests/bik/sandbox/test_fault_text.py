"""Faults are written in a short text form, and a mistake in one is explained."""

from __future__ import annotations

import re

import pytest

from feedsync.bik.sandbox import Fault, parse_fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("500", Fault("500")),
        ("poison:id=SKU-1", Fault("poison", id="SKU-1")),
        ("lose:id=A,B,count=1", Fault("lose", id="A,B", count=1)),
        ("429:count=2,retry_after=1", Fault("429", count=2, retry_after=1)),
        ("cut_after:count=1,path=products/createOrUpdate", Fault("cut_after", count=1, path="products/createOrUpdate")),
        ("slow:seconds=0.5,skip=3", Fault("slow", seconds=0.5, skip=3)),
        ("inner:status=400", Fault("inner", status=400)),
        ("inner:status='500'", Fault("inner", status="500")),
        ('inner:status="500"', Fault("inner", status="500")),
    ],
)
def test_text_form(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("teapot", "'teapot': unknown fault 'teapot'; known are 429, 500, inner, "),
        ("429:1", "'1' is not one of the options count=…, skip=…, path=…"),
        ("429:often=1", "'often=1' is not one of the options count=…"),
        ("429:count=two", "count must be a number, not 'two'"),
        ("429:count=0", "count must be 1 or more, not 0"),
        ("429:skip=-1", "must not be negative"),
        ("429:retry_after=-1", "must not be negative"),
        ("500:retry_after=1", "the fault '500' has no option 'retry_after'"),
        ("poison", "needs the id of a product: poison:id=SKU-1"),
        ("lose:id=", "needs the id of a product: lose:id=SKU-1"),
        ("slow", "needs a time: slow:seconds=2.5"),
        ("slow:seconds=0", "needs a time: slow:seconds=2.5"),
        ("inner:status=200", "must be an error's, 400 to 599, not 200"),
        ('inner:status="ok"', "must be an error's, 400 to 599, not ok"),
    ],
)
def test_a_mistake(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(repr(text))) as caught:
        parse_fault(text)
    assert hint in str(caught.value)
