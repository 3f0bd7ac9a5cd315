"""The tabletop benchmark's command line says what is wrong before anything takes long."""

from __future__ import annotations

import pytest

from tenet_ros.cli.bench_tabletop import measure
from tenet_ros.cli.main import build_parser, main
from tenet_ros.errors import ConfigError


def arguments(*argv):
    return build_parser().parse_args(['bench', 'tabletop', *argv])


@pytest.mark.parametrize(
    ('argv', 'chosen'), [((), ('test', None)), (('--live',), ('val', 12))], ids=['played', 'live']
)
def test_it_measures_the_whole_frozen_split_and_live_what_may_be_read(argv, chosen, monkeypatch):
    args = arguments(*argv)
    assert (args.preset, args.kinds) == ('tabletop', '')
    asked = []

    def entries(*wanted):
        asked.append(wanted)
        raise ConfigError('enough')

    monkeypatch.setattr('tenet_ros.evaluation.tabletop.split.entries', entries)
    with pytest.raises(ConfigError, match='enough'):
        measure(args)
    assert asked == [chosen]


@pytest.mark.parametrize(
    ('argv', 'words'),
    [
        (['--kinds', 'motion,colour'], '--kinds: expected some of category'),
        (['--clips', '5000'], '--clips: the test split has'),
    ],
)
def test_what_there_is_not_is_one_line(argv, words, tmp_path, capsys):
    assert main(['bench', 'tabletop', '--cache', str(tmp_path), *argv]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1


def test_a_live_run_needs_a_clip_with_ten_sentences():
    from tenet_ros.cli.tabletop_live import measure_live

    with pytest.raises(ConfigError, match=r'10 sentences.*--clips'):
        measure_live(arguments('--live'), [], seconds=1.0)


def test_the_cost_of_ten_is_by_pairs_and_leaves_out_what_no_frame_costs():
    from tenet_ros.cli.tabletop_live import cost_of

    def turn(decode, cpu_ms):
        stages = {'decode': decode, 'track': 1.0, 'prepare': 99.0, 'detector_rest': 99.0}
        return {'stage_ms': stages, 'cpu_ms': cpu_ms}

    # A machine that is twice as slow for one pair tells nothing of what ten cost.
    cost = cost_of(
        [turn(3.0, 10.0), turn(7.0, 20.0), turn(3.0, 10.0)],
        [turn(5.0, 14.0), turn(13.0, 28.0), turn(9.0, 14.0)],
    )
    assert cost['ms'] == {'one': [4.0, 8.0, 4.0], 'ten': [6.0, 14.0, 10.0]}
    assert cost['ratios'] == pytest.approx([1.5, 1.75, 2.5])
    assert cost['ratio'] == pytest.approx(1.75)
    assert cost['cpu_ratio'] == pytest.approx(1.4)
    assert cost['stage_ms']['ten']['decode'] == pytest.approx(9.0)
    with pytest.raises(ConfigError, match='gave none'):
        cost_of([{'stage_ms': {}, 'cpu_ms': 0.0}], [turn(5.0, 14.0)])
