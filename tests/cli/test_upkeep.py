"""``backup``, ``restore`` and ``vacuum`` on the command line."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from feedsync.cli.schemas import schemas
from feedsync.snapshot.lock import schedule_lock

from .project import Shop, items

SCHEMAS = schemas()


def _valid(kind: str, document: Any) -> Any:
    jsonschema.validate(document, SCHEMAS[f"docs/schemas/{kind}.schema.json"], jsonschema.Draft202012Validator)
    return document


@pytest.fixture
def synced(shop: Shop) -> Shop:
    """Two schedules that ran, and one that never did."""
    for name in ("acme", "bolt"):
        shop.add(name, *items(3))
        assert shop("run", name).code == 0
    shop.add("calm", *items(1))
    return shop


def _copies(shop: Shop) -> list[Path]:
    return sorted((shop.project.folder / "copies").iterdir())


def test_all_that_have_a_snapshot(synced: Shop) -> None:
    result = synced("backup", "--to", str(synced.project.folder / "copies"))
    assert result.code == 0
    assert [path.name.rpartition("-")[0] for path in _copies(synced)] == ["acme", "bolt"]
    assert "written by feedsync" in " ".join(result.out.split())


def test_a_fault_of_one_stops_no_other(synced: Shop) -> None:
    (synced.project.state / "acme.db").write_bytes(b"junk" * 5000)
    to = str(synced.project.folder / "copies")
    result = synced("backup", "acme", "bolt", "calm", "--to", to)
    assert result.code == 2
    assert "feedsync: acme: FS-503" in result.err
    assert "feedsync: calm: FS-509" in result.err
    assert len(_copies(synced)) == 1
    document = _valid("backup", synced("backup", "acme", "bolt", "--to", to, "--json").json())
    assert [one["schedule"] for one in document["backups"]] == ["bolt"]
    assert [one["error"]["code"] for one in document["errors"]] == ["FS-503"]


def test_old_ones_go(synced: Shop) -> None:
    folder = synced.project.folder / "copies"
    folder.mkdir()
    (folder / "acme-20200101T000000Z.db").touch()
    result = synced("backup", "acme", "--to", str(folder), "--keep", "1")
    assert "older ones removed: 1" in result.out
    assert len(_copies(synced)) == 1


def test_usage(synced: Shop) -> None:
    assert "name one schedule" in synced("backup", "--to", "copy.db").err
    assert "name one schedule" in synced("backup", "acme", "bolt", "--to", "copy.db").err
    assert "'../acme' is no schedule's name" in synced("backup", "../acme", "--to", "copies").err
    assert synced("backup").code == 2
    assert synced("restore", "../acme", "copy.db", "--yes").code == 2


def test_there_are_no_snapshots(shop: Shop) -> None:
    shop.add("acme", *items(1))
    for arguments in (["backup", "--to", "copies"], ["vacuum"]):
        result = shop(*arguments)
        assert (result.code, "FS-509: there is no snapshot of any schedule in" in result.err) == (2, True)


def test_back_and_forth(synced: Shop) -> None:
    copy = synced.project.folder / "acme copy.db"
    assert synced("backup", "acme", "--to", str(copy)).code == 0
    result = synced("restore", "acme", str(copy))
    assert result.code == 2
    assert "give --yes" in result.err
    result = synced("restore", "acme", str(copy), "--yes")
    assert result.code == 0
    words = " ".join(result.out.split())
    assert "how 3 products stand in the store is not known any more" in words
    assert "next: feedsync reconcile acme" in words
    assert "kept:" in words
    assert max(map(len, result.out.splitlines())) <= 80
    assert synced("reconcile", "acme").code == 0
    assert synced("run", "acme").code == 0


def test_a_copy_on_another_machine_in_json(synced: Shop) -> None:
    copy = synced.project.folder / "copy.db"
    synced("backup", "acme", "--to", str(copy))
    synced.project.state = synced.project.folder / "new state"
    document = _valid("restore", synced("restore", "acme", str(copy), "--yes", "--json").json())
    assert (document["replaced"], document["doubted"]) == (None, 3)
    result = synced("restore", "acme", str(copy), "--yes")
    assert "made" in result.out
    assert synced("run", "acme").code == 0


def test_a_copy_made_by_hand(synced: Shop) -> None:
    copy = synced.project.folder / "copy.db"
    copy.write_bytes((synced.project.state / "acme.db").read_bytes())
    synced.project.state = synced.project.folder / "new state"
    out = synced("restore", "acme", str(copy), "--yes").out
    assert ", made" not in out
    assert "kept:" not in out


def test_under_a_run_a_copy_is_made_and_nothing_else_is_done(synced: Shop) -> None:
    copy = str(synced.project.folder / "copy.db")
    with schedule_lock(synced.project.state / "acme.lock", "acme"):
        assert synced("backup", "acme", "--to", copy).code == 0
        assert synced("restore", "acme", copy, "--yes").code == 5
        assert synced("vacuum", "acme").code == 5


def test_a_vacuum(synced: Shop) -> None:
    result = synced("vacuum")
    assert result.code == 0
    assert [line.split(":")[0] for line in result.out.splitlines()] == ["acme", "bolt"]
    assert "MB →" in result.out
    kept = synced.project.state / "kept" / "acme" / "before-0001.db"
    kept.parent.mkdir(parents=True)
    kept.touch()
    os.utime(kept, (1, 1))
    synced.project.write("acme", synced.project.settings("acme", more="[history]\nkeep = '1d'\nchanges = '2d'"))
    document = _valid("vacuum", synced("vacuum", "acme", "nobody", "--json").json())
    assert document["vacuumed"][0]["removed"] == [str(kept)]
    assert document["errors"][0]["error"]["code"] == "FS-104"


def test_a_vacuum_tells_what_it_forgot(synced: Shop) -> None:
    synced("run", "acme")
    kept = synced.project.state / "kept" / "acme" / "before-0001.db"
    kept.parent.mkdir(parents=True)
    kept.touch()
    os.utime(kept, (1, 1))
    with closing(sqlite3.connect(synced.project.state / "acme.db")) as db, db:
        db.execute("update runs set started_at = 1 where run = 1")
    synced.project.write("acme", synced.project.settings("acme", more="[history]\nkeep = '1d'"))
    assert "1 old runs forgotten, 1 kept copies removed" in " ".join(synced("vacuum", "acme").out.split())
