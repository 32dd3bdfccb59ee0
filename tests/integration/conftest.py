"""A hub on this machine in place of the real one, and what several tests write into models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import huggingface_hub.constants
import pytest
from huggingface_hub import CommitOperationAdd, HfApi

from hfkit.testing import LocalHub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

REPO = "org/model"


@pytest.fixture
def local_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """A hub on loopback and an empty cache, in place of the real ones."""
    with LocalHub() as hub:
        for name, value in {
            "ENDPOINT": hub.endpoint,
            "HUGGINGFACE_CO_URL_TEMPLATE": hub.endpoint + "/{repo_id}/resolve/{revision}/{filename}",
            "HF_HUB_CACHE": str(tmp_path / "hub-cache"),
            "HF_HUB_OFFLINE": False,
        }.items():
            monkeypatch.setattr(huggingface_hub.constants, name, value)
        yield hub


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    with LocalHub() as hub:
        yield hub


@pytest.fixture
def api(hub: LocalHub) -> HfApi:
    api = HfApi(endpoint=hub.endpoint, token=hub.token)
    api.create_repo(REPO)
    return api


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client sleeps a second and more between tries; nothing here needs it to."""
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _seconds: None)


def files(hub: LocalHub, revision: str = "main") -> dict[str, bytes]:
    """What a repository holds besides what every repository holds."""
    held = hub.repository(REPO).files(revision)
    return {path: content for path, content in held.items() if path != ".gitattributes"}


def put(path: str, content: bytes) -> CommitOperationAdd:
    return CommitOperationAdd(path, content)


@pytest.fixture
def write_pooling() -> Callable[[Path], None]:
    """Say that a model's first vector is taken, and made one long."""

    def write(model: Path) -> None:
        kinds = ["Transformer", "Pooling", "Normalize"]
        modules = [{"path": f"{n}_{kind}" if n else "", "type": kind} for n, kind in enumerate(kinds)]
        (model / "modules.json").write_text(json.dumps(modules))
        (model / "1_Pooling").mkdir()
        (model / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode": "cls"}))

    return write
