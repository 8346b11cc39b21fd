"""What a command says of the step it is at."""

from threading import Event, Thread

import pytest

from builders.steps import Steps, steps


def test_a_step_is_said_at_once_and_nothing_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    for quiet in (False, True):
        with steps(quiet=quiet) as told:
            told.tell("uploading")
            told.now("reading one file of many")
    assert capsys.readouterr().err == "uploading\n"


def test_a_step_that_lasts_is_said_again_with_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    said = Event()

    def more() -> str:
        said.set()
        return ", 12 MB sent"

    told, stop = Steps(quiet=False, every=0.01, more=more, doing="uploading"), Event()
    beat = Thread(target=told.beat, args=(stop,))
    beat.start()
    assert said.wait(60)
    stop.set()
    beat.join()
    assert capsys.readouterr().err.splitlines()[0] == "uploading … 0 s, 12 MB sent"
