"""Writing down the test split: ``python -m tenet_ros.evaluation.tabletop.freeze CACHE OUT``.

For the maintainers, when the generator or the expressions have changed; every published figure
has then to be measured again. A seed whose clip gives fewer than four sentences is passed over.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tenet_ros.evaluation.tabletop.footage import asked, projected
from tenet_ros.evaluation.tabletop.split import FIRST_SEEDS, Entry, digest_of
from tenet_ros.sim.generator import GENERATOR, generate

__all__ = ['freeze', 'main']

CLIPS = 120
LEAST_SENTENCES = 4


def freeze(cache: Path, clips: int = CLIPS) -> dict[str, Any]:
    """Return the test split of the present generator and expressions, ready for ``json.dumps``.

    Args:
        cache: of the benchmark.
        clips: how many.
    """
    rows: list[dict[str, Any]] = []
    seed = FIRST_SEEDS['test']
    while len(rows) < clips:
        scene = generate(seed, 'test')
        name = Entry(split='test', seed=seed).name
        said = asked(scene, projected(scene, name, cache))
        if len(said) >= LEAST_SENTENCES:
            digest = digest_of(scene, said)
            rows.append({'seed': seed, 'sentences': len(said), 'digest': digest})
        seed += 1
    return {'generator': GENERATOR, 'sentences': sum(r['sentences'] for r in rows), 'clips': rows}


def main() -> None:
    """Write the split of a cache to a path, both from the command line."""
    split = freeze(Path(sys.argv[1]))
    Path(sys.argv[2]).write_text(json.dumps(split, indent=1) + '\n', 'utf-8')


if __name__ == '__main__':
    main()
