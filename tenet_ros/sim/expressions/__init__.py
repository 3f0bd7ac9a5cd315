"""Referring expressions about a simulated clip, with what is true of them at every frame."""

from tenet_ros.sim.expressions.sentences import sentences

__all__ = ['sentences']
