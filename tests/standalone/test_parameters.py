from __future__ import annotations

import array

import numpy as np
import pytest

from tenet_ros.standalone.exceptions import (
    InvalidParameterException,
    InvalidParameterTypeException,
    InvalidParameterValueException,
    ParameterAlreadyDeclaredException,
    ParameterImmutableException,
    ParameterNotDeclaredException,
    ParameterUninitializedException,
)
from tenet_ros.standalone.messages import message
from tenet_ros.standalone.parameter import Parameter, ParameterType
from tenet_ros.standalone.parameter_store import ParameterStore

Descriptor = message('rcl_interfaces/msg/ParameterDescriptor')
FloatRange = message('rcl_interfaces/msg/FloatingPointRange')
IntRange = message('rcl_interfaces/msg/IntegerRange')
Result = message('rcl_interfaces/msg/SetParametersResult')


def store(**overrides) -> ParameterStore:
    return ParameterStore(overrides, allow_undeclared=False)


def declare(parameters, name, value, descriptor=None):
    return parameters.declare(name, value, descriptor, ignore_override=False)


@pytest.mark.parametrize(
    ('value', 'kind', 'field'),
    [
        (True, 'BOOL', 'bool_value'),
        (3, 'INTEGER', 'integer_value'),
        (3.5, 'DOUBLE', 'double_value'),
        ('x', 'STRING', 'string_value'),
        ([True, False], 'BOOL_ARRAY', 'bool_array_value'),
        ([1, 2], 'INTEGER_ARRAY', 'integer_array_value'),
        ([1.0], 'DOUBLE_ARRAY', 'double_array_value'),
        (['a'], 'STRING_ARRAY', 'string_array_value'),
        (array.array('d', [1.0]), 'DOUBLE_ARRAY', 'double_array_value'),
        (np.array([1, 2]), 'INTEGER_ARRAY', 'integer_array_value'),
    ],
)
def test_values_have_types(value, kind, field):
    parameter = Parameter('p', value=value)
    assert parameter.type_ is ParameterType[kind]
    assert parameter.type_ is Parameter.Type[kind]
    msg = parameter.get_parameter_value()
    assert msg.type == ParameterType[kind]
    assert np.array_equal(getattr(msg, field), value)


@pytest.mark.parametrize('value', [{'a': 1}, [1, 'a'], object(), [[1]]])
def test_other_values_are_no_parameters(value):
    with pytest.raises(TypeError, match='a parameter is'):
        Parameter('p', value=value)


def test_a_type_that_does_not_fit_the_value_is_refused():
    with pytest.raises(ValueError, match='does not fit'):
        Parameter('p', Parameter.Type.STRING, 5)


def test_overrides_win_over_defaults():
    parameters = store(rate=30.0)
    assert declare(parameters, 'rate', 10.0).value == 30.0
    assert parameters.get('rate').value == 30.0


def test_overrides_can_be_ignored():
    parameters = store(rate=30.0)
    assert parameters.declare('rate', 10.0, None, ignore_override=True).value == 10.0


def test_an_override_of_another_type_is_explained():
    with pytest.raises(
        InvalidParameterTypeException, match=r'expected DOUBLE, got INTEGER 30.*30\.0'
    ):
        declare(store(rate=30), 'rate', 10.0)


def test_an_empty_list_fits_every_list():
    assert declare(store(names=[]), 'names', ['a']).value == []


def test_unknown_overrides_are_ignored():
    parameters = store(nobody=1)
    declare(parameters, 'rate', 10.0)
    with pytest.raises(ParameterNotDeclaredException, match='nobody'):
        parameters.get('nobody')


def test_declaring_twice_is_refused():
    parameters = store()
    declare(parameters, 'a', 1)
    with pytest.raises(ParameterAlreadyDeclaredException, match="'a'"):
        declare(parameters, 'a', 1)


def test_a_type_without_value_must_be_set_before_it_is_read():
    parameters = store()
    declare(parameters, 'a', Parameter.Type.INTEGER)
    with pytest.raises(ParameterUninitializedException):
        parameters.get('a')
    assert parameters.set_atomically([Parameter('a', value=3)]).successful
    assert parameters.get('a').value == 3


def test_a_default_or_a_type_is_needed():
    with pytest.raises(ValueError, match='default value'):
        declare(store(), 'a', None)


@pytest.mark.parametrize('name', ['', '.', 'a..b', 'a.'])
def test_bad_names_are_refused(name):
    with pytest.raises(InvalidParameterException):
        declare(store(), name, 1)


@pytest.mark.parametrize(
    ('value', 'accepted'),
    [(0.0, True), (0.5, True), (1.0, True), (1.1, False), (-0.1, False), (0.3, False)],
)
def test_floating_point_ranges(value, accepted):
    parameters = store()
    limits = FloatRange(from_value=0.0, to_value=1.0, step=0.25)
    declare(parameters, 'a', 0.0, Descriptor(floating_point_range=[limits]))
    result = parameters.set_atomically([Parameter('a', value=value)])
    assert result.successful is accepted
    assert accepted or 'a' in result.reason


@pytest.mark.parametrize(('value', 'accepted'), [(2, True), (4, True), (5, False), (12, False)])
def test_integer_ranges(value, accepted):
    parameters = store()
    limits = IntRange(from_value=2, to_value=10, step=2)
    declare(parameters, 'a', 2, Descriptor(integer_range=[limits]))
    assert parameters.set_atomically([Parameter('a', value=value)]).successful is accepted


def test_a_default_out_of_range_is_refused():
    limits = IntRange(from_value=0, to_value=1)
    with pytest.raises(InvalidParameterValueException, match='out of range'):
        declare(store(), 'a', 7, Descriptor(integer_range=[limits]))


def test_read_only_parameters_take_overrides_but_no_changes():
    parameters = store(a=2)
    assert declare(parameters, 'a', 1, Descriptor(read_only=True)).value == 2
    result = parameters.set_atomically([Parameter('a', value=3)])
    assert not result.successful
    assert 'read-only' in result.reason
    with pytest.raises(ParameterImmutableException):
        parameters.undeclare('a')


def test_another_type_is_refused_unless_typing_is_dynamic():
    parameters = store()
    declare(parameters, 'static', 1)
    declare(parameters, 'dynamic', 1, Descriptor(dynamic_typing=True))
    assert not parameters.set_atomically([Parameter('static', value='x')]).successful
    assert parameters.set_atomically([Parameter('dynamic', value='x')]).successful
    assert parameters.describe('dynamic').type == ParameterType.STRING


def test_all_or_none_is_set():
    parameters = store()
    declare(parameters, 'a', 1)
    declare(parameters, 'b', 1)
    result = parameters.set_atomically([Parameter('a', value=2), Parameter('b', value='x')])
    assert not result.successful
    assert parameters.get('a').value == 1


def test_callbacks_change_refuse_and_hear():
    parameters = store()
    declare(parameters, 'a', 1)
    heard = []
    parameters.pre_callbacks.append(lambda ps: [Parameter(p.name, value=p.value * 10) for p in ps])
    parameters.on_callbacks.append(
        lambda ps: Result(successful=ps[0].value < 100, reason='too much')
    )
    parameters.post_callbacks.append(lambda ps: heard.extend(p.value for p in ps))
    assert parameters.set_atomically([Parameter('a', value=5)]).successful
    refused = parameters.set_atomically([Parameter('a', value=50)])
    assert (refused.successful, refused.reason) == (False, 'too much')
    assert heard == [50]
    assert parameters.get('a').value == 50


def test_changes_are_sorted_as_events_have_them():
    parameters = store()
    events = []
    parameters.on_change = lambda changes: events.append({k: len(v) for k, v in changes.items()})
    declare(parameters, 'a', 1, Descriptor(dynamic_typing=True))
    parameters.set_atomically([Parameter('a', value=2)])
    parameters.set_atomically([Parameter('a')])
    assert events == [{'new_parameters': 1}, {'changed_parameters': 1}, {'deleted_parameters': 1}]


def test_prefixes_select():
    parameters = store()
    for name in ('tracker.gate', 'tracker.age', 'rate'):
        declare(parameters, name, 1)
    assert set(parameters.by_prefix('tracker')) == {'gate', 'age'}
    assert set(parameters.by_prefix('')) == {'tracker.gate', 'tracker.age', 'rate'}


def test_undeclared_parameters_where_allowed():
    parameters = ParameterStore({}, allow_undeclared=True)
    assert parameters.get('a').value is None
    assert parameters.set_atomically([Parameter('a', value=1)]).successful
    assert parameters.get('a').value == 1
