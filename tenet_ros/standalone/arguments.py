"""The `--ros-args` of a command line, and ROS 2 parameter files.

Grammar: `--ros-args [-r FROM:=TO] [-p NAME:=VALUE] [--params-file FILE] [--log-level LEVEL] [--]`,
any number of times, among arguments that are the program's own. See the ROS 2 design article "ROS
Command Line Arguments".
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError

from tenet_ros.standalone.exceptions import RosArgumentError
from tenet_ros.standalone.log import LoggingSeverity
from tenet_ros.standalone.names import RemapRule

__all__ = ['ParameterRule', 'RosArguments', 'parse_parameter_file', 'remove_ros_args']

_PARAMETERS_KEY: Final = 'ros__parameters'
_VALUED: Final = {
    '-p': 'parameter', '--param': 'parameter',
    '-r': 'remap', '--remap': 'remap',
    '--params-file': 'file',
    '--log-level': 'level',
    '-e': 'enclave', '--enclave': 'enclave',
    '--log-config-file': 'unused', '--log-file-name': 'unused',
}  # fmt: skip
_FLAGS: Final = re.compile(r'--(enable|disable)-(rosout|stdout|external-lib)-logs')


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRule:
    """Values for the nodes whose name fits a pattern.

    Attributes:
        pattern: Fully qualified node name; `/*` is any one part, `/**` any number of parts.
        values: Parameter name (nested names joined by dots) to value.
    """

    pattern: str
    values: dict[str, Any]

    def fits(self, node: str) -> bool:
        """Say whether the fully qualified node name `node` is meant."""
        pattern = re.escape(self.pattern).replace(r'/\*\*', r'(/\w+)*').replace(r'/\*', r'/\w+')
        return re.fullmatch(pattern, node) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosArguments:
    """What the ROS part of a command line says.

    Attributes:
        remaps: In order; the first that fits wins.
        parameters: In order; the last that fits wins.
        log_levels: Logger name ('' for all) to level.
        enclave: Security enclave, `/` unless given.
        rosout: Whether logs go to `/rosout`.
        others: The arguments that are not ROS's, in order, the program's name among them.
    """

    remaps: tuple[RemapRule, ...] = ()
    parameters: tuple[ParameterRule, ...] = ()
    log_levels: dict[str, LoggingSeverity] = field(default_factory=dict)
    enclave: str = '/'
    rosout: bool = True
    others: tuple[str, ...] = ()

    @classmethod
    def parse(cls, argv: Sequence[str], *, all_ros: bool = False) -> RosArguments:
        """Read a command line.

        Args:
            argv: Such as `sys.argv`.
            all_ros: Take all of it for ROS arguments, as for a node's own `cli_args`.

        Raises:
            RosArgumentError: An argument that is not understood; a file that cannot be read.
        """
        remaps: list[RemapRule] = []
        parameters: list[ParameterRule] = []
        levels: dict[str, LoggingSeverity] = {}
        others: list[str] = []
        enclave, rosout = '/', True
        for kind, value in _scan(argv, all_ros=all_ros):
            if kind == 'other':
                others.append(value)
            elif kind == 'remap':
                remaps.append(_remap_rule(value))
            elif kind == 'parameter':
                parameters.append(_parameter_rule(value))
            elif kind == 'file':
                parameters.extend(parse_parameter_file(Path(value)))
            elif kind == 'level':
                levels.update(_log_level(value))
            elif kind == 'enclave':
                enclave = value
            elif kind == 'flag' and 'rosout' in value:
                rosout = value.startswith('--enable')
        return cls(
            remaps=tuple(remaps),
            parameters=tuple(parameters),
            log_levels=levels,
            enclave=enclave,
            rosout=rosout,
            others=tuple(others),
        )

    def overrides_for(self, node: str) -> dict[str, Any]:
        """Return the parameter values meant for the fully qualified node name `node`."""
        values: dict[str, Any] = {}
        for rule in self.parameters:
            if rule.fits(node):
                values.update(rule.values)
        return values


def remove_ros_args(argv: Sequence[str]) -> list[str]:
    """Return the arguments that are the program's own, for `argparse` and the like."""
    return [value for kind, value in _scan(argv, all_ros=False) if kind == 'other']


def _scan(argv: Sequence[str], *, all_ros: bool) -> Iterator[tuple[str, str]]:
    ros, arguments = all_ros, iter(argv)
    for argument in arguments:
        if argument == '--ros-args':
            ros = True
        elif not ros:
            yield 'other', argument
        elif argument == '--':
            ros = False
        elif kind := _VALUED.get(argument):
            value = next(arguments, None)
            if value is None:
                raise RosArgumentError(f'{argument}: expected a value after it, got the end')
            yield kind, value
        elif _FLAGS.fullmatch(argument):
            yield 'flag', argument
        else:
            raise RosArgumentError(
                f'--ros-args: {argument!r} is not a ROS argument; expected -r FROM:=TO, '
                '-p NAME:=VALUE, --params-file FILE, --log-level LEVEL, or -- before the '
                "program's own arguments"
            )


def _assignment(text: str, option: str) -> tuple[str, str, str]:
    """Split `[node:]name:=value` into node, name and value."""
    left, separator, value = text.partition(':=')
    if not separator or not left:
        raise RosArgumentError(f'{option} {text!r}: expected NAME:=VALUE')
    left = re.sub(r'^ros(topic|service)://', '', left)
    node, colon, name = left.rpartition(':')
    if colon and not node:
        raise RosArgumentError(f'{option} {text!r}: expected a node name before the colon')
    return node, name, value


def _remap_rule(text: str) -> RemapRule:
    node, match, replacement = _assignment(text, '-r')
    if not replacement:
        raise RosArgumentError(f'-r {text!r}: expected a name after :=')
    return RemapRule(node=node, match=match, replacement=replacement)


def _parameter_rule(text: str) -> ParameterRule:
    node, name, value = _assignment(text, '-p')
    parsed = _to_value(_load_yaml(value, f'-p {text!r}'), f'-p {text!r}')
    return ParameterRule(pattern=_absolute(node) if node else '/**', values={name: parsed})


def _log_level(text: str) -> dict[str, LoggingSeverity]:
    logger, _, level = text.rpartition(':=')
    try:
        return {logger: LoggingSeverity[level.upper()]}
    except KeyError:
        raise RosArgumentError(
            f'--log-level {text!r}: expected [LOGGER:=]debug, info, warn, error or fatal'
        ) from None


def parse_parameter_file(path: Path) -> list[ParameterRule]:
    """Read a ROS 2 parameter file: node name, `ros__parameters`, values; nesting allowed.

    Raises:
        RosArgumentError: The file cannot be read, or is laid out otherwise.
    """
    where = f'--params-file {path}'
    try:
        text = path.read_text(encoding='utf-8')
    except (OSError, UnicodeDecodeError) as error:
        raise RosArgumentError(f'{where}: {error}') from error
    content = _load_yaml(text, where)
    if content is None:
        return []
    if not isinstance(content, dict):
        raise RosArgumentError(f'{where}: expected node names at the top, got {content!r:.60}')
    return list(_node_sections(content, '', where))


def _node_sections(content: dict[Any, Any], prefix: str, where: str) -> Iterator[ParameterRule]:
    for key, value in content.items():
        if key == _PARAMETERS_KEY and prefix:
            if value is not None and not isinstance(value, dict):
                raise RosArgumentError(
                    f'{where}: {prefix}: {_PARAMETERS_KEY}: expected names and values'
                )
            flat = dict(_flatten(value or {}, '', f'{where}: {prefix}'))
            yield ParameterRule(pattern=prefix, values=flat)
        elif isinstance(value, dict):
            yield from _node_sections(value, prefix + _absolute(str(key)), where)
        else:
            raise RosArgumentError(
                f'{where}: {prefix or "top"}: {key}: expected a node name with '
                f'{_PARAMETERS_KEY!r} below it'
            )


def _flatten(values: dict[Any, Any], prefix: str, where: str) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        name = f'{prefix}{key}'
        if isinstance(value, dict):
            yield from _flatten(value, f'{name}.', where)
        else:
            yield name, _to_value(value, f'{where}: {name}')


def _absolute(name: str) -> str:
    return '/' + name.strip('/')


class _Constructor(SafeConstructor):
    """YAML 1.1 as rcl reads it: `on` is a boolean, but `12:30` and `2024-01-01` are strings."""

    def construct_number(self, node: Any) -> Any:
        if ':' in node.value:
            return node.value
        kind = self.construct_yaml_int if node.tag.endswith(':int') else self.construct_yaml_float
        return kind(node)

    def construct_date(self, node: Any) -> Any:
        return node.value


for _tag in ('int', 'float'):
    _Constructor.add_constructor(f'tag:yaml.org,2002:{_tag}', _Constructor.construct_number)
_Constructor.add_constructor('tag:yaml.org,2002:timestamp', _Constructor.construct_date)


def _load_yaml(text: str, where: str) -> Any:
    yaml = YAML(typ='safe', pure=True)
    yaml.version = (1, 1)
    yaml.Constructor = _Constructor
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # ruamel's advice on 1e3
            return yaml.load(text)
    except YAMLError as error:
        reason = ' '.join(str(error).split())
        raise RosArgumentError(f'{where}: not YAML: {reason}') from error


def _to_value(value: Any, where: str) -> Any:
    """Return a value that a parameter can have, or raise."""
    if isinstance(value, (bool, int, float, str)):
        return value
    if value is None:
        return ''
    if isinstance(value, list):
        items = [_to_value(item, where) for item in value]
        if {type(item) for item in items} == {int, float}:
            items = [float(item) for item in items]
        if len({type(item) for item in items}) > 1 or any(isinstance(i, list) for i in items):
            raise RosArgumentError(
                f'{where}: expected a list of one type (bool, int, float or str), got {value!r}'
            )
        return items
    raise RosArgumentError(f'{where}: expected a bool, int, float, str or a list, got {value!r}')
