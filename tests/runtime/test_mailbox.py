"""The mailbox keeps the newest item and accounts for every other."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.runtime.mailbox import Mailbox


@given(st.lists(st.sampled_from(['post', 'take', 'close'])))
def test_every_item_is_taken_waiting_or_dropped(actions):
    box: Mailbox[int] = Mailbox()
    posted, taken = 0, []
    for action in actions:
        if action == 'post':
            box.post(posted)
            posted += 1
        elif action == 'take':
            item = box.take(timeout_s=0)
            if item is not None:
                taken.append(item)
        else:
            box.close()
    waiting = box.take(timeout_s=0) is not None
    assert posted == len(taken) + waiting + box.dropped


def test_newest_item_wins():
    box: Mailbox[int] = Mailbox()
    assert [box.post(i) for i in range(3)] == [False, True, True]
    assert box.take() == 2
    assert box.dropped == 2


def test_a_look_at_what_waits_leaves_it_there():
    box: Mailbox[int] = Mailbox()
    assert box.peek() is None
    box.post(1)
    box.post(2)
    assert (box.peek(), box.take(), box.peek()) == (2, 2, None)


def test_reader_is_woken_by_a_post_and_by_closing():
    box: Mailbox[int] = Mailbox()
    seen = []
    done = threading.Event()

    def read():
        while (item := box.take()) is not None:
            seen.append(item)
            done.set()

    reader = threading.Thread(target=read)
    reader.start()
    box.post(7)
    assert done.wait(5)
    box.close()
    reader.join(5)
    assert not reader.is_alive()
    assert seen == [7]


def test_closed_mailbox_drops_what_comes():
    box: Mailbox[int] = Mailbox()
    box.post(1)
    assert box.close() == 1
    assert box.post(2)
    assert box.take(timeout_s=0) is None
    assert box.dropped == 2
