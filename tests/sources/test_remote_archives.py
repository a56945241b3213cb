"""Archives from file servers and object stores are read like any other: what they are is told by their bytes."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import zstandard

from feedsync.errors import Fatal
from feedsync.sources import Credentials, Damaged, open_stream
from tests.sources.conftest import Pull
from tests.sources.ftp_server import FtpServer
from tests.sources.sftp_server import CSV, SftpServer


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, CSV if name == "stock.csv" else b"other")
    return file.getvalue()


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip.compress(CSV),
    "bz2": lambda: bz2.compress(CSV),
    "xz": lambda: lzma.compress(CSV),
    "zstd": lambda: zstandard.ZstdCompressor().compress(CSV),
    "zip": lambda: zipped("stock.csv"),
}


@pytest.fixture
def ftp(files: Path) -> Iterator[FtpServer]:
    with closing(FtpServer(files)) as made:
        yield made


@pytest.mark.parametrize("kind", ARCHIVES)
def test_an_archive_is_kept_as_it_came_and_inflated_when_it_is_read(
    ftp: FtpServer, pull: Pull, files: Path, kind: str
) -> None:
    data = ARCHIVES[kind]()
    # The name says nothing: exports are often called .csv and are something else.
    (files / "stock.csv").write_bytes(data)
    document = pull(f"ftp://{ftp.address}/stock.csv")
    assert document.path.read_bytes() == data
    with open_stream(document) as stream:
        assert stream.read() == CSV


def test_one_of_several_in_a_zip_is_named(sftp: SftpServer, pull: Pull) -> None:
    (sftp.folder / "export.zip").write_bytes(zipped("prices.csv", "stock.csv"))
    document = pull(f"sftp://{sftp.address}/export.zip", credentials=Credentials(basic=("us@er", "wo:rd")))
    with open_stream(document, member="stock.csv") as stream:
        assert stream.read() == CSV
    with pytest.raises(Fatal, match=r"it is not said which to read: 'prices\.csv', 'stock\.csv'"):
        open_stream(document)


def test_an_archive_that_is_still_being_written(ftp: FtpServer, pull: Pull, files: Path) -> None:
    (files / "stock.csv").write_bytes(gzip.compress(CSV)[:100])
    document = pull(f"ftp://{ftp.address}/stock.csv")
    with open_stream(document) as stream, pytest.raises(Damaged, match="the gzip data ends too soon"):
        stream.read()
