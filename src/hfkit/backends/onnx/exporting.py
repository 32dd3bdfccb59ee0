"""Export a model with torch and transformers, and prove that the export gives the same logits."""

from __future__ import annotations

import inspect
import json
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.backends.torch.tasks import WRITERS
from hfkit.errors import BackendError, CorruptModelError, MissingDependencyError, ModelError, TokenizerError
from hfkit.hub.digests import file_digest
from hfkit.hub.folder import EXPORT_CARD, PIN_FILE
from hfkit.hub.tokenizer_files import tokenizer_owner, tokenizer_stamp
from hfkit.text.labels import LabelScheme

from .entries import drafted_entry, maker_versions
from .export_folder import MODEL_FILE, ExportCard
from .forward import OnnxModel, input_arrays
from .open_session import reason_of
from .optimize import optimize
from .probes import difference, probe_batch, probes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hfkit.backends.protocols import ModelCard, TokenBatch
    from hfkit.backends.torch.loading import LoadedModel
    from hfkit.backends.torch.tasks import Task
    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import FloatArray
    from hfkit.values.runtime import Runtime

__all__ = ["export_model", "exporting_errors", "refusal"]

_NEEDED = ("torch", "transformers", "onnx")

_TOLERANCE = 1e-4

_TRACED = (9, 7, 4)

# In bytes; a library that runs out of space raises something else.
_LITTLE_DISK = 1 << 20

# In bytes; smaller weights stay in the graph.
_SMALL = 1024

# What a tokenizer says beside its definition, and a model that writes of how.
_BESIDE = (
    "tokenizer_config.json",
    "special_tokens_map.json",
    "chat_template.jinja",
    "generation_config.json",
    PIN_FILE,
)


def export_model(folder: ModelFolder, runtime: Runtime, task: Task) -> None:
    """Export a model into hfkit's cache; in several threads one after the other, as torch's exporter wants it.

    Raises:
        CorruptModelError: the model was rewritten meanwhile.
        ModelError: a subclass says what is wrong with the model's files; this one itself, that the model
            cannot be exported, or that the export gives other logits.
        MissingDependencyError: torch or transformers is not installed.
        HubError: the cache cannot be written.
    """
    if not all(map(find_spec, _NEEDED)):
        raise MissingDependencyError(
            f"{folder.name} is not exported to ONNX yet, which takes torch, transformers and onnx once",
            hint="pip install 'hfkit[export]'",
        )
    if (folder.base or folder).config.get("quantization_config"):
        raise ModelError(
            f"{folder.name} is quantized, as its config.json says, and cannot be exported",
            hint="use Runtime(backend='torch'), or give the model that it was made from",
        )
    if task not in WRITERS and folder.config.get("is_encoder_decoder") is True:
        raise ModelError(
            f"{folder.name} ({folder.config.get('model_type')}) has a decoder behind its encoder; "
            "backend 'onnx' runs models of one part",
            hint="use Runtime(backend='torch')",
        )
    runtime = replace(runtime, device="cpu", dtype="float32", max_memory=())
    from hfkit.backends.torch.opening_lock import opening_lock

    with opening_lock:
        _export(folder, runtime, task)


def _export(folder: ModelFolder, runtime: Runtime, task: Task) -> None:
    from hfkit.backends.torch.loading import load_model

    loaded = load_model(folder, runtime, task)
    with drafted_entry(folder, task) as (draft, origin):
        write_tokenizer = _copy_tokenizer if task in WRITERS else _write_tokenizer
        reads_specials = write_tokenizer(folder, runtime, draft)
        card = (
            _write_writer(folder, loaded, runtime, draft)
            if task in WRITERS
            else _write_model(folder, loaded, runtime, task, draft)
        )
        # Other settings of a configuration, such as the type of its weights, may be no JSON.
        config = json.dumps(loaded.model.config.to_dict(), default=str, indent=2)
        (draft / "config.json").write_text(config + "\n", encoding="utf-8")
        files = tuple((file.name, file_digest(file)) for file in sorted(draft.iterdir()))
        card = replace(card, reads_specials=reads_specials, origin=origin, files=files)
        (draft / EXPORT_CARD).write_text(json.dumps(card.to_dict(), indent=2) + "\n", encoding="utf-8")
        if folder.is_rewritten():  # the entry would stand under the hash of other weights
            raise CorruptModelError(
                f"{folder.name} was rewritten while it was exported",
                hint="wait until it is saved, and open it again",
            )


def _write_tokenizer(folder: ModelFolder, runtime: Runtime, draft: Path) -> bool:
    """Write the tokenizer as transformers puts it together; say whether it reads special tokens as text."""
    from hfkit.backends.torch.tokenizer import load_tokenizer

    owner = tokenizer_owner(folder)
    for place in (owner, folder):
        for name in _BESIDE:
            if (place.path / name).is_file():
                shutil.copyfile(place.path / name, draft / name)
    tokenizer = load_tokenizer(folder, runtime)
    try:
        tokenizer.save(str(draft / "tokenizer.json"))
    except Exception as error:  # the library raises bare Exception for parts written in Python
        raise TokenizerError(
            f"the tokenizer of {folder.name} cannot be written as tokenizer.json: {error}",
            hint="use Runtime(backend='torch')",
        ) from error
    return bool(tokenizer.encode_special_tokens)


def _copy_tokenizer(folder: ModelFolder, runtime: Runtime, draft: Path) -> bool:
    """Write the tokenizer; one that has no ``tokenizer.json`` is copied, as a model that writes needs none."""
    try:
        return _write_tokenizer(folder, runtime, draft)
    except TokenizerError:
        for name, *_ in tokenizer_stamp(tokenizer_owner(folder)):
            (draft / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(tokenizer_owner(folder).path / name, draft / name)
        return False


def _write_model(
    folder: ModelFolder, loaded: LoadedModel, runtime: Runtime, task: Task, draft: Path
) -> ExportCard:
    """Trace a model, optimize the trace, compare it with the model; give what is known of it."""
    from hfkit.backends.torch.loading import load_model
    from hfkit.backends.torch.scorer import settle_padding

    from .trace import trace

    model = loaded.model
    types = loaded.reads_types and "token_type_ids" in inspect.signature(model.forward).parameters
    vocabulary = getattr(model.config, "vocab_size", None) or 1
    # Opened once more: what makes torch faster changes a model, and what is traced is to be plain.
    card, score = _original(folder, load_model(folder, runtime, task), runtime, task)
    settle_padding(model.config)
    batches = probes(card, vocabulary=vocabulary, types=types)
    expected = [score(batch) for batch in batches]
    with tempfile.TemporaryDirectory(dir=draft, prefix=".traced-") as temporary:
        traced = Path(temporary) / MODEL_FILE
        sample = probe_batch(card, _TRACED, vocabulary=vocabulary, types=types)
        inputs = ("input_ids", "attention_mask", *(["token_type_ids"] if types else []))
        with exporting_errors(folder, loaded, draft):
            trace(model, sample, traced, inputs=inputs, outputs=task.outputs)
            optimize(_simplified(traced, batches, inputs), draft / MODEL_FILE)
            _leave_masks_out(draft / MODEL_FILE)
    exported = OnnxModel(draft / MODEL_FILE, name=folder.name, outputs=task.outputs, threads=runtime.threads)
    try:
        furthest = max(
            difference(one, exported.run(batch), batch) for one, batch in zip(expected, batches, strict=True)
        )
    except BackendError as error:
        raise refusal(folder, loaded, f"does not run as ONNX: {error.message}") from error
    finally:
        exported.close()
    if furthest > _TOLERANCE:
        raise refusal(
            folder, loaded, f"gives other logits as ONNX, by {furthest:.2g}, must be within {_TOLERANCE:.0e}"
        )
    versions = maker_versions()
    return ExportCard(
        max_tokens=card.max_tokens,
        pad_id=card.pad_id,
        pads=card.pads,
        dtype="float32",
        versions=tuple(sorted(versions.items())),
        notes=card.notes,
    )


def _write_writer(folder: ModelFolder, loaded: LoadedModel, runtime: Runtime, draft: Path) -> ExportCard:
    from .exporting_writers import write_writer

    return write_writer(folder, loaded, runtime, draft)


def _simplified(traced: Path, batches: Sequence[TokenBatch], inputs: Sequence[str]) -> Path:
    """Make attention one node, and leave out what no answer needs; the outcome is compared with the model as all is."""
    import onnx

    from .attention import fuse_attention
    from .pooling import pool_early

    model = onnx.load(traced)
    kinds = dict.fromkeys(inputs, "tensor(int64)")
    fuse_attention(model, [input_arrays(kinds, batch) for batch in batches])
    pool_early(model)
    target = traced.with_name(f"simplified-{traced.name}")
    onnx.save(
        model, target, save_as_external_data=True, location=f"{target.name}.data", size_threshold=_SMALL
    )
    return target


def _leave_masks_out(file: Path) -> None:
    """Let the attention of an export do without a mask where nothing is padded."""
    import onnx

    from .attention import leave_masks_out

    model = onnx.load(file, load_external_data=False)
    leave_masks_out(model)
    onnx.save(model, file)


def _original(
    folder: ModelFolder, loaded: LoadedModel, runtime: Runtime, task: Task
) -> tuple[ModelCard, Callable[[TokenBatch], FloatArray]]:
    """Open what was loaded in torch: what the export has to agree with."""
    from hfkit.backends.torch.embedder import TorchEmbedder
    from hfkit.backends.torch.scorer import TorchScorer
    from hfkit.backends.torch.span_scorer import TorchSpanScorer
    from hfkit.backends.torch.tagger import TorchTagger
    from hfkit.backends.torch.tasks import SEQUENCE_CLASSIFICATION, TEXT_EMBEDDING, TOKEN_CLASSIFICATION

    if task is SEQUENCE_CLASSIFICATION:
        scorer = TorchScorer(loaded, runtime)
        return scorer.card, scorer.score
    if task is TOKEN_CLASSIFICATION:
        tagger = TorchTagger(loaded, LabelScheme.from_config(folder.config), runtime)
        return tagger.card, tagger.tag
    if task is TEXT_EMBEDDING:
        embedder = TorchEmbedder(loaded, runtime)
        return embedder.card, embedder.embed
    reader = TorchSpanScorer(loaded, runtime)
    return reader.card, reader.score_spans


@contextmanager
def exporting_errors(folder: ModelFolder, loaded: LoadedModel, draft: Path) -> Iterator[None]:
    """Say that a model cannot be exported, unless it is the disk that is full.

    Raises:
        ModelError: torch, transformers or ONNX Runtime failed.
        OSError: the disk did.
    """
    try:
        yield
    except OSError:
        raise
    except Exception as error:  # torch, transformers and ONNX Runtime each raise what they like
        if shutil.disk_usage(draft).free < _LITTLE_DISK:
            raise OSError(f"no space left, in the words of a library: {reason_of(error)}") from error
        raise refusal(folder, loaded, f"cannot be exported to ONNX: {reason_of(error)}") from error


def refusal(folder: ModelFolder, loaded: LoadedModel, reason: str) -> ModelError:
    """Say why a model is not exported."""
    return ModelError(
        f"{folder.name} ({loaded.model.config.model_type}) {reason}", hint="use Runtime(backend='torch')"
    )
