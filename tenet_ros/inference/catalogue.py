"""The models that the package knows: reading their manifests, and which preset needs which.

A manifest is a YAML file in ``tenet_ros/engines``. Every key is required unless it is said to be
optional; a key that is not known is an error, so a typing mistake cannot hide. Files without
``url`` come with the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

import numpy as np
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tenet_ros.errors import ConfigError
from tenet_ros.inference.manifest import Accuracy, ImageInput, Manifest, ModelFile
from tenet_ros.inference.section import Section
from tenet_ros.inference.spec import TensorSpec

__all__ = ['PRESET_MODELS', 'load_manifest', 'manifest_names', 'parse_manifest', 'resolve']

PRESET_MODELS: Mapping[str, tuple[str, ...]] = MappingProxyType({'coco': ('yolox_nano_416',)})
"""The models that each preset must have before it runs; optional extras are not among them."""


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
    raise ConfigError(
        f'expected a preset ({presets}) or a model ({models}), got {name!r}; use one of these'
    )


def parse_manifest(name: str, text: str) -> Manifest:
    """Return the manifest that ``text`` states.

    Args:
        name: of the manifest.
        text: YAML 1.2.

    Raises:
        ConfigError: not YAML, or a key is missing, unknown, or of another type than expected.
    """
    try:
        root = YAML(typ='safe', pure=True).load(text)
    except YAMLError as error:
        reason = ' '.join(str(error).split())
        raise ConfigError(f'manifest {name}: expected YAML, got {reason}; correct it') from error
    top = Section(f'manifest {name}', root)
    manifest = Manifest(
        name=name,
        task=top.text('task'),
        summary=top.text('summary'),
        homepage=top.text('homepage'),
        licence=top.text('licence'),
        precision=top.text('precision'),
        files=tuple(_file(entry) for entry in top.sections('files')),
        inputs=tuple(_tensor(entry) for entry in top.sections('inputs')),
        outputs=tuple(_tensor(entry) for entry in top.sections('outputs')),
        image=_image(top.section('image')) if top.has('image') else None,
        postprocessing=top.text('postprocessing'),
        accuracy=tuple(_accuracy(entry) for entry in top.sections('accuracy')),
        classes=top.texts('classes') if top.has('classes') else (),
    )
    top.close()
    return manifest


def _file(section: Section) -> ModelFile:
    file = ModelFile(
        name=section.matching('name', r'[\w.-]+', 'a file name without a folder'),
        url=section.matching('url', r'https://\S+', 'an https URL') if section.has('url') else '',
        sha256=section.matching('sha256', r'[0-9a-f]{64}', '64 lower-case hexadecimal digits'),
        size_bytes=section.whole('size_bytes', low=1),
    )
    section.close()
    return file


def _tensor(section: Section) -> TensorSpec:
    name = section.choice('dtype', ('float32', 'float16', 'int64', 'int32', 'uint8', 'bool'))
    spec = TensorSpec(section.text('name'), np.dtype(name), section.sizes('shape'))
    section.close()
    return spec


def _image(section: Section) -> ImageInput:
    image = ImageInput(
        resize=section.choice('resize', ('letterbox', 'stretch')),
        anchor=section.choice('anchor', ('top_left', 'centre')),
        pad=section.whole('pad', high=255),
        channels=section.choice('channels', ('rgb', 'bgr')),
        mean=section.triple('mean'),
        std=section.triple('std'),
    )
    section.close()
    return image


def _accuracy(section: Section) -> Accuracy:
    accuracy = Accuracy(
        metric=section.text('metric'),
        value=section.number('value'),
        data=section.text('data'),
        source=section.text('source'),
    )
    section.close()
    return accuracy
