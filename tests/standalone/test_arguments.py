from __future__ import annotations

import pytest

from tenet_ros.standalone.arguments import RosArguments, parse_parameter_file, remove_ros_args
from tenet_ros.standalone.exceptions import RosArgumentError
from tenet_ros.standalone.log import LoggingSeverity
from tenet_ros.standalone.names import RemapRule


def parse(*arguments: str) -> RosArguments:
    return RosArguments.parse(['prog', '--ros-args', *arguments])


def test_without_ros_args_everything_is_the_programs_own():
    arguments = RosArguments.parse(['prog', '-r', 'a', '--params-file'])
    assert arguments.others == ('prog', '-r', 'a', '--params-file')
    assert not arguments.remaps


def test_ros_args_may_come_in_several_parts():
    argv = ['prog', 'x', '--ros-args', '-r', 'a:=b', '--', 'y', '--ros-args', '-p', 'n:=1']
    arguments = RosArguments.parse(argv)
    assert arguments.others == ('prog', 'x', 'y')
    assert arguments.remaps == (RemapRule(node='', match='a', replacement='b'),)
    assert arguments.overrides_for('/any') == {'n': 1}
    assert remove_ros_args(argv) == ['prog', 'x', 'y']


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('1', 1),
        ('-3', -3),
        ('1.0', 1.0),
        ('1e3', 1000.0),
        ('.5', 0.5),
        ('true', True),
        ('No', False),
        ('on', True),
        ('red mug', 'red mug'),
        ('"5"', '5'),
        ("'true'", 'true'),
        ('', ''),
        ('[1, 2]', [1, 2]),
        ('[1, 2.5]', [1.0, 2.5]),
        ('[a, b]', ['a', 'b']),
        ('[]', []),
        ('/camera/image', '/camera/image'),
        ('12:30', '12:30'),
        ('2024-01-01', '2024-01-01'),
        ('0x10', 16),
    ],
)
def test_values_are_read_as_yaml(text, value):
    found = parse('-p', f'name:={text}').overrides_for('/node')['name']
    assert found == value
    assert type(found) is type(value)


def test_the_last_value_wins():
    assert parse('-p', 'a:=1', '-p', 'a:=2').overrides_for('/n') == {'a': 2}


def test_a_parameter_for_one_node():
    arguments = parse('-p', 'cam:a:=1')
    assert arguments.overrides_for('/cam') == {'a': 1}
    assert arguments.overrides_for('/other') == {}


def test_rules_for_one_node_and_url_schemes():
    rules = parse('-r', 'cam:image:=x', '-r', 'rostopic://a:=b').remaps
    assert rules[0] == RemapRule(node='cam', match='image', replacement='x')
    assert rules[1] == RemapRule(node='', match='a', replacement='b')


def test_log_levels():
    arguments = parse('--log-level', 'debug', '--log-level', 'cam:=ERROR')
    assert arguments.log_levels == {'': LoggingSeverity.DEBUG, 'cam': LoggingSeverity.ERROR}


def test_flags_and_enclave():
    arguments = parse('--disable-rosout-logs', '-e', '/secret', '--disable-stdout-logs')
    assert not arguments.rosout
    assert arguments.enclave == '/secret'


@pytest.mark.parametrize(
    ('arguments', 'clue'),
    [
        (['-r'], 'expected a value'),
        (['-r', 'a'], 'NAME:=VALUE'),
        (['-r', 'a:='], 'expected a name'),
        (['-p', ':=1'], 'NAME:=VALUE'),
        (['-p', 'a:={b: 1}'], 'expected a bool'),
        (['-p', 'a:=[1, b]'], 'list of one type'),
        (['-p', 'a:=[1'], 'not YAML'),
        (['--log-level', 'loud'], 'debug, info'),
        (['--verbose'], 'not a ROS argument'),
        (['--params-file', '/nowhere.yaml'], '/nowhere.yaml'),
    ],
)
def test_bad_arguments_say_what_was_expected(arguments, clue):
    with pytest.raises(RosArgumentError, match=clue.replace('[', r'\[')):
        parse(*arguments)


FILE = """
/**:
  ros__parameters:
    everywhere: 1
    tracker: {gate: 0.5, names: [a, b]}
/left:
  cam:
    ros__parameters: {here: 2}
/left/*:
  ros__parameters: {below_left: 3}
/**/cam:
  ros__parameters: {any_cam: 4}
cam:
  ros__parameters: {root_cam: 5}
empty:
  ros__parameters:
"""


@pytest.mark.parametrize(
    ('node', 'names'),
    [
        ('/cam', {'everywhere', 'tracker.gate', 'tracker.names', 'any_cam', 'root_cam'}),
        (
            '/left/cam',
            {'everywhere', 'tracker.gate', 'tracker.names', 'here', 'below_left', 'any_cam'},
        ),
        ('/left/x', {'everywhere', 'tracker.gate', 'tracker.names', 'below_left'}),
        ('/a/b/cam', {'everywhere', 'tracker.gate', 'tracker.names', 'any_cam'}),
    ],
)
def test_files_name_nodes_with_wildcards(tmp_path, node, names):
    file = tmp_path / 'p.yaml'
    file.write_text(FILE)
    assert set(parse('--params-file', str(file)).overrides_for(node)) == names


def test_later_sections_and_later_arguments_win(tmp_path):
    file = tmp_path / 'p.yaml'
    file.write_text('/**: {ros__parameters: {a: 1, b: 1}}\n/n: {ros__parameters: {b: 2}}\n')
    assert parse('--params-file', str(file), '-p', 'a:=9').overrides_for('/n') == {'a': 9, 'b': 2}


@pytest.mark.parametrize(
    ('text', 'clue'),
    [
        ('- 1', 'node names at the top'),
        ('/n: 5', 'ros__parameters'),
        ('/n: {ros__parameters: [1]}', 'names and values'),
        ('/n: {ros__parameters: {a: [[1]]}}', 'list'),
        ('/n: [', 'not YAML'),
        ('ros__parameters: {a: 1}', 'node name'),
    ],
)
def test_bad_files_are_explained(tmp_path, text, clue):
    file = tmp_path / 'p.yaml'
    file.write_text(text)
    with pytest.raises(RosArgumentError, match=clue) as raised:
        parse_parameter_file(file)
    assert str(file) in str(raised.value)


def test_an_empty_file_says_nothing(tmp_path):
    file = tmp_path / 'p.yaml'
    file.write_text('')
    assert parse_parameter_file(file) == []
