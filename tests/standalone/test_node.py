"""Nodes, publishers, subscriptions and the graph, in one process."""

from __future__ import annotations

import threading

import pytest

from tenet_ros.standalone import (
    Context,
    DurabilityPolicy,
    Duration,
    HistoryPolicy,
    LivelinessPolicy,
    LoggingSeverity,
    NeedsRosError,
    Node,
    Parameter,
    QoSOverridingOptions,
    QoSPresetProfiles,
    QoSProfile,
    ReliabilityPolicy,
    message,
    qos_profile_sensor_data,
)
from tenet_ros.standalone.exceptions import (
    InvalidParameterValueException,
    InvalidTopicNameException,
    MiddlewareError,
    NotInitializedException,
)
from tenet_ros.standalone.messages import serialize

String = message('std_msgs/msg/String')
Image = message('sensor_msgs/msg/Image')


def test_a_message_arrives_with_its_info(make_node, spin_until):
    node = make_node()
    got = []
    node.create_subscription(String, 'chatter', lambda msg, info: got.append((msg, info)), 10)
    publisher = node.create_publisher(String, 'chatter', 10)
    publisher.publish(String(data='hello'))
    spin_until(lambda: got, node)
    msg, info = got[0]
    assert msg.data == 'hello'
    assert 0 < info['source_timestamp'] <= info['received_timestamp']


def test_messages_arrive_in_order_and_none_is_lost(make_node, spin_until):
    node = make_node()
    got = []
    node.create_subscription(String, 'c', lambda msg: got.append(int(msg.data)), 100)
    publisher = node.create_publisher(String, 'c', 100)
    for number in range(100):
        publisher.publish(String(data=str(number)))
    spin_until(lambda: len(got) == 100, node)
    assert got == list(range(100))


def test_a_shallow_history_keeps_the_newest(make_node, spin_until):
    node = make_node()
    got = []
    node.create_subscription(String, 'c', lambda msg: got.append(msg.data), 2)
    publisher = node.create_publisher(String, 'c', 10)
    for number in range(5):
        publisher.publish(String(data=str(number)))
    spin_until(lambda: len(got) == 2, node)
    assert got == ['3', '4']


def test_raw_subscriptions_and_raw_publishing(make_node, spin_until):
    node = make_node()
    got = []
    node.create_subscription(String, 'c', got.append, 10, raw=True)
    publisher = node.create_publisher(String, 'c', 10)
    data = bytes(serialize(String(data='x')))
    publisher.publish(data)
    spin_until(lambda: got, node)
    assert got[0][: len(data)] == data


def test_bytes_that_are_no_message_are_counted_and_the_next_one_arrives(
    make_node, spin_until, capfd
):
    node = make_node()
    got = []
    subscription = node.create_subscription(Image, 'image', got.append, 10)
    publisher = node.create_publisher(Image, 'image', 10)
    publisher.publish(b'\x00\x01\x00\x00' + b'\xff' * 30)
    publisher.publish(Image(height=1))
    spin_until(lambda: got, node)
    assert got[0].height == 1
    assert subscription.undecodable == 1
    assert '/image: message 1 dropped: 36 bytes are not a sensor_msgs' in capfd.readouterr().err


def test_publishing_the_wrong_thing_is_explained(make_node):
    publisher = make_node().create_publisher(String, 'c', 10)
    with pytest.raises(TypeError, match='expected a std_msgs/msg/String, got sensor_msgs/msg/Im'):
        publisher.publish(Image())
    with pytest.raises(TypeError, match='got str'):
        publisher.publish('hello')
    with pytest.raises(TypeError, match=r'String\.data: expected str, got int'):
        publisher.publish(String(data=5))


def test_a_destroyed_publisher_says_so(make_node):
    node = make_node()
    publisher = node.create_publisher(String, 'c', 10)
    assert node.destroy_publisher(publisher)
    assert not node.destroy_publisher(publisher)
    with pytest.raises(MiddlewareError, match='destroyed'):
        publisher.publish(String())


def test_publishers_and_subscriptions_count_each_other(make_node, spin_until):
    node, other = make_node('a'), make_node('b')
    publisher = node.create_publisher(String, 'c', 10)
    assert publisher.get_subscription_count() == 0
    subscription = other.create_subscription(String, '/c', lambda _: None, 10)
    spin_until(lambda: publisher.get_subscription_count() == 1, node)
    assert subscription.get_publisher_count() == 1
    assert (node.count_publishers('c'), node.count_subscribers('/c')) == (1, 1)
    other.destroy_subscription(subscription)
    spin_until(lambda: publisher.get_subscription_count() == 0, node)
    assert node.count_subscribers('c') == 0


def test_any_thread_may_publish(make_node, spin_until):
    node = make_node()
    got = []
    node.create_subscription(String, 'c', got.append, 1000)
    publisher = node.create_publisher(String, 'c', 1000)

    def work() -> None:
        for _ in range(100):
            publisher.publish(String(data='x'))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    spin_until(lambda: len(got) == 400, node)
    for thread in threads:
        thread.join()


def test_names_are_resolved_in_the_nodes_namespace(make_node):
    node = make_node('cam', namespace='left')
    assert node.get_fully_qualified_name() == '/left/cam'
    assert node.create_publisher(String, '~/status', 1).topic_name == '/left/cam/status'
    assert node.create_publisher(String, 'status', 1).topic_name == '/left/status'
    with pytest.raises(InvalidTopicNameException, match='not valid!'):
        node.create_publisher(String, 'not valid!', 1)


def test_arguments_of_one_node(make_node):
    node = make_node('cam', cli_args=['-r', 'a:=b', '-p', 'x:=1', '-r', '__ns:=/n'])
    assert node.resolve_topic_name('a') == '/n/b'
    assert node.resolve_topic_name('a', only_expand=True) == '/n/a'
    assert node.declare_parameter('x', 0).value == 1


def test_constructor_overrides_win_over_arguments(make_node):
    override = Parameter('x', value=3)
    node = make_node(cli_args=['-p', 'x:=1'], parameter_overrides=[override])
    assert node.declare_parameter('x', 0).value == 3


def test_parameters_can_be_declared_from_overrides(make_node):
    node = make_node(cli_args=['-p', 'x:=1'], automatically_declare_parameters_from_overrides=True)
    assert node.get_parameter('x').value == 1


def test_a_node_needs_init():
    with pytest.raises(NotInitializedException, match='init'):
        Node('node', context=Context())


def test_the_graph_shows_nodes_topics_and_endpoints(make_node, context, ros_domain):
    elsewhere = Context()
    elsewhere.init([])
    try:
        far = Node('far', namespace='/away', context=elsewhere)
        near = make_node('near')
        profile = QoSProfile(
            depth=7,
            reliability=ReliabilityPolicy.BEST_EFFORT,
            durability=DurabilityPolicy.TRANSIENT_LOCAL,
            deadline=Duration(seconds=1),
            lifespan=Duration(seconds=2),
            liveliness=LivelinessPolicy.MANUAL_BY_TOPIC,
            liveliness_lease_duration=Duration(seconds=3),
        )
        publisher = far.create_publisher(String, 'talk', profile)
        publisher.assert_liveliness()
        met = threading.Event()

        def wait_for(true) -> None:
            for _ in range(500):
                if true():
                    return
                met.wait(0.01)
            pytest.fail('not discovered within 5 s')

        wait_for(lambda: ('far', '/away') in near.get_node_names_and_namespaces())
        wait_for(lambda: near.count_publishers('/away/talk') == 1)
        assert ('/away/talk', ['std_msgs/msg/String']) in near.get_topic_names_and_types()
        info = near.get_publishers_info_by_topic('/away/talk')[0]
        assert (info.node_name, info.node_namespace) == ('far', '/away')
        assert info.topic_type == 'std_msgs/msg/String'
        assert info.topic_type_hash.startswith('RIHS01_df668c74')
        profile.history = HistoryPolicy.KEEP_LAST
        assert info.qos_profile == profile
        far.destroy_node()
        wait_for(lambda: 'far' not in near.get_node_names())
        assert near.count_publishers('/away/talk') == 0
    finally:
        elsewhere.try_shutdown()


def test_a_history_of_all_is_kept(make_node):
    node = make_node()
    profile = QoSProfile(history=HistoryPolicy.KEEP_ALL)
    node.create_publisher(String, 'c', profile)
    info = node.get_publishers_info_by_topic('c')[0]
    assert info.qos_profile.history is HistoryPolicy.KEEP_ALL


def test_qos_profiles_need_a_depth_to_keep_last():
    with pytest.raises(ValueError, match='depth'):
        QoSProfile()
    assert QoSProfile(history=HistoryPolicy.KEEP_ALL).depth == 0


def test_presets_and_depths_make_profiles(make_node):
    node = make_node()
    assert node.create_publisher(String, 'a', 3).qos_profile.depth == 3
    sensor = node.create_publisher(String, 'b', QoSPresetProfiles.SENSOR_DATA.value)
    assert sensor.qos_profile == qos_profile_sensor_data
    with pytest.raises(TypeError, match='QoSProfile'):
        node.create_publisher(String, 'c', 'reliable')


def test_qos_is_overridden_by_parameters(make_node):
    node = make_node(
        cli_args=[
            *('-p', 'qos_overrides./image.subscription.reliability:=best_effort'),
            *('-p', 'qos_overrides./image.subscription.depth:=3'),
        ]
    )
    options = QoSOverridingOptions.with_default_policies()
    subscription = node.create_subscription(
        Image, 'image', lambda _: None, 10, qos_overriding_options=options
    )
    assert subscription.qos_profile.reliability is ReliabilityPolicy.BEST_EFFORT
    assert subscription.qos_profile.depth == 3
    assert node.get_parameter('qos_overrides./image.subscription.history').value == 'keep_last'


def test_a_wrong_qos_override_is_explained(make_node):
    node = make_node(cli_args=['-p', 'qos_overrides./c.publisher.reliability:=maybe'])
    options = QoSOverridingOptions.with_default_policies()
    with pytest.raises(InvalidParameterValueException, match='reliable, best_effort'):
        node.create_publisher(String, 'c', 10, qos_overriding_options=options)


def test_logs_and_parameter_changes_are_published(make_node, spin_until):
    listener, node = make_node('listener', enable_rosout=False), make_node('talker')
    logs, events = [], []
    late = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    listener.create_subscription(message('rcl_interfaces/msg/Log'), '/rosout', logs.append, late)
    listener.create_subscription(
        message('rcl_interfaces/msg/ParameterEvent'), '/parameter_events', events.append, 10
    )
    node.get_logger().warning('careful')
    node.declare_parameter('x', 1)
    spin_until(lambda: logs and events, listener)
    assert (logs[0].name, logs[0].msg, logs[0].level) == ('talker', 'careful', LoggingSeverity.WARN)
    assert events[0].node == '/talker'
    assert events[0].new_parameters[0].value.integer_value == 1


@pytest.mark.parametrize('what', ['create_service', 'create_client', 'create_rate'])
def test_what_needs_ros_says_so(make_node, what):
    with pytest.raises(NeedsRosError, match='needs a ROS 2 installation'):
        getattr(make_node(), what)()


def test_coroutines_are_not_accepted_as_callbacks(make_node):
    async def callback(_: object) -> None: ...

    with pytest.raises(NeedsRosError, match='coroutine'):
        make_node().create_subscription(String, 'c', callback, 10)


def test_callbacks_must_fit(make_node):
    with pytest.raises(RuntimeError, match=r'\(message\) or \(message, info\)'):
        make_node().create_subscription(String, 'c', lambda: None, 10)


def test_a_publisher_can_wait_for_acknowledgements(make_node):
    publisher = make_node().create_publisher(String, 'c', 1)
    publisher.publish(String(data='x'))
    assert publisher.wait_for_all_acked(Duration(seconds=1))
