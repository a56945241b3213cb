"""Durations, limits, addresses and fingerprints of a schedule's settings."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from feedsync.settings import DEFAULT_BASE_URL, Schedule
from feedsync.settings_values import Limit

MINIMAL: dict[str, Any] = {"bik": {"key": {"env": "K"}, "secret": {"env": "S"}}, "feeds": [{"location": "feed.xml"}]}
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _schedule(**settings: Any) -> Schedule:
    return Schedule.model_validate({**MINIMAL, **settings})


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), ("24h", 86400), ("2d", 172800), ("1h 30m", 5400), (" 5 m ", 300)]
)
def test_a_duration_is_numbers_with_units(text: str, seconds: int) -> None:
    assert _schedule(every=text).every == seconds


@given(st.lists(st.tuples(st.integers(1, 1000), st.sampled_from("smhd")), min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_a_durations_parts_add_up(parts: list[tuple[int, str]]) -> None:
    text = " ".join(f"{number}{unit}" for number, unit in parts)
    seconds = sum(number * UNITS[unit] for number, unit in parts)
    if seconds <= 10 * 366 * 86400:
        assert _schedule(every=text).every == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "5 x", "-5m", "1.5h", "5m!", None, 300, True])
def test_anything_else_is_no_duration(text: object) -> None:
    with pytest.raises(ValidationError):
        _schedule(absence={"after": text})


def test_an_absence_may_be_final_at_once() -> None:
    assert _schedule(absence={"after": "0s"}).absence.after == 0


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        ("20%", Limit(share=0.2), "20%"),
        ("0%", Limit(share=0.0), "0%"),
        ("100%", Limit(share=1.0), "100%"),
        (" 2.5 % ", Limit(share=0.025), "2.5%"),
        (50, Limit(count=50), "50"),
        (0, Limit(count=0), "0"),
        ("off", Limit(), "off"),
        (Limit(count=3), Limit(count=3), "3"),
    ],
)
def test_a_limit_is_a_share_a_count_or_off(value: object, limit: Limit, shown: str) -> None:
    found = _schedule(gates={"removals": value}).gates.removals
    assert (found, str(found)) == (limit, shown)


def test_zero_means_zero_and_only_off_is_off() -> None:
    assert not Limit(count=0).off
    assert not Limit(share=0.0).off
    assert Limit().off


@pytest.mark.parametrize("value", ["101%", "-1%", "20", "Off", "", -1, True, 0.2, None, ["20%"]])
def test_anything_else_is_no_limit(value: object) -> None:
    with pytest.raises(ValidationError):
        _schedule(gates={"removals": value})


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (DEFAULT_BASE_URL, DEFAULT_BASE_URL),
        ("https://bik.example/api/", "https://bik.example/api"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/x"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_secret_goes_over_https_or_stays_on_this_machine(url: str, kept: str) -> None:
    assert _schedule(bik={**MINIMAL["bik"], "base_url": url}).bik.base_url == kept


@pytest.mark.parametrize(
    "url",
    [
        "http://bik.example",
        "http://localhost.bik.example",
        "http://127.bik.example",
        "http://127.0.0.1.bik.example",
        "http://localhost@bik.example",
        "http://[::2]",
        "https://",
        "https:///path",
        "https://[broken",
        "ftp://localhost",
        "bik.example",
        "",
    ],
)
def test_no_other_address_gets_the_secret(url: str) -> None:
    with pytest.raises(ValidationError):
        _schedule(bik={**MINIMAL["bik"], "base_url": url})


READING: list[dict[str, Any]] = [
    {"timezone": "Asia/Kolkata"},
    {"products": {"currency": "INR"}},
    {"products": {"require_image": False}},
    {"products": {"missing_availability": "in_stock"}},
    {"products": {"tags": ["brand"]}},
    {"products": {"metafields": []}},
    {"catalogs": {"depth": 3}},
    {"catalogs": {"from": "brand"}},
    {"catalogs": {"names": {"166": "Home"}}},
    {"feeds": [{"location": "feed.xml", "id_prefix": "x"}]},
    {"feeds": [{"location": "feed.xml", "member": "a.xml"}]},
]
DERIVING: list[dict[str, Any]] = [
    {"products": {"in_stock_quantity": 5}},
    {"products": {"preorder": "unbuyable"}},
    {"products": {"ignored_query": ["utm_source"]}},
    {"absence": {"after_runs": 3}},
    {"absence": {"then": "keep"}},
    {"bik": {**MINIMAL["bik"], "keep_foreign_catalogs": False}},
]
NEITHER: list[dict[str, Any]] = [{"every": "1h"}, {"enabled": False}, {"gates": {"removals": "off"}}]


@pytest.mark.parametrize("changed", READING + DERIVING + NEITHER, ids=str)
def test_a_setting_changes_the_fingerprint_of_what_it_decides(changed: dict[str, Any]) -> None:
    """Reading: every item is read anew. Deriving: every product is looked at anew. The others cost nothing."""
    plain, other = _schedule(), _schedule(**changed)
    assert (plain.reading_fingerprint() != other.reading_fingerprint()) == (changed in READING)
    assert (plain.deriving_fingerprint() != other.deriving_fingerprint()) == (changed in DERIVING)


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    accepting = {"feeds": [{"location": "f", "accept": ["FS-303", "FS-304", "FS-415"], "allow_private_hosts": ["a"]}]}
    assert _schedule(**accepting).reading_fingerprint() == _schedule().reading_fingerprint()
    assert len(_schedule().deriving_fingerprint()) == 16
