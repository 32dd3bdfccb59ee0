"""The files of a page over a facade: what a Space runs, with which packages, and what it is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Protocol

from hfkit.errors import OutputError

from .demo_page import page_source
from .remote import README

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.values.inputs import Question

__all__ = ["write_demo"]

_GRADIO = "6.31.0"
"""What a page was tried with; the one that is installed is taken before it."""

_PACKAGES = ("torch", "transformers", "accelerate", "tokenizers", "huggingface_hub", "safetensors", "numpy")


class _Demonstrable(Protocol):
    @property
    def model(self) -> object: ...


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
    model = demo.facade.model
    name = "" if model is None else str(model).partition("@")[0]
    title = demo.title or name.rpartition("/")[2] or demo.verb
    files = {
        "app.py": page_source(
            demo.verb,
            repr(demo.facade),
            title=title,
            description=demo.description,
            examples=demo.examples,
        ),
        "requirements.txt": "".join(f"{line}\n" for line in _requirements()),
        README: _readme(title, name, demo.license),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            (folder / path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"the page cannot be written into {folder}: {error.strerror}", hint="choose another folder"
        ) from error
    return folder


def _requirements() -> list[str]:
    """Pin what runs the page to what is installed here; a build for one machine only is called by its release."""
    pinned = [f"hfkit[torch]=={version('hfkit')}"]
    for package in _PACKAGES:
        try:
            number = version(package).partition("+")[0]
        except PackageNotFoundError:
            continue
        pinned.append(f"{package}=={number}")
    return pinned


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
