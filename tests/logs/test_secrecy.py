"""What is known to be secret never comes through, in whatever form it is written."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync import secrecy
from feedsync.bik.opening import bik_credentials
from feedsync.config import load
from feedsync.secrecy import hide, remember, remember_userinfo


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrecy, "_KNOWN", set())
    monkeypatch.setattr(secrecy, "_pattern", None)


def test_without_secrets_nothing_is_hidden() -> None:
    assert hide("nothing") == "nothing"
    remember("")
    assert hide("nothing") == "nothing"


@settings(deadline=None)
@given(secret=st.text(min_size=1), before=st.text(), after=st.text())
def test_no_form_of_it_comes_through(secret: str, before: str, after: str) -> None:
    remember(secret)
    bare = secret.encode("utf-8", "replace").decode()
    for form in (secret, quote(bare, safe=""), quote_plus(bare), repr(secret)[1:-1], json.dumps(secret)[1:-1]):
        assert form not in hide(before + form + after).replace("***", "")


def test_one_that_begins_as_another_and_one_as_it_stands_in_an_address() -> None:
    remember("token")
    remember("token-tail")
    remember("a /b")
    assert hide("token-tail token a%20%2Fb a+%2Fb a%20/b") == "*** *** *** *** ***"


def test_every_line_of_a_key_and_every_address_of_a_list_is_one() -> None:
    remember("-----BEGIN KEY-----\nMIIabcdefgh\n-----END KEY-----")
    remember("json://u:p@host/first slack://second/token")
    assert hide("MIIabcdefgh slack://second/token and END") == "*** *** and END"


@pytest.mark.parametrize(
    ("location", "text", "shown"),
    [
        ("ftp://acme:h%40nter2@files.example/a.csv", "login as acme with h@nter2 or h%40nter2", "login as acme with *** or ***"),
        ("https://files.example/a@2x.png", "a@2x.png of files.example", "a@2x.png of files.example"),
        ("https://token@files.example/", "token", "***"),
        ("feed.xml", "feed.xml", "feed.xml"),
    ],
)  # fmt: skip
def test_what_an_address_holds(location: str, text: str, shown: str) -> None:
    remember_userinfo(location)
    assert hide(text) == shown


def test_a_schedule_that_is_read_makes_its_secrets_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("from-a-file\n")
    (tmp_path / "acme.toml").write_text(
        '[bik]\nkey = { env = "ACME_KEY" }\nsecret = { file = "%s" }\n'
        '[[feeds]]\nlocation = "ftp://acme:in-an-address@files.example/a.csv"' % (tmp_path / "secret")
    )
    monkeypatch.setenv("ACME_KEY", "from-the-environment")
    bik_credentials(load(tmp_path / "acme.toml"))
    assert hide("from-a-file, from-the-environment, in-an-address") == "***, ***, ***"
