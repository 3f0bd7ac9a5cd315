"""The form of a manifest.

A manifest is a YAML file in ``tenet_ros/engines``. Every key is required unless it is said to be
optional; a key that is not known is an error, so a typing mistake cannot hide. Files without
``url`` come with the package, or from the ``hub`` where the manifest names one; there ``path`` says
where in the repository a file lies, if not at its top. With ``exporter`` the model's graphs are made
on the user's machine: then ``camera``, ``canvas``, ``limits``, ``profiles`` and ``graphs`` take the
place of ``inputs`` and ``outputs``. Optional: ``image``, ``classes``, ``hub``, ``exporter``,
``profiles``, ``known_problems``, and of a file ``sha256`` and ``size_bytes``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tenet_ros.errors import ConfigError
from tenet_ros.inference.manifest import Accuracy, ImageInput, Manifest, ModelFile
from tenet_ros.inference.plan import ExportPlan, GraphTensors, Hub
from tenet_ros.inference.record import Profile, Role
from tenet_ros.inference.section import Section
from tenet_ros.inference.spec import TensorSpec

__all__ = ['parse_manifest']

ROLES: tuple[Role, ...] = ('image', 'text', 'segment')


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
    hub = _hub(top.section('hub')) if top.has('hub') else None
    plan = _plan(top) if top.has('exporter') else None
    manifest = Manifest(
        name=name,
        task=top.text('task'),
        summary=top.text('summary'),
        homepage=top.text('homepage'),
        licence=top.text('licence'),
        precision=top.text('precision'),
        files=tuple(_file(entry, hub) for entry in top.sections('files')),
        inputs=() if plan else _tensors(top, 'inputs'),
        outputs=() if plan else _tensors(top, 'outputs'),
        image=_image(top.section('image')) if top.has('image') else None,
        postprocessing=top.text('postprocessing'),
        accuracy=tuple(_accuracy(entry) for entry in top.sections('accuracy')),
        classes=top.texts('classes') if top.has('classes') else (),
        hub=hub,
        export=plan,
        known_problems=top.texts('known_problems') if top.has('known_problems') else (),
    )
    top.close()
    _check_files(manifest)
    return manifest


def _check_files(manifest: Manifest) -> None:
    """Check that every file can be held to something, and that no two are of one name."""
    for file in manifest.files:
        if not file.url and not (file.sha256 and file.size_bytes):
            raise ConfigError(
                f'manifest {manifest.name}: expected sha256 and size_bytes of {file.name}, which '
                'comes with the package, got none; add them, or a url'
            )
    names = [file.name for file in manifest.files]
    if len(set(names)) < len(names) or not names:
        raise ConfigError(
            f'manifest {manifest.name}: expected one or more files, each of a name of its own, got '
            f'{", ".join(names) or "none"}; rename them'
        )


def _hub(section: Section) -> Hub:
    hub = Hub(
        id=section.matching('id', r'\w[\w.-]*/\w[\w.-]*', 'the id of a repository, "owner/name"'),
        revision=section.matching('revision', r'\w[\w.-]*', 'a commit or a branch'),
    )
    section.close()
    return hub


def _file(section: Section, hub: Hub | None) -> ModelFile:
    name = section.matching('name', r'\w[\w.-]*', 'a file name without a folder')
    url = ''
    if section.has('url'):
        url = section.matching('url', r'https://\S+', 'an https URL')
    elif hub:
        form = r'\w[\w.-]*(/\w[\w.-]*)*'
        path = section.matching('path', form, 'a path in the hub') if section.has('path') else name
        url = hub.url(path)
    sha256 = ''
    if section.has('sha256'):
        sha256 = section.matching('sha256', r'[0-9a-f]{64}', '64 lower-case hexadecimal digits')
    size = section.whole('size_bytes', low=1) if section.has('size_bytes') else 0
    section.close()
    return ModelFile(name=name, url=url, sha256=sha256, size_bytes=size)


def _plan(top: Section) -> ExportPlan:
    graphs = top.section('graphs')
    plan = ExportPlan(
        exporter=top.matching('exporter', r'[a-z0-9_]+', 'the name of an exporter'),
        camera=top.pair('camera'),
        canvas=top.pair('canvas'),
        precision=top.choice('precision', ('fp16', 'fp32')),
        limits=MappingProxyType(top.wholes('limits')),
        profiles=_profiles(top.section('profiles'))
        if top.has('profiles')
        else MappingProxyType({}),
        graphs=tuple(_graph(graphs.section(role), role) for role in ROLES if graphs.has(role)),
    )
    graphs.close()
    return plan


def _graph(section: Section, role: Role) -> GraphTensors:
    graph = GraphTensors(
        role=role, inputs=_tensors(section, 'inputs'), outputs=_tensors(section, 'outputs')
    )
    section.close()
    return graph


def _profiles(section: Section) -> Mapping[str, Profile]:
    """Return the least, usual and largest shape of each input: ``boxes: [[1, 4], ...]``."""
    found: dict[str, Profile] = {}
    for name in section.keys():  # noqa: SIM118 - a section is not a mapping
        shapes = section.shapes(name)
        if len(shapes) != 3:
            raise ConfigError(
                f'{section.where}: {name}: expected three shapes, the least, the usual and the '
                f'largest, got {len(shapes)}; correct it'
            )
        found[name] = (shapes[0], shapes[1], shapes[2])
    section.close()
    return MappingProxyType(found)


def _tensors(section: Section, key: str) -> tuple[TensorSpec, ...]:
    return tuple(_tensor(entry) for entry in section.sections(key))


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
