"""How the public exports of SAM-like segmenters differ: in names and constants only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ['FAMILIES', 'SamFamily']


@dataclass(frozen=True, slots=True, kw_only=True)
class SamFamily:
    """What one export of the contract calls things, and what else it wants.

    Attributes:
        image: the encoder's input.
        masks: the decoder's output with one logit per cell of the encoder's whole canvas.
        coordinates: side of the square in which point coordinates are given, whatever the
            encoder's own side.
        constants: further inputs of the decoder, always the same.
        mean: subtracted from each channel, red first, on the 0 to 255 scale.
        std: divided by, likewise. The canvas around the image is 0 after both.
    """

    image: str
    masks: str
    coordinates: int = 1024
    constants: Mapping[str, npt.NDArray[Any]] = field(default_factory=lambda: MappingProxyType({}))
    mean: tuple[float, float, float] = (123.675, 116.28, 103.53)
    std: tuple[float, float, float] = (58.395, 57.12, 57.375)


_NO_MASK: Mapping[str, npt.NDArray[Any]] = MappingProxyType(
    {'mask_input': np.zeros((1, 1, 256, 256)), 'has_mask_input': np.zeros(1)}
)

FAMILIES: Mapping[str, SamFamily] = MappingProxyType(
    {
        # mit-han-lab/efficientvit, deployment/onnx: S is 512 (L) or 1024 (XL).
        'efficientvit_sam': SamFamily(image='input_image', masks='masks'),
        # NVIDIA-AI-IOT/nanosam.
        'nanosam': SamFamily(image='image', masks='low_res_masks', constants=_NO_MASK),
        # facebookresearch/segment-anything and its kin. Its full-size output is not used, so its
        # idea of the image's size may be any.
        'sam': SamFamily(
            image='image',
            masks='low_res_masks',
            constants=MappingProxyType({**_NO_MASK, 'orig_im_size': np.asarray([1024, 1024])}),
        ),
    }
)
"""The public exports, by the name that a manifest gives."""
