"""The text of ``~/command``, checked before anything is changed."""

from __future__ import annotations

import logging

from tenet_ros.errors import ContractError
from tenet_ros.runtime.stream import parse_command
from tenet_ros.types import Command

__all__ = ['MAX_SENTENCES', 'read_command']

MAX_SENTENCES = 32
"""Each sentence costs a score and a mask per frame."""
_LOG = logging.getLogger(__name__)


def read_command(command_id: int, text: str, max_chars: int) -> Command:
    """Return the command in ``text``.

    >>> read_command(1, 'the red mug; the dog', 100).sentences
    ('the red mug', 'the dog')

    Args:
        command_id: for ``Command.command_id``.
        text: as it came; bytes that were not UTF-8 are U+FFFD (rclpy) or surrogates in it.
        max_chars: longest text to take.

    Raises:
        ContractError: too long, not UTF-8, too many sentences, or one that cannot be parsed.
    """
    if len(text) > max_chars:
        raise ContractError(
            f'command: expected at most {max_chars} characters, got {len(text)}; shorten it or '
            'raise max_command_chars'
        )
    if any(c == '\ufffd' or '\ud800' <= c <= '\udfff' for c in text):
        raise ContractError(f'command: expected UTF-8, got {text[:60]!a}; send UTF-8')
    command = Command.parse(command_id, text)
    if len(command.sentences) > MAX_SENTENCES:
        raise ContractError(
            f'command: expected at most {MAX_SENTENCES} sentences, got {len(command.sentences)}; '
            'ask for fewer at a time'
        )
    try:
        parse_command(command)
    except ContractError:
        raise
    except Exception as error:  # a sentence that trips the grammar must not end the node
        _LOG.exception('the parser has failed')
        raise ContractError(
            f'command: {text[:60]!r} cannot be read, by a fault of the parser '
            f'({type(error).__name__}: {error}); say it in other words, and report this'
        ) from error
    return command
