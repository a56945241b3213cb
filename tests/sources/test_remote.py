"""Addresses of file servers and object stores: which are read, which are refused, and what is never shown."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.errors import Fatal, FeedsyncError
from feedsync.sources import Credentials, Document, fetch
from feedsync.sources.network import SYSTEM
from feedsync.sources.remote import SCHEMES
from feedsync.sources.remotefile import ask
from tests.sources.conftest import QUICK, Pull, Serve, reply


def get(location: str, tmp_path: Path) -> Document:
    return fetch(
        location,
        base_dir=tmp_path,
        spool_dir=tmp_path / "spool",
        limits=QUICK,
        allow_private_hosts=("127.0.0.1",),
    )


@pytest.mark.parametrize(
    "location",
    [
        "local:///etc/passwd",
        "memory://x",
        "github://org:repo@/x.csv",
        "reference://x",
        "zip://x.csv::s3://bucket/a.zip",
        "dask://x",
        "jupyter://x",
        "libarchive://x",
        "hdfs://host/x",
        "blockcache://x",
        "git://x",
        "data://x",
    ],
)
def test_schemes_that_are_not_on_the_list(location: str, tmp_path: Path) -> None:
    with pytest.raises(Fatal) as caught:
        get(location, tmp_path)
    assert caught.value.code == "FS-205"


@pytest.mark.parametrize("location", ["simplecache::s3://bucket/x.csv", "filecache::zip://x::http://user:word@h/x"])
def test_chains_are_refused(location: str, tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="chained addresses"):
        get(location, tmp_path)


def test_two_colons_in_a_file_name_are_no_chain(tmp_path: Path) -> None:
    (tmp_path / "a::b.csv").write_bytes(b"id\n")
    assert get("a::b.csv", tmp_path).size_bytes == 3


@pytest.mark.parametrize(
    "location",
    [
        "sftp://host",
        "sftp://host/",
        "sftp://host/folder/",
        "sftp:///file.csv",
        "sftp://user:word-1@[bad/file.csv",
        "sftp://user:word-1@host:port/file.csv",
        "sftp://host:99999/file.csv",
        "sftp://ho%41st/file.csv",
        "sftp://host/%ff",
        "ftp://host:port/file.csv",
        "s3://bucket",
        "s3://bucket/",
        "s3:///key",
        "s3://AKIA:word-1/x@bucket/key",
    ],
)
def test_addresses_that_name_no_file(location: str, pull: Pull) -> None:
    with pytest.raises(Fatal, match=r"this is no \w+:// address of a file") as caught:
        pull(location)
    assert "word-1" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("location", "credentials"),
    [
        ("ftp://host/a%0d%0aDELE%20b", Credentials()),
        ("ftp://user%0d%0aDELE:word-1@host/a", Credentials()),
        ("sftp://host/a%00b", Credentials()),
        ("ftp://host/a", Credentials(basic=("user", "word-1\r\nDELE b"))),
        ("s3://bucket/a\nb", Credentials()),
    ],
)
def test_no_command_can_be_smuggled_in(location: str, credentials: Credentials, pull: Pull) -> None:
    with pytest.raises(Fatal, match="holds a character that is not allowed") as caught:
        pull(location, credentials=credentials)
    assert "word-1" not in str(caught.value)


@pytest.mark.parametrize(
    ("location", "login", "bucket", "key"),
    [
        ("s3://bucket/a@b/c?d=e#f%20g", "", "bucket", "a@b/c?d=e#f%20g"),
        ("s3://AKIA:wo%2Frd%40@bucket/key", "AKIA:wo/rd@", "bucket", "key"),
        ("s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/feeds/key", "", None, "feeds/key"),
    ],
)
def test_a_key_stands_as_it_is(location: str, login: str, bucket: str | None, key: str) -> None:
    asked = ask(
        location,
        credentials=Credentials(),
        limits=QUICK,
        allow=(),
        network=SYSTEM,
        endpoint=None,
        is_object=True,
    )
    assert f"{asked.user}:{asked.password}".strip(":") == login
    assert asked.host == (bucket or "arn:aws:s3:eu-west-1:123456789012:accesspoint")
    assert asked.path == key


@settings(deadline=None)
@given(
    scheme=st.sampled_from(["sftp", "ftp", "s3"]),
    user=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1),
    password=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=4),
    path=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1),
)
def test_a_login_in_an_address_is_understood_and_never_shown(scheme: str, user: str, password: str, path: str) -> None:
    asked = ask(
        f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@host/{path}",
        credentials=Credentials(),
        limits=QUICK,
        allow=(),
        network=SYSTEM,
        endpoint=None,
        is_object=scheme == "s3",
    )
    assert (asked.user, asked.password, asked.path) == (user, password, path)
    assert asked.shown == f"{scheme}://host/{path}"


@settings(deadline=None)
@given(st.sampled_from(["sftp://", "ftp://", "s3://"]), st.text(), st.booleans())
def test_no_address_is_too_strange(start: str, rest: str, is_object: bool) -> None:
    with suppress(FeedsyncError):
        ask(
            start + rest,
            credentials=Credentials(),
            limits=QUICK,
            allow=(),
            network=SYSTEM,
            endpoint=None,
            is_object=is_object,
        )


def test_an_sftp_server_needs_to_know_who_asks(pull: Pull) -> None:
    with pytest.raises(Fatal, match="it needs a user"):
        pull("sftp://host/x")


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_headers_are_for_http_alone(scheme: str, pull: Pull) -> None:
    with pytest.raises(Fatal, match="headers and bearer tokens are for http and https alone") as caught:
        pull(f"{scheme}://host/x", credentials=Credentials(headers=(("Authorization", "word-1"),)))
    assert "word-1" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["dav", "WebDAV"])
def test_webdav_is_fetched_over_http(scheme: str, serve: Serve, tmp_path: Path) -> None:
    server = serve(reply(b"id\n"))
    document = get(f"{scheme}://127.0.0.1:{server.port}/feed.csv", tmp_path)
    assert document.size_bytes == 3
    assert server.requests[0].startswith(b"GET /feed.csv ")


@pytest.mark.parametrize("scheme", ["davs", "webdavs"])
def test_webdav_over_tls(scheme: str, serve: Serve, tmp_path: Path) -> None:
    server = serve(reply(b"id\n"), tls=True)
    with pytest.raises(Fatal, match="its certificate is not trusted"):
        get(f"{scheme}://127.0.0.1:{server.port}/feed.csv", tmp_path)
