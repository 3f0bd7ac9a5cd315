"""The models that the package knows: reading their manifests, and which preset needs which."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import resources
from types import MappingProxyType

from tenet_ros.errors import ConfigError
from tenet_ros.inference.manifest import (
    Manifest,
)
from tenet_ros.inference.manifest_form import parse_manifest

__all__ = ['PRESET_MODELS', 'load_manifest', 'manifest_names', 'resolve']

PRESET_MODELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        'tabletop': ('tabletop_detector', 'segmenter_crop96', 'preference'),
        'coco': ('yolox_nano_416',),
        'edge': ('omdet_turbo_tiny', 'efficientvit_sam_l0'),
        'desktop': ('mm_grounding_dino_tiny', 'efficientvit_sam_xl0'),
    }
)
"""The models that each preset must have before it runs; optional extras are not among them.

``desktop`` takes the detector that finds more (COCO zero-shot 0.506 against 0.425) and costs about
nine times the arithmetic: it works in the slow lane, so what it costs is its own rate, not that of
the masks. Where it is too slow, OmDet-Turbo of ``edge`` takes its place.
"""


def manifest_names() -> tuple[str, ...]:
    """Return the names of all manifests of the package, in order."""
    folder = resources.files('tenet_ros') / 'engines'
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[: -len('.yaml')] for name in names if name.endswith('.yaml')))


def load_manifest(name: str) -> Manifest:
    """Return the manifest called ``name``.

    Raises:
        ConfigError: there is none, or it does not keep to its form.
    """
    if name not in manifest_names():
        known = ', '.join(manifest_names())
        raise ConfigError(f'expected the name of a model ({known}), got {name!r}; use one of these')
    file = resources.files('tenet_ros') / 'engines' / f'{name}.yaml'
    return parse_manifest(name, file.read_text(encoding='utf-8'))


def resolve(name: str) -> tuple[Manifest, ...]:
    """Return the manifests that a preset needs, or the one model of that name.

    Raises:
        ConfigError: neither a preset nor a model has this name.
    """
    if name in PRESET_MODELS:
        return tuple(load_manifest(model) for model in PRESET_MODELS[name])
    if name in manifest_names():
        return (load_manifest(name),)
    presets, models = ', '.join(PRESET_MODELS), ', '.join(manifest_names())
    meant = get_close_matches(name.strip().lower(), (*PRESET_MODELS, *manifest_names()), n=1)
    advice = f'is {meant[0]} meant?' if meant else 'use one of these'
    raise ConfigError(
        f'expected a preset ({presets}) or a model ({models}), got {name!r}; {advice}'
    )
