"""A run that can be stopped goes on until somebody stops it, and ends at its next step then."""

from __future__ import annotations

import pytest

from feedsync.progress import Progress, Stages, Stoppable, Stopped


def steps(progress: Progress, step: int) -> None:
    """One of the things that a run tells."""
    (
        lambda: progress.fetched("feed.xml", 1, None),
        lambda: progress.read("feed.xml", 1, 1),
        lambda: progress.planned(1),
        lambda: progress.pushed(1, 2),
        lambda: progress.at_stop(lambda: None),
    )[step]()


@pytest.mark.parametrize("step", range(5))
def test_every_step_ends_a_run_that_was_stopped(step: int) -> None:
    steps(Progress(), step)
    progress = Stoppable()
    steps(progress, step)
    progress.stop()
    progress.stop()
    with pytest.raises(Stopped):
        steps(progress, step)


def test_what_waits_is_woken() -> None:
    woken: list[int] = []
    progress = Stoppable()
    progress.at_stop(lambda: woken.append(1))
    progress.stop()
    assert woken == [1]


def test_the_time_of_a_stage_adds_up_also_when_it_fails() -> None:
    stages = Stages()
    with stages.stage("read"):
        pass
    first = stages.seconds["read"]
    with pytest.raises(ValueError, match="broken"), stages.stage("read"):
        raise ValueError("broken")
    assert stages.seconds["read"] >= first
