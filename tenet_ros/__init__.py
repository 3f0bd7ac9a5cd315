"""Find, segment and follow the object a sentence refers to, in a live camera stream."""

from __future__ import annotations

__all__ = ['__version__']

__version__ = '0.1.0'
