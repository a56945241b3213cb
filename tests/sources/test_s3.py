"""A feed in an object store: what is asked, and what becomes of it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from feedsync.errors import Fatal, FeedsyncError, Retryable
from feedsync.sources import Credentials, Validators, fetch
from feedsync.sources.network import Network
from tests.sources.conftest import QUICK, Pull
from tests.sources.s3_server import S3Server

DATA = b"id,price\n" + b"1,2\n" * 1_500_000
LOGIN = Credentials(basic=("AKIA", "word/1"))
ONCE = msgspec.structs.replace(QUICK, attempts=1)


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")


@pytest.fixture
def server() -> Iterator[S3Server]:
    with closing(
        S3Server({"feeds/a b/stock.csv": DATA, "feeds/small.csv": b"id\n1\n", "feeds/empty.csv": b""})
    ) as made:
        yield made


def test_an_object_becomes_a_document(server: S3Server, tmp_path: Path) -> None:
    came: list[tuple[int, int | None]] = []
    document = fetch(
        "s3://AKIA:word%2F1@feeds/a b/stock.csv",
        base_dir=tmp_path,
        spool_dir=tmp_path / "spool",
        limits=QUICK,
        allow_private_hosts=("127.0.0.1",),
        progress=lambda done, total: came.append((done, total)),
        endpoint=server.endpoint,
    )
    assert document.path.read_bytes() == DATA
    assert document.digest == hashlib.sha256(DATA).hexdigest()
    assert document.location == "s3://feeds/a b/stock.csv"
    assert document.etag == f's3:"{hashlib.md5(DATA).hexdigest()}"'
    assert document.last_modified == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert document.short is None
    assert came[-1] == (len(DATA), len(DATA))
    assert [request.split()[0] for request in server.requests] == ["HEAD", "GET", "HEAD"]


def test_what_was_read_before_is_not_read_again(server: S3Server, pull: Pull, spool_dir: Path) -> None:
    etag = f's3:"{hashlib.md5(DATA).hexdigest()}"'
    validators = Validators(etag=etag)
    assert pull(
        "s3://feeds/a b/stock.csv", credentials=LOGIN, endpoint=server.endpoint, validators=validators
    ).not_modified
    assert not spool_dir.exists()
    assert [request.split()[0] for request in server.requests] == ["HEAD"]


def test_the_environment_of_the_library_counts(server: S3Server, pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "word/1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
    assert pull("s3://feeds/small.csv").size_bytes == 5


def test_an_empty_object(server: S3Server, pull: Pull) -> None:
    document = pull("s3://feeds/empty.csv", credentials=LOGIN, endpoint=server.endpoint)
    assert (document.size_bytes, document.short) == (0, None)


def refused(pull: Pull, location: str, **settings: Any) -> str:
    with pytest.raises(FeedsyncError) as caught:
        pull(location, **({"credentials": LOGIN, "limits": ONCE} | settings))
    assert "word" not in str(caught.value)
    assert caught.value.__cause__ is None
    return f"{caught.value.code} {str(caught.value).partition(': ')[2]}"


def test_what_cannot_be_read(server: S3Server, pull: Pull) -> None:
    at = server.endpoint
    assert refused(pull, "s3://feeds/gone.csv", endpoint=at) == "FS-201 cannot be read: there is no such file"
    assert refused(pull, "s3://feeds/folder", endpoint=at) == "FS-201 cannot be read: it is a folder"
    assert refused(pull, "s3://feeds/small.csv", endpoint=at, credentials=Credentials(basic=("X", "word"))) == (
        "FS-202 the server answered 403: the login is refused, or there is no such file"
    )
    assert refused(pull, "s3://feeds/small.csv", endpoint=at, credentials=Credentials()) == (
        "FS-205 refused: no login was found: give one with auth, or in the environment (AWS_ACCESS_KEY_ID and so on)"
    )
    assert refused(pull, "s3://feeds/small.csv", endpoint="no address") == (
        "FS-205 refused: the bucket, the endpoint or the login is not a valid one"
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, "FS-202 the server answered 400: is the region right (AWS_REGION)?"),
        (405, "FS-202 the server answered 405"),
        (429, "FS-202 the server answered 429"),
        (503, "FS-202 the server answered 503"),
    ],
)
def test_statuses(server: S3Server, pull: Pull, status: int, expected: str) -> None:
    server.status = status
    assert refused(pull, "s3://feeds/small.csv", endpoint=server.endpoint) == expected


def test_a_fault_that_passes_is_tried_again(server: S3Server, pull: Pull) -> None:
    server.status = 503

    def mend(_method: str) -> None:
        server.status = 0

    server.on_request = mend
    assert pull("s3://feeds/small.csv", credentials=LOGIN, endpoint=server.endpoint).size_bytes == 5


def test_nothing_answers(pull: Pull) -> None:
    answer = "FS-207 nothing answered: the request failed (EndpointConnectionError)"
    assert refused(pull, "s3://feeds/small.csv", endpoint="http://127.0.0.1:1") == answer


def test_a_private_endpoint_is_refused_before_anything_is_sent(server: S3Server, pull: Pull) -> None:
    allowed = "allow_private_hosts = ['127.0.0.1'] (or --allow-private-host 127.0.0.1) would allow it"
    reason = f"127.0.0.1 is a loopback address; {allowed}"
    assert refused(pull, "s3://feeds/small.csv", endpoint=server.endpoint, allow=()) == f"FS-205 refused: {reason}"
    assert server.requests == []


def test_a_name_that_leads_to_a_private_address_is_refused(server: S3Server, pull: Pull) -> None:
    endpoint = server.endpoint.replace("127.0.0.1", "s3.test")
    network = Network(resolver=lambda _host, _port: ["127.0.0.1"])
    found = refused(pull, "s3://feeds/small.csv", endpoint=endpoint, allow=(), network=network)
    assert "s3.test is 127.0.0.1, which is a loopback address" in found
    assert server.requests == []
    document = pull(
        "s3://feeds/small.csv",
        credentials=LOGIN,
        endpoint=endpoint,
        allow=("feeds.s3.test", "s3.test"),
        network=network,
    )
    assert document.size_bytes == 5


def test_a_missing_library_is_named(pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(Fatal, match=r"pip install 'feedsync\[s3\]'") as caught:
        pull("s3://feeds/small.csv")
    assert caught.value.code == "FS-209"


def test_an_object_that_changes_while_it_is_read(server: S3Server, pull: Pull, spool_dir: Path) -> None:
    def change(method: str) -> None:
        if method == "GET":
            server.objects["feeds/small.csv"] = b"id\n2\n"

    server.on_request = change
    with pytest.raises(Retryable) as caught:
        pull("s3://feeds/small.csv", credentials=LOGIN, endpoint=server.endpoint)
    assert caught.value.code == "FS-309"
    assert list(spool_dir.iterdir()) == []


def test_a_fault_when_the_bytes_are_asked_for(server: S3Server, pull: Pull) -> None:
    server.on_request = lambda method: setattr(server, "status", 500 if method == "GET" else 0)
    assert refused(pull, "s3://feeds/small.csv", endpoint=server.endpoint) == "FS-202 the server answered 500"


def test_a_connection_that_is_cut(server: S3Server, pull: Pull) -> None:
    server.cut_at = 1_000_000
    document = pull("s3://feeds/a b/stock.csv", credentials=LOGIN, endpoint=server.endpoint)
    assert (document.short or "").startswith("the connection was closed before the end, ")
    assert DATA.startswith(document.path.read_bytes())


def test_silence_in_the_middle(server: S3Server, pull: Pull) -> None:
    server.cut_at, server.on_cut = 1_000_000, server.silence.wait
    limits = msgspec.structs.replace(ONCE, read_timeout_s=0.5)
    document = pull("s3://feeds/a b/stock.csv", credentials=LOGIN, endpoint=server.endpoint, limits=limits)
    assert document.short == f"nothing came for 0.5 s, 1000000 of {len(DATA)} bytes came"


def test_silence_from_the_beginning(server: S3Server, pull: Pull) -> None:
    server.cut_at, server.on_cut = 0, server.silence.wait
    limits = msgspec.structs.replace(ONCE, read_timeout_s=0.3)
    assert "FS-207" in refused(pull, "s3://feeds/small.csv", endpoint=server.endpoint, limits=limits)


def test_an_object_that_became_shorter(server: S3Server, pull: Pull) -> None:
    def shorten(method: str) -> None:
        if method == "GET":
            server.objects["feeds/small.csv"] = b"id"

    server.on_request = shorten
    with pytest.raises(Retryable) as caught:
        pull("s3://feeds/small.csv", credentials=LOGIN, endpoint=server.endpoint)
    assert caught.value.code == "FS-309"


def test_no_time_left(server: S3Server, pull: Pull) -> None:
    limits = msgspec.structs.replace(ONCE, total_timeout_s=0.5)

    def hang(_method: str) -> None:
        server.silence.wait()

    server.on_request = hang
    answer = "FS-207 nothing answered: it took longer than 0.5 s"
    assert refused(pull, "s3://feeds/small.csv", endpoint=server.endpoint, limits=limits) == answer
