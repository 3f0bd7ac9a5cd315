"""What a measurement was made on."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

__all__ = ['describe_machine']

PACKAGES = ('numpy', 'opencv-python-headless', 'onnxruntime', 'scipy', 'rosbags', 'cyclonedds')


def describe_machine() -> dict[str, Any]:
    """Return ``cores`` that this process may use, ``cpu``, ``gpu`` and ``versions``."""
    return {
        'cores': len(os.sched_getaffinity(0)),
        'cpu': _cpu(),
        'gpu': _gpu(),
        'versions': {
            'python': platform.python_version(),
            'kernel': platform.release(),
            **{package: version for package in PACKAGES if (version := _version(package))},
        },
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ''


def _cpu() -> str:
    """Return the processor's own name, or its architecture where the kernel does not tell."""
    try:
        lines = Path('/proc/cpuinfo').read_text('utf-8').splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(':')[2].strip() for line in lines if line.startswith('model name')]
    return names[0] if names else platform.machine()


def _gpu() -> str:
    """Return the names of the NVIDIA GPUs, or 'none'."""
    query = ['nvidia-smi', '--query-gpu=name', '--format=csv,noheader']
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return 'none'
    return ', '.join(done.stdout.split('\n')).strip(', ') or 'none'
