"""A hub on this machine: just what huggingface_hub and datasets ask when they fetch a model or a dataset."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import huggingface_hub.constants
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class LocalHub:
    """Repositories as folders, and what was asked of them; the names of datasets begin with ``datasets/``."""

    url: str
    repositories: dict[str, Path] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refuses: bool = False


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, hub: LocalHub, *arguments: Any) -> None:
        self._hub = hub
        super().__init__(*arguments)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        pass

    def do_HEAD(self) -> None:  # the base class names it so
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        self._hub.asked.append(path)
        if self._hub.refuses:
            self._answer(403, b"{}")
        elif path.startswith(("/api/models/", "/api/datasets/")):
            self._api(path.removeprefix("/api/").removeprefix("models/"))
        elif "/resolve/" in path:
            self._file(*path.lstrip("/").split("/resolve/"))
        else:
            self._answer(404, b"{}")

    def do_POST(self) -> None:
        """Tell of some files; huggingface_hub's file system asks in this way."""
        self._hub.asked.append(self.path)
        folder = self._hub.repositories[self.path.removeprefix("/api/").split("/paths-info/")[0]]
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["paths"]
        entries = [self._entry(folder / name) for name in asked if (folder / name).is_file()]
        self._answer(200, json.dumps(entries).encode())

    def _entry(self, file: Path) -> dict[str, object]:
        return {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": self._etag(file)}

    def _api(self, rest: str) -> None:
        name, _, what = rest.partition("/revision/") if "/revision/" in rest else rest.partition("/tree/")
        folder = self._hub.repositories.get(name)
        if folder is None:
            self._answer(404, b'{"error": "Repository not found"}', {"X-Error-Code": "RepoNotFound"})
        elif what and what.split("/")[0] not in ("main", "v1", COMMIT):
            self._answer(404, b'{"error": "Invalid rev id"}', {"X-Error-Code": "RevisionNotFound"})
        elif "/tree/" in rest:
            entries = [self._entry(file) for file in sorted(folder.iterdir())]
            self._answer(200, json.dumps(entries).encode())
        else:
            siblings = [{"rfilename": file.name} for file in sorted(folder.iterdir())]
            info = {
                "id": name.removeprefix("datasets/"),
                "modelId": name,
                "sha": COMMIT,
                "siblings": siblings,
                "private": False,
                "tags": [],
            }
            self._answer(200, json.dumps(info).encode())

    def _file(self, name: str, rest: str) -> None:
        file = self._hub.repositories[name] / rest.partition("/")[2]
        if not file.is_file():
            self._answer(404, b"", {"X-Error-Code": "EntryNotFound"})
            return
        content = file.read_bytes()
        self._answer(200, content, {"ETag": f'"{self._etag(file)}"', "X-Repo-Commit": COMMIT})

    @staticmethod
    def _etag(file: Path) -> str:
        return hashlib.sha256(file.read_bytes()).hexdigest()

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


@pytest.fixture
def local_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """A hub on loopback and an empty cache, in place of the real ones."""
    hub = LocalHub("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, hub))
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    for name, value in {
        "ENDPOINT": hub.url,
        "HUGGINGFACE_CO_URL_TEMPLATE": hub.url + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_HUB_CACHE": str(tmp_path / "hub-cache"),
        "HF_HUB_OFFLINE": False,
        "HF_HUB_DISABLE_XET": True,
    }.items():
        monkeypatch.setattr(huggingface_hub.constants, name, value)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield hub
    server.shutdown()
    server.server_close()
    thread.join()
