"""The benchmark of the live system: three processes, a real clip, real weights."""

from __future__ import annotations

import argparse
import json

import pytest

from tenet_ros.cli.bench_stream import truth_of
from tenet_ros.errors import ConfigError

CLIP = 'davis17_dogs-jump_240p'
SENTENCE = 'the woman in the yellow-green jacket'
TIMEOUT_S = 100


def arguments(clip, sentence, **changes):
    fields = {'gt': clip, 'sentence': sentence, 'object': None, 'duration': None}
    return argparse.Namespace(**(fields | changes))


def test_the_truth_of_a_command_is_that_of_its_sentence(shared_data):
    clip = shared_data / 'rvos' / CLIP
    truth = truth_of(arguments(clip, SENTENCE))
    assert truth is not None
    assert truth.object_ids == (3,)
    assert len(truth.labels) == 66
    assert truth_of(arguments(clip, 'the trainer', object=3)).object_ids == (3,)
    assert truth_of(arguments(None, SENTENCE)) is None


def test_a_command_that_the_clip_does_not_know_needs_an_object(shared_data):
    with pytest.raises(ConfigError, match=r'expected one of the sentences.*--object'):
        truth_of(arguments(shared_data / 'rvos' / CLIP, 'the elephant'))


def test_truth_is_for_one_round(shared_data):
    with pytest.raises(ConfigError, match='leave it out'):
        truth_of(arguments(shared_data / 'rvos' / CLIP, SENTENCE, duration=60.0))


@pytest.mark.slow
def test_a_live_run_keeps_its_promises(shared_data, shared_models, start, ros_domain, tmp_path):
    bench = start(
        'bench', 'stream', '--source', str(shared_data / 'bags' / 'rgb_dogs-jump_raw_mcap'),
        '--command', SENTENCE,
        '--gt', str(shared_data / 'rvos' / CLIP), '--domain', str(ros_domain),
        '--model', str(shared_models / 'yolox_nano_416.onnx'), '--json', str(tmp_path / 'out'),
    )  # fmt: skip
    said, _ = bench.communicate(timeout=TIMEOUT_S)
    assert bench.returncode == 0, said
    figures = json.loads((tmp_path / 'out').read_text())
    assert figures['violations'] == []
    assert figures['frames_sent'] == 48
    assert figures['frames_out'] + figures['drops'] == figures['frames_in'] <= 48
    assert figures['results_received'] == figures['frames_out'] > 10
    assert 0 < figures['latency_ms']['p50'] < 1000
    assert figures['rss_mb']['end'] > 50
    assert figures['cpu_ms'] > 0
    assert 0 < figures['jf'] <= 1
    assert {'detect', 'decode', 'convert', 'publish'} <= set(figures['stage_ms'])
    assert figures['machine']['cores'] >= 1
