"""Sentences about a clip: drawn, looked up, kept where nobody could doubt them, and worded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tenet_ros.errors import ContractError
from tenet_ros.sim import catalogue
from tenet_ros.sim.expressions.draw import Draw
from tenet_ros.sim.expressions.meaning import Meaning
from tenet_ros.sim.expressions.proposals import PROPOSERS
from tenet_ros.sim.expressions.referent import Clip, Referent
from tenet_ros.sim.expressions.wording import POOLS, say
from tenet_ros.sim.scene import Scene, Truth
from tenet_ros.sim.sentence import KINDS, Sentence

__all__ = ['meant', 'sentences']

_TRIES = 8
"""Meanings tried for one sentence of a kind before the kind is given up for this round."""
_JUDGED, _JUDGED_ABSENT = 0.4, 0.6
"""Least share of the clip's frames that must be judged."""
_VISIBLE_S = 1.0
_CHANGES = 6
"""Most changes of target and judgement: beyond, a clip flickers on the edge of doubt."""
_SCARCE = {
    'motion': 5.0,
    'size': 4.0,
    'temporal': 2.5,
    'negation': 2.0,
    'relation': 1.5,
    'attribute': 1.5,
}
"""Kinds that few clips allow, or that matter most, come up for a try so much sooner."""
_NEW_WORDS = 0.5
"""Share of the sentences that are worded from the pool that is asked for."""


def sentences(
    scene: Scene,
    truth: Truth,
    *,
    split: str,
    seed: int,
    count: int | None = None,
    kinds: Sequence[str] | None = None,
    pool: str = 'train',
) -> tuple[Sentence, ...]:
    """Return sentences about a clip that a person who watches it could not misunderstand.

    Args:
        scene: the clip, at any frame rate, of T frames.
        truth: what is to be seen of it, of as many frames.
        split: 'train', 'val' or 'test', of the scene.
        seed: of the choice and the wording.
        count: most sentences to return; None for at most one of each kind.
        kinds: the kinds wanted, of ``sentence.KINDS``; None for all.
        pool: whose words half of them have: 'val' or 'test'; 'train' for those that all splits
            share, and nothing else.

    Returns:
        Sentences spread over the kinds that the clip allows; no two alike, at most a third
        (rounded up) about things that are not there unless only such kinds are wanted.

    Raises:
        ContractError: unknown split, kind or pool, or scene and truth of different lengths.
    """
    return tuple(
        sentence
        for sentence, _ in meant(
            scene, truth, split=split, seed=seed, count=count, kinds=kinds, pool=pool
        )
    )


def meant(
    scene: Scene,
    truth: Truth,
    *,
    split: str,
    seed: int,
    count: int | None = None,
    kinds: Sequence[str] | None = None,
    pool: str = 'train',
) -> list[tuple[Sentence, Meaning]]:
    """Return ``sentences`` with their meanings."""
    wanted = _checked(scene, truth, split, kinds)
    if pool not in POOLS:
        raise ContractError(f'pool: expected one of {POOLS}, got {pool!r}')
    rng = np.random.default_rng([seed, catalogue.SPLITS.index(split)])
    clip = Clip(scene, truth)
    draw = Draw(clip, rng)
    most = len(wanted) if count is None else count
    absent_most = most if all(k.startswith('absent') for k in wanted) else -(-most // 3)
    found: list[tuple[Sentence, Meaning]] = []
    said: set[Meaning] = set()
    for kind in _rounds(wanted, rng, 1 if count is None else 3):
        if len(found) >= most:
            break
        absent = kind.startswith('absent')
        if absent and sum(s.kind.startswith('absent') for s, _ in found) >= absent_most:
            continue
        pair = _one(kind, draw, said, pool)
        if pair is not None:
            found.append(pair)
            draw.used.update(np.flatnonzero(pair[0].targets.any(axis=0)).tolist())
    return found


def _checked(
    scene: Scene, truth: Truth, split: str, kinds: Sequence[str] | None
) -> tuple[str, ...]:
    if split not in catalogue.SPLITS:
        raise ContractError(f'split: expected one of {catalogue.SPLITS}, got {split!r}')
    if len(truth.visible_px) != len(scene):
        raise ContractError(
            f'truth: expected {len(scene)} frames as the scene has, got {len(truth.visible_px)}; '
            'subsample both alike'
        )
    unknown = sorted(set(kinds or ()) - set(KINDS))
    if unknown:
        raise ContractError(f'kinds: expected some of {KINDS}, got {unknown}')
    return KINDS if kinds is None else tuple(kinds)


def _rounds(kinds: tuple[str, ...], rng: np.random.Generator, rounds: int) -> Iterator[str]:
    """Yield the kinds so many times over, in another order each time, scarce ones rather first."""
    # The order of exponential waiting times is a draw without replacement by weight.
    weights = np.array([_SCARCE.get(kind, 1.0) for kind in kinds])
    for _ in range(rounds):
        for index in np.argsort(rng.exponential(size=len(kinds)) / weights):
            yield kinds[index]


def _one(kind: str, draw: Draw, said: set[Meaning], pool: str) -> tuple[Sentence, Meaning] | None:
    """Return one more sentence of a kind, or None."""
    for _ in range(_TRIES):
        meaning = PROPOSERS[kind](draw)
        if meaning is None or meaning in said:
            continue
        said.add(meaning)
        referent = draw.clip.refer(meaning)
        if not _fair(kind, draw.clip, meaning, referent):
            continue
        words = say(meaning, draw.rng, pool=pool if draw.often(_NEW_WORDS) else POOLS[0])
        if words is not None:
            return Sentence(
                text=words.text,
                kind=kind,
                form=words.form,
                held_out=words.held_out,
                targets=referent.targets,
                judged=referent.judged,
            ), meaning
    return None


def _fair(kind: str, clip: Clip, meaning: Meaning, referent: Referent) -> bool:
    """Return whether enough of the clip is judged, and the target seen for long enough."""
    facts, targets, judged = clip.facts, referent.targets, referent.judged
    absent = kind.startswith('absent')
    if judged.mean() < (_JUDGED_ABSENT if absent else _JUDGED):
        return False
    state = np.concatenate([targets, judged[:, None]], axis=1)
    if (state[1:] != state[:-1]).any(axis=1).sum() > _CHANGES:
        return False
    shown = (targets & facts.clear).any(axis=1)
    if absent:
        return not targets.any() and not _almost(clip, meaning)
    return bool(shown.sum() >= facts.count(_VISIBLE_S))


def _almost(clip: Clip, meaning: Meaning) -> bool:
    """Return whether at some frame something does fit, though not alone or not for sure."""
    return bool((clip.values(meaning) > 0).any())
