"""MOT text files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tenet_ros.errors import SourceError
from tenet_ros.evaluation.mot_text import MotTable, read_mot, read_sequence_info, write_mot


def test_missing_columns_are_unknown(tmp_path: Path) -> None:
    path = tmp_path / 'det.txt'
    path.write_text('1,-1,10,20,30,40\n\n2,7,1.5,2,3,4,0.5,1,0.25,9\n')
    table = read_mot(path)
    assert table.frames.tolist() == [1, 2]
    assert table.boxes.tolist() == [[10, 20, 40, 60], [1.5, 2, 4.5, 6]]
    assert table.scores.tolist() == [-1, 0.5]
    assert table.classes.tolist() == [-1, 1]
    assert table.visibility.tolist() == [-1, 0.25]


def test_an_empty_file_is_a_table_of_length_zero(tmp_path: Path) -> None:
    path = tmp_path / 'det.txt'
    path.write_text('')
    table = read_mot(path)
    assert len(table) == 0
    assert table.boxes.shape == (0, 4)


@pytest.mark.parametrize('line', ['1,2,3', 'a,b,c,d,e,f', '1;2;3;4;5;6'])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / 'det.txt'
    path.write_text(f'1,1,1,1,1,1\n{line}\n')
    with pytest.raises(SourceError, match=r'det\.txt:2: expected "frame'):
        read_mot(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r'none\.txt'):
        read_mot(tmp_path / 'none.txt')


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    table = MotTable.from_boxes(
        np.asarray([1, 2], np.int64),
        np.asarray([5, 6], np.int64),
        np.asarray([[0.5, 1, 10, 20], [3, 4, 5, 6.25]]),
    )
    path = tmp_path / 'result.txt'
    write_mot(path, table)
    back = read_mot(path)
    assert back.ids.tolist() == [5, 6]
    assert np.allclose(back.boxes, table.boxes)


def test_sequence_info(tmp_path: Path) -> None:
    path = tmp_path / 'seqinfo.ini'
    path.write_text('[Sequence]\nname=A\nframeRate=25\nseqLength=71\n; a remark\n')
    info = read_sequence_info(path)
    assert (info.name, info.frame_rate, info.length) == ('A', 25.0, 71)


@pytest.mark.parametrize(
    'text', ['', '[Sequence]\nname=A\n', '[Sequence]\nframeRate=x\nseqLength=1']
)
def test_incomplete_sequence_info_says_what_is_missing(tmp_path: Path, text: str) -> None:
    path = tmp_path / 'seqinfo.ini'
    path.write_text(text)
    with pytest.raises(SourceError, match=r'expected .* frameRate and seqLength'):
        read_sequence_info(path)
