"""What may come as a command."""

from __future__ import annotations

import pytest

from tenet_ros.errors import ContractError
from tenet_ros.ros import commands


def test_a_fault_of_the_parser_is_a_refused_command(monkeypatch):
    def trip(_command):
        raise KeyError('far')

    monkeypatch.setattr(commands, 'parse_command', trip)
    with pytest.raises(ContractError, match='fault of the parser'):
        commands.read_command(1, 'the mug', 100)


def test_a_sentence_without_words_is_told_as_such():
    with pytest.raises(ContractError, match='expected words'):
        commands.read_command(1, '?!', 100)
