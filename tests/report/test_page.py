"""The HTML file, as bytes: its policy, its data, its texts. How it behaves in a browser stands in test_page_in_browser."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from html import unescape
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from feedsync.gates import GateResult
from feedsync.report.analysis import analyse
from feedsync.report.page import write_html
from feedsync.report.summary import Reason, Rejection, RunSummary

from .hostile import TITLES
from .recorded import Recorded, price, title, variant


def html(recorded: Recorded, summary: RunSummary) -> str:
    """The file of a run."""
    stream = io.StringIO()
    write_html(stream, recorded.store, summary, analyse(recorded.store, summary))
    return stream.getvalue()


def _rows(text: str) -> list[list[str | None]]:
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert data
    rows: list[list[str | None]] = json.loads(data[1])
    return rows


def test_the_policy_allows_the_two_texts_of_the_page_and_nothing_else(recorded: Recorded) -> None:
    text = html(recorded, recorded.run(title("A", "x", "y")))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    style, script = re.findall(r"<style>(.*?)</style>|<script>(.*?)</script>", text, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256("".join(one).encode()).digest()).decode() for one in (style, script)]
    assert policy
    assert unescape(policy[1]) == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; img-src http: https:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r'\bstyle="|\son\w+="|<link|src=', text.replace("".join(script), ""))


def test_the_rows_are_in_the_page_with_what_a_person_knows_a_product_by(recorded: Recorded) -> None:
    recorded.product(variant("A", "A kettle"))
    text = html(recorded, recorded.run(price("A", "1.00 INR", "2.00 INR"), title("B", "x", None)))
    assert _rows(text) == [
        ["price_up", "A", "A", "A kettle", "price", "1.00 INR", "2.00 INR", "send", None],
        ["content", "B", None, None, "title", "x", None, "send", None],
    ]


def test_a_run_without_changes_has_no_rows(recorded: Recorded) -> None:
    text = html(recorded, recorded.run(trigger="diff"))
    assert _rows(text) == []
    assert "<title>acme, plan</title>" in text


def test_the_whole_story_is_told(recorded: Recorded) -> None:
    recorded.run(title("A", "x", "y"))
    run = msgspec.structs.replace(
        recorded.run(price("A", "0.00 INR", "2.00 INR"), price("B", "1.00 INR", "2.00 INR")),
        gates=[GateResult("removals", 0.5, 0.2, "held", 7), GateResult("empty", 0, 0, "pass")],
        rejected=[Rejection(None, "FS-404", "no price", "acme.xml:3")],
        error=Reason("FS-705", "Bik did not answer"),
    )
    page = LexborHTMLParser(html(recorded, run)).text(separator=" ")
    words = " ".join(page.split())
    for part in (
        "FS-705: Bik did not answer", "removals held 7", "no id FS-404 no price acme.xml:3",
        "1 up, 0 down, median +100.0%, 1 that cannot be compared", "let through what removals holds",
        "1 2026-11-16 00:00:00 UTC done 1 0 0 2",
    ):  # fmt: skip
        assert part in words, part
    assert "empty" not in words.split("Changes by")[0].split("Gates")[1].split("Runs before")[0]


@pytest.mark.parametrize("text", TITLES)
def test_a_title_is_nothing_but_text(recorded: Recorded, text: str) -> None:
    harmless = LexborHTMLParser(html(recorded, recorded.run(price("A", "1.00 INR", "2.00 INR"))))
    recorded.product(variant("A", text, text, text))
    run = recorded.run(price("A", "1.00 INR", "2.00 INR"), title("A", text, text))
    run = msgspec.structs.replace(run, rejected=[Rejection(text, "FS-404", text, text)])
    written = html(recorded, run)
    page = LexborHTMLParser(written)
    assert len(page.css("script")) == len(harmless.css("script")) == 3
    assert not page.css("img, [onerror]")
    assert _rows(written)[1][5:7] == [text, text]


@given(st.text(st.characters(codec="utf-8")))
def test_no_text_ends_the_data(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    recorded = Recorded(tmp_path_factory.mktemp("page") / "acme.db")
    with recorded.store:
        written = html(recorded, recorded.run(title("A", None, text)))
    assert _rows(written)[0][6] == text


def test_the_sample_of_the_documentation_is_what_is_written_today(recorded: Recorded) -> None:
    sample = (Path(__file__).parents[2] / "docs" / "samples" / "report.html").read_text(encoding="utf-8")
    now = html(recorded, recorded.run())
    for pattern in (r"<style>.*?</style>", r"<script>.*?</script>", r'content="default-src[^"]*"'):
        of_sample, of_now = (re.search(pattern, text, re.DOTALL) for text in (sample, now))
        assert of_sample
        assert of_now
        assert of_sample[0] == of_now[0]
    assert "kettle-and-leaf, run 2" in sample
