"""``inspect`` shows what is in a feed, on a screen of 80 columns or as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from .project import HEAD, TAIL, Cli, item, items


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """A feed that a test writes."""
    return tmp_path / "feed.xml"


def _write(feed: Path, *records: str, end: str = TAIL) -> str:
    feed.write_text(HEAD + "".join(records) + end, encoding="utf-8")
    return str(feed)


def test_a_good_feed(cli: Cli, feed: Path) -> None:
    result = cli("inspect", _write(feed, *items(12)))
    assert result.code == 0
    assert "google-xml, complete" in result.out
    assert "12 variants in 12 products" in result.out
    assert "P00 | P01 | P02" in result.out


def test_items_that_would_be_rejected_end_with_3(cli: Cli, feed: Path) -> None:
    result = cli("inspect", _write(feed, item("A"), item("BAD", price="cheap"), item("WORSE", price="free")))
    assert result.code == 3
    assert "2 rejected: FS-404" in result.out
    assert "(first: BAD)" in result.out


def test_notes_alone_end_with_0(cli: Cli, feed: Path) -> None:
    result = cli("inspect", _write(feed, item("A", sale_price="200.00 INR")))
    assert result.code == 0
    assert "1 noted: FS-411" in result.out


def test_a_feed_that_is_cut_off_ends_with_1(cli: Cli, feed: Path) -> None:
    result = cli("inspect", _write(feed, item("A"), end=""))
    assert result.code == 1
    assert "degraded" in result.out
    assert "FS-303" in result.out


def test_an_item_without_an_id_makes_the_feed_degraded(cli: Cli, feed: Path) -> None:
    result = cli("inspect", _write(feed, item("A"), item("")))
    assert result.code == 1
    assert "1 rejected: FS-415 the item has no id\n" in result.out


def test_a_currency_can_be_given(cli: Cli, feed: Path) -> None:
    _write(feed, item("A", price="100"))
    assert cli("inspect", str(feed)).code == 3
    assert cli("inspect", str(feed), "--currency", "INR").code == 0


def test_many_fields_are_cut_and_counted(cli: Cli, feed: Path) -> None:
    result = cli("inspect", _write(feed, item("A", **{f"field_{number}": "x" for number in range(50)})))
    assert "and 16 fields more: use --json" in result.out
    assert len(cli("inspect", str(feed), "--json").json()["fields"]) == 56


def test_a_great_number_of_distinct_values_is_not_counted_to_its_end(cli: Cli, feed: Path) -> None:
    result = cli("inspect", _write(feed, *(item(f"P{number}") for number in range(1200))))
    assert "1,000+" in result.out


def test_the_table_fits_80_columns(cli: Cli, feed: Path) -> None:
    result = cli("inspect", _write(feed, item("A" * 300, title="日本語" * 100, **{"very_" * 30 + "long": "x" * 500})))
    assert result.code == 0
    assert max(cell_len(line) for line in result.out.splitlines()[1:]) <= 80


def test_json_has_the_samples_whole(cli: Cli, feed: Path) -> None:
    result = cli("inspect", _write(feed, item("A", title="[red]x[/red]")), "--json")
    assert result.code == 0
    [title] = [field for field in result.json()["fields"] if field["name"] == "title"]
    assert title["samples"] == ["[red]x[/red]"]


def test_a_feed_without_items_has_no_table(cli: Cli, feed: Path) -> None:
    result = cli("inspect", _write(feed))
    assert result.code == 0
    assert "0 items\n  0 variants in 0 products, 0 duplicate ids\n" in result.out
    assert "samples" not in result.out


def test_a_duplicate_is_told_as_a_run_would(cli: Cli, feed: Path) -> None:
    result = cli("inspect", _write(feed, item("A"), item("A")))
    assert result.code == 3
    assert "1 rejected: FS-402" in result.out


def test_a_note_and_a_rejection_of_one_field_are_two_things(cli: Cli, feed: Path) -> None:
    noted = item("A", quantity="many")
    result = cli("inspect", _write(feed, noted, item("B", quantity="many", availability="")))
    assert result.code == 3
    assert "1 rejected: FS-405" in result.out
    assert "1 noted: FS-405" in result.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--encoding", "klingon"], "--encoding: 'klingon' is not an encoding"),
        (["--delimiter", ";;"], "--delimiter: "),
        (["--site", "shop"], "--site: "),
        (["--format", "nope"], "there is no format 'nope'"),
    ],
)
def test_a_way_of_reading_that_there_is_not(cli: Cli, feed: Path, options: list[str], said: str) -> None:
    result = cli("inspect", _write(feed, item("A")), *options)
    assert result.code in (1, 2)
    assert said in result.err


def test_a_table_is_read_as_it_is_told(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_bytes("id|title|note\n1|Caf\xe9|\n2|Tee|x\n".encode("cp1252"))
    result = cli("inspect", str(path), "--encoding", "cp1252", "--delimiter", "|", "--format", "csv", "--json").json()
    fields = {field["name"]: (field["filled"], field["attribute"]) for field in result["fields"]}
    assert fields == {"id": (2, "id"), "title": (2, "title"), "note": (1, None)}
    assert result["fields"][1]["samples"] == ["Caf\xe9", "Tee"]


def test_a_list_within_json_is_found_where_it_is_told(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "feed.json"
    path.write_text('{"a": [{"id": "0"}], "b": {"c": [{"id": "1", "pictures": [], "more": {"size": null}}]}}')
    result = cli("inspect", str(path), "--records", "b.c", "--json").json()
    assert [(field["name"], field["samples"]) for field in result["fields"]] == [("id", ["1"])]
