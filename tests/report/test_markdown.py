"""A run for a pull request or a chat."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from feedsync.gates import GateResult
from feedsync.report.analysis import analyse
from feedsync.report.markdown import code, markdown
from feedsync.report.summary import Reason, Rejection, RunSummary

from .hostile import TITLES
from .recorded import Recorded, price, title, variant

PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")


def _markdown(recorded: Recorded, summary: RunSummary) -> str:
    return markdown(summary, analyse(recorded.store, summary))


def test_it_has_the_numbers_the_prices_the_gates_and_what_to_do(recorded: Recorded) -> None:
    recorded.product(variant("A", "A kettle"))
    run = recorded.run(
        price("A", "100.00 INR", "150.00 INR"), price("B", "100.00 INR", "90.00 INR"), title("A", "x", "y")
    )
    run = msgspec.structs.replace(
        run,
        outcome="held",
        gates=[GateResult("degraded", 0, 0, "pass"), GateResult("removals", 0.5, 0.2, "held", 7)],
        rejected=[Rejection(None, "FS-404", "no price", "acme.xml:3")],
        error=Reason("FS-705", "Bik did not answer"),
        seconds={"fetch": 0.1, "plan": 2.0},
    )
    text = _markdown(recorded, run)
    for line in (
        "## `acme`, run 1: held",
        "**FS-705** `Bik did not answer`",
        "Time: fetch 0.1 s, plan 2.0 s; 5,000 bytes in the documents.",
        "| price up | 2 |",
        "1 up, 1 down, median +20.0%.",
        "| `A` | `A kettle` | 100.00 INR | 150.00 INR | +50.0% |",
        "| removals | held | 7 |",
        "### Rejected (1)",
        "| `no id` | FS-404 | `no price` | `acme.xml:3` |",
        "- let through what removals holds: `feedsync approve acme --only removals`",
    ):
        assert line in text.splitlines(), line
    assert "degraded" not in text


def test_a_quiet_plan_is_short(recorded: Recorded) -> None:
    assert _markdown(recorded, recorded.run(trigger="diff")).splitlines() == [
        "## `acme`, plan: done",
        "",
        "2026-11-16T00:00:00.000Z. Sent 1 product, deleted 0, in 2 requests; 0 held, 0 rejected.",
    ]


def test_advice_without_a_command_is_told_too(recorded: Recorded) -> None:
    run = msgspec.structs.replace(recorded.run(), gates=[GateResult("degraded", 1, 0, "held", 1)])
    assert "- `removals wait for a whole document; mend the feed`" in _markdown(recorded, run)


@pytest.mark.parametrize("text", TITLES)
def test_a_title_is_nothing_but_text(recorded: Recorded, text: str) -> None:
    recorded.product(variant("A", text))
    rendered = PARSER.render(_markdown(recorded, recorded.run(price("A", "1.00 INR", "2.00 INR"))))
    assert not re.search(r"<(script|img|a|em)\b", rendered)
    row = next(line for line in rendered.split("<tr>") if "<td>+100.0%" in line)
    assert row.count("<td>") == 5


@given(st.text(st.sampled_from("`a |\\<>")), st.text())
def test_a_code_span_holds_whatever_it_is_given(one: str, two: str) -> None:
    for text in (one, two):
        rendered = PARSER.renderInline(code(text))
        assert rendered.startswith("<code>")
        assert rendered.endswith("</code>")
        assert rendered.count("<") == 2
