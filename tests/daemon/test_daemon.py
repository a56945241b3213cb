"""Schedules run on their clocks, one run of each at a time, and what goes wrong in one touches no other."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing

from feedsync.bik.sandbox import Fault
from feedsync.cli.main import run_program
from feedsync.config import schedule_files
from feedsync.daemon import Daemon
from feedsync.notes import read_notes
from feedsync.settings import Schedule
from feedsync.snapshot.lock import schedule_lock

from ..cli.project import Project, item, items
from .service import Service, wait_for

OFTEN = "every = '1h'"


def ids(project: Project) -> set[str]:
    return set(project.sandbox.products())


def one_of_two(project: Project, service: Service) -> tuple[str, str]:
    """The schedule that runs, and the other one, which waits for its turn a second longer."""
    for name in ("one", "two"):
        project.add(name, item(name), first=OFTEN)
    project.sandbox.add_fault(Fault("slow", seconds=1, count=1))
    service.start(jobs=1)
    wait_for(lambda: bool(service.daemon.running()))
    (first,) = service.daemon.running()
    (second,) = {"one", "two"} - {first}
    return first, second


def test_what_is_due_runs_at_the_start_and_then_on_its_clock(project: Project, service: Service) -> None:
    project.add("tea", item("T"), first=OFTEN)
    project.add("pots", item("P"), first="cron = '@hourly'")
    project.add("by-hand", item("H"))
    service.start()
    service.wait_for_runs("tea", 1)
    service.wait_for_runs("pots", 1)
    assert ids(project) == {"T", "P"}
    waiting = service.daemon.waiting()
    assert waiting["by-hand"] is None
    assert {name: due.why for name, due in waiting.items() if due} == {"tea": "every", "pots": "cron"}
    project.publish("tea", item("T"), item("T2"))
    service.age("tea", 5 * 3600)
    service.wait_for_runs("tea", 2)
    assert ids(project) == {"T", "T2", "P"}
    assert service.runs("tea") == [("first", "done"), ("every", "done")]  # one for five that were missed


def test_a_daemon_that_comes_back_makes_up_for_what_was_missed_once(project: Project, service: Service) -> None:
    project.add("tea", item("T"), first=OFTEN)
    service.start()
    service.wait_for_runs("tea", 1)
    service.end()
    service.start()
    wait_for(lambda: service.daemon.waiting()["tea"] is not None)
    assert service.runs("tea") == [("first", "done")]  # nothing was missed
    service.end()
    service.age("tea", 5 * 3600)
    service.start()
    service.wait_for_runs("tea", 2)
    service.daemon.look()
    assert service.runs("tea") == [("first", "done"), ("every", "done")]


def test_files_are_added_changed_and_removed_without_a_restart(project: Project, service: Service) -> None:
    service.start()
    project.add("tea", item("T"), first=OFTEN)
    service.daemon.look()
    service.wait_for_runs("tea", 1)
    project.write("tea", project.settings("tea", first="every = '2h'\nenabled = false"))
    service.daemon.look()
    assert service.daemon.waiting() == {"tea": None}
    (project.schedules / "tea.toml").unlink()
    service.daemon.look()
    assert service.daemon.waiting() == {}
    assert ids(project) == {"T"}


def test_a_file_that_breaks_keeps_its_last_good_form(project: Project, service: Service) -> None:
    project.add("tea", item("T"), first=OFTEN)
    service.start()
    service.wait_for_runs("tea", 1)
    good = project.settings("tea", first="every = '3h'")
    project.write("tea", "colour = 'red'")
    service.daemon.look()
    wait_for(lambda: read_notes(project.state, "tea").settings is not None)
    assert service.daemon.waiting()["tea"] is not None
    service.age("tea", 3600)
    service.wait_for_runs("tea", 2)
    project.write("tea", good)
    service.daemon.look()
    wait_for(lambda: read_notes(project.state, "tea").settings is None)
    due = service.daemon.waiting()["tea"]
    assert due is not None
    assert due.at > time.time() + 2 * 3600


def test_a_file_that_was_never_good_is_taken_up_when_it_is(project: Project, service: Service) -> None:
    project.write("tea", "colour = 'red'")
    service.start()
    assert service.daemon.waiting() == {}
    project.add("tea", item("T"), first=OFTEN)
    service.daemon.look()
    service.wait_for_runs("tea", 1)


def test_a_run_by_hand_moves_the_next_time(project: Project, service: Service) -> None:
    project.add("tea", item("T"), first=OFTEN)
    service.start()
    service.wait_for_runs("tea", 1)
    service.age("tea", 1800)
    before = service.daemon.waiting()["tea"]
    assert run_program(project.arguments("run", "tea")) == 0
    service.daemon.look()
    after = service.daemon.waiting()["tea"]
    assert before is not None
    assert after is not None
    assert after.at - before.at >= 1800


def test_no_more_run_at_once_than_are_allowed(project: Project, service: Service) -> None:
    names = [f"shop{number}" for number in range(4)]
    for name in names:
        project.add(name, item(name), first=OFTEN)
    seen: list[int] = []
    service.start(jobs=2)

    def all_ran() -> bool:
        seen.append(len(service.daemon.running()))
        return all(service.runs(name) for name in names)

    wait_for(all_ran)
    assert max(seen) <= 2


def test_another_hand_that_runs_it_is_let_finish(project: Project, service: Service) -> None:
    project.add("tea", item("T"), first=OFTEN)
    with schedule_lock(project.state / "tea.lock", "tea"):
        service.start()
        wait_for(lambda: service.daemon.not_before("tea") > 0)
        wait_for(lambda: not service.daemon.running())
        service.daemon.look()
        assert not service.daemon.running()  # not again at once
    project.write("tea", project.settings("tea", first="every = '2h'"))
    service.daemon.look()
    service.wait_for_runs("tea", 1)


def refused_without_its_key(project: Project, service: Service) -> None:
    """A schedule that could not begin, since its key is missing."""
    project.add("tea", item("T"), first=OFTEN)
    (project.folder / "key").unlink()
    service.start()
    wait_for(lambda: service.daemon.not_before("tea") > 0 and not service.daemon.running())


def test_what_cannot_begin_is_not_tried_again_at_once(project: Project, service: Service) -> None:
    refused_without_its_key(project, service)
    service.daemon.look()
    assert not service.daemon.running()
    (project.folder / "key").write_text(project.sandbox.key)
    service.daemon.look(anew=True)
    service.wait_for_runs("tea", 1)
    assert service.daemon.not_before("tea") == 0


def test_a_snapshot_that_cannot_be_read_stops_no_other(project: Project, service: Service) -> None:
    project.add("broken", item("B"), first=OFTEN)
    project.add("tea", item("T"), first=OFTEN)
    project.state.mkdir()
    (project.state / "broken.db").write_bytes(b"no database" * 1000)
    service.start()
    service.wait_for_runs("tea", 1)
    assert service.daemon.not_before("broken") > time.time()
    due = service.daemon.waiting()["broken"]
    assert due is not None
    assert due.at > time.time() + 30


def test_a_fault_that_nobody_thought_of_ends_no_clock(project: Project, service: Service) -> None:
    project.add("tea", item("T"), first=OFTEN)
    service.start()
    service.wait_for_runs("tea", 1)
    with closing(sqlite3.connect(project.state / "tea.db")) as db, db:
        (payload,) = db.execute("select payload from sent").fetchone()
        db.execute("update sent set payload = ?", (b"no payload",))
        db.execute("update products set pending = 1")
    service.age("tea", 3600)
    wait_for(lambda: service.daemon.not_before("tea") > 0 and not service.daemon.running())
    with closing(sqlite3.connect(project.state / "tea.db")) as db, db:
        db.execute("update sent set payload = ?", (payload,))
    service.age("tea", 3600)
    service.daemon.look(anew=True)
    wait_for(lambda: service.runs("tea")[-1][1] == "done" and not service.daemon.running())
    assert [outcome for _, outcome in service.runs("tea")] == ["done", "interrupted", "done"]


def test_a_clock_that_is_set_is_noticed(project: Project, service: Service) -> None:
    project.add("tea", item("T"), first=OFTEN)
    service.start()
    service.wait_for_runs("tea", 1)
    service.behind_s = 7200  # as if the wall's clock had gone on by two hours alone
    assert service.daemon.heartbeat_age_s() < -7000
    service.daemon.look()
    assert 0 <= service.daemon.heartbeat_age_s() < 60
    assert service.daemon.waiting()["tea"] is not None


def test_a_stop_records_what_is_on_its_way_and_leaves_the_rest(project: Project, service: Service) -> None:
    project.add("tea", *items(40), first=OFTEN, bik="batch_size = 1\nin_flight = 2\n")
    project.sandbox.add_fault(Fault("slow", seconds=0.05, path="products/createOrUpdate"))
    service.start()
    wait_for(lambda: len(ids(project)) >= 4)
    service.end()
    assert service.runs("tea") == [("first", "interrupted")]
    sent = len(ids(project))
    assert 4 <= sent < 40
    service.age("tea", 3600)  # its next try is due
    project.sandbox.clear_faults()
    service.start()
    service.wait_for_runs("tea", 2)
    assert len(ids(project)) == 40
    touched = [record.ids for record in project.sandbox.requests() if record.path.endswith("products/createOrUpdate")]
    assert len(touched) == 40  # none was sent twice


def test_a_stop_does_not_wait_for_a_store_that_asks_for_patience(project: Project, service: Service) -> None:
    project.add("tea", *items(4), first=OFTEN)
    project.sandbox.add_fault(Fault("429", retry_after=3000))
    service.start()
    wait_for(lambda: bool(project.sandbox.requests()))
    began = time.monotonic()
    service.end()
    assert time.monotonic() - began < 30
    assert service.runs("tea")[0][1] in ("interrupted", "failed")


def test_what_waits_for_its_turn_does_not_begin_any_more(project: Project, service: Service) -> None:
    for name in ("one", "two"):
        project.add(name, *items(3), first=OFTEN)
    project.sandbox.add_fault(Fault("429", retry_after=3000))
    service.start(jobs=1)
    wait_for(lambda: bool(project.sandbox.requests()))
    service.end()
    assert sorted(len(service.runs(name)) for name in ("one", "two")) == [0, 1]
    assert threading.active_count() < 20


def test_what_another_hand_ran_while_it_waited_for_its_turn_is_not_run_again(
    project: Project, service: Service
) -> None:
    first, second = one_of_two(project, service)
    assert run_program(project.arguments("run", second)) == 0
    service.wait_for_runs(first, 1)
    wait_for(lambda: not service.daemon.running())
    service.daemon.look()
    assert service.runs(second) == [("hand", "done")]


def test_silence_is_looked_for_though_nothing_happens(project: Project, service: Service) -> None:
    project.add("tea", item("T"), first=OFTEN)
    service.start()
    service.wait_for_runs("tea", 1)
    service.daemon.check_alerts()
    assert service.runs("tea") == [("first", "done")]


def test_a_fault_with_the_alerts_of_one_keeps_no_other_silent(project: Project) -> None:
    looked: list[str] = []

    class Odd:
        """Alerts that nobody can read."""

        @property
        def to(self) -> tuple[()]:
            looked.append("odd")
            raise ArithmeticError

    def load(name: str) -> Schedule:
        return Schedule.model_construct(enabled=False, alerts=Odd(), _name=name)

    for name in ("one", "two"):
        project.write(name, "")
    daemon = Daemon(lambda: schedule_files(project.schedules), load, project.state, jobs=1)
    daemon.look()
    daemon.check_alerts()
    assert looked == ["odd", "odd"]


def test_what_goes_away_while_its_job_is_taken_up_is_forgotten_all_the_same(project: Project, service: Service) -> None:
    project.add("tea", item("T"))  # by hand only: it has no job
    service.start()
    (project.schedules / "tea.toml").unlink()
    service.daemon.look()
    assert service.daemon.waiting() == {}


def test_a_snapshot_that_was_put_right_is_run_at_once(project: Project, service: Service) -> None:
    project.add("tea", item("T"), first=OFTEN)
    project.state.mkdir()
    snapshot = project.state / "tea.db"
    snapshot.write_bytes(b"no database" * 1000)
    service.start()
    wait_for(lambda: service.daemon.not_before("tea") > time.time() and not service.daemon.running())
    snapshot.unlink()
    service.daemon.look()
    service.wait_for_runs("tea", 1)


def test_a_clock_that_was_ahead_keeps_nothing_waiting(project: Project, service: Service) -> None:
    refused_without_its_key(project, service)
    (project.folder / "key").write_text(project.sandbox.key)
    service.behind_s = 7200
    service.daemon.look()
    service.wait_for_runs("tea", 1)


def test_a_snapshot_that_breaks_while_its_schedule_waits_for_its_turn_is_told_once(
    project: Project, service: Service
) -> None:
    project.state.mkdir()
    _, second = one_of_two(project, service)
    (project.state / f"{second}.db").write_bytes(b"no database" * 1000)
    wait_for(lambda: service.daemon.not_before(second) > 0 and not service.daemon.running())
    assert service.daemon.not_before(second) < time.time() + 61  # the first pause, not the second
