"""A schedule's file: every mistake names the file, the line, the key and the nearest known key."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsync.config import find, load, schedule_files
from feedsync.errors import ConfigError
from feedsync.settings import Schedule
from feedsync.settings_values import Limit

BIK = '[bik]\nkey = { env = "K" }\nsecret = { env = "S" }\n'
FEED = '[[feeds]]\nlocation = "feed.xml"\n'
GOOD = BIK + FEED


def _write(folder: Path, text: str) -> Path:
    path = folder / "shop.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _load(folder: Path, text: str) -> Schedule:
    return load(_write(folder, text))


def _mistake(folder: Path, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        _load(folder, text)
    assert caught.value.exit_code == 2
    return caught.value


def test_a_short_schedule_has_the_designs_defaults(tmp_path: Path) -> None:
    schedule = _load(tmp_path, GOOD)
    assert (schedule.name, schedule.file, schedule.zone.key) == ("shop", tmp_path / "shop.toml", "UTC")
    assert (schedule.bik.batch_size, schedule.bik.rate, schedule.bik.in_flight) == (50, 2.0, 4)
    assert schedule.bik.keep_foreign_catalogs
    assert (schedule.absence.after_runs, schedule.absence.after, schedule.absence.then) == (2, 86400, "delete")
    assert schedule.gates.removals == Limit(share=0.2)
    assert (schedule.products.in_stock_quantity, schedule.products.require_image) == (100, True)
    assert (schedule.catalogs.source, schedule.catalogs.depth) == ("product_type", 2)


@pytest.mark.parametrize(
    ("text", "line", "key", "near"),
    [
        ('timezon = "UTC"\n' + GOOD, 1, "timezon", "timezone"),
        (BIK + "bach_size = 5\n" + FEED, 4, "bach_size", "batch_size"),
        (GOOD + 'formt = "google-xml"\n', 6, "formt", "format"),
        (GOOD + '[feeds.auth]\nusr = "me"\n', 7, "usr", "username"),
        (GOOD + 'auth = { usr = "me" }\n', 6, "usr", "username"),
        (GOOD + 'headers = { X = { evn = "A" } }\n', 6, "evn", "env"),
        (GOOD + "\n# the gates\n[gates]\n\nremoval = 5\n", 10, "removal", "removals"),
        (GOOD + '[catalogs]\nfrm = "brand"\n', 7, "frm", "from"),
        ('[bik]\nkey = { evn = "K" }\nsecret = { env = "S" }\n' + FEED, 2, "evn", "env"),
        ('bik.key.env = "K"\nbik.secret.env = "S"\nbik.bach_size = 4\n' + FEED, 3, "bach_size", "batch_size"),
        (BIK + '[[feed]]\nlocation = "feed.xml"\n', 4, "feed", "feeds"),
        (BIK + '"app-id" = "x"\n' + FEED, 4, "app-id", "app_id"),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest_known_one(
    tmp_path: Path, text: str, line: int, key: str, near: str
) -> None:
    error = _mistake(tmp_path, text)
    assert error.code == "FS-102"
    assert error.message == f"{tmp_path}/shop.toml:{line}: unknown key {key!r}; did you mean {near!r}?"


def test_a_key_that_is_like_none_gets_no_guess(tmp_path: Path) -> None:
    error = _mistake(tmp_path, GOOD + '[catalogs]\nzzzzzz = "x"\n')
    assert error.message.endswith("unknown key 'zzzzzz'")


def test_the_field_names_of_the_code_are_no_keys(tmp_path: Path) -> None:
    assert _mistake(tmp_path, GOOD + '[catalogs]\nsource = "brand"\n').code == "FS-102"


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ('timezone = "Mars/Olympus"\n' + GOOD, 1, "timezone"),
        ('cron = "* * * *"\n' + GOOD, 1, "cron"),
        ('cron = "61 * * * *"\n' + GOOD, 1, "cron"),
        ("every = 5\n" + GOOD, 1, "every"),
        ('every = "5"\n' + GOOD, 1, "every"),
        ('every = "0s"\n' + GOOD, 1, "every"),
        ('every = "11y"\n' + GOOD, 1, "every"),
        ('every = "99999999999999d"\n' + GOOD, 1, "every"),
        (BIK + "batch_size = 0\n" + FEED, 4, "bik.batch_size"),
        (BIK + "batch_size = true\n" + FEED, 4, "bik.batch_size"),
        (BIK + "rate = inf\n" + FEED, 4, "bik.rate"),
        (BIK + "rate = nan\n" + FEED, 4, "bik.rate"),
        (BIK + "in_flight = 9\n" + FEED, 4, "bik.in_flight"),
        (BIK + 'base_url = "http://bik.example"\n' + FEED, 4, "bik.base_url"),
        (BIK + '[[feeds]]\nlocation = ""\n', 5, "feeds.location"),
        (GOOD + 'format = "Google XML"\n', 6, "feeds.format"),
        (GOOD + 'accept = "FS-303"\n', 6, "feeds.accept"),
        (GOOD + '[feeds.auth]\nusername = "me"\n', 6, "feeds.auth"),
        (GOOD + '[products]\ncurrency = "inr"\n', 7, "products.currency"),
        (GOOD + '[products]\ntags = ["brnd"]\n', 7, "products.tags"),
        (GOOD + "[products]\nin_stock_quantity = 0\n", 7, "products.in_stock_quantity"),
        (GOOD + '[catalogs]\nfrom = "size"\n', 7, "catalogs.from"),
        (GOOD + '[absence]\nthen = "hide"\n', 7, "absence.then"),
        (GOOD + "[absence]\nafter_runs = 0\n", 7, "absence.after_runs"),
        (GOOD + '[history]\nkeep = "9d"\nchanges = "8d"\n', 6, "history"),
        (GOOD + '[history]\nchanges = "1d"\n', 7, "history.changes"),
        ('[bik]\nkey = {}\nsecret = { env = "S" }\n' + FEED, 2, "bik.key"),
        ('[bik]\nkey = { env = "K", file = "k" }\nsecret = { env = "S" }\n' + FEED, 2, "bik.key"),
    ],
)
def test_a_wrong_value_names_its_place(tmp_path: Path, text: str, line: int, key: str) -> None:
    error = _mistake(tmp_path, text)
    assert error.code == "FS-103"
    assert error.message.startswith(f"{tmp_path}/shop.toml:{line}: {key}: ")


def test_a_name_whose_snapshot_would_be_another_file_of_the_state(tmp_path: Path) -> None:
    (tmp_path / "rate.toml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ConfigError, match="no schedule can be called 'rate'"):
        load(tmp_path / "rate.toml")


def test_cron_and_every_exclude_each_other(tmp_path: Path) -> None:
    error = _mistake(tmp_path, 'cron = "* * * * *"\nevery = "1h"\n' + GOOD)
    assert error.message == f"{tmp_path}/shop.toml:1: the schedule: give cron or every, not both"


@pytest.mark.parametrize(("text", "key"), [(BIK, "feeds"), (FEED, "bik"), ("", "bik")])
def test_what_is_missing_is_named(tmp_path: Path, text: str, key: str) -> None:
    error = _mistake(tmp_path, text)
    assert (error.code, error.parts["key"]) == ("FS-103", key)


def test_keys_within_a_text_of_many_lines_do_not_mislead(tmp_path: Path) -> None:
    text = BIK + "batch_size = 0\n" + FEED + '[catalogs.names]\n"1" = """\n[products]\ncurrency = "x"\n"""\n'
    assert _mistake(tmp_path, text).parts["where"] == f"{tmp_path}/shop.toml:4"


def test_what_is_no_toml_names_the_line(tmp_path: Path) -> None:
    error = _mistake(tmp_path, GOOD + "x = = 3\n")
    assert (error.code, "line 6" in error.message) == ("FS-101", True)


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "shop.toml")
    assert caught.value.code == "FS-101"


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / name)
    assert caught.value.code == "FS-106"


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert _load(tmp_path, "\ufeff" + GOOD).name == "shop"


def test_a_schedule_is_found_by_its_name(tmp_path: Path) -> None:
    path = _write(tmp_path, GOOD)
    assert find(tmp_path, "shop") == path


@pytest.mark.parametrize(
    ("name", "hint"), [("shpo", "; did you mean 'shop'?"), ("zzz", ""), ("../shop", None), ("", ""), (".shop", None)]
)
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str, hint: str | None) -> None:
    _write(tmp_path, GOOD)
    with pytest.raises(ConfigError) as caught:
        find(tmp_path, name)
    assert caught.value.code == "FS-104"
    assert hint is None or caught.value.parts["hint"] == hint


def test_schedules_are_the_visible_toml_files_by_name(tmp_path: Path) -> None:
    for name in ("b.toml", "a.toml", ".hidden.toml", "notes.txt", "-x.toml"):
        (tmp_path / name).write_text("")
    (tmp_path / "folder.toml").mkdir()
    assert [path.name for path in schedule_files(tmp_path)] == ["a.toml", "b.toml"]
    assert schedule_files(tmp_path / "nowhere") == []


def test_an_expression_that_is_none_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(
        '[bik]\nkey = { env = "K" }\nsecret = { env = "S" }\n[[feeds]]\nlocation = "x"\n[map]\nbrand = "a ||"\n'
    )
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.code == "FS-110"
    assert caught.value.message.startswith(f"{path}:7: 'a ||' is not an expression: ")
