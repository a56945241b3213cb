"""What a schedule may say of its feeds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from feedsync.errors import ConfigError
from feedsync.reading import credentials_of
from feedsync.settings import Schedule

BIK = {"key": {"env": "K"}, "secret": {"env": "S"}}
FEED = {"location": "feed.xml"}


def schedule(*feeds: dict[str, Any], **settings: Any) -> Schedule:
    return Schedule.model_validate({"bik": BIK, "feeds": list(feeds), **settings})


def refused(*feeds: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        schedule(*feeds)
    return str(caught.value)


def test_one_feed_must_be_primary() -> None:
    assert "must be primary" in refused({**FEED, "role": "supplemental"})
    assert schedule(FEED, {**FEED, "role": "supplemental"}).supplemental == (1,)


def test_only_a_supplemental_feed_names_fields() -> None:
    assert "supplemental" in refused({**FEED, "fields": ["price"]})
    assert schedule(FEED, {**FEED, "role": "supplemental", "fields": ["price"]}).feeds[1].fields == ("price",)


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ({"encoding": "klingon"}, "is not an encoding"),
        ({"delimiter": ";;"}, "at most 1"),
        ({"site": "shop.example"}, "pattern"),
        ({"site": "https://shop.example/page"}, "pattern"),
    ],
)
def test_how_a_feed_is_read_is_checked(read: dict[str, str], said: str) -> None:
    assert said in refused({**FEED, "read": read})


def test_an_encoding_has_its_usual_name() -> None:
    assert schedule({**FEED, "read": {"encoding": "Windows-1252"}}).feeds[0].read.encoding == "cp1252"


@pytest.mark.parametrize("more", [{"headers": {"X-Key": {"env": "K"}}}, {"auth": {"bearer": {"env": "K"}}}])
@pytest.mark.parametrize("scheme", ["sftp", "ftp", "s3", "SFTP"])
def test_headers_and_tokens_are_for_http(scheme: str, more: dict[str, Any]) -> None:
    assert "http" in refused({"location": f"{scheme}://host/feed.csv", **more})
    assert schedule({"location": "https://host/feed.csv", **more}).feeds[0].location


@pytest.mark.parametrize(
    "auth",
    [
        {"key": {"env": "K"}},
        {"username": "ali"},
        {"username": "ali", "key": {"env": "K"}, "bearer": {"env": "K"}},
        {"username": "ali", "password": {"env": "K"}, "passphrase": {"env": "K"}},
        {"passphrase": {"env": "K"}},
        {},
    ],
)
def test_half_a_key_is_refused(auth: dict[str, Any]) -> None:
    assert "give" in refused({"location": "sftp://host/feed.csv", "auth": auth})


def test_credentials_are_read_where_they_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("PRIVATE\n")
    monkeypatch.setenv("PASSPHRASE", "sesame")
    key = {"file": str(tmp_path / "key")}
    feed = {"location": "sftp://host/x", "auth": {"username": "ali", "key": key, "passphrase": {"env": "PASSPHRASE"}}}
    found = credentials_of(schedule(feed), 0)
    assert found is not None
    assert (found.basic, found.private_key, found.passphrase) == (("ali", ""), "PRIVATE", "sesame")
    assert "PRIVATE" not in repr(found)


def test_headers_and_a_token_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "t")
    token = {"env": "TOKEN"}
    with_headers = credentials_of(schedule({**FEED, "headers": {"X-Key": token}}), 0)
    assert with_headers is not None
    assert with_headers.headers == (("X-Key", "t"),)
    both = credentials_of(schedule({**FEED, "headers": {"X-Key": token}, "auth": {"bearer": token}}), 0)
    assert both is not None
    assert both.headers == (("X-Key", "t"), ("Authorization", "Bearer t"))
    assert credentials_of(schedule(FEED), 0) is None


def test_a_missing_secret_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH", raising=False)
    with pytest.raises(ConfigError) as caught:
        credentials_of(schedule({**FEED, "headers": {"X-Key": {"env": "NO_SUCH"}}}), 0)
    assert caught.value.code == "FS-105"


@pytest.mark.parametrize(
    "changed",
    [
        {"map": {"brand": "vendor"}},
        {"rules": [{"when": "brand", "exclude": True}]},
        {"feeds": [{**FEED, "map": {"brand": "vendor"}}]},
        {"feeds": [{**FEED, "read": {"site": "https://shop.example"}}]},
        {"feeds": [FEED, {**FEED, "role": "supplemental"}]},
    ],
)
def test_what_decides_the_meaning_of_an_item_reads_everything_anew(changed: dict[str, Any]) -> None:
    base = {"bik": BIK, "feeds": [FEED]}
    other = Schedule.model_validate({**base, **changed})
    assert other.reading_fingerprint() != Schedule.model_validate(base).reading_fingerprint()
    assert other.deriving_fingerprint() == Schedule.model_validate(base).deriving_fingerprint()


def test_an_entry_that_says_the_default_changes_nothing() -> None:
    said = schedule({**FEED, "every": "5m", "endpoint": "https://s3.example"})
    assert said.reading_fingerprint() == schedule(FEED).reading_fingerprint()
