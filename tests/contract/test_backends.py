"""Every backend of hfkit keeps every promise."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

import hfkit
from hfkit.backends.onnx import OnnxBackend
from hfkit.backends.protocols import Backend
from hfkit.backends.torch import TorchBackend
from hfkit.testing import (
    BrokenPromiseError,
    FakeBackend,
    TinyFamily,
    TinyWriterFamily,
    checks,
    write_fake_embedder,
    write_fake_model,
    write_fake_reader,
    write_fake_tagger,
    write_fake_writer,
    write_tiny_classifier,
    write_tiny_embedder,
    write_tiny_reader,
    write_tiny_tagger,
    write_tiny_writer,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = Path(tempfile.mkdtemp(prefix="hfkit-contract-"))

# That exports of every family agree with torch is tested elsewhere. Of these one can be padded, the others cannot.
_EXPORTED: tuple[TinyFamily, ...] = ("bert", "xlnet", "gpt2")


def _cases() -> Iterator[object]:
    for name, backend, folder in _models():
        for check in checks(backend, folder):
            yield pytest.param(check, id=f"{name}: {check}")


def _models() -> Iterator[tuple[str, Backend, Path]]:
    yield "fake", FakeBackend(), write_fake_model(_FOLDER / "fake")
    yield "fake reader", FakeBackend(), write_fake_reader(_FOLDER / "fake-reader")
    yield "fake tagger", FakeBackend(), write_fake_tagger(_FOLDER / "fake-tagger")
    yield "fake embedder", FakeBackend(), write_fake_embedder(_FOLDER / "fake-embedder")
    yield "fake writer", FakeBackend(), write_fake_writer(_FOLDER / "fake-writer")
    encoding = write_fake_writer(_FOLDER / "fake-encoding-writer", encodes=True)
    yield "fake writer that encodes", FakeBackend(), encoding
    for family in get_args(TinyFamily):
        classifier = write_tiny_classifier(_FOLDER / family, family=family)
        reader = write_tiny_reader(_FOLDER / f"{family}-reader", family=family)
        tagger = write_tiny_tagger(_FOLDER / f"{family}-tagger", family=family)
        embedder = write_tiny_embedder(_FOLDER / f"{family}-embedder", family=family)
        backends: list[Backend] = [TorchBackend(), *([OnnxBackend()] if family in _EXPORTED else [])]
        for backend in backends:
            yield f"{backend.name}, {family}", backend, classifier
            yield f"{backend.name}, {family} reader", backend, reader
            yield f"{backend.name}, {family} tagger", backend, tagger
            yield f"{backend.name}, {family} embedder", backend, embedder
    for writing in get_args(TinyWriterFamily):
        writer = write_tiny_writer(_FOLDER / f"{writing}-writer", family=writing)
        yield f"torch, {writing} writer", TorchBackend(), writer
        if writing != "bloom":  # which lets nobody attend for it, and is refused
            yield f"onnx, {writing} writer", OnnxBackend(), writer


@pytest.mark.parametrize("check", list(_cases()))
def test_backend(check: hfkit.testing.Check) -> None:
    check()


def test_a_known_gap_must_still_be_one(fake_model: Path) -> None:
    promise = str(checks(FakeBackend(), fake_model)[2])
    gapped = next(c for c in checks(FakeBackend(), fake_model, gaps={promise: "not yet"}) if c.gap)
    with pytest.raises(BrokenPromiseError, match="kept, though its gap says 'not yet'"):
        gapped()


def test_a_gap_must_name_a_promise(fake_model: Path) -> None:
    with pytest.raises(BrokenPromiseError, match=r"gaps name \['flies'\], which are no promises"):
        checks(FakeBackend(), fake_model, gaps={"flies": "no wings"})
