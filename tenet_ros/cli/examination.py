"""What ``tenet-ros doctor`` looks at. Every check answers; none of them raises."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tenet_ros.cli.findings import Finding, Verdict, run_code, try_import, version_of

__all__ = ['examine']

PACKAGES = ('numpy', 'scipy', 'onnxruntime', 'rosbags', 'ruamel.yaml', 'rich')
OPENCV = ('opencv-python-headless', 'opencv-python', 'opencv-contrib-python')
SOCKET_BUFFER = 2 << 20
"""A receive buffer that holds two uncompressed 640x480 colour images, in bytes."""


def examine(preset: str) -> list[Finding]:
    """Look at everything, in the order in which it is told."""
    return [
        _python(),
        _packages(),
        *_ros(),
        _rmw(),
        _network(),
        _socket_buffers(),
        _gpu(),
        *_inference(),
        *_models(preset),
        _webcams(),
    ]


def _python() -> Finding:
    text = f'{platform.python_version()} at {sys.executable}'
    if sys.prefix != sys.base_prefix:
        text += ', in a virtual environment'
    return Finding(subject='Python', verdict=Verdict.GOOD, text=text)


def _packages() -> Finding:
    versions = {package: version_of(package) for package in PACKAGES}
    versions['opencv'] = next((v for v in map(version_of, OPENCV) if v), '')
    missing = [package for package, version in versions.items() if not version]
    if missing:
        return Finding(
            subject='packages',
            verdict=Verdict.BROKEN,
            text=f'missing: {", ".join(missing)}',
            advice='install tenet_ros with pip, which brings them',
        )
    text = ', '.join(f'{package} {version}' for package, version in versions.items())
    return Finding(subject='packages', verdict=Verdict.GOOD, text=text)


def _ros() -> Iterator[Finding]:
    """Say whether rclpy is there, whether the standalone runtime is, and which is used."""
    distro = os.environ.get('ROS_DISTRO', '')
    error = try_import('rclpy', 'sensor_msgs.msg', 'diagnostic_msgs.msg', 'vision_msgs.msg')
    if not error:
        text = f'rclpy and the message packages import ({distro or "ROS_DISTRO is not set"})'
        yield Finding(subject='ROS 2', verdict=Verdict.GOOD, text=text)
    elif distro:
        yield Finding(
            subject='ROS 2',
            verdict=Verdict.WARNING,
            text=f'{distro} is sourced, but does not import here: {error}',
            advice='use the Python that ROS 2 was built for, or install the package it names '
            f'(ros-{distro}-vision-msgs, say); the node runs without meanwhile',
        )
    else:
        text = f'not sourced in this shell ({error})'
        yield Finding(subject='ROS 2', verdict=Verdict.NOTE, text=text)
    yield _backend()


def _backend() -> Finding:
    """Ask the module that chooses."""
    code = 'from tenet_ros.ros import api; print(api.BACKEND); print(api.BACKEND_REASON)'
    said, error = run_code(code)
    if error:
        return Finding(
            subject='will use',
            verdict=Verdict.BROKEN,
            text=f'nothing: {error}',
            advice=f'source a ROS 2 installation; on x86_64 "pip install cyclonedds" does as well '
            f'(this machine is {platform.machine()}). "tenet-ros run" needs neither',
        )
    backend, reason = said.split('\n', 1)
    names = {
        'rclpy': 'rclpy',
        'standalone': f'the standalone runtime (cyclonedds {version_of("cyclonedds")})',
    }
    text = f'{names.get(backend, backend)}: {reason}'
    return Finding(subject='will use', verdict=Verdict.GOOD, text=text)


def _rmw() -> Finding:
    chosen = os.environ.get('RMW_IMPLEMENTATION', '')
    text = chosen or "RMW_IMPLEMENTATION is not set: the distribution's default, where ROS 2 is"
    return Finding(subject='RMW', verdict=Verdict.NOTE, text=text)


def _network() -> Finding:
    names = (
        'ROS_DOMAIN_ID',
        'ROS_AUTOMATIC_DISCOVERY_RANGE',
        'ROS_STATIC_PEERS',
        'ROS_LOCALHOST_ONLY',
        'CYCLONEDDS_URI',
    )
    given = [f'{name}={os.environ[name]}' for name in names if os.environ.get(name)]
    text = ', '.join(given) or 'domain 0, discovery in the local network (nothing is set)'
    return Finding(subject='discovery', verdict=Verdict.NOTE, text=text)


def _socket_buffers() -> Finding:
    try:
        default, most = (
            int(Path(f'/proc/sys/net/core/rmem_{name}').read_text('ascii'))
            for name in ('default', 'max')
        )
    except (OSError, ValueError):
        text = 'unknown: this system has no /proc/sys/net'
        return Finding(subject='socket buffers', verdict=Verdict.NOTE, text=text)
    text = f'net.core.rmem_default {default}, rmem_max {most} bytes'
    if min(default, most) >= SOCKET_BUFFER:
        return Finding(subject='socket buffers', verdict=Verdict.GOOD, text=text)
    return Finding(
        subject='socket buffers',
        verdict=Verdict.WARNING,
        text=f'{text}: less than two 640x480 colour images; best-effort images may get lost',
        advice='sudo sysctl -w net.core.rmem_default=8388608 net.core.rmem_max=8388608',
    )


def _gpu() -> Finding:
    query = ['nvidia-smi', '--query-gpu=name,driver_version,memory.total', '--format=csv,noheader']
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True)
    except FileNotFoundError:
        return Finding(subject='GPU', verdict=Verdict.NOTE, text='no nvidia-smi: CPU only')
    except (OSError, subprocess.SubprocessError) as error:
        return Finding(
            subject='GPU',
            verdict=Verdict.WARNING,
            text=f'nvidia-smi is there and fails: {error}',
            advice='check that the driver is loaded',
        )
    text = '; '.join(line.strip() for line in done.stdout.splitlines())
    return Finding(subject='GPU', verdict=Verdict.GOOD, text=text)


def _inference() -> Iterator[Finding]:
    try:
        import onnxruntime
    except ImportError as error:
        yield Finding(
            subject='ONNX Runtime',
            verdict=Verdict.BROKEN,
            text=str(error),
            advice='pip install onnxruntime',
        )
        return
    available = onnxruntime.get_available_providers()
    short = [name.removesuffix('ExecutionProvider') for name in available]
    order = [name for name in ('Tensorrt', 'CUDA', 'CPU') if name in short]
    text = f'{onnxruntime.__version__}, will use {" or else ".join(order)}'
    yield Finding(subject='ONNX Runtime', verdict=Verdict.GOOD, text=text)
    version = version_of('tensorrt')
    error_text = try_import('tensorrt') if version else ''
    if error_text:
        yield Finding(
            subject='TensorRT',
            verdict=Verdict.WARNING,
            text=f'{version} is installed and does not import: {error_text}',
            advice='only needed on a GPU; reinstall it, or remove it',
        )
    else:
        text = version or 'not installed; only of use with an NVIDIA GPU'
        yield Finding(subject='TensorRT', verdict=Verdict.NOTE, text=text)


def _models(preset: str) -> Iterator[Finding]:
    from tenet_ros.errors import TenetError
    from tenet_ros.inference.catalogue import PRESET_MODELS, load_manifest, manifest_names
    from tenet_ros.inference.state import State, condition_of
    from tenet_ros.inference.store import EngineStore

    try:
        store = EngineStore.default()
    except TenetError as error:
        yield Finding(subject='models', verdict=Verdict.BROKEN, text=str(error))
        return
    if preset not in PRESET_MODELS:
        known = ', '.join(PRESET_MODELS)
        text = f'no preset {preset!r}; there is {known}'
        yield Finding(subject='preset', verdict=Verdict.BROKEN, text=text)
    for name in manifest_names():
        try:
            condition = condition_of(store, load_manifest(name))
        except (TenetError, OSError) as error:
            yield Finding(subject='model', verdict=Verdict.BROKEN, text=f'{name}: {error}')
            continue
        needed = name in PRESET_MODELS.get(preset, ())
        use = f'needed by {preset}' if needed else 'optional'
        text = f'{name}: {condition.state.value}, {use}'
        if condition.state in {State.READY, State.EXPORTED, State.BUILT}:
            yield Finding(subject='model', verdict=Verdict.GOOD, text=text)
            continue
        yield Finding(
            subject='model',
            verdict=Verdict.BROKEN if needed else Verdict.NOTE,
            text=f'{text} (looked in {store.root})',
            advice=condition.advice.replace(f' {name}', f' {preset}') if needed else '',
        )


def _webcams() -> Finding:
    from tenet_ros.sources.webcam import webcams

    found = [f'{path} ({name})' for path, name in webcams()]
    text = ', '.join(found) or 'none'
    return Finding(subject='webcams', verdict=Verdict.NOTE, text=text)
