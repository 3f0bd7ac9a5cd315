"""Processes of our own: started, stopped, and never left behind."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tenet_ros.cli import children
from tenet_ros.cli.children import Child, loopback
from tenet_ros.cli.session import client_node, spin_until
from tenet_ros.errors import ConfigError
from tenet_ros.ros import api

TIMEOUT_S = 30


def wait_for_images():
    """Wait until the camera of the test's domain publishes."""
    with client_node('eye', []) as node:
        seen = []
        node.create_subscription(api.Image, '/camera/image_raw', seen.append, 10)
        assert spin_until(node, lambda: seen, TIMEOUT_S)


def is_alive(pid):
    """Say whether a process runs; one that is dead and not yet collected does not."""
    try:
        return Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] != 'Z'
    except OSError:
        return False


def test_a_child_that_fails_is_told_by_its_own_words(watch):
    with Child('camera', ['camera', '/nowhere'], {}) as child:
        watch(child.pid)()
        assert not child.running
        with pytest.raises(ConfigError, match=r'camera ended with status 1: .*no such file'):
            child.check()


def test_a_child_is_stopped_at_the_end_of_its_block(ros_domain, folder):
    with Child('camera', ['camera', str(folder), '--loop'], {}) as child:
        wait_for_images()
        child.check()
        assert child.rss_mb() > 10
        assert child.cpu_s() > 0
        pid = child.pid
    assert not is_alive(pid)
    assert child.rss_mb() == 0.0
    assert child.cpu_s() == 0.0


def test_a_child_does_not_outlive_a_parent_that_was_killed(ros_domain, folder, watch):
    code = (
        'import time\n'
        'from tenet_ros.cli.children import Child\n'
        f'with Child("camera", ["camera", {str(folder)!r}, "--loop"], {{}}) as child:\n'
        '    print(child.pid, flush=True)\n'
        '    time.sleep(60)\n'
    )
    parent = subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    wait_for_images()
    assert is_alive(pid)
    wait_for_end = watch(pid)
    parent.kill()
    parent.communicate()
    wait_for_end()
    assert not is_alive(pid)


def test_a_run_of_our_own_stays_on_this_machine_and_on_its_own_domain():
    with loopback(42) as environment:
        assert environment['ROS_DOMAIN_ID'] == '42'
        assert environment['ROS_AUTOMATIC_DISCOVERY_RANGE'] == 'LOCALHOST'
    with ExitStack() as stack:
        runs = [stack.enter_context(loopback(None)) for _ in range(3)]
        domains = [int(environment['ROS_DOMAIN_ID']) for environment in runs]
    assert len(set(domains)) == 3
    assert all(1 <= domain <= 100 for domain in domains)


def test_a_domain_that_somebody_is_on_is_not_taken(ros_domain, monkeypatch):
    monkeypatch.setattr(children, 'DOMAINS', (ros_domain,))
    monkeypatch.setattr(children, 'LOCK_PORT', 29000)
    with (
        client_node('guest', []),
        pytest.raises(ConfigError, match='no ROS domain'),
        loopback(None),
    ):
        pass
