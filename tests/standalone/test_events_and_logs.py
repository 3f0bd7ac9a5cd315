from __future__ import annotations

import re

import pytest

from tenet_ros.standalone import (
    NeedsRosError,
    PublisherEventCallbacks,
    QoSProfile,
    ReliabilityPolicy,
    SubscriptionEventCallbacks,
    get_logger,
    message,
)
from tenet_ros.standalone.domain import Discovery, domain_id_from_environment
from tenet_ros.standalone.exceptions import RosArgumentError
from tenet_ros.standalone.log import LoggingSeverity, set_logger_level
from tenet_ros.standalone.qos import QoSPolicyKind

String = message('std_msgs/msg/String')
BEST_EFFORT = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)


def test_incompatible_qos_calls_back_on_both_sides(make_node, spin_until):
    node = make_node()
    offered, requested = [], []
    node.create_publisher(
        String,
        'c',
        BEST_EFFORT,
        event_callbacks=PublisherEventCallbacks(incompatible_qos=offered.append),
    )
    node.create_subscription(
        String,
        'c',
        lambda _: None,
        10,
        event_callbacks=SubscriptionEventCallbacks(incompatible_qos=requested.append),
    )
    spin_until(lambda: offered and requested, node)
    for info in (offered[0], requested[0]):
        assert (info.total_count, info.total_count_change) == (1, 1)
        assert info.last_policy_kind is QoSPolicyKind.RELIABILITY


def test_incompatible_qos_is_logged_unless_told_otherwise(make_node, spin_until, capfd):
    node = make_node()
    silent = PublisherEventCallbacks(use_default_callbacks=False)
    node.create_publisher(String, 'quiet', BEST_EFFORT, event_callbacks=silent)
    node.create_publisher(String, 'loud', BEST_EFFORT)
    heard = []
    for topic in ('quiet', 'loud'):
        callbacks = SubscriptionEventCallbacks(incompatible_qos=heard.append)
        node.create_subscription(String, topic, print, 10, event_callbacks=callbacks)
    spin_until(lambda: len(heard) == 2, node)
    node.create_timer(0.0, lambda: heard.append(1))
    spin_until(lambda: len(heard) > 10, node)
    text = capfd.readouterr().err
    assert "New subscription discovered on topic '/loud' requests an incompatible QoS" in text
    assert 'RELIABILITY' in text
    assert 'quiet' not in text


def test_other_events_need_ros():
    with pytest.raises(NeedsRosError, match='deadline'):
        PublisherEventCallbacks(deadline=print)


def test_log_lines_look_like_rclpys(capfd):
    get_logger('a.b').warning('careful')
    text = capfd.readouterr().err
    assert re.fullmatch(r'\[WARN\] \[\d+\.\d{9}\] \[a\.b\]: careful\n', text)


def test_levels_are_inherited(capfd):
    set_logger_level('test_levels', LoggingSeverity.ERROR)
    logger = get_logger('test_levels').get_child('child')
    assert not logger.warning('no')
    assert logger.error('yes')
    logger.set_level(LoggingSeverity.DEBUG)
    assert logger.debug('too')
    assert logger.get_effective_level() is LoggingSeverity.DEBUG
    assert capfd.readouterr().err.count('\n') == 2


def test_once_throttle_and_skip_first(capfd):
    logger = get_logger('test_once')
    shown = [logger.info('x', once=True) for _ in range(3)]
    assert shown == [True, False, False]
    shown = [logger.info('x', throttle_duration_sec=60.0) for _ in range(3)]
    assert shown == [True, False, False]
    shown = [logger.info('x', skip_first=True) for _ in range(3)]
    assert shown == [False, True, True]


def test_the_output_format_can_be_set(monkeypatch, capfd):
    monkeypatch.setenv('RCUTILS_CONSOLE_OUTPUT_FORMAT', '{name}|{severity}|{message}')
    monkeypatch.setenv('RCUTILS_COLORIZED_OUTPUT', '1')
    get_logger('n').error('red')
    assert capfd.readouterr().err == '\x1b[31mn|ERROR|red\x1b[0m\n'


@pytest.mark.parametrize(
    ('environment', 'reach', 'peers'),
    [
        ({}, 'SUBNET', ()),
        ({'ROS_AUTOMATIC_DISCOVERY_RANGE': 'localhost'}, 'LOCALHOST', ()),
        ({'ROS_STATIC_PEERS': 'a;10.0.0.2'}, 'SUBNET', ('a', '10.0.0.2')),
        ({'ROS_LOCALHOST_ONLY': '1', 'ROS_STATIC_PEERS': 'a'}, 'LOCALHOST', ()),
        ({'ROS_LOCALHOST_ONLY': '0'}, 'SUBNET', ()),
        ({'ROS_AUTOMATIC_DISCOVERY_RANGE': 'OFF', 'ROS_STATIC_PEERS': 'a'}, 'OFF', ()),
    ],
)
def test_discovery_follows_the_environment(environment, reach, peers):
    discovery = Discovery.from_environment(environment)
    assert (discovery.reach, discovery.static_peers) == (reach, peers)


def test_discovery_becomes_cyclones_configuration():
    local = Discovery(reach='LOCALHOST', uri='<A/>').to_cyclone()
    assert '<AllowMulticast>false' in local
    assert '<Peer address="localhost"/>' in local
    assert local.endswith(',<A/>')
    subnet = Discovery(static_peers=('a&b',)).to_cyclone()
    assert 'AllowMulticast' not in subnet
    assert '<Peer address="a&amp;b"/>' in subnet
    assert '<ParticipantIndex>none' in Discovery(reach='OFF').to_cyclone()
    assert Discovery(reach='SYSTEM_DEFAULT', uri='x').to_cyclone() == 'x'


@pytest.mark.parametrize('text', ['-1', '233', 'abc', '1.5'])
def test_bad_domains_are_explained(text):
    with pytest.raises(RosArgumentError, match='0 to 232'):
        domain_id_from_environment({'ROS_DOMAIN_ID': text})


def test_bad_ranges_are_explained():
    with pytest.raises(RosArgumentError, match='SUBNET, LOCALHOST'):
        Discovery.from_environment({'ROS_AUTOMATIC_DISCOVERY_RANGE': 'WORLD'})


def test_the_default_domain_is_zero():
    assert domain_id_from_environment({}) == 0
