"""The doctor answers on any machine, and tells what is broken from what is not."""

from __future__ import annotations

import json

import pytest

from tenet_ros.cli import examination, findings
from tenet_ros.cli.examination import examine
from tenet_ros.cli.findings import Verdict, try_import
from tenet_ros.cli.main import main


def subjects(findings):
    return {finding.subject: finding for finding in findings}


@pytest.fixture(autouse=True)
def quick_imports(monkeypatch):
    """Spare the interpreter starts: no ROS, and a DDS wheel."""
    pretend(monkeypatch, 'standalone')


def pretend(monkeypatch, backend, error=''):
    """Answer what is asked of other interpreters."""

    def answer(code):
        if 'BACKEND' in code:
            return (f'{backend}\nfor a reason', error)
        return '', 'No module named rclpy' if 'rclpy' in code and backend != 'rclpy' else ''

    for module in (examination, findings):
        monkeypatch.setattr(module, 'run_code', answer)


def test_everything_is_looked_at():
    found = subjects(examine('coco'))
    assert {
        'Python', 'packages', 'ROS 2', 'will use', 'RMW', 'discovery', 'socket buffers', 'GPU',
        'ONNX Runtime', 'TensorRT', 'model', 'webcams',
    } <= set(found)  # fmt: skip
    assert found['packages'].verdict is Verdict.GOOD
    assert 'CPU' in found['ONNX Runtime'].text


def test_a_missing_model_of_the_preset_keeps_the_node_from_running(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv('TENET_ENGINES', str(tmp_path))
    assert main(['doctor', '--json']) == 1
    findings = json.loads(capsys.readouterr().out)
    broken = [finding for finding in findings if finding['verdict'] == 'broken']
    assert [finding['subject'] for finding in broken] == ['model']
    assert broken[0]['advice'] == 'tenet-ros models pull coco'
    assert str(tmp_path) in broken[0]['text']


def test_the_table_ends_with_the_verdict(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv('TENET_ENGINES', str(tmp_path))
    assert main(['doctor']) == 1
    assert 'The node cannot run here yet' in capsys.readouterr().out


def test_an_error_of_rclpy_is_told_in_its_own_words_when_ros_is_sourced(monkeypatch):
    monkeypatch.setenv('ROS_DISTRO', 'jazzy')
    finding = subjects(examine('coco'))['ROS 2']
    assert finding.verdict is Verdict.WARNING
    assert 'No module named rclpy' in finding.text


def test_what_will_be_used_is_what_the_node_itself_would_choose(monkeypatch):
    assert 'standalone runtime' in subjects(examine('coco'))['will use'].text
    pretend(monkeypatch, 'rclpy')
    assert subjects(examine('coco'))['will use'].text == 'rclpy: for a reason'
    pretend(monkeypatch, '', 'ImportError: no ROS 2 API')
    finding = subjects(examine('coco'))['will use']
    assert finding.verdict is Verdict.BROKEN
    assert 'no ROS 2 API' in finding.text
    assert 'tenet-ros run' in finding.advice


def test_an_unknown_preset_is_broken():
    assert subjects(examine('nonsense'))['preset'].verdict is Verdict.BROKEN


def test_an_import_that_fails_is_told_by_its_last_line(monkeypatch):
    monkeypatch.undo()
    assert try_import('json') == ''
    assert try_import('no_such_module_here') == (
        "ModuleNotFoundError: No module named 'no_such_module_here'"
    )
