"""What is wrong, from how a schedule stands."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.alerts.conditions import RECOVERED, age, find
from feedsync.health import Health, RunFigures
from feedsync.notes import Notes, Trouble
from feedsync.report.summary import Reason
from feedsync.settings_alerts import KINDS, Alerts

NOW = 1_000_000
SETTINGS = Alerts()
DAY = 86400


def run(number: int, outcome: str = "done", items: int | None = 100, error: Reason | None = None) -> RunFigures:
    return RunFigures(number, "cron", NOW - 60, NOW, outcome, items, 0, 0, 0, 0, error)


def view(**fields: object) -> Health:
    given = {"runs": [run(1)], "last_good_at": NOW, "changed_at": NOW, **fields}
    return msgspec.structs.replace(Health(schedule="shop", word="done"), **given)


def kinds(health: Health, settings: Alerts = SETTINGS, *, now: float = NOW, clocked: bool = True) -> list[str]:
    return [f"{c.kind} {c.key}".strip() for c in find(health, settings, now, clocked=clocked).conditions]


def test_every_kind_has_its_recovery() -> None:
    assert tuple(RECOVERED) == KINDS


def test_nothing_is_wrong() -> None:
    assert kinds(view()) == []
    assert kinds(Health(schedule="shop", word="never ran"), now=9e9) == []


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"runs": [run(1, "failed", error=Reason("FS-207", "nothing"))]}, "failed FS-207"),
        ({"runs": [run(1, "failed", error=Reason("FS-701", "no"))]}, "credentials"),
        ({"runs": [run(1, "crashed")]}, "failed"),
        ({"notes": Notes(trouble=Trouble("FS-105", "no secret", NOW))}, "failed FS-105"),
        ({"notes": Notes(settings=Trouble("FS-101", "no TOML", NOW))}, "settings FS-101"),
        ({"held": {"removals": 3, "price": 2}}, "held price,removals"),
        ({"held": {"degraded": 3}}, "held degraded"),
        ({"rejected": 4}, "rejected"),
        ({"runs": [run(1, "rejected", None)]}, "rejected"),
        ({"last_good_at": NOW - 27 * 3600}, "silent"),
        ({"last_good_at": None, "first_run_at": NOW - 27 * 3600}, "silent"),
        ({"changed_at": NOW - 8 * DAY}, "unchanged"),
        ({"drifted": 2}, "drifted"),
    ],
)
def test_each_kind(fields: dict[str, object], kind: str) -> None:
    assert kinds(view(**fields)) == [kind]
    [condition] = find(view(**fields), SETTINGS, NOW, clocked=True).conditions
    assert condition.todo.startswith("feedsync ")
    assert condition.todo.split()[2] == "shop"


def test_only_what_was_asked_for() -> None:
    everything = view(held={"price": 1}, rejected=1, drifted=1)
    assert kinds(everything, Alerts(on=("held",))) == ["held price"]


def test_what_runs_by_hand_is_never_silent() -> None:
    assert kinds(view(last_good_at=NOW - 99 * DAY), clocked=False) == []


def test_a_run_that_was_stopped_decides_nothing() -> None:
    found = find(view(runs=[run(2, "interrupted", None), run(1, "failed")]), SETTINGS, NOW, clocked=True)
    assert found.undecided == {"failed", "credentials"}
    assert found.conditions == []


def test_what_cannot_be_read_decides_nothing_but_what_stands_beside_it() -> None:
    unknown = Health(schedule="shop", word="unreadable", known=False)
    found = find(unknown, SETTINGS, NOW, clocked=True)
    assert (found.conditions, found.undecided) == ([], frozenset(KINDS) - {"settings"})
    trouble = Notes(trouble=Trouble("FS-503", "damaged", NOW))
    found = find(msgspec.structs.replace(unknown, notes=trouble), SETTINGS, NOW, clocked=True)
    assert [c.kind for c in found.conditions] == ["failed"]
    assert "failed" not in found.undecided


@pytest.mark.parametrize(
    ("items", "swing", "found"),
    [
        ([200, *[100] * 4], "30%", []),
        ([200, *[100] * 5], "30%", ["swung up"]),
        ([60, *[100] * 5], "30%", ["swung down"]),
        ([60, *[100] * 5], "off", []),
        ([71, *[100] * 5], "30%", []),
        ([5, *[3] * 5], "30%", []),
        ([None, *[100] * 6], "30%", []),
        ([200, None, *[100] * 5], "30%", ["swung up"]),
        ([200, *[200] * 6, *[100] * 9], "30%", []),
    ],
)
def test_a_swing_is_measured_by_the_usual_number(items: list[int | None], swing: str, found: list[str]) -> None:
    assert kinds(view(runs=[run(99 - n, items=number) for n, number in enumerate(items)]), Alerts(swing=swing)) == found


@settings(deadline=None)
@given(st.text(max_size=400))
def test_text_of_others_is_one_plain_line_without_mentions_links_and_markup(text: str) -> None:
    failed = run(1, "failed", error=Reason("FS-703", text))
    [condition] = find(view(runs=[failed]), SETTINGS, NOW, clocked=True).conditions
    assert all(c.isprintable() or c == "\u200b" for c in condition.text)
    assert not any(sign in condition.text for sign in ("@everyone", "<", ">", "](", "`"))
    assert len(condition.text) < 700


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (172800, "2 d"), (9e6, "104 d")]
)
def test_how_long(seconds: float, words: str) -> None:
    assert age(seconds) == words
