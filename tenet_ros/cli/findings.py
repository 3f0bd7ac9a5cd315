"""What the doctor's checks say, and how they ask without being hurt by the answer."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from enum import Enum
from importlib import metadata

__all__ = ['Finding', 'Verdict', 'run_code', 'try_import', 'version_of']

IMPORT_TIMEOUT_S = 30


class Verdict(str, Enum):
    """How a finding bears on running the node."""

    GOOD = 'good'
    NOTE = 'note'
    WARNING = 'warning'
    BROKEN = 'broken'


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        subject: what, in a word or two.
        verdict: how it bears on running the node.
        text: what was found.
        advice: what to do about it, or ''.
    """

    subject: str
    verdict: Verdict
    text: str
    advice: str = ''

    def as_json(self) -> dict[str, str]:
        """Return the finding as a flat JSON object."""
        return {
            'subject': self.subject,
            'verdict': self.verdict.value,
            'text': self.text,
            'advice': self.advice,
        }


def version_of(package: str) -> str:
    """Return an installed package's version, or ''."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ''


def run_code(code: str) -> tuple[str, str]:
    """Run Python code in a process of its own; return what it printed, and its error or ''.

    Of its own, because a broken binding may take the process down or print as it pleases.
    """
    try:
        done = subprocess.run(
            [sys.executable, '-c', code],
            capture_output=True,
            text=True,
            timeout=IMPORT_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return '', str(error)
    if done.returncode == 0:
        return done.stdout.strip(), ''
    lines = done.stderr.strip().splitlines()
    return '', lines[-1] if lines else f'the interpreter ended with status {done.returncode}'


def try_import(*modules: str) -> str:
    """Import modules; return the error's own words, or ''."""
    return run_code(';'.join(f'import {module}' for module in modules))[1]
