"""Object stores behind a library of fsspec's; one over a dictionary stands for them here."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from typing import Any

import fsspec
import pytest

from feedsync.errors import Fatal, FeedsyncError
from feedsync.sources import Credentials
from feedsync.sources.network import SYSTEM
from feedsync.sources.remotefile import Asked, ask
from feedsync.sources.stores import StoredFile, open_stored
from tests.sources.conftest import QUICK, Pull

DATA = b"id,price\n" + b"1,2\n" * 1_500_000
THEN = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


class Store(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """A store of the kind that fsspec's libraries are, over a dictionary."""

    protocol = "az"
    cachable = False

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.options = options
        self.files: dict[str, bytes] = {"feeds/stock.csv": DATA, "feeds/empty.csv": b""}
        self.failure: Exception | None = None
        self.fails_at = 0
        self.most = len(DATA)
        if options.get("account_name") == "wrong":
            raise ValueError("word-1")

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        if path == "feeds/folder":
            return {"type": "directory", "size": None}
        if path not in self.files:
            raise FileNotFoundError(f"word-1 {path}")
        return {"type": "file", "size": len(self.files[path]), "etag": "1", "last_modified": THEN}

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **_: Any) -> bytes:
        if self.failure is not None and (start or 0) >= self.fails_at:
            raise self.failure
        return self.files[path][start:end][: self.most]


class AnswerError(Exception):
    def __init__(self, **fields: object) -> None:
        super().__init__("word-1")
        self.__dict__.update(fields)


def asked(location: str, **settings: Any) -> Asked:
    given: dict[str, Any] = {
        "credentials": Credentials(), "limits": QUICK, "allow": (), "network": SYSTEM, "endpoint": None,
    }  # fmt: skip
    return ask(location, **(given | settings), is_object=True)


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> list[Store]:
    """Put the store in the place of Azure's library."""
    made: list[Store] = []

    class Library:
        @staticmethod
        def AzureBlobFileSystem(**options: Any) -> Store:  # noqa: N802 (the library's name)
            made.append(Store(**options))
            return made[-1]

    monkeypatch.setitem(sys.modules, "adlfs", Library)
    return made


def test_a_file_becomes_a_document(azure: list[Store], pull: Pull) -> None:
    document = pull("az://feeds/stock.csv", credentials=Credentials(basic=("name", "key")))
    assert (document.path.read_bytes() == DATA, document.short) == (True, None)
    assert (document.etag, document.last_modified) == ("az:1", "Tue, 14 Nov 2023 22:13:20 GMT")
    assert azure[0].options["account_key"] == "key"
    assert pull("az://feeds/empty.csv").size_bytes == 0


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("az://feeds/gone.csv", "FS-201"),
        ("az://feeds/folder", "FS-201"),
        ("az://wrong:key@feeds/stock.csv", "FS-205"),
        ("gs://user:word-1@feeds/stock.csv", "FS-205"),
    ],
)
def test_what_cannot_be_read(
    azure: list[Store], pull: Pull, monkeypatch: pytest.MonkeyPatch, location: str, expected: str
) -> None:
    monkeypatch.setitem(sys.modules, "gcsfs", time)
    with pytest.raises(FeedsyncError) as caught:
        pull(location)
    assert caught.value.code == expected
    assert "word-1" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (PermissionError("word-1"), "FS-202"),
        (AnswerError(status=503), "FS-202"),
        (AnswerError(status_code=429), "FS-202"),
        (AnswerError(code=400), "FS-202"),
        (AnswerError(code="word-1"), "FS-207"),
    ],
)
def test_failures(failure: Exception, expected: str) -> None:
    store = Store()
    file = StoredFile(asked("az://feeds/stock.csv"), store, "feeds/stock.csv")
    file.stat()
    store.failure = failure
    with pytest.raises(FeedsyncError) as caught:
        list(file.chunks())
    assert caught.value.code == expected
    assert "word-1" not in str(caught.value)
    store.fails_at = 1
    with pytest.raises(EOFError, match=rf"the rest was not to be had \({expected}\)"):
        list(file.chunks())


def test_fewer_bytes_than_stated() -> None:
    store = Store()
    file = StoredFile(asked("az://feeds/stock.csv"), store, "feeds/stock.csv")
    file.stat()
    store.most = 9
    assert list(file.chunks()) == [DATA[:9]]


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "https://127.0.0.1"])
def test_a_private_endpoint_is_refused(azure: list[Store], endpoint: str) -> None:
    with pytest.raises(Fatal, match="loopback address"), open_stored(asked("az://feeds/stock.csv", endpoint=endpoint)):
        pass
    assert azure == []
    allowed = asked("az://feeds/stock.csv", endpoint=endpoint, allow=("127.0.0.1",))
    with open_stored(allowed):
        assert azure[0].options["account_host"] == endpoint


@pytest.mark.parametrize(
    ("scheme", "module", "extra"), [("gs", "gcsfs", "gs"), ("gcs", "gcsfs", "gs"), ("az", "adlfs", "az")]
)
def test_a_missing_library_is_named(
    pull: Pull, monkeypatch: pytest.MonkeyPatch, scheme: str, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(Fatal, match=rf"pip install 'feedsync\[{extra}\]'") as caught:
        pull(f"{scheme}://feeds/stock.csv")
    assert caught.value.code == "FS-209"
