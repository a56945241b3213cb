"""Secrets are references: read where they are used, and shown nowhere."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError

from feedsync.config import load
from feedsync.errors import ConfigError
from feedsync.settings_feeds import Auth
from feedsync.settings_values import SecretRef

SECRET = "hunter2-not-for-your-eyes"


def _everything(error: BaseException | None) -> str:
    """All that an error, and every error behind it, would tell a log."""
    text = ""
    while error is not None:
        text += f"{error} {error!r} {error.args!r} {vars(error)!r}" + "".join(traceback.format_exception(error))
        error = error.__cause__ or error.__context__
    return text


def test_a_variable_is_read_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = SecretRef(env="SHOP_KEY")
    monkeypatch.setenv("SHOP_KEY", f" {SECRET}\n")
    found = reference.resolve(key="key", where="shop.toml")
    assert found.get_secret_value() == SECRET
    assert SECRET not in f"{found} {found!r} {reference} {reference!r}"


def test_a_file_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(f"{SECRET}\n")
    reference = SecretRef(file=str(path))
    assert reference.resolve(key="key", where="shop.toml").get_secret_value() == SECRET
    assert SECRET not in f"{reference} {reference!r} {reference.model_dump_json()}"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "cannot be read (FileNotFoundError)"), (b"", "is empty"), (b" \n", "is empty"),
     (b"\xff\xfe", "cannot be read (UnicodeDecodeError)")],
)  # fmt: skip
def test_a_file_that_holds_none_is_told_by_its_name(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        SecretRef(file=str(path)).resolve(key="secret", where="shop.toml: [bik]")
    assert caught.value.message == f"shop.toml: [bik]: secret needs the file {path}, which {reason}"


def test_a_name_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        SecretRef(file="a\0b").resolve(key="key", where="shop.toml")
    assert caught.value.code == "FS-105"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_variable_that_is_not_set_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("SHOP_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("SHOP_KEY", value)
    with pytest.raises(ConfigError) as caught:
        SecretRef(env="SHOP_KEY").resolve(key="key", where="shop.toml")
    assert caught.value.message == "shop.toml: key needs the environment variable SHOP_KEY, which is not set"


@pytest.mark.parametrize(
    "text",
    [
        f'[bik]\nkey = "{SECRET}"\nsecret = {{ env = "S" }}\n[[feeds]]\nlocation = "x"\n',
        f'[bik]\nkey = {{ env = "K" }}\nsecret = {{ value = "{SECRET}" }}\n[[feeds]]\nlocation = "x"\n',
        f'[bik]\nkey = {{ env = "K" }}\nsecret = ["{SECRET}"]\n[[feeds]]\nlocation = "x"\n',
        '[bik]\nkey = { env = "K" }\nsecret = { env = "S" }\n[[feeds]]\nlocation = "x"\n'
        f'headers = {{ Authorization = "{SECRET}" }}\n',
        '[bik]\nkey = { env = "K" }\nsecret = { env = "S" }\n[[feeds]]\nlocation = "x"\n'
        f'[feeds.auth]\nusername = "me"\npassword = "{SECRET}"\n',
        f'[bik]\nkey = {{ env = "K" }}\nsecret = "{SECRET}\n',
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert SECRET not in _everything(caught.value)


def test_a_loaded_schedule_shows_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K", SECRET)
    path = tmp_path / "shop.toml"
    path.write_text('[bik]\nkey = { env = "K" }\nsecret = { env = "K" }\n[[feeds]]\nlocation = "x"\n')
    schedule = load(path)
    schedule.bik.key.resolve(key="key", where="")
    assert SECRET not in f"{schedule} {schedule!r} {schedule.model_dump()}"


PASSWORD = SecretRef(env="P")


@pytest.mark.parametrize("given", [{"username": "me", "password": PASSWORD}, {"bearer": PASSWORD}])
def test_a_feed_is_asked_for_with_a_password_or_a_token(given: dict[str, object]) -> None:
    assert Auth.model_validate(given).username == given.get("username")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"username": "me"},
        {"password": PASSWORD},
        {"username": "me", "bearer": PASSWORD},
        {"username": "me", "password": PASSWORD, "bearer": PASSWORD},
    ],
)
def test_half_a_login_or_two_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Auth.model_validate(given)


def test_the_path_of_a_file_may_name_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As systemd hands over credentials."""
    (tmp_path / "acme_key").write_text("the key\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    for path in ("$CREDENTIALS_DIRECTORY/acme_key", "${CREDENTIALS_DIRECTORY}/acme_key"):
        assert SecretRef(file=path).resolve(key="key", where="here").get_secret_value() == "the key"
