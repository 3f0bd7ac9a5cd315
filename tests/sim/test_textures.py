"""Procedural textures: size, colour, variety, and that they can be made again."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.errors import ContractError
from tenet_ros.sim import textures
from tenet_ros.sim.textures import CUBE_PX, PATTERNS, SKY_PX, SURFACE_PX, TABLES

BROWN = (0.6, 0.4, 0.2)


@pytest.mark.parametrize('kind', TABLES)
def test_a_table_has_its_colour_and_is_the_same_again(kind):
    surface = textures.table(kind, BROWN, 5)
    assert (surface.shape, surface.dtype) == ((SURFACE_PX, SURFACE_PX, 3), np.uint8)
    np.testing.assert_allclose(surface.mean(axis=(0, 1)) / 255, BROWN, atol=0.08)
    np.testing.assert_array_equal(surface, textures.table(kind, BROWN, 5))
    if kind != 'plain':
        assert surface.std(axis=(0, 1)).mean() > 3
    assert (surface != textures.table(kind, BROWN, 6)).any()


@pytest.mark.parametrize('kind', ['wood', 'cloth', 'marble', 'speckle'])
def test_a_table_tiles_without_a_seam(kind):
    grey = textures.table(kind, (0.5, 0.5, 0.5), 0).astype(float)[..., 1]
    for lines in (grey, grey.T):
        steps = np.abs(np.diff(lines, axis=0)).mean(axis=1)
        seam = np.abs(lines[0] - lines[-1]).mean()
        assert seam < 2 * steps.max() + 2


@pytest.mark.parametrize('kind', PATTERNS)
@pytest.mark.parametrize('seed', [0, 1])
def test_every_face_of_a_pattern_shows_both_colours(kind, seed):
    cube = textures.pattern(kind, (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), seed)
    assert cube.shape == (6 * CUBE_PX, CUBE_PX, 3)
    second = (cube[..., 2] == 255).reshape(6, -1).mean(axis=1)
    assert ((second > 0.2) & (second < 0.8)).all()


def test_a_pattern_that_does_not_exist_is_named():
    with pytest.raises(ContractError, match=r"striped, dotted, checkered, got 'plain'"):
        textures.pattern('plain', BROWN, BROWN, 0)


def test_surroundings_are_as_bright_as_asked_and_different_by_seed():
    bright, dark = (textures.surroundings(BROWN, level, 3) for level in (1.0, 0.5))
    assert bright.shape == (6 * SKY_PX, SKY_PX, 3)
    assert dark.mean() == pytest.approx(bright.mean() / 2, rel=0.02)
    assert (bright != textures.surroundings(BROWN, 1.0, 4)).any()
