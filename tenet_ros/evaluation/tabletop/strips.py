"""Film strips: eight moments of one sentence, our mask over the truth."""

from __future__ import annotations

import base64

import cv2
import numpy as np

from tenet_ros.errors import SourceError
from tenet_ros.evaluation.tabletop.clip import Footage
from tenet_ros.evaluation.tabletop.record import Case
from tenet_ros.evaluation.tabletop.witness import Glimpse, Report
from tenet_ros.types import UInt8Array

__all__ = ['as_data_url', 'film_strip']

TILE = (240, 180)
TRUTH, OURS, BLACK = (255, 255, 255), (255, 0, 200), (0, 0, 0)
# Magenta, because nothing on the table is.
OPACITY = 0.45
JPEG_QUALITY = 82


def film_strip(footage: Footage, case: Case, report: Report) -> UInt8Array:
    """Return the glimpses side by side, (180, 8 x 240, 3) uint8 RGB.

    The truth is outlined white on black, our mask is magenta. Frame time, state and J&F stand
    below.

    Args:
        footage: of the clip.
        case: the sentence.
        report: with the glimpses.
    """
    if not report.glimpses:
        return np.zeros((TILE[1], TILE[0], 3), np.uint8)
    return np.hstack([_tile(footage, case, glimpse) for glimpse in report.glimpses])


def as_data_url(picture: UInt8Array) -> str:
    """Return a picture, (H, W, 3) uint8 RGB, as text that a page can show by itself.

    Raises:
        SourceError: the picture cannot be encoded.
    """
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    good, data = cv2.imencode('.jpg', cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
    if not good:
        raise SourceError(f'expected a picture that JPEG can hold, got {picture.shape}')
    return f'data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode("ascii")}'


def _tile(footage: Footage, case: Case, glimpse: Glimpse) -> UInt8Array:
    picture = np.array(footage.image(glimpse.frame))
    if glimpse.outlines:
        tint = picture.copy()
        cv2.fillPoly(tint, list(glimpse.outlines), OURS)
        picture = np.asarray(cv2.addWeighted(picture, 1 - OPACITY, tint, OPACITY, 0), np.uint8)
        cv2.polylines(picture, list(glimpse.outlines), isClosed=True, color=OURS, thickness=2)
    wanted = 1 + np.flatnonzero(case.targets[glimpse.frame])
    truth = np.isin(footage.labels(glimpse.frame), wanted).astype(np.uint8)
    outlines, _ = cv2.findContours(truth, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.drawContours(picture, outlines, -1, BLACK, 5)
    cv2.drawContours(picture, outlines, -1, TRUTH, 2)
    tile = np.asarray(cv2.resize(picture, TILE, interpolation=cv2.INTER_AREA), np.uint8)
    words = f'{glimpse.frame / case.rate_hz:.1f} s {glimpse.state} {glimpse.jf:.2f}'
    tile[-18:] >>= 2
    origin, font = (4, TILE[1] - 5), cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(tile, words, origin, font, 0.42, TRUTH, 1, cv2.LINE_AA)
    return tile
