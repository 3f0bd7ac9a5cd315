from __future__ import annotations

import dataclasses
import errno
import fcntl
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tenet_ros.errors import EngineError
from tenet_ros.inference.catalogue import load_manifest
from tenet_ros.inference.download import Patience, partial_of
from tenet_ros.inference.manifest import Manifest, ModelFile
from tenet_ros.inference.plan import Hub
from tenet_ros.inference.store import EngineStore, Health

GRAPH, WORDS = b'graph ' * 100_000, b'words'
HURRIED = Patience(attempts=2, timeout_s=0.3, pause_s=0.0)
COMMIT, LATER = 'a' * 40, 'b' * 40


def manifest_for(*files: tuple[str, str, bytes]) -> Manifest:
    return dataclasses.replace(
        load_manifest('yolox_nano_416'),
        name='trial',
        files=tuple(
            ModelFile(
                name=name,
                url=url,
                sha256=hashlib.sha256(content).hexdigest(),
                size_bytes=len(content),
            )
            for name, url, content in files
        ),
    )


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def source_for(server: Any, revision: str = COMMIT, *, pinned: bool = False) -> Manifest:
    """Return the manifest of an exported model of two files, of whose hashes nobody knows."""
    hub = Hub(id='maker/model', revision=revision)
    files = {'weights.bin': GRAPH, 'config.json': WORDS}
    for name, content in files.items():
        for commit in {revision, COMMIT, LATER}:
            path = f'/maker/model/resolve/{commit}/{name}'
            server.files[path] = content
            server.etags[path] = f'"{name}"'
            server.headers[path] = {'X-Repo-Commit': COMMIT if commit == revision else commit}
    return dataclasses.replace(
        load_manifest('efficientvit_sam_l0'),
        name='trial',
        hub=hub,
        files=tuple(
            ModelFile(
                name=name,
                url=f'{server.url}/maker/model/resolve/{revision}/{name}',
                sha256=sha(content) if pinned else '',
                size_bytes=0,
            )
            for name, content in files.items()
        ),
    )


@pytest.fixture
def store(tmp_path: Path) -> EngineStore:
    return EngineStore(tmp_path / 'store', HURRIED)


@pytest.fixture
def server(file_server: Any) -> Any:
    file_server.files = {'/graph': GRAPH, '/words': WORDS}
    file_server.etags = {'/graph': '"1"'}
    return file_server


def everything_in(store: EngineStore) -> list[str]:
    return sorted(str(p.relative_to(store.root)) for p in store.root.rglob('*'))


class Huge(bytes):
    """Content that says it is longer than any disk."""

    def __len__(self) -> int:
        return 1 << 60


def test_pull_fetches_checks_and_reports_progress(server: Any, store: EngineStore):
    manifest = manifest_for(
        ('graph.onnx', f'{server.url}/graph', GRAPH), ('words', f'{server.url}/words', WORDS)
    )
    seen: list[tuple[str, int, int]] = []
    path = store.pull(manifest, progress=lambda *step: seen.append(step))
    assert path == store.path(manifest) == store.root / 'trial' / 'graph.onnx'
    assert path.read_bytes() == GRAPH
    assert everything_in(store) == ['trial', 'trial/graph.onnx', 'trial/words']
    assert store.check(manifest) is Health.READY
    assert ('graph.onnx', len(GRAPH), len(GRAPH)) in seen
    assert seen[-1] == ('words', len(WORDS), len(WORDS))
    assert [done for name, done, _ in seen if name == 'graph.onnx'] == sorted(
        done for name, done, _ in seen if name == 'graph.onnx'
    )


def test_what_is_there_is_not_fetched_again(server: Any, store: EngineStore):
    manifest = manifest_for(('graph.onnx', f'{server.url}/graph', GRAPH))
    store.pull(manifest)
    gone = manifest_for(('graph.onnx', 'http://127.0.0.1:1/graph', GRAPH))
    assert store.pull(gone).read_bytes() == GRAPH


def test_a_damaged_file_is_noticed_and_replaced(server: Any, store: EngineStore):
    manifest = manifest_for(('graph.onnx', f'{server.url}/graph', GRAPH))
    assert store.check(manifest) is Health.MISSING
    store.pull(manifest).write_bytes(GRAPH[:-1])
    assert store.check(manifest) is Health.DAMAGED
    assert store.pull(manifest).read_bytes() == GRAPH


@pytest.mark.parametrize(
    ('path', 'says'),
    [
        ('/missing', 'got HTTP 404; connect'),
        ('/longer', 'got a file of 1800000 bytes; nothing was installed'),
        ('/other', 'with sha256 [0-9a-f]{64}; nothing was installed'),
    ],
)
def test_a_wrong_file_leaves_nothing(server: Any, store: EngineStore, path: str, says: str):
    server.files.update({'/longer': GRAPH * 3, '/other': GRAPH[::-1]})
    manifest = manifest_for(('graph.onnx', server.url + path, GRAPH))
    with pytest.raises(EngineError, match=says) as caught:
        store.pull(manifest)
    assert '\n' not in str(caught.value)
    assert 'tenet-ros models pull trial --from FILE' in str(caught.value)
    assert everything_in(store) == []


def test_a_broken_line_is_taken_up_again_where_it_broke(server: Any, store: EngineStore):
    server.faults['/graph'] = ['break 200000', 'break 150000']
    manifest = manifest_for(('graph.onnx', f'{server.url}/graph', GRAPH))
    assert store.pull(manifest).read_bytes() == GRAPH
    ranges = [wanted for _path, wanted in server.asked]
    assert ranges == ['', 'bytes=200000-', 'bytes=350000-']
    assert everything_in(store) == ['trial', 'trial/graph.onnx']


def test_what_came_outlives_an_interruption(server: Any, store: EngineStore):
    server.faults['/graph'] = ['break 200000', 'status 503']
    manifest = manifest_for(('graph.onnx', f'{server.url}/graph', GRAPH))
    with pytest.raises(EngineError, match='got HTTP 503; run it again to go on from the 200000'):
        store.pull(manifest)
    assert store.check(manifest) is Health.MISSING, 'half a file is not at its place'
    seen: list[int] = []
    store.pull(manifest, progress=lambda _name, done, _total: seen.append(done))
    assert store.check(manifest) is Health.READY
    assert seen[0] == 200000
    assert server.asked[-1] == ('/graph', 'bytes=200000-')


def test_a_file_that_changed_meanwhile_starts_over(server: Any, store: EngineStore):
    server.faults['/graph'] = ['break 200000', 'status 503']
    server.files['/graph'] = GRAPH[::-1]
    manifest = manifest_for(('graph.onnx', f'{server.url}/graph', GRAPH))
    with pytest.raises(EngineError):
        store.pull(manifest)
    server.files['/graph'], server.etags['/graph'] = GRAPH, '"2"'
    assert store.pull(manifest).read_bytes() == GRAPH


def test_a_server_without_versions_is_asked_for_all_of_it(server: Any, store: EngineStore):
    server.etags.clear()
    server.faults['/graph'] = ['break 200000']
    manifest = manifest_for(('graph.onnx', f'{server.url}/graph', GRAPH))
    assert store.pull(manifest).read_bytes() == GRAPH
    assert server.asked == [('/graph', ''), ('/graph', '')]


def test_more_than_the_server_has_starts_over(server: Any, store: EngineStore):
    manifest = source_for(server)
    place = store.source(manifest) / 'weights.bin'
    place.parent.mkdir(parents=True)
    partial_of(place).write_bytes(GRAPH * 2)
    note = {'url': manifest.files[0].url, 'version': '"weights.bin"'}
    partial_of(place).with_name('.weights.bin.part.json').write_text(json.dumps(note))
    store.pull(manifest)
    assert place.read_bytes() == GRAPH


def test_a_file_that_came_whole_is_not_asked_for_again(server: Any, store: EngineStore):
    """The process ended between the last byte and the renaming."""
    manifest = manifest_for(('graph.onnx', f'{server.url}/graph', GRAPH))
    partial = partial_of(store.path(manifest))
    partial.parent.mkdir(parents=True)
    partial.write_bytes(GRAPH)
    note = {'url': manifest.graph.url, 'version': '"1"'}
    partial.with_name(f'{partial.name}.json').write_text(json.dumps(note))
    assert store.pull(manifest).read_bytes() == GRAPH
    assert server.asked == []


def test_a_silent_server_is_given_up(server: Any, store: EngineStore):
    server.faults['/graph'] = ['stall'] * 9
    server.etags.clear()
    manifest = manifest_for(('graph.onnx', f'{server.url}/graph', GRAPH))
    with pytest.raises(EngineError, match=r'timed out; run it again to go on from the \d+ bytes'):
        store.pull(manifest)
    assert store.check(manifest) is Health.MISSING


def test_a_slow_server_is_waited_for(server: Any, store: EngineStore):
    """All of it takes longer than the timeout; no byte does."""
    server.pause_s = 0.02
    manifest = manifest_for(('graph.onnx', f'{server.url}/graph', GRAPH))
    assert store.pull(manifest).read_bytes() == GRAPH
    assert len(server.asked) == 1


def test_a_disk_without_room_is_noticed_before_anything_is_written(server: Any, store: EngineStore):
    manifest = manifest_for(('graph.onnx', f'{server.url}/graph', GRAPH))
    manifest = dataclasses.replace(
        manifest, files=(dataclasses.replace(manifest.graph, sha256='', size_bytes=0),)
    )
    server.files['/graph'] = Huge(GRAPH)
    with pytest.raises(EngineError, match=r'got no room for .* bytes; make room or set TENET_'):
        store.pull(manifest)
    assert not store.path(manifest).exists()


def test_a_disk_that_fills_up_is_said(server: Any, store: EngineStore):
    manifest = manifest_for(('graph.onnx', f'{server.url}/graph', GRAPH))
    partial = partial_of(store.path(manifest))
    partial.parent.mkdir(parents=True)
    partial.symlink_to('/dev/full')
    with pytest.raises(EngineError, match=os.strerror(errno.ENOSPC)):
        store.pull(manifest)
    assert store.check(manifest) is Health.MISSING


def test_two_processes_do_not_write_one_file(server: Any, store: EngineStore):
    manifest = manifest_for(('graph.onnx', f'{server.url}/graph', GRAPH))
    partial = partial_of(store.path(manifest))
    partial.parent.mkdir(parents=True)
    with partial.open('ab') as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(EngineError, match='got another process at work'):
            store.pull(manifest)
    assert store.pull(manifest).read_bytes() == GRAPH


def test_a_first_copy_is_noted_and_held_to(server: Any, store: EngineStore):
    manifest = source_for(server)
    assert store.check(manifest) is Health.MISSING
    assert store.pull(manifest) == store.root / 'trial' / 'source'
    assert store.check(manifest) is Health.READY
    assert store.hashes(manifest) == {'weights.bin': sha(GRAPH), 'config.json': sha(WORDS)}
    note = json.loads((store.root / 'trial' / 'source.lock.json').read_text())
    assert note['files']['config.json']['commit'] == COMMIT
    assert note['files']['config.json']['etag'] == '"config.json"'
    (store.source(manifest) / 'config.json').write_bytes(b'other')
    assert store.check(manifest) is Health.DAMAGED
    assert store.check(manifest, deep=False) is Health.DAMAGED
    for path in server.files:
        if path.endswith('config.json'):
            server.files[path] = b'another'
    with pytest.raises(EngineError, match=f'sha256 {sha(WORDS)}, got 7 bytes'):
        store.pull(manifest)


def test_a_copy_put_there_by_hand_is_taken_in_by_pull(store: EngineStore, server: Any):
    manifest = source_for(server)
    store.source(manifest).mkdir(parents=True)
    (store.source(manifest) / 'weights.bin').write_bytes(GRAPH)
    (store.source(manifest) / 'config.json').write_bytes(WORDS)
    assert store.check(manifest) is Health.MISSING
    store.pull(manifest)
    assert store.check(manifest) is Health.READY
    assert server.asked == []


def test_another_revision_is_fetched_anew(server: Any, store: EngineStore):
    store.pull(source_for(server))
    newer = source_for(server, LATER)
    for path in server.files:
        server.files[path] = b'newer'
        server.headers[path] = {}
    assert store.check(newer) is Health.MISSING
    store.pull(newer)
    assert store.hashes(newer)['config.json'] == sha(b'newer')
    assert (store.source(newer) / 'config.json').read_bytes() == b'newer'


def test_a_pinned_copy_put_there_by_hand_is_noted_too(server: Any, store: EngineStore):
    manifest = source_for(server, pinned=True)
    store.source(manifest).mkdir(parents=True)
    (store.source(manifest) / 'weights.bin').write_bytes(GRAPH)
    (store.source(manifest) / 'config.json').write_bytes(WORDS)
    assert store.check(manifest) is Health.READY
    store.pull(manifest)
    assert (store.root / 'trial' / 'source.lock.json').exists()
    assert server.asked == []


@pytest.mark.skipif(os.geteuid() == 0, reason='nothing is read-only to root')
def test_a_folder_that_cannot_be_written_is_said(server: Any, tmp_path: Path):
    (tmp_path / 'fixed').mkdir(mode=0o500)
    store = EngineStore(tmp_path / 'fixed', HURRIED)
    with pytest.raises(EngineError, match=r'expected to write .* cannot be written; set TENET'):
        store.pull(source_for(server))


def test_all_files_of_a_branch_are_of_one_commit(server: Any, store: EngineStore):
    manifest = source_for(server, 'main')
    config = '/maker/model/resolve/main/config.json'
    server.faults[config] = ['status 503']
    server.faults[config.replace('main', COMMIT)] = ['status 503']
    with pytest.raises(EngineError, match='503'):
        store.pull(manifest)
    server.headers[config] = {'X-Repo-Commit': LATER}
    store.pull(manifest)
    assert server.asked[-1][0] == f'/maker/model/resolve/{COMMIT}/config.json'


def test_what_the_hub_says_of_a_large_file_is_checked(server: Any, store: EngineStore):
    manifest = source_for(server)
    path = f'/maker/model/resolve/{COMMIT}/weights.bin'
    server.moved[path] = f'{server.url}/storage'
    server.headers[path] = {'X-Linked-ETag': f'"{sha(GRAPH)}"', 'X-Repo-Commit': COMMIT}
    server.files['/storage'] = GRAPH[:-1] + b'!'
    with pytest.raises(EngineError, match=f'sha256 {sha(GRAPH)}, got 600000 bytes'):
        store.pull(manifest)
    server.files['/storage'] = GRAPH
    store.pull(manifest)
    note = json.loads((store.root / 'trial' / 'source.lock.json').read_text())
    assert note['files']['weights.bin']['commit'] == COMMIT


@pytest.mark.parametrize(
    ('header', 'says'),
    [
        ({'X-Linked-ETag': f'"{"0" * 64}"'}, f'got one with sha256 {"0" * 64}'),
        ({'X-Repo-Commit': LATER}, f'got one of commit {LATER}'),
    ],
)
def test_another_file_is_refused_before_it_comes(
    server: Any, store: EngineStore, header: dict[str, str], says: str
):
    manifest = source_for(server, pinned=True)
    path = f'/maker/model/resolve/{COMMIT}/weights.bin'
    server.headers[path] = header
    with pytest.raises(EngineError, match=says):
        store.pull(manifest)
    assert everything_in(store) == []


def test_a_damaged_note_says_what_to_do(server: Any, store: EngineStore):
    manifest = source_for(server)
    store.pull(manifest)
    (store.root / 'trial' / 'source.lock.json').write_text('{"files": 3}')
    assert store.check(manifest) is Health.DAMAGED
    with pytest.raises(EngineError, match=r'remove the folder .*/trial and run `tenet-ros models'):
        store.pull(manifest)


def test_without_network_nothing_is_created(store: EngineStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv('no_proxy', '*')
    manifest = manifest_for(('graph.onnx', 'http://127.0.0.1:1/graph', GRAPH))
    with pytest.raises(EngineError, match='Connection refused; connect to the network, or give'):
        store.pull(manifest)
    assert not store.root.exists()


def test_a_local_file_takes_the_place_of_the_url(store: EngineStore, tmp_path: Path):
    own = tmp_path / 'downloaded.bin'
    own.write_bytes(GRAPH)
    manifest = manifest_for(('graph.onnx', 'http://127.0.0.1:1/graph', GRAPH))
    assert store.pull(manifest, from_file=own).read_bytes() == GRAPH
    assert own.read_bytes() == GRAPH


def test_a_wrong_local_file_is_refused_with_both_hashes(store: EngineStore, tmp_path: Path):
    own = tmp_path / 'other.bin'
    own.write_bytes(WORDS)
    manifest = manifest_for(('graph.onnx', 'http://127.0.0.1:1/graph', GRAPH))
    with pytest.raises(EngineError) as caught:
        store.pull(manifest, from_file=own)
    assert manifest.graph.sha256 in str(caught.value)
    assert hashlib.sha256(WORDS).hexdigest() in str(caught.value)
    assert everything_in(store) == []


def test_a_model_of_two_files_comes_from_a_folder(store: EngineStore, tmp_path: Path):
    manifest = manifest_for(('graph.onnx', 'http://x', GRAPH), ('words', 'http://x', WORDS))
    (tmp_path / 'graph.onnx').write_bytes(GRAPH)
    (tmp_path / 'words').write_bytes(WORDS)
    with pytest.raises(EngineError, match=r'expected a folder with graph.onnx, words'):
        store.pull(manifest, from_file=tmp_path / 'words')
    store.pull(manifest, from_file=tmp_path)
    assert store.check(manifest) is Health.READY


@pytest.mark.parametrize('name', ['absent.onnx', 'absent/absent.onnx'])
def test_a_local_file_that_is_not_there(store: EngineStore, tmp_path: Path, name: str):
    manifest = manifest_for(('graph.onnx', 'http://x', GRAPH))
    with pytest.raises(EngineError, match='No such file or directory; check the path'):
        store.pull(manifest, from_file=tmp_path / name)
    assert not store.root.exists()


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path):
    own = tmp_path / 'own'
    own.write_bytes(GRAPH)
    store = EngineStore(own / 'below a file')
    manifest = manifest_for(('graph.onnx', 'http://x', GRAPH))
    with pytest.raises(EngineError, match=r'expected to write .* TENET_ENGINES'):
        store.pull(manifest, from_file=own)


def test_the_default_store_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.delenv('TENET_ENGINES', raising=False)
    monkeypatch.delenv('XDG_CACHE_HOME', raising=False)
    assert EngineStore.default().root == tmp_path / '.cache' / 'tenet_ros' / 'engines'
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'xdg'))
    assert EngineStore.default().root == tmp_path / 'xdg' / 'tenet_ros' / 'engines'
    monkeypatch.setenv('TENET_ENGINES', str(tmp_path / 'own'))
    assert EngineStore.default().root == tmp_path / 'own'
