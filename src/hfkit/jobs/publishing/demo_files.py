"""The files of a page over a facade: what a Space runs, with which packages, and what it is."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Protocol

from hfkit.errors import OutputError
from hfkit.hub.locking import excerpt
from hfkit.hub.locks import Lock

from .demo_page import page_source
from .remote import README

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike
    from pathlib import Path
    from typing import Self

    from hfkit.values.inputs import Question
    from hfkit.values.runtime import Runtime

__all__ = ["write_demo"]

_GRADIO = "6.31.0"
"""What a page was tried with; the one that is installed is taken before it."""

_PACKAGES = (
    *("torch", "transformers", "accelerate", "tokenizers", "huggingface_hub", "safetensors", "numpy"),
    *("onnxruntime", "onnx"),
)


_LOCK = "hfkit.lock"


class _Demonstrable(Protocol):
    @property
    def model(self) -> str | PathLike[str] | None: ...
    @property
    def runtime(self) -> Runtime: ...
    def with_(self, *, model: str | PathLike[str] | None, runtime: Runtime) -> Self: ...


class _Demo(Protocol):
    """The facade Demo."""

    @property
    def facade(self) -> _Demonstrable: ...
    @property
    def verb(self) -> str: ...
    @property
    def title(self) -> str | None: ...
    @property
    def description(self) -> str: ...
    @property
    def examples(self) -> Sequence[str | Question]: ...
    @property
    def license(self) -> str | None: ...


def write_demo(demo: _Demo, folder: Path) -> Path:
    """Write a page's files; see :meth:`hfkit.facades.demo.Demo.write`."""
    facade, lock = _held(demo.facade, folder)
    model = facade.model
    name = "" if model is None else str(model).partition("@")[0]
    title = demo.title or name.rpartition("/")[2] or demo.verb
    files = {
        "app.py": page_source(
            demo.verb,
            repr(facade),
            title=title,
            description=demo.description,
            examples=demo.examples,
        ),
        "requirements.txt": "".join(f"{line}\n" for line in _requirements(facade.runtime.backend)),
        README: _readme(title, name, demo.license),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            (folder / path).write_text(text, encoding="utf-8")
        if lock:
            lock.write()
    except OSError as error:
        raise OutputError(
            f"the page cannot be written into {folder}: {error.strerror}", hint="choose another folder"
        ) from error
    return folder


def _held(facade: _Demonstrable, folder: Path) -> tuple[_Demonstrable, Lock | None]:
    """Pin a facade that a lock holds, and give what the page needs of the lock: the rest is nobody's business."""
    path = facade.runtime.lock
    if path is None:
        return facade, None
    if facade.model is None:  # a starter, which hfkit pins itself
        return facade.with_(model=None, runtime=replace(facade.runtime, lock=None)), None
    lock = excerpt(Lock.read(path), str(facade.model), folder / _LOCK)
    pinned = f"{lock.repositories[0].name}@{lock.repositories[0].commit}"
    return facade.with_(model=pinned, runtime=replace(facade.runtime, lock=_LOCK)), lock


def _requirements(backend: str) -> list[str]:
    """Pin what runs the page to what is installed here; a build for one machine only is called by its release."""
    numbers = {package: _number(package) for package in _PACKAGES}
    # Where exports run, the model may be one and nothing else. One that is to be made takes more.
    extras = "export" if backend == "onnx" else "onnx,torch" if numbers["onnxruntime"] else "torch"
    if extras != "export":
        del numbers["onnx"]
    pinned = [f"{package}=={number}" for package, number in numbers.items() if number]
    return [f"hfkit[{extras}]=={version('hfkit')}", *pinned]


def _number(package: str) -> str | None:
    try:
        return version(package).partition("+")[0]
    except PackageNotFoundError:
        return None


def _readme(title: str, model: str, license_name: str | None) -> str:
    from huggingface_hub import CardData

    try:
        gradio = version("gradio")
    except PackageNotFoundError:
        gradio = _GRADIO
    told: dict[str, object] = {"title": title, "sdk": "gradio", "sdk_version": gradio, "app_file": "app.py"}
    if model:
        told["models"] = [model]
    if license_name:
        told["license"] = license_name
    lines = CardData(ignore_metadata_errors=False, **told).to_yaml()
    heading, what = " ".join(title.split()), f"A page over `{model}`" if model else "A page"
    return f"---\n{lines}\n---\n\n# {heading}\n\n{what}, written by hfkit.\n"
