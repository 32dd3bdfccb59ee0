"""Let this process use a hub of its own: what libraries have read of the environment, and put back."""

from __future__ import annotations

import os
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["using_environment"]


@contextmanager
def using_environment(environment: Mapping[str, str]) -> Iterator[None]:
    """Hold to the environment of :meth:`LocalHub.environment` in this process, which has read its own long ago."""
    endpoint, home = environment["HF_ENDPOINT"], environment["HF_HOME"]
    constants: dict[str, object] = {
        "ENDPOINT": endpoint,
        "HUGGINGFACE_CO_URL_TEMPLATE": endpoint + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_HOME": home,
        "HF_HUB_CACHE": environment["HF_HUB_CACHE"],
        "HF_TOKEN_PATH": str(Path(home) / "token"),
        "HF_STORED_TOKENS_PATH": str(Path(home) / "stored_tokens"),
        "HF_HUB_OFFLINE": False,
    }
    wanted = [(import_module("huggingface_hub.constants"), name, value) for name, value in constants.items()]
    wanted.append(
        (import_module("huggingface_hub.hf_api").api, "endpoint", endpoint)
    )  # its functions' own client
    if find_spec("datasets"):
        config = import_module("datasets.config")
        tables = {
            "HF_ENDPOINT": endpoint,
            "HF_DATASETS_CACHE": Path(environment["HF_DATASETS_CACHE"]),
            "HF_UPDATE_DOWNLOAD_COUNTS": False,
        }
        wanted += [(config, name, value) for name, value in tables.items()]
    before = [(holder, name, getattr(holder, name)) for holder, name, _ in wanted]
    outer = {name: os.environ.get(name) for name in environment}
    try:
        for holder, name, value in wanted:
            setattr(holder, name, value)
        os.environ.update(environment)
        yield
    finally:
        for holder, name, value in before:
            setattr(holder, name, value)
        for name, text in outer.items():
            if text is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = text
