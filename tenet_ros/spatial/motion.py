"""Where tracks are in space and how they move: one small Kalman filter per track."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import numpy.typing as npt

from tenet_ros.spatial.seen import Place

__all__ = ['PlaceConfig', 'PlaceFilter']

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceConfig:
    """A constant-velocity model with white acceleration.

    Attributes:
        acceleration: standard deviation of an object's acceleration, m/s^2.
        measured: least standard deviation of a measured position, metres.
        gate: a measurement farther off than this many standard deviations is not believed ...
        gate_times: ... unless so many in a row say so: then the filter starts anew.
        gap_ms: time without a measurement after which nothing is known any more.
        speed_after_ms: time of measurements that a velocity needs.
    """

    acceleration: float = 1.0
    measured: float = 0.006
    gate: float = 5.0
    gate_times: int = 3
    gap_ms: float = 1000.0
    speed_after_ms: float = 250.0


@dataclass(slots=True)
class _State:
    """Position and velocity per axis, (3, 2), and their covariance, (3, 2, 2)."""

    mean: Vector
    covariance: Vector
    born_ns: int
    stamp_ns: int
    refused: int = 0


@final
class PlaceFilter:
    """Positions and velocities of tracks in one frame of reference. For one thread.

    Args:
        config: the model.
    """

    def __init__(self, config: PlaceConfig | None = None) -> None:
        self._config = config or PlaceConfig()
        self._states: dict[int, _State] = {}

    def update(self, track_id: int, position: Vector, deviation: Vector, stamp_ns: int) -> Place:
        """Take in a measured position and return what is believed now.

        Args:
            track_id: of the tracker.
            position: (3,) float64, metres.
            deviation: (3,) float64, its standard deviations, metres.
            stamp_ns: when it was there; not before the last measurement, else it is ignored.
        """
        state = self._states.get(track_id)
        if state is not None and stamp_ns <= state.stamp_ns:
            return self._place(state)
        if state is None or stamp_ns - state.stamp_ns > self._config.gap_ms * 1e6:
            return self._begin(track_id, position, deviation, stamp_ns)
        self._predict(state, stamp_ns)
        surprise = position - state.mean[:, 0]
        expected = self._expected(state, deviation)
        if (surprise**2 > self._config.gate**2 * expected).any():
            state.refused += 1
            if state.refused >= self._config.gate_times:
                return self._begin(track_id, position, deviation, stamp_ns)
            return self._place(state)
        state.refused = 0
        gain = state.covariance[:, :, 0] / expected[:, None]
        state.mean += gain * surprise[:, None]
        state.covariance -= gain[:, :, None] * state.covariance[:, None, 0, :]
        return self._place(state)

    def expects(self, track_id: int, position: Vector, deviation: Vector, stamp_ns: int) -> bool:
        """Return whether a track can be at a position by what is believed of it; changes nothing.

        Of a track of which nothing is believed, everything is expected.

        Args:
            track_id: of the tracker.
            position: (3,) float64, metres.
            deviation: (3,) float64, its standard deviations, metres.
            stamp_ns: when it is to be there.
        """
        state = self._states.get(track_id)
        if state is None or stamp_ns <= state.stamp_ns:
            return True
        ahead = replace(state)
        self._predict(ahead, stamp_ns)
        surprise = position - ahead.mean[:, 0]
        return bool((surprise**2 <= self._config.gate**2 * self._expected(ahead, deviation)).all())

    def place(self, track_id: int) -> Place | None:
        """Return what is believed of a track, None where nothing is."""
        state = self._states.get(track_id)
        return self._place(state) if state is not None else None

    def keep(self, track_ids: Collection[int]) -> None:
        """Forget every track but these."""
        self._states = {key: value for key, value in self._states.items() if key in track_ids}

    def reset(self) -> None:
        """Forget every track."""
        self._states.clear()

    def _begin(self, track_id: int, position: Vector, deviation: Vector, stamp_ns: int) -> Place:
        noise = np.maximum(deviation, self._config.measured) ** 2
        covariance = np.zeros((3, 2, 2))
        covariance[:, 0, 0] = noise
        covariance[:, 1, 1] = self._config.acceleration**2
        mean = np.stack([np.asarray(position, np.float64), np.zeros(3)], axis=1)
        state = _State(mean=mean, covariance=covariance, born_ns=stamp_ns, stamp_ns=stamp_ns)
        self._states[track_id] = state
        return self._place(state)

    def _expected(self, state: _State, deviation: Vector) -> Vector:
        """Return the variance of a measurement's surprise, (3,)."""
        noise = np.maximum(deviation, self._config.measured) ** 2
        return np.asarray(state.covariance[:, 0, 0] + noise, np.float64)

    def _predict(self, state: _State, stamp_ns: int) -> None:
        dt = (stamp_ns - state.stamp_ns) / 1e9
        step = np.asarray([[1, dt], [0, 1]])
        # White acceleration, integrated over dt (Bar-Shalom, Li and Kirubarajan 2001, ch. 6.2).
        noise = self._config.acceleration**2 * np.asarray(
            [[dt**4 / 4, dt**3 / 2], [dt**3 / 2, dt**2]]
        )
        state.mean = state.mean @ step.T
        state.covariance = step @ state.covariance @ step.T + noise
        state.stamp_ns = stamp_ns

    def _place(self, state: _State) -> Place:
        known = state.stamp_ns - state.born_ns >= self._config.speed_after_ms * 1e6
        return Place(
            position=state.mean[:, 0].copy(),
            velocity=state.mean[:, 1].copy() if known else np.zeros(3),
            stamp_ns=state.stamp_ns,
            speed_known=known,
        )
