"""Subcommands run as processes of their own: a camera and a node, on a domain of their own."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import final

from tenet_ros.errors import ConfigError

__all__ = ['Child', 'follow_parent', 'loopback']

PARENT = 'TENET_ROS_PARENT'
"""Environment variable that tells a child whose end it must not outlive."""
PR_SET_PDEATHSIG = 1
"""Of linux/prctl.h."""
DOMAINS = range(1, 101)
"""0 is everybody's; above 100 a domain's ports meet the ephemeral ones."""
LOCK_PORT = 28000
STOP_S = 15.0
SHOWN_LINES = 5


@contextmanager
def loopback(domain: int | None) -> Iterator[dict[str, str]]:
    """Provide the environment that keeps ROS on this machine, on a domain of its own.

    Args:
        domain: the domain, or None for one that nobody on this machine is using.

    Raises:
        ConfigError: no domain is free.
    """
    with ExitStack() as held:
        chosen = domain if domain is not None else _free_domain(held)
        environment = {'ROS_DOMAIN_ID': str(chosen), 'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}
        if os.environ.get('ROS_DISTRO') == 'humble':
            # Later distributions call it deprecated, in every process.
            environment['ROS_LOCALHOST_ONLY'] = '1'
        yield environment


def _free_domain(held: ExitStack) -> int:
    """Return a domain without participants, and hold a port that stands for it meanwhile."""
    domains = list(DOMAINS)
    random.shuffle(domains)
    for domain in domains:
        lock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with probe:
            try:
                lock.bind(('127.0.0.1', LOCK_PORT + domain))
                # Where the domain's first participant would listen (RTPS 2.5, 9.6.2.3).
                probe.bind(('', 7400 + 250 * domain + 10))
            except OSError:
                lock.close()
                continue
        held.enter_context(lock)
        return domain
    raise ConfigError('no ROS domain from 1 to 100 is free here; name one with --domain')


def follow_parent() -> None:
    """Have the kernel end this process with the one that started it as its child, if one did.

    A parent that is killed cannot stop its children, and a camera that nobody sees would go on
    publishing.
    """
    parent = os.environ.pop(PARENT, '')
    if not parent:
        return
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):  # it had ended before the kernel was told
        os.kill(os.getpid(), signal.SIGTERM)


@final
class Child:
    """``tenet-ros ...`` in a process of its own, stopped at the end of a ``with`` block.

    Args:
        name: for error messages.
        arguments: of the command line.
        environment: added to this process's own.
        program: what Python runs instead of ``tenet-ros``: a file.
        shown: let it print where this process prints, and keep nothing of it.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        program: Path | None = None,
        shown: bool = False,
    ) -> None:
        self._name = name
        self._shown = shown
        run = [str(program)] if program else ['-m', 'tenet_ros.cli.main']
        self._arguments = [sys.executable, *run, *arguments]
        self._environment = {**os.environ, **environment, PARENT: str(os.getpid())}
        self._process: subprocess.Popen[bytes] | None = None
        self._said = tempfile.NamedTemporaryFile(suffix=f'.{name}.log')  # noqa: SIM115

    @property
    def pid(self) -> int:
        """The process id; -1 before the start."""
        return self._process.pid if self._process else -1

    @property
    def running(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def status(self) -> int | None:
        """The exit status, negative of a signal; None while the process runs."""
        return self._process.poll() if self._process else None

    def check(self) -> None:
        """Raise ``ConfigError`` if the process has ended by itself with an error."""
        status = self.status
        if status:
            raise ConfigError(f'the {self._name} ended with status {status}: {self.last_words()}')

    def said(self) -> list[str]:
        """Return all lines that the process printed."""
        return Path(self._said.name).read_text('utf-8', 'replace').strip().splitlines()

    def last_words(self) -> str:
        """Return the last lines of what the process printed."""
        return '\n'.join(self.said()[-SHOWN_LINES:]) or '(it said nothing)'

    def rss_mb(self) -> float:
        """Return the process's resident memory in MB (10^6 bytes); 0.0 when it has ended."""
        try:
            pages = int(Path(f'/proc/{self.pid}/statm').read_text('ascii').split()[1])
        except (OSError, IndexError, ValueError):
            return 0.0
        return pages * os.sysconf('SC_PAGE_SIZE') / 1e6

    def cpu_s(self) -> float:
        """Return the CPU time that all threads of the process took; 0.0 when it has ended."""
        try:
            # What comes before the last bracket is the program's name, whatever is in it.
            fields = Path(f'/proc/{self.pid}/stat').read_text('ascii').rpartition(')')[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
        except (OSError, IndexError, ValueError):
            return 0.0

    def stop(self) -> None:
        """Ask the process to end, and wait until it has."""
        if self._process is None:
            return
        if self._process.poll() is None:
            # Not SIGINT: whoever was started in the background of a shell ignores that one.
            self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Child:
        """Start the process."""
        # A session of its own, so that Ctrl-C reaches this process first, which then stops it.
        self._process = subprocess.Popen(
            self._arguments,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=None if self._shown else self._said,
            stderr=None if self._shown else subprocess.STDOUT,
            start_new_session=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the process."""
        self.stop()
        self._said.close()
