"""The manifest of the shipped head, written with the figures that belong to its file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from tenet_ros.stages.preference.learned_columns import width as width_of
from tenet_ros.stages.preference.learned_features import FITS, PAIRS, SENTENCES, TRACKS
from tenet_ros.stages.preference.learned_sentence import BAG

__all__ = ['manifest_text']


def manifest_text(graph: Path, figures: Mapping[str, float], data: str) -> str:
    """Return the manifest of a graph as YAML.

    Args:
        graph: the file.
        figures: metric -> value.
        data: what they were measured on.
    """
    content = graph.read_bytes()
    rows = '\n'.join(
        f'  - metric: {metric}\n    value: {value:.3f}\n    data: {data}\n'
        '    source: python -m tenet_ros.training.preference evaluate'
        for metric, value in figures.items()
    )
    accuracy = f'\n{rows}' if figures else ' []'
    return f"""task: preference
summary: which track a sentence means, if any; trained on scripted tabletop clips, 0.3 M parameters
homepage: docs/preference.md
licence: Apache-2.0
precision: fp32

files:
  - name: {graph.name}
    sha256: {hashlib.sha256(content).hexdigest()}
    size_bytes: {len(content)}

inputs:
  - {{name: tracks, dtype: float32, shape: [n, {width_of(TRACKS)}]}}
  - {{name: pairs, dtype: float32, shape: [n, n, {width_of(PAIRS)}]}}
  - {{name: present, dtype: float32, shape: [n]}}
  - {{name: fits, dtype: float32, shape: [s, n, {width_of(FITS)}]}}
  - {{name: sentences, dtype: float32, shape: [s, {width_of(SENTENCES)}]}}
  - {{name: tokens, dtype: int64, shape: [s, l, {BAG}]}}
outputs:
  - {{name: logits, dtype: float32, shape: [s, n]}}
  - {{name: 'null', dtype: float32, shape: [s]}}
  - {{name: settled, dtype: float32, shape: [s]}}

postprocessing: >-
  Logits: one for each track and sentence, that the track is meant, independent of the others.
  Null: that nothing here is meant. Settled: that the best of them is right and plain to see. The
  logistic of each is a probability, calibrated on clips that were not trained on.

accuracy:{accuracy}
"""
