from __future__ import annotations

from tenet_ros.ros.notices import Notices


def test_each_kind_is_said_once_in_a_while_and_counted_always():
    now, said = [100.0], []
    notices = Notices(said.append, clock_s=lambda: now[0])
    for _ in range(5):
        notices.report('image_step', 'step too small')
    notices.report('command', 'too long')
    assert said == ['step too small', 'too long']
    now[0] += 31.0
    notices.report('image_step', 'step too small')
    assert said[-1] == 'step too small (5 times since this was last said)'
    assert notices.counts == {'image_step': 6, 'command': 1}


def test_another_fault_of_the_same_kind_is_said_too():
    now, said = [100.0], []
    notices = Notices(said.append, clock_s=lambda: now[0])
    notices.report('command', 'too long')
    now[0] += 3.0
    notices.report('command', 'not UTF-8')
    notices.report('command', 'too long')
    assert said == ['too long', 'not UTF-8']


def test_a_line_that_differs_every_time_does_not_flood_the_log():
    now, said = [100.0], []
    notices = Notices(said.append, clock_s=lambda: now[0])
    for k in range(300):
        notices.report('image_stamp', f'stamp {k}')
        now[0] += 0.033
    assert 4 <= len(said) <= 6
    assert notices.counts == {'image_stamp': 300}
