"""The recordings that come with the package: ``python -m tenet_ros.sim.bundle FOLDER``.

For the maintainers, when the generator, the renderer or the sentences have changed. The clips are
of the test split, from seeds that neither training nor the benchmark uses, and chosen for a
picture of little noise, which a video compresses well.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tenet_ros.sim.expressions import sentences
from tenet_ros.sim.generator import generate
from tenet_ros.sim.projection import observe
from tenet_ros.sim.recording import record

__all__ = ['CLIPS', 'bundle', 'main']

CLIPS = (3_000_097, 3_000_086, 3_000_159)
"""Seeds."""
SPLIT = 'test'
SENTENCES = 8


def bundle(folder: Path) -> None:
    """Record every clip into a folder of its own in ``folder``.

    Raises:
        GraphicsError: nothing here can render.
        SourceError: one of them is there already.
    """
    for number, seed in enumerate(CLIPS):
        scene = generate(seed, SPLIT)
        said = sentences(scene, observe(scene), split=SPLIT, seed=seed, count=SENTENCES)
        record(scene, folder / f'{number}_{SPLIT}_{seed}', sentences=said, video=True)


def main() -> None:
    """Record into the folder that the command line names."""
    bundle(Path(sys.argv[1]))


if __name__ == '__main__':
    main()
