"""Feeds on this disk."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
import xxhash

from feedsync.errors import Fatal, FeedsyncError, Retryable, Unsafe
from feedsync.sources import Document, Limits, fetch, open_stream, unchanged

DATA = b"id,price\n1,2\n"


def local(location: str, base_dir: Path, limits: Limits = Limits()) -> Document:  # noqa: B008 (frozen)
    return fetch(location, base_dir=base_dir, spool_dir=base_dir / "none", limits=limits)


def refused(location: str, base_dir: Path) -> str:
    with pytest.raises(Fatal) as caught:
        local(location, base_dir)
    return f"{caught.value.code} {caught.value}"


def test_a_relative_path_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_bytes(DATA)
    document = local("stock.csv", tmp_path)
    assert document.path == tmp_path / "stock.csv"
    assert (document.location, document.size_bytes) == ("stock.csv", len(DATA))
    assert document.digest == xxhash.xxh3_128(DATA).hexdigest()
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("form", ["{path}", "file://{quoted}", "FILE://localhost{quoted}", "file:a%20b.csv"])
def test_forms_of_an_address(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a b.csv"
    path.write_bytes(DATA)
    location = form.format(path=path, quoted=str(path).replace(" ", "%20"))
    assert local(location, tmp_path).path == path


def test_what_cannot_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refused("gone.csv", tmp_path) == "FS-201 gone.csv: cannot be read: there is no such file"
    assert refused("", tmp_path) == "FS-201 : cannot be read: it is a directory"
    assert refused("pipe", tmp_path) == "FS-201 pipe: cannot be read: it is no file"
    assert "this is no file name" in refused("a\0b", tmp_path)
    assert "name too long" in refused("a" * 300, tmp_path)
    assert "FS-205" in refused("file://elsewhere/x.csv", tmp_path)


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stock.csv").write_bytes(DATA)

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    # The administrator may read everything, so the system's answer is put in its place.
    monkeypatch.setattr(Path, "open", forbidden)
    assert refused("stock.csv", tmp_path) == "FS-201 stock.csv: cannot be read: it may not be read (permission denied)"


def test_too_large(tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_bytes(DATA)
    with pytest.raises(Unsafe, match=r"stock\.csv: too large: 13 bytes, 12 allowed"):
        local("stock.csv", tmp_path, Limits(wire_bytes=12))


def test_another_scheme(tmp_path: Path) -> None:
    message = (
        "FS-205 gopher://h/x: refused: addresses of the kind gopher:// are not read; known are https, http, file, "
    )
    assert refused("gopher://user:word@h/x", tmp_path).startswith(message)


def test_a_change_while_it_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "stock.csv"
    path.write_bytes(DATA)
    digest = hashlib.file_digest

    def slow(file: object, name: str) -> object:
        path.write_bytes(DATA + DATA)
        return digest(file, name)  # type: ignore[arg-type]

    monkeypatch.setattr(hashlib, "file_digest", slow)
    with pytest.raises(Retryable) as caught:
        local("stock.csv", tmp_path)
    assert caught.value.code == "FS-309"


def test_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "stock.csv"
    path.write_bytes(DATA)
    document = local("stock.csv", tmp_path)
    assert unchanged(document)
    os.utime(path, ns=(1, 1))
    assert not unchanged(document)
    path.unlink()
    assert not unchanged(document)
    assert unchanged(Document(location="x", not_modified=True))


def test_a_change_after_it_was_fetched_is_noticed_when_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_bytes(DATA)
    document = local("stock.csv", tmp_path)
    (tmp_path / "stock.csv").write_bytes(DATA + DATA)
    with pytest.raises(FeedsyncError) as caught:
        open_stream(document)
    assert caught.value.code == "FS-309"


def test_a_change_while_it_is_read_is_noticed_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_bytes(DATA)
    with open_stream(local("stock.csv", tmp_path)) as stream:
        assert stream.read(4) == DATA[:4]
        (tmp_path / "stock.csv").write_bytes(DATA + DATA)
        assert stream.read(9) == DATA[4:]
        with pytest.raises(Retryable, match="changed"):
            stream.read()


def test_a_new_file_in_its_place_does_no_harm_to_a_reading(tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_bytes(DATA)
    document = local("stock.csv", tmp_path)
    with open_stream(document) as stream:
        (tmp_path / "new.csv").write_bytes(b"new")
        (tmp_path / "new.csv").replace(tmp_path / "stock.csv")
        assert stream.read() == DATA
    assert not unchanged(document)
