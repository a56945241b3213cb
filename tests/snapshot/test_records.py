"""Stored records are packed with a dictionary once there is one, and read back whatever form they have."""

import pickle
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsync.errors import Fatal
from feedsync.snapshot.records import SAMPLES, Packer, learn
from feedsync.snapshot.store import Store

_SAMPLES = [
    f"SKU-{n} a warm and sturdy jacket number {n * 7919} of organic cotton".encode() * 3 for n in range(SAMPLES)
]
_LEARNT = learn(_SAMPLES)


@given(st.binary() | st.sampled_from(_SAMPLES))
def test_what_was_packed_comes_back(record: bytes) -> None:
    packer = Packer(_LEARNT)
    packed = packer.pack(record)
    assert packer.unpack(packed) == record
    assert pickle.loads(pickle.dumps(packer)).unpack(packed) == record


def test_a_packed_record_is_small() -> None:
    packer = Packer(_LEARNT)
    assert all(len(packer.pack(sample)) < len(sample) / 2 for sample in _SAMPLES)


def test_without_a_dictionary_a_record_stays_as_it_is() -> None:
    packer = Packer()
    assert packer.pack(_SAMPLES[0]) == _SAMPLES[0] == packer.unpack(_SAMPLES[0])


@pytest.mark.parametrize("record", [b"x" * 30, b"x" * 100_000])
def test_it_is_learnt_of_any_records(record: bytes) -> None:
    packer = Packer(learn([record] * SAMPLES))
    assert packer.unpack(packer.pack(record)) == record


def test_queries_read_both_forms(store: Store) -> None:
    plain = store.packer.pack(_SAMPLES[0])
    store.set_dictionary(_LEARNT)
    packed = store.packer.pack(_SAMPLES[1])
    assert [store.scalar("select unpacked(?)", stored) for stored in (plain, packed, None)] == [*_SAMPLES[:2], None]
    with Store(store.path, read_only=True) as reader:
        assert reader.scalar("select unpacked(?)", packed) == _SAMPLES[1]


def test_a_dictionary_that_was_undone_is_not_used(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError):
        _fail_after_learning(store, _LEARNT)
    assert store.packer.pack(_SAMPLES[0]) == _SAMPLES[0]
    with store.rehearsal():
        store.set_dictionary(_LEARNT)
    assert store.packer.pack(_SAMPLES[0]) == _SAMPLES[0]


def _fail_after_learning(store: Store, dictionary: bytes) -> None:
    with store.transaction():
        store.set_dictionary(dictionary)
        store.execute("a mistake")


def test_a_damaged_record_is_a_damaged_snapshot(tmp_path: Path) -> None:
    with pytest.raises(Fatal) as refused, Store(tmp_path / "a.db") as store:
        store.scalar("select unpacked(?)", b"\x28\xb5\x2f\xfd damaged")
    assert refused.value.code == "FS-503"
