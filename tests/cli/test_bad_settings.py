"""Schedules that are missing, broken or unreadable: a message with a code and what to do, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from .project import Shop, item

BROKEN = {
    "not TOML": (b'timezone = "Asia\n', "FS-101"),
    "no UTF-8": (b"\xff\xfe\x00junk", "FS-101"),
    "binary junk": (bytes(range(256)) * 10, "FS-101"),
    "escape sequences": (b"\x1b[31m = 1", "FS-101"),
    "empty": (b"", "FS-103"),
    "a page": (b"<html>", "FS-101"),
    "a wrong table": (b"bik = 3\nfeeds = []", "FS-103"),
    "nested a thousand deep": (b"a = " + b"[" * 5000, "FS-101"),
    "an unknown key": (b"colour = 'red'", "FS-102"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file(shop: Shop, kind: str) -> None:
    shop.project.publish("acme", item("A"))
    text, code = BROKEN[kind]
    (shop.project.schedules / "acme.toml").write_bytes(text)
    for command in ("run", "diff", "check"):
        result = shop(command, "acme")
        assert result.code == 2
        assert code in result.out + result.err
        assert "\x1b" not in result.out + result.err
    assert not shop.project.state.exists()


@pytest.mark.parametrize("command", ["run", "diff", "check"])
def test_a_link_to_nowhere(shop: Shop, command: str) -> None:
    (shop.project.schedules / "acme.toml").symlink_to(shop.project.folder / "gone")
    result = shop(command, "acme")
    assert result.code == 2
    assert "did you mean 'acme'" not in result.out + result.err


@pytest.mark.parametrize("command", ["run", "diff", "check", "report"])
def test_a_file_in_the_place_of_the_schedules(shop: Shop, tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("")
    result = shop.cli("--schedules", str(tmp_path / "file"), "--state", str(tmp_path), command, "acme")
    assert result.code == 2
    assert "FS-104" in result.err + result.out


def test_the_name_of_a_key_is_told_with_its_line_and_the_nearest_one(shop: Shop) -> None:
    shop.add("acme", item("A"), more="[products]\ncurency = 'INR'")
    result = shop("run", "acme")
    assert "unknown key 'curency'; did you mean 'currency'?" in result.err
    text = (shop.project.schedules / "acme.toml").read_text()
    line = text[: text.index("curency")].count("\n") + 1
    assert f"acme.toml:{line}: " in result.err


def test_a_misspelled_table_is_told_rather_than_the_missing_one(shop: Shop) -> None:
    shop.project.write("acme", shop.project.settings("acme").replace("[bik]", "[bikk]"))
    assert "did you mean 'bik'?" in shop("run", "acme").err


@pytest.mark.parametrize("what", ["missing", "empty", "a folder", "no text"])
def test_a_secret_that_cannot_be_had(shop: Shop, what: str) -> None:
    shop.add("acme", item("A"))
    secret = shop.project.folder / "secret"
    secret.write_bytes(b"" if what == "empty" else b"\xff\xfe")
    if what in ("missing", "a folder"):
        secret.unlink()
    if what == "a folder":
        secret.mkdir()
    result = shop("run", "acme")
    assert result.code == 2
    assert "FS-105" in result.err
    assert shop.project.sandbox.requests() == []


def test_no_message_holds_a_secret(shop: Shop) -> None:
    shop.add("acme", item("A"))
    (shop.project.folder / "secret").write_text("open-sesame")
    for arguments in (["run", "acme"], ["check", "acme"], ["diff", "acme"], ["run", "acme", "--json"]):
        result = shop(*arguments)
        assert "open-sesame" not in result.out + result.err


def test_a_format_that_there_is_not(shop: Shop) -> None:
    shop.add("acme", item("A"))
    path = shop.project.schedules / "acme.toml"
    path.write_text(path.read_text().replace("[[feeds]]", '[[feeds]]\nformat = "excel"'))
    result = shop("run", "acme")
    assert result.code == 2
    assert "there is no format 'excel'; there are google-xml" in result.err
