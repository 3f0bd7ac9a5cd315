"""The closed vocabulary of skeletons. Shipped weights know words by their place: append only."""

from __future__ import annotations

__all__ = ['WORDS']

WORDS: tuple[str, ...] = (
    '2', '2nd', '3rd', '[A1]', '[A2]', '[A3]', '[T]', 'across', 'again', 'all', 'along',
    'and', 'approaching', 'at', 'away', 'back', 'been', 'began', 'begun', 'behind', 'being',
    'below', 'beneath', 'beside', 'between', 'bigger', 'biggest', 'but', 'came', 'camera',
    'center', 'centre', 'circle', 'circles', 'close', 'closer', 'closest', 'coming', 'do',
    'does', 'down', 'entered', 'fallen', 'falling', 'far', 'farthest', 'fell', 'first',
    'four', 'from', 'front', 'furthest', 'going', 'got', 'has', 'have', 'in', 'inside',
    'into', 'just', 'larger', 'largest', 'left', 'leftmost', 'lifted', 'me', 'middle',
    'motion', 'move', 'moved', 'moves', 'moving', 'near', 'nearest', 'next', 'not', 'now',
    'of', 'on', 'picked', 'pushed', 'rest', 'right', 'rightmost', 'rolling', 'second',
    'side', 'sitting', 'sliding', 'smaller', 'smallest', 'spinning', 'standing', 'started',
    'stationary', 'still', 'stopped', 'that', 'the', 'third', 'three', 'to', 'top',
    'towards', 'turning', 'two', 'under', 'up', 'us', 'view', 'which', 'you',
)  # fmt: skip
