"""What is typed is read when it is there, and never waited for."""

from __future__ import annotations

import os

from tenet_ros.cli.tour.live import Typed


def test_lines_come_when_they_are_complete():
    read, write = os.pipe()
    with os.fdopen(read) as stream:
        typed = Typed(stream)
        assert list(typed.lines()) == []
        os.write(write, b'the red ')
        assert list(typed.lines()) == []
        os.write(write, 'mug\n\nthe caf\u00e9'.encode())
        assert list(typed.lines()) == ['the red mug', '']
        os.close(write)
        assert list(typed.lines()) == ['the caf\u00e9']
        assert list(typed.lines()) == []


def test_a_file_is_read_to_its_end(tmp_path):
    path = tmp_path / 'sentences'
    path.write_text('the mug\nthe duck\n')
    with path.open() as stream:
        assert list(Typed(stream).lines()) == ['the mug', 'the duck']
        assert list(Typed(stream).lines()) == []
