from __future__ import annotations

import threading

import pytest

from tenet_ros.errors import EngineError
from tenet_ros.inference.progress import current
from tenet_ros.ros.loading import Loading


class Thing:
    """What is loaded."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def close(self) -> None:
        self.closed.set()


def yes() -> bool:
    return True


def test_what_was_loaded_is_returned():
    thing = Thing()
    assert Loading(lambda: thing).wait(period_s=1, tell=pytest.fail, go_on=yes) is thing
    assert not thing.closed.is_set()


def test_whatever_loading_raises_is_raised():
    def load() -> Thing:
        raise EngineError('no such file')

    with pytest.raises(EngineError, match='no such file'):
        Loading(load).wait(period_s=1, tell=pytest.fail, go_on=yes)


def test_while_it_takes_its_time_it_says_what_it_does():
    heard, go_on = [], threading.Event()

    def load() -> Thing:
        current().tell('building the engine of x')
        assert go_on.wait(10)
        return Thing()

    def tell(text: str) -> None:
        heard.append(text)
        if len(heard) == 3:
            go_on.set()

    Loading(load).wait(period_s=0, tell=tell, go_on=yes)
    assert len(heard) >= 3
    assert heard[2].startswith('building the engine of x (')


def test_a_build_that_heeds_the_wish_to_stop_ends():
    ended = threading.Event()

    def load() -> Thing:
        progress = current()
        while not progress.cancelled:
            with pytest.raises(EngineError, match='a wish to stop'):
                progress.pause(10)
        ended.set()
        raise EngineError('cancelled')

    with pytest.raises(EngineError, match='got a wish to stop'):
        Loading(load).wait(period_s=1, tell=pytest.fail, go_on=lambda: False)
    assert ended.is_set()


def test_what_comes_after_the_wish_to_stop_is_freed(monkeypatch):
    monkeypatch.setattr('tenet_ros.ros.loading._PATIENCE_S', 0)
    thing, go_on = Thing(), threading.Event()

    def load() -> Thing:
        assert go_on.wait(10)
        return thing

    loading = Loading(load)
    with pytest.raises(EngineError, match='got a wish to stop'):
        loading.wait(period_s=1, tell=pytest.fail, go_on=lambda: False)
    assert not thing.closed.is_set()
    go_on.set()
    assert thing.closed.wait(10)


def test_an_interrupt_of_whoever_waits_ends_it_too():
    begun = threading.Event()

    def load() -> Thing:
        begun.set()
        current().pause(10)
        return Thing()

    def interrupted() -> bool:
        assert begun.wait(10)
        raise KeyboardInterrupt

    loading = Loading(load)
    with pytest.raises(KeyboardInterrupt):
        loading.wait(period_s=1, tell=pytest.fail, go_on=interrupted)
    assert not loading._thread.is_alive()
