from __future__ import annotations

import dataclasses
import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tenet_ros.errors import EngineError
from tenet_ros.inference.engine_cache import BuiltEngine, EngineCache, EngineKey
from tenet_ros.inference.progress import Progress, watching

KEY = EngineKey(
    name='omdet.image',
    graph_sha256='a' * 64,
    tensorrt='10.3.0',
    gpu='NVIDIA Orin (nvgpu)',
    capability=(8, 7),
    precision='fp16',
    profiles={'boxes': ((1, 4), (4, 4), (16, 4))},
)
CHANGES = {
    'name': 'omdet.text',
    'graph_sha256': 'b' * 64,
    'tensorrt': '10.3.1',
    'gpu': 'NVIDIA GeForce RTX 4090',
    'capability': (8, 9),
    'precision': 'fp32',
    'profiles': {'boxes': ((1, 4), (4, 4), (32, 4))},
}


class Builder:
    """Builds engines whose plan tells which build it was."""

    def __init__(self) -> None:
        self.timings: list[bytes] = []

    def __call__(self, timing: bytes) -> BuiltEngine:
        self.timings.append(timing)
        number = str(len(self.timings)).encode()
        return BuiltEngine(plan=b'plan' + number, notes={'dims': [1]}, timing=b'timing' + number)

    @property
    def count(self) -> int:
        return len(self.timings)


@pytest.fixture
def builder() -> Builder:
    return Builder()


@pytest.fixture
def cache(tmp_path: Path) -> EngineCache:
    return EngineCache(tmp_path / 'engines')


def files_of(cache: EngineCache) -> list[str]:
    return sorted(path.name for path in cache.folder.iterdir() if path.suffix != '.lock')


def test_an_engine_is_built_once_and_read_whole(cache: EngineCache, builder: Builder):
    built = cache.get(KEY, builder)
    read = EngineCache(cache.folder).get(KEY, builder)
    assert builder.count == 1
    assert (read.plan, read.notes) == (built.plan, {'dims': [1]}) == (b'plan1', {'dims': [1]})


def test_the_name_of_the_file_says_what_it_is_for():
    assert KEY.file_name.startswith('omdet.image-fp16-NVIDIA-Orin-nvgpu-sm87-trt10.3.0-')
    assert KEY.file_name.endswith('.engine')


@pytest.mark.parametrize('field', sorted(CHANGES))
def test_whatever_of_the_key_changes_another_engine_is_built(
    cache: EngineCache, builder: Builder, field: str
):
    cache.get(KEY, builder)
    cache.get(dataclasses.replace(KEY, **{field: CHANGES[field]}), builder)
    cache.get(KEY, builder)
    assert builder.count == 2


def cut_off(content: bytes) -> bytes:
    return content[:-1]


def change_a_bit(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    'empty': lambda _content: b'',
    'another file': lambda _content: b'\x7fELF' + bytes(1000),
    'no header': lambda content: content[:19],
    'header is no JSON': lambda content: content.replace(b'{', b'[', 1),
    'cut off': cut_off,
    'a bit changed': change_a_bit,
    'longer': lambda content: content + b'x',
}


@pytest.mark.parametrize('damage', DAMAGES)
def test_a_damaged_file_is_built_again_in_its_place(
    cache: EngineCache, builder: Builder, damage: str, caplog: pytest.LogCaptureFixture
):
    cache.get(KEY, builder)
    path = cache.folder / KEY.file_name
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    assert cache.get(KEY, builder).plan == b'plan2'
    assert cache.get(KEY, builder).plan == b'plan2'
    assert caplog.text.count('is not a whole engine') == 2, 'before the lock, and behind it'


def test_an_engine_under_the_name_of_another_is_built_again(cache: EngineCache, builder: Builder):
    other = dataclasses.replace(KEY, gpu='another')
    cache.get(other, builder)
    (cache.folder / other.file_name).rename(cache.folder / KEY.file_name)
    assert cache.get(KEY, builder).plan == b'plan2'


def test_an_engine_that_does_not_load_is_built_again(cache: EngineCache, builder: Builder):
    first = cache.get(KEY, builder)
    assert cache.get(KEY, builder, distrust=first.plan).plan == b'plan2'
    assert cache.get(KEY, builder).plan == b'plan2'


def test_the_timing_cache_is_kept_for_the_machine(cache: EngineCache, builder: Builder):
    cache.get(KEY, builder)
    cache.get(dataclasses.replace(KEY, name='sam.segment'), builder)
    cache.get(dataclasses.replace(KEY, tensorrt='11.0.0'), builder)
    assert builder.timings == [b'', b'timing1', b'']


def test_a_build_that_fails_leaves_nothing(cache: EngineCache):
    def fail(_timing: bytes) -> BuiltEngine:
        raise EngineError('no')

    with pytest.raises(EngineError, match='no'):
        cache.get(KEY, fail)
    assert files_of(cache) == []


def test_what_a_killed_process_left_is_cleared_away(cache: EngineCache, builder: Builder):
    cache.folder.mkdir()
    left = cache.folder / f'.{KEY.file_name}.123.part'
    left.write_bytes(b'half')
    cache.get(KEY, builder)
    assert not left.exists()


@pytest.mark.parametrize('code', [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_costs_the_file_and_not_the_engine(
    cache: EngineCache, builder: Builder, code: int, monkeypatch, caplog
):
    def fsync(_file: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, 'fsync', fsync)
    assert cache.get(KEY, builder).plan == b'plan1'
    assert files_of(cache) == []
    assert 'could not be kept' in caplog.text
    assert os.strerror(code) in caplog.text
    monkeypatch.undo()
    assert cache.get(KEY, builder).plan == b'plan2'
    assert KEY.file_name in files_of(cache)


def test_a_full_disk_does_not_harm_the_engine_that_was_there(
    cache: EngineCache, builder: Builder, monkeypatch
):
    first = cache.get(KEY, builder)
    before = (cache.folder / KEY.file_name).read_bytes()

    def fsync(_file: int) -> None:
        raise OSError(errno.ENOSPC, 'full')

    monkeypatch.setattr(os, 'fsync', fsync)
    cache.get(KEY, builder, distrust=first.plan)
    assert (cache.folder / KEY.file_name).read_bytes() == before


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path: Path, builder: Builder, caplog):
    in_the_way = tmp_path / 'engines'
    in_the_way.write_text('a file where the folder should be')
    cache = EngineCache(in_the_way)
    assert cache.get(KEY, builder).plan == b'plan1'
    assert caplog.text.count('built in memory') == 1
    assert in_the_way.read_text() == 'a file where the folder should be'


def test_engines_of_a_read_only_folder_are_read(
    cache: EngineCache, builder: Builder, caplog, monkeypatch
):
    cache.get(KEY, builder)
    real_open = Path.open

    def refuse(path: Path, mode: str = 'r', *args, **kwargs):
        if set(mode) & set('wa+x'):
            raise PermissionError(errno.EROFS, 'Read-only file system')
        return real_open(path, mode, *args, **kwargs)

    monkeypatch.setattr(Path, 'open', refuse)
    assert cache.get(KEY, builder).plan == b'plan1'
    assert builder.count == 1
    assert not caplog.text
    other = dataclasses.replace(KEY, name='other')
    assert cache.get(other, builder).plan == b'plan2'
    assert 'Read-only file system' in caplog.text


def test_whoever_waits_gets_the_engine_of_whoever_built(cache: EngineCache, builder: Builder):
    building, go_on = threading.Event(), threading.Event()
    progress, plans = Progress(), []

    def slow(timing: bytes) -> BuiltEngine:
        building.set()
        assert go_on.wait(10)
        return builder(timing)

    def wait() -> None:
        with watching(progress):
            plans.append(cache.get(KEY, builder).plan)

    first = threading.Thread(target=lambda: plans.append(cache.get(KEY, slow).plan))
    first.start()
    assert building.wait(10)
    second = threading.Thread(target=wait)
    second.start()
    while 'another process builds' not in progress.text:
        assert second.is_alive()
    go_on.set()
    first.join(10)
    second.join(10)
    assert plans == [b'plan1', b'plan1']
    assert builder.count == 1


@pytest.fixture
def held(cache: EngineCache) -> Callable[[], None]:
    """Hold the key's lock until the returned function is called."""
    building, go_on = threading.Event(), threading.Event()

    def slow(_timing: bytes) -> BuiltEngine:
        building.set()
        assert go_on.wait(10)
        return BuiltEngine(plan=b'plan')

    thread = threading.Thread(target=cache.get, args=(KEY, slow))
    thread.start()
    assert building.wait(10)
    yield go_on.set
    go_on.set()
    thread.join(10)


def test_a_wait_has_an_end_and_says_what_to_do(cache: EngineCache, builder: Builder, held):
    hasty = EngineCache(cache.folder, lock_timeout_s=0)
    with pytest.raises(EngineError, match=r'another process to build .* end that process'):
        hasty.get(KEY, builder)
    assert builder.count == 0


def test_a_wait_can_be_broken_off(cache: EngineCache, builder: Builder, held):
    progress = Progress()
    progress.cancel()
    with watching(progress), pytest.raises(EngineError, match='a wish to stop'):
        cache.get(KEY, builder)


def test_another_key_is_not_waited_for(cache: EngineCache, builder: Builder, held):
    assert cache.get(dataclasses.replace(KEY, name='other'), builder).plan == b'plan1'


def test_without_locks_the_engine_is_built_all_the_same(
    cache: EngineCache, builder: Builder, monkeypatch, caplog
):
    def flock(_file, _how) -> None:
        raise OSError(errno.ENOLCK, 'No locks available')

    monkeypatch.setattr('tenet_ros.inference.cache_lock.fcntl.flock', flock)
    assert cache.get(KEY, builder).plan == b'plan1'
    assert 'No locks available' in caplog.text
