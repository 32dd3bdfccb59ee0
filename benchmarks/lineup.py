"""Who is measured on Classify; each is opened alone, and one that cannot be opened does not stop the others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Generic, TypeVar

from peers.ctranslate2_encoder import open_ctranslate2
from peers.openvino_model import open_openvino
from peers.sentence_encoder import open_sentence_encoder
from peers.transformers_model import ROWS, open_loop, open_pipeline
from peers.txtai_labels import open_txtai
from subject import open_hfkit
from variants import Missing, Variant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from variants import Run

__all__ = [
    "BASELINE",
    "EXPORTED",
    "LINEUP",
    "LOOP",
    "REFERENCE",
    "SUBJECT",
    "Entry",
    "open_entry",
    "open_lineup",
]

SUBJECT = "hfkit.Classify.batch"
EXPORTED = f"{SUBJECT}, onnx"
REFERENCE = "pipeline, one by one"
BASELINE = f"pipeline(batch_size={ROWS})"
LOOP = f"padded loop, {ROWS} a batch"


Work = TypeVar("Work")


@dataclass(frozen=True, slots=True)
class Entry(Generic[Work]):
    """One who takes part.

    Attributes:
        name: what the tables call it.
        open: opens a model in a folder on the processor, in float32 unless its name says otherwise.
        package: what must be installed beside hfkit; None for nothing.
        exact: whether it must give the reference's answers; those in 8 bits need not.
    """

    name: str
    open: Callable[[Path], Work]
    package: str | None = None
    exact: bool = True


LINEUP: tuple[Entry[Run], ...] = (
    Entry(SUBJECT, partial(open_hfkit, backend="torch", dtype="float32")),
    Entry(EXPORTED, partial(open_hfkit, backend="onnx", dtype="float32")),
    Entry(f"{EXPORTED} int8", partial(open_hfkit, backend="onnx", dtype="int8"), exact=False),
    Entry(REFERENCE, partial(open_pipeline, rows=1)),
    Entry(BASELINE, partial(open_pipeline, rows=ROWS)),
    Entry(LOOP, open_loop),
    Entry("txtai Labels", open_txtai, "txtai"),
    Entry("SentenceTransformer.encode, head by hand", open_sentence_encoder, "sentence_transformers"),
    Entry("OpenVINO by hand, sorted", partial(open_openvino, ordered=True), "openvino"),
    Entry(f"OpenVINO by hand, {ROWS} a batch", partial(open_openvino, ordered=False), "openvino"),
    Entry("CTranslate2 by hand, sorted", open_ctranslate2, "ctranslate2"),
)
"""In the order of the tables."""


def open_entry(entry: Entry[Work], folder: Path) -> Variant[Work] | Missing:
    """Open a model one way, or say why it cannot be."""
    if entry.package is None:
        return Variant(entry.name, entry.open(folder), entry.exact)
    if find_spec(entry.package) is None:
        return Missing(entry.name, "not installed")
    try:
        return Variant(entry.name, entry.open(folder), entry.exact)
    except Exception as error:  # noqa: BLE001  # whatever keeps a peer from opening, the others are measured
        first = (str(error).strip().splitlines() or [""])[0]
        return Missing(entry.name, f"does not open: {type(error).__name__}: {first}")


def open_lineup(folder: Path) -> list[Variant[Run] | Missing]:
    """Open a model every way."""
    return [open_entry(entry, folder) for entry in LINEUP]
