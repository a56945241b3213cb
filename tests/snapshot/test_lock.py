"""One run a schedule: who holds it is said, and a holder that died is noticed. Real processes, since it is theirs."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from feedsync.errors import Fatal, Locked
from feedsync.snapshot.lock import holder_of, holders, schedule_lock

HOLDER = """
import sys
from pathlib import Path
from feedsync.snapshot.lock import holder_of, schedule_lock

with schedule_lock(Path(sys.argv[1]), "shop"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def _holder(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock for the block, unless it is killed in it."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.communicate()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "shop.lock"


def test_two_processes_cannot_both_hold_it(path: Path) -> None:
    with _holder(path) as other:
        with pytest.raises(Locked) as caught, schedule_lock(path, "shop"):
            pass
        error = caught.value
        assert (error.code, error.exit_code, error.parts["pid"]) == ("FS-501", 5, other.pid)
        assert {"host", "since", "command"} < set(error.parts)
    with schedule_lock(path, "shop") as dead:
        assert dead is None


def test_being_refused_leaves_the_holders_name(path: Path) -> None:
    with _holder(path) as other:
        for _ in range(2):
            with pytest.raises(Locked) as caught, schedule_lock(path, "shop"):
                pass
            assert caught.value.parts["pid"] == other.pid


def test_a_killed_holder_lets_go_and_is_told(path: Path) -> None:
    with _holder(path) as other:
        other.kill()
        other.wait()
        with schedule_lock(path, "shop") as dead:
            assert dead is not None
            assert dead.pid == other.pid
    with schedule_lock(path, "shop") as dead:
        assert dead is None


def test_it_holds_within_one_process_too(path: Path) -> None:
    with schedule_lock(path, "shop"):
        with pytest.raises(Locked) as caught, schedule_lock(path, "shop"):
            pass
        assert caught.value.parts["pid"] == os.getpid()


def test_other_schedules_are_free(path: Path) -> None:
    with schedule_lock(path, "shop"), schedule_lock(path.with_name("other.lock"), "other") as dead:
        assert dead is None


def test_a_block_that_fails_lets_go_like_one_that_ends(path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), schedule_lock(path, "shop"):
        raise KeyboardInterrupt
    with schedule_lock(path, "shop") as dead:
        assert dead is None


def test_a_holder_that_said_nothing_yet_is_unknown(path: Path) -> None:
    """Between taking the lock and writing down who took it there is an instant."""
    with schedule_lock(path, "shop"):
        path.write_bytes(b"")
        with pytest.raises(Locked) as caught, schedule_lock(path, "shop"):
            pass
        assert caught.value.parts["host"] == "an unknown host"


@pytest.mark.parametrize("left", [b"", b"\xff\xfe", b"{}", b'{"pid": "no number"}', b"[]" * 5000])
def test_a_file_of_anything_else_is_no_holder(path: Path, left: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(left)
    with schedule_lock(path, "shop") as dead:
        assert dead is None


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(Fatal) as caught, schedule_lock(tmp_path / "state" / "shop.lock", "shop"):
        pass
    assert caught.value.code == "FS-503"


def test_what_stands_behind_an_option_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/feedsync", "run", "acme", "--key=abc", "--token", "s3cret", "other"])
    path = tmp_path / "shop.lock"
    with schedule_lock(path, "shop"), path.open("rb") as file:
        holder = holder_of(file.fileno())
    assert holder is not None
    assert holder.command == "feedsync run acme --key --token other"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_system_without_locks_is_told_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(Fatal) as caught, schedule_lock(tmp_path / "shop.lock", "shop"):
        raise AssertionError
    assert caught.value.code == "FS-510"


def test_a_look_tells_a_run_from_one_that_died(path: Path) -> None:
    assert holders(path) == (None, None), "nobody ever ran"
    with _holder(path) as other:
        running, dead = holders(path)
        assert running is not None
        assert (running.pid, dead) == (other.pid, None)
        other.kill()
        other.wait()
        running, dead = holders(path)
        assert dead is not None
        assert (running, dead.pid) == (None, other.pid)
    with schedule_lock(path, "shop"):
        pass
    assert holders(path) == (None, None), "it let go"


def test_whoever_looks_makes_no_run_fail(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look has the lock for an instant; a run that begins in it tries again."""
    with _holder(path) as other:
        other.kill()
        other.wait()
    with path.open("rb") as look:
        fcntl.flock(look, fcntl.LOCK_SH)

        def over(seconds: float) -> None:
            if seconds:
                fcntl.flock(look, fcntl.LOCK_UN)

        monkeypatch.setattr("time.sleep", over)
        with schedule_lock(path, "shop") as dead:
            assert dead is not None


def test_a_child_that_lives_on_does_not_keep_the_lock(path: Path) -> None:
    with schedule_lock(path, "shop"):
        (held,) = [int(name) for name in os.listdir("/proc/self/fd") if _is(int(name), path)]
        inherited = os.dup(held)
    try:
        with schedule_lock(path, "shop") as dead:
            assert dead is None
    finally:
        os.close(inherited)


def _is(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False
