"""Truth with a middle: clearly so (+1), clearly not so (-1), doubtful (0).

Kleene's strong logic of indeterminacy: "and" is the minimum, "or" the maximum, "not" the sign. A
frame is judged only where no doubt reaches the answer.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
import numpy.typing as npt

__all__ = ['Flags', 'Trits', 'all_of', 'decided', 'past_or_now', 'settled']

Trits = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]


def decided(holds: Flags, fails: Flags) -> Trits:
    """Return +1 where it only holds, -1 where it only fails, 0 where neither or both.

    >>> decided(np.array([True, False, False]), np.array([False, True, False])).tolist()
    [1, -1, 0]
    """
    return np.subtract(holds, fails, dtype=np.int8)


def all_of(*values: Trits) -> Trits:
    """Return "and" of values that broadcast against each other.

    >>> all_of(np.array([1, 1, 0], np.int8), np.array([1, 0, -1], np.int8)).tolist()
    [1, 0, -1]
    """
    return reduce(np.minimum, values)


def settled(values: Trits, frames: int) -> Trits:
    """Return the values, doubtful where they changed less than ``frames`` frames ago.

    What holds at the first frame counts from there: nobody saw it change.

    Args:
        values: (T, ...).
        frames: how long a new value must have lasted before a person would rely on it.

    >>> settled(np.array([1, 1, -1, -1, -1], np.int8), 2).tolist()
    [1, 1, 0, 0, -1]
    """
    if len(values) < 2 or frames < 1:
        return values
    time = np.arange(len(values)).reshape(-1, *[1] * (values.ndim - 1))
    changed = np.zeros(values.shape, np.bool_)
    changed[1:] = values[1:] != values[:-1]
    latest = np.maximum.accumulate(np.where(changed, time, -frames), axis=0)
    return np.where(time - latest >= frames, values, 0).astype(np.int8)


def past_or_now(flags: Flags) -> Flags:
    """Return, for every frame, whether a flag was up at or before it, (T, ...)."""
    return np.asarray(np.maximum.accumulate(flags, axis=0), np.bool_)
