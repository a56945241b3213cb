"""A path with ``*``, ``?`` or ``[…]`` is the newest file that fits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from feedsync.errors import Fatal
from feedsync.sources import Document, fetch


def made(folder: Path, **ages: int) -> None:
    for name, second in ages.items():
        path = folder / f"{name.replace('__', '/')}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
        os.utime(path, (second, second))


def got(location: str, folder: Path) -> Document:
    return fetch(location, base_dir=folder, spool_dir=folder / "none")


def test_the_newest_is_taken_whatever_its_name(tmp_path: Path) -> None:
    made(tmp_path, stock_3=1, stock_1=3, stock_2=2, price=9)
    document = got("stock_*.csv", tmp_path)
    assert document.path == tmp_path / "stock_1.csv"
    assert document.location == "stock_1.csv"


def test_of_those_as_new_as_each_other_the_last_name(tmp_path: Path) -> None:
    made(tmp_path, stock_1=5, stock_3=5, stock_2=5)
    assert got("stock_?.csv", tmp_path).location == "stock_3.csv"


@pytest.mark.parametrize("pattern", ["in*/stock.csv", "in[0-9]/stock.csv", "**/stock.csv", "{folder}/in?/*.csv"])
def test_patterns_of_folders(tmp_path: Path, pattern: str) -> None:
    made(tmp_path, in1__stock=1, in2__stock=2)
    assert got(pattern.format(folder=tmp_path), tmp_path).path == tmp_path / "in2" / "stock.csv"


def test_a_file_address_may_be_a_pattern(tmp_path: Path) -> None:
    made(tmp_path, stock_1=1)
    assert got(f"file://{tmp_path}/stock_*.csv", tmp_path).path == tmp_path / "stock_1.csv"


def test_a_path_that_exists_is_that_file(tmp_path: Path) -> None:
    made(tmp_path, a1=9)
    (tmp_path / "a[1].csv").write_text("itself")
    assert got("a[1].csv", tmp_path).path.read_text() == "itself"


def test_only_files_fit(tmp_path: Path) -> None:
    (tmp_path / "stock_9.csv").mkdir()
    os.mkfifo(tmp_path / "stock_8.csv")
    (tmp_path / "stock_7.csv").symlink_to("gone")
    made(tmp_path, stock_1=1)
    assert got("stock_*.csv", tmp_path).location == "stock_1.csv"


def test_nothing_fits(tmp_path: Path) -> None:
    with pytest.raises(Fatal) as caught:
        got("stock_*.csv", tmp_path)
    assert f"{caught.value.code} {caught.value}" == "FS-201 stock_*.csv: cannot be read: no file fits this pattern"


def test_a_name_that_does_not_print_is_not_shown_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m.csv").write_text("x")
    assert got("a*.csv", tmp_path).location == "a?[31m.csv"
