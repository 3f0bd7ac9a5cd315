"""Callback groups: accepted everywhere, of no consequence with one executor thread."""

from __future__ import annotations

__all__ = ['CallbackGroup', 'MutuallyExclusiveCallbackGroup', 'ReentrantCallbackGroup']


class CallbackGroup:
    """Says which callbacks may run at the same time.

    The standalone executor runs one callback at a time, which satisfies every group.
    """


class MutuallyExclusiveCallbackGroup(CallbackGroup):
    """Its callbacks never run at the same time."""


class ReentrantCallbackGroup(CallbackGroup):
    """Its callbacks may run at the same time."""
