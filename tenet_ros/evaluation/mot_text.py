"""MOTChallenge text: one box per line, ``frame,id,left,top,width,height,conf,class,visibility``.

Frames count from 1. In ground truth the seventh column is a flag (0 = "ignore this box"), in
detections and results it is a confidence. Missing columns at the end are filled with -1.
"""

from __future__ import annotations

from configparser import ConfigParser
from configparser import Error as ConfigParserError
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import SourceError
from tenet_ros.types import BoolArray, IntArray

__all__ = ['Boxes64', 'MotTable', 'SequenceInfo', 'read_mot', 'read_sequence_info', 'write_mot']

Boxes64 = npt.NDArray[np.float64]

_MIN_COLUMNS, _COLUMNS = 6, 9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MotTable:
    """The boxes of one sequence, in the order of their lines.

    Double precision throughout: published figures depend on IoUs that lie at a threshold.

    Attributes:
        frames: (N,) int64, from 1.
        ids: (N,) int64, -1 in detections.
        boxes: (N, 4) float64, xyxy, source pixels.
        scores: (N,) float64, confidence, or in ground truth the flag of which 0 means "ignore".
        classes: (N,) int64, -1 where unknown.
        visibility: (N,) float64 in [0, 1], -1 where unknown.
    """

    frames: IntArray
    ids: IntArray
    boxes: Boxes64
    scores: npt.NDArray[np.float64]
    classes: IntArray
    visibility: npt.NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of boxes."""
        return len(self.frames)

    def select(self, rows: BoolArray | IntArray) -> MotTable:
        """Return the table of these rows: (N,) bool, or row numbers."""
        return MotTable(
            frames=self.frames[rows],
            ids=self.ids[rows],
            boxes=self.boxes[rows],
            scores=self.scores[rows],
            classes=self.classes[rows],
            visibility=self.visibility[rows],
        )

    @classmethod
    def from_rows(cls, rows: npt.NDArray[np.float64]) -> MotTable:
        """Return the table of (N, 9) float64 rows in the order of the text's columns."""
        corner = rows[:, 2:4]
        return cls(
            frames=rows[:, 0].astype(np.int64),
            ids=rows[:, 1].astype(np.int64),
            boxes=np.concatenate([corner, corner + rows[:, 4:6]], axis=1),
            scores=rows[:, 6],
            classes=rows[:, 7].astype(np.int64),
            visibility=rows[:, 8],
        )

    @classmethod
    def from_boxes(cls, frames: IntArray, ids: IntArray, boxes: Boxes64) -> MotTable:
        """Return a tracker's result: (N,) frames from 1, (N,) ids, (N, 4) float64 xyxy boxes."""
        n = len(frames)
        return cls(
            frames=frames,
            ids=ids,
            boxes=boxes,
            scores=np.ones(n),
            classes=np.full(n, -1, np.int64),
            visibility=np.full(n, -1.0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceInfo:
    """What ``seqinfo.ini`` says.

    Attributes:
        name: the sequence.
        frame_rate: frames per second.
        length: number of frames.
    """

    name: str
    frame_rate: float
    length: int


def read_mot(path: Path) -> MotTable:
    """Read a MOT text file; further columns than nine are ignored.

    Raises:
        SourceError: if the file cannot be read, or a line is not at least six numbers.
    """
    try:
        lines = path.read_text(encoding='utf-8').splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            f'{path}: expected a MOT text file, got {error}; check the path'
        ) from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        cells = line.split(',')[:_COLUMNS]
        try:
            values = [float(cell) for cell in cells]
        except ValueError:
            values = []
        if len(values) < _MIN_COLUMNS:
            raise SourceError(
                f'{path}:{number}: expected "frame,id,left,top,width,height[,...]" in numbers, '
                f'got {line[:80]!r}; correct or remove the line'
            )
        rows.append(values + [-1.0] * (_COLUMNS - len(values)))
    return MotTable.from_rows(np.asarray(rows, np.float64).reshape(-1, _COLUMNS))


def write_mot(path: Path, table: MotTable) -> None:
    """Write ``table`` as MOT text, nine columns, lines in its order."""
    size = table.boxes[:, 2:] - table.boxes[:, :2]
    rows = zip(
        table.frames, table.ids, table.boxes[:, :2], size, table.scores, table.classes,
        table.visibility, strict=True,
    )  # fmt: skip
    lines = [
        f'{frame},{track},{corner[0]:.3f},{corner[1]:.3f},{extent[0]:.3f},{extent[1]:.3f},'
        f'{score:g},{label},{visible:g}\n'
        for frame, track, corner, extent, score, label, visible in rows
    ]
    path.write_text(''.join(lines), encoding='utf-8')


def read_sequence_info(path: Path) -> SequenceInfo:
    """Read ``seqinfo.ini``.

    Raises:
        SourceError: if it cannot be read or lacks ``frameRate`` or ``seqLength``.
    """
    parser = ConfigParser()
    try:
        with path.open(encoding='utf-8') as stream:
            parser.read_file(stream)
        section = parser['Sequence']
        return SequenceInfo(
            name=section.get('name', path.parent.name),
            frame_rate=float(section['frameRate']),
            length=int(section['seqLength']),
        )
    except (OSError, UnicodeDecodeError, ConfigParserError, KeyError, ValueError) as error:
        raise SourceError(
            f'{path}: expected [Sequence] with frameRate and seqLength, got {error!r}; '
            'write them into the file'
        ) from error
