"""What a web server answers, through its redirections: the one place that opens a connection."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Mapping
from http.client import HTTPMessage
from types import TracebackType
from typing import IO, Any, final
from urllib.error import URLError
from urllib.parse import urlsplit

__all__ = ['Reply', 'open_url']

HUB_HEADERS = ('X-Linked-ETag', 'X-Linked-Size', 'X-Repo-Commit')
"""A hub says these where it redirects to the storage that holds a large file."""

OK, PARTIAL_CONTENT = 200, 206


@final
class Reply:
    """An open answer; closes as a context manager.

    Args:
        answer: of ``urllib``.
        hub: headers that were seen on the way to it.
    """

    def __init__(self, answer: Any, hub: Mapping[str, str]) -> None:
        self._answer = answer
        self._hub = hub

    @property
    def total(self) -> int:
        """Size of the whole file, bytes; 0 if the server does not say."""
        matched = re.fullmatch(r'bytes \d+-\d+/(\d+)', self._header('Content-Range'))
        if matched:
            return int(matched[1])
        length = self._header('Content-Length')
        return int(length) if length.isdigit() and self._answer.status == OK else 0

    @property
    def etag(self) -> str:
        """The server's name for this version of the file, or ''."""
        return self._header('ETag')

    @property
    def version(self) -> str:
        """What an ``If-Range`` may say: a strong ETag, else the date of the last change, or ''."""
        strong = self.etag and not self.etag.startswith('W/')
        return self.etag if strong else self._header('Last-Modified')

    @property
    def linked_sha256(self) -> str:
        """SHA-256 of the file as the hub says it, or ''."""
        value = self._hub.get('X-Linked-ETag', '').removeprefix('W/').strip('"').lower()
        return value if re.fullmatch(r'[0-9a-f]{64}', value) else ''

    @property
    def commit(self) -> str:
        """Commit of the hub's repository, or ''."""
        value = self._hub.get('X-Repo-Commit', '').lower()
        return value if re.fullmatch(r'[0-9a-f]{40}', value) else ''

    @property
    def starts_at(self) -> int:
        """Offset in the file at which the body begins, bytes."""
        matched = re.match(r'bytes (\d+)-', self._header('Content-Range'))
        return int(matched[1]) if matched and self._answer.status == PARTIAL_CONTENT else 0

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes as they come; none at the end."""
        block: bytes = self._answer.read1(size)
        return block

    def _header(self, name: str) -> str:
        return str(self._answer.headers.get(name, '')).strip()

    def __enter__(self) -> Reply:
        """Return the reply itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self._answer.close()


class _Redirections(urllib.request.HTTPRedirectHandler):
    """Follows redirections, keeps what the hub says on the way, never leaves encryption."""

    def __init__(self) -> None:
        self.hub: dict[str, str] = {}

    def keep(self, headers: Any) -> None:
        """Take over the hub's headers."""
        self.hub.update({name: headers[name] for name in HUB_HEADERS if headers.get(name)})

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the request that follows."""
        self.keep(headers)
        if urlsplit(req.full_url).scheme == 'https' and urlsplit(newurl).scheme != 'https':
            raise URLError(f'a redirection from https to {newurl}')
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def open_url(url: str, headers: Mapping[str, str], timeout_s: float) -> Reply:
    """Ask for a file.

    Args:
        url: of it; the form of a manifest allows https only.
        headers: sent along.
        timeout_s: without a byte.

    Raises:
        URLError: the server cannot be reached, or refuses (``HTTPError``).
    """
    redirections = _Redirections()
    request = urllib.request.Request(  # noqa: S310 - https by the form of a manifest
        url, headers={'User-Agent': 'tenet-ros', 'Accept-Encoding': 'identity', **headers}
    )
    answer = urllib.request.build_opener(redirections).open(request, timeout=timeout_s)
    redirections.keep(answer.headers)
    return Reply(answer, redirections.hub)
