from __future__ import annotations

import dataclasses
import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tenet_ros.errors import EngineError
from tenet_ros.inference.catalogue import load_manifest
from tenet_ros.inference.manifest import Manifest, ModelFile
from tenet_ros.inference.store import EngineStore, Health

GRAPH, WORDS = b'graph ' * 100_000, b'words'


class Served(BaseHTTPRequestHandler):
    """A web server with one right file and several ways to fail."""

    def do_GET(self) -> None:
        if self.path.startswith('/missing'):
            self.send_error(404)
            return
        content = {'/graph': GRAPH, '/words': WORDS, '/endless': GRAPH * 3}.get(self.path, GRAPH)
        self.send_response(200)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if self.path == '/broken' else content)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv('no_proxy', '*')
    with ThreadingHTTPServer(('127.0.0.1', 0), Served) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={'poll_interval': 0.01})
        thread.start()
        yield f'http://127.0.0.1:{http.server_port}'
        http.shutdown()
        thread.join(5)


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


@pytest.fixture
def store(tmp_path: Path) -> EngineStore:
    return EngineStore(tmp_path / 'store')


def everything_in(store: EngineStore) -> list[str]:
    return sorted(str(p.relative_to(store.root)) for p in store.root.rglob('*'))


def test_pull_fetches_checks_and_reports_progress(server: str, store: EngineStore):
    manifest = manifest_for(
        ('graph.onnx', f'{server}/graph', GRAPH), ('words', f'{server}/words', WORDS)
    )
    seen: list[tuple[str, int, int]] = []
    path = store.pull(manifest, progress=lambda *step: seen.append(step))
    assert path == store.path(manifest) == store.root / 'trial' / 'graph.onnx'
    assert path.read_bytes() == GRAPH
    assert everything_in(store) == ['trial', 'trial/graph.onnx', 'trial/words']
    assert store.check(manifest) is Health.READY
    assert seen[-2] == ('graph.onnx', len(GRAPH), len(GRAPH))
    assert [done for name, done, _ in seen if name == 'graph.onnx'] == sorted(
        done for name, done, _ in seen if name == 'graph.onnx'
    )


def test_what_is_there_is_not_fetched_again(server: str, store: EngineStore):
    manifest = manifest_for(('graph.onnx', f'{server}/graph', GRAPH))
    store.pull(manifest)
    gone = manifest_for(('graph.onnx', 'http://127.0.0.1:1/graph', GRAPH))
    assert store.pull(gone).read_bytes() == GRAPH


def test_a_damaged_file_is_noticed_and_replaced(server: str, store: EngineStore):
    manifest = manifest_for(('graph.onnx', f'{server}/graph', GRAPH))
    assert store.check(manifest) is Health.MISSING
    store.pull(manifest).write_bytes(GRAPH[:-1])
    assert store.check(manifest) is Health.DAMAGED
    assert store.pull(manifest).read_bytes() == GRAPH


@pytest.mark.parametrize(
    ('path', 'says'),
    [
        ('/missing', 'got HTTP 404; connect'),
        ('/broken', 'IncompleteRead|got 300000 bytes'),
        ('/endless', 'got a longer file'),
    ],
)
def test_a_failed_fetch_leaves_nothing(server: str, store: EngineStore, path: str, says: str):
    manifest = manifest_for(('graph.onnx', server + path, GRAPH))
    with pytest.raises(EngineError, match=says) as caught:
        store.pull(manifest)
    assert '\n' not in str(caught.value)
    assert 'tenet-ros models pull trial --from FILE' in str(caught.value)
    assert everything_in(store) == []


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
