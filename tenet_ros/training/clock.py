"""The clock that trainings are measured by."""

from __future__ import annotations

import time

import torch

__all__ = ['clock_s']


def clock_s() -> float:
    """Return seconds since some moment: of processor time, or with CUDA by the wall.

    Other work on the same cores makes a training longer, and neither shorter of steps nor worse.
    Several threads spend it as many times as fast.
    """
    return time.monotonic() if torch.cuda.is_available() else time.process_time()
