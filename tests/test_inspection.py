"""A look at a feed without a schedule."""

from __future__ import annotations

import gzip
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from feedsync.errors import Fatal
from feedsync.inspection import Inspection, inspect_feed
from feedsync.settings import Products

from .cli.project import HEAD, TAIL, item

INR = Products(currency="INR")


def look(tmp_path: Path, *records: str, head: str = HEAD, end: str = TAIL) -> Inspection:
    """Inspect a feed of these items."""
    (tmp_path / "feed.xml").write_text(head + "".join(records) + end, encoding="utf-8")
    return inspect_feed(str(tmp_path / "feed.xml"), INR)


def test_the_fields_are_told_by_how_filled_they_are(tmp_path: Path) -> None:
    seen = look(tmp_path, item("A", brand="Acme"), item("B"), item("C", brand="Acme"))
    found = {field.name: (field.filled, field.distinct, field.samples) for field in seen.fields}
    assert found["id"] == (3, 3, ["A", "B", "C"])
    assert found["brand"] == (2, 1, ["Acme"])
    assert [field.filled for field in seen.fields] == sorted((field.filled for field in seen.fields), reverse=True)


def test_nested_fields_have_the_name_of_both(tmp_path: Path) -> None:
    shipping = "<g:shipping><g:country>IN</g:country><g:price>49 INR</g:price></g:shipping>"
    seen = look(tmp_path, item("A").replace("</item>", shipping + shipping + "</item>"))
    assert {"shipping.country", "shipping.price"} <= {field.name for field in seen.fields}


def test_of_a_repeated_field_the_first_value_counts(tmp_path: Path) -> None:
    seen = look(tmp_path, item("A").replace("</item>", "<g:size>S</g:size><g:size>M</g:size></item>"))
    [size] = [field for field in seen.fields if field.name == "size"]
    assert (size.filled, size.samples) == (1, ["S"])


def test_samples_and_distinct_values_are_bounded(tmp_path: Path) -> None:
    seen = look(tmp_path, *(item(f"P{number}", title="x" * 5000 + str(number)) for number in range(1100)))
    found = {field.name: field for field in seen.fields}
    assert (found["id"].filled, found["id"].distinct) == (1100, 1000)
    assert (found["title"].distinct, max(map(len, found["title"].samples))) == (1, 120)


def test_products_are_groups_and_duplicates_are_counted(tmp_path: Path) -> None:
    seen = look(tmp_path, item("S", item_group_id="G"), item("M", item_group_id="G"), item("X"), item("X"))
    assert (seen.items, seen.variants, seen.products, seen.duplicates) == (4, 3, 2, 1)


def test_problems_are_counted_by_code_and_field_rejections_first(tmp_path: Path) -> None:
    seen = look(
        tmp_path,
        *(item(f"N{number}", sale_price="999.00 INR") for number in range(5)),
        item("A", price="cheap"), item("B", price="dear"), item("C", link=""),
    )  # fmt: skip
    found = [(problem.code, problem.count, problem.id, problem.rejects) for problem in seen.problems]
    assert found == [("FS-404", 2, "A", True), ("FS-403", 1, "C", True), ("FS-411", 5, "N0", False)]


def test_a_rejection_is_not_hidden_by_a_note_of_the_same_code(tmp_path: Path) -> None:
    seen = look(tmp_path, item("A", quantity="some"), item("B", quantity="many", availability=""))
    found = {(problem.code, problem.id, problem.rejects) for problem in seen.problems}
    assert found == {("FS-405", "A", False), ("FS-405", "B", True)}


def test_a_repair_is_a_note(tmp_path: Path) -> None:
    seen = look(tmp_path, item("A").replace("Title", "Salt & Pepper"))
    [problem] = seen.problems
    assert (problem.code, problem.id, problem.rejects) == ("FS-414", "A", False)


def test_a_broken_item_is_named_where_its_id_can_be_read(tmp_path: Path) -> None:
    seen = look(tmp_path, item("A"), item("B").replace("</g:title>", "</g:tittle>"))
    [problem] = seen.problems
    assert (problem.code, problem.id, problem.rejects) == ("FS-401", "B", True)
    assert (seen.verdict, seen.variants) == ("complete", 1)


def test_a_feed_that_is_cut_off_is_degraded(tmp_path: Path) -> None:
    seen = look(tmp_path, item("A"), end="")
    assert (seen.verdict, [reason.code for reason in seen.reasons]) == ("degraded", ["FS-303"])


def test_an_item_that_nobody_can_name_makes_the_feed_degraded(tmp_path: Path) -> None:
    seen = look(tmp_path, item("A"), item(""))
    assert (seen.verdict, [reason.code for reason in seen.reasons]) == ("degraded", ["FS-415"])


def test_what_is_odd_and_harmless_is_a_reason_without_consequence(tmp_path: Path) -> None:
    twice = HEAD.replace("<rss ", '<rss xmlns:g="http://base.google.com/ns/1.0" ')
    seen = look(tmp_path, item("A"), head=twice)
    assert (seen.verdict, [reason.code for reason in seen.reasons]) == ("complete", ["FS-310"])


def test_a_feed_without_items(tmp_path: Path) -> None:
    seen = look(tmp_path)
    assert (seen.verdict, seen.items, seen.fields, seen.problems) == ("complete", 0, [], [])


def test_an_archive_that_was_cut_off(tmp_path: Path) -> None:
    packed = gzip.compress((HEAD + "".join(item(f"P{number}") for number in range(3000)) + TAIL).encode())
    (tmp_path / "feed.xml.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(Fatal, match="ends too soon"):
        inspect_feed(str(tmp_path / "feed.xml.gz"), INR)


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    look(tmp_path, item("A"))
    assert [path.name for path in tmp_path.iterdir()] == ["feed.xml"]


class _Short(BaseHTTPRequestHandler):
    """Promises more than it sends."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write((HEAD + item("A") + TAIL).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def test_a_transfer_that_was_short_is_degraded_even_if_the_document_is_closed() -> None:
    with HTTPServer(("127.0.0.1", 0), _Short) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        seen = inspect_feed(f"http://127.0.0.1:{server.server_port}", INR, allow_private_hosts=("127.0.0.1",))
        thread.join()
    assert (seen.verdict, [reason.code for reason in seen.reasons], seen.variants) == ("degraded", ["FS-203"], 1)
