"""What comes in: images and commands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenet_ros.errors import ContractError
from tenet_ros.types.arrays import UInt8Array, check

__all__ = ['Command', 'Frame']


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One camera image with the identity that its results must carry.

    Attributes:
        image: (H, W, 3) uint8 RGB, C-contiguous; whoever holds a Frame only reads it.
        stamp_ns: the source's own ``header.stamp``.
        frame_id: the source's own ``header.frame_id``.
        sequence: order of arrival within this process, strictly increasing.
    """

    image: UInt8Array
    stamp_ns: int
    frame_id: str = ''
    sequence: int = 0

    def __post_init__(self) -> None:
        """Check the image's contract."""
        check('Frame.image', self.image, np.uint8, (None, None, 3))
        if self.image.size == 0:
            raise ContractError(f'Frame.image: expected at least one pixel, got {self.image.shape}')

    @property
    def height(self) -> int:
        """Image height in pixels."""
        return int(self.image.shape[0])

    @property
    def width(self) -> int:
        """Image width in pixels."""
        return int(self.image.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a user asked for: zero or more sentences, in one atomic change.

    Attributes:
        command_id: strictly increasing within a node; every result names the one it answers.
        text: the command as it came.
        sentences: the sentences in it, each naming one target; empty clears.
    """

    command_id: int
    text: str
    sentences: tuple[str, ...]

    @classmethod
    def parse(cls, command_id: int, text: str) -> Command:
        """Split ``text`` at ';' into sentences, dropping empty ones.

        >>> Command.parse(1, 'the red mug; the dog ;').sentences
        ('the red mug', 'the dog')
        """
        sentences = tuple(part for part in (' '.join(p.split()) for p in text.split(';')) if part)
        return cls(command_id=command_id, text=text, sentences=sentences)
