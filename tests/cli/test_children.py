"""Processes of our own: started, stopped, and never left behind."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tenet_ros.cli.children import Child, loopback
from tenet_ros.errors import ConfigError

TIMEOUT_S = 30


def wait_until(condition):
    end = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def is_alive(pid):
    """Say whether a process runs; one that is dead and not yet collected does not."""
    try:
        return Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] != 'Z'
    except OSError:
        return False


def test_a_child_that_fails_is_told_by_its_own_words():
    with Child('camera', ['camera', '/nowhere'], {}) as child:
        wait_until(lambda: not child.running)
        with pytest.raises(ConfigError, match=r'camera ended with status 1: .*no such file'):
            child.check()


def test_a_child_is_stopped_at_the_end_of_its_block(ros_domain, folder):
    with Child('camera', ['camera', str(folder), '--loop'], {}) as child:
        wait_until(lambda: 'images' in child.last_words())
        child.check()
        assert child.rss_mb() > 10
        pid = child.pid
    assert not is_alive(pid)
    assert child.rss_mb() == 0.0


def test_a_child_does_not_outlive_a_parent_that_was_killed(ros_domain, folder):
    code = (
        'import time\n'
        'from tenet_ros.cli.children import Child\n'
        f'with Child("camera", ["camera", {str(folder)!r}, "--loop"], {{}}) as child:\n'
        '    while "images" not in child.last_words():\n'
        '        time.sleep(0.01)\n'
        '    print(child.pid, flush=True)\n'
        '    time.sleep(60)\n'
    )
    parent = subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert is_alive(pid)
    parent.kill()
    parent.communicate()
    wait_until(lambda: not is_alive(pid))


def test_a_run_of_our_own_stays_on_this_machine():
    environment = loopback(42)
    assert environment['ROS_DOMAIN_ID'] == '42'
    assert environment['ROS_AUTOMATIC_DISCOVERY_RANGE'] == 'LOCALHOST'
    assert 1 <= int(loopback(None)['ROS_DOMAIN_ID']) <= 100
