"""What the onnx backend can open."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from hfkit.backends.embedders import OpensEmbedders
from hfkit.backends.protocols import OpensScorers, OpensSpanScorers
from hfkit.backends.taggers import OpensTaggers
from hfkit.backends.writers import OpensWriters

if TYPE_CHECKING:
    import tokenizers

    from hfkit.backends.embedders import Embedder
    from hfkit.backends.protocols import Scorer, SpanScorer
    from hfkit.backends.taggers import Tagger
    from hfkit.backends.torch.tasks import Task
    from hfkit.backends.writers import Writer
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["OnnxBackend"]


class OnnxBackend:
    """Runs models in ONNX Runtime on the processor; imports neither torch nor transformers unless it exports."""

    name = "onnx"

    def missing(self) -> str | None:
        """Give the install line if ONNX Runtime is not there."""
        return None if find_spec("onnxruntime") else "pip install 'hfkit[onnx]'"

    def ready(self, folder: ModelFolder, runtime: Runtime, capability: type, /) -> bool:
        """Tell whether an export is there; see :class:`hfkit.backends.protocols.TellsReadiness`."""
        from hfkit.errors import CorruptModelError

        from .export_folder import holds_export
        from .readiness import DEVICES, DTYPES, drives_accelerator, find_ready

        task = _task(capability, folder)
        if task is None:
            return False
        if not any(folder.path.glob("*.safetensors")) and holds_export(folder.path):
            return True  # whatever is wrong with it, torch could not open the folder
        if runtime.device not in DEVICES or runtime.dtype not in DTYPES:
            return False
        if runtime.max_memory:
            return False
        if runtime.device == "auto" and runtime.dtype != "int8" and drives_accelerator():
            return False  # "auto" promises the accelerator, which knows no int8
        try:
            export = find_ready(folder, task, runtime.dtype)
        except (OSError, CorruptModelError):
            return False
        # One that lies beside weights may be of others, or of 8 bits.
        return export is not None and export.path != folder.path

    def open_scorer(self, folder: ModelFolder, runtime: Runtime, /) -> Scorer:
        """Open a sequence classification model; see :class:`hfkit.backends.protocols.OpensScorers`."""
        from hfkit.backends.torch.tasks import SEQUENCE_CLASSIFICATION

        from .opening import open_export
        from .scorer import OnnxScorer

        return OnnxScorer(open_export(folder, runtime, SEQUENCE_CLASSIFICATION))

    def open_span_scorer(self, folder: ModelFolder, runtime: Runtime, /) -> SpanScorer:
        """Open a question answering model; see :class:`hfkit.backends.protocols.OpensSpanScorers`."""
        from hfkit.backends.torch.tasks import QUESTION_ANSWERING

        from .opening import open_export
        from .span_scorer import OnnxSpanScorer

        return OnnxSpanScorer(open_export(folder, runtime, QUESTION_ANSWERING))

    def open_tagger(self, folder: ModelFolder, runtime: Runtime, /) -> Tagger:
        """Open a token classification model; see :class:`hfkit.backends.taggers.OpensTaggers`."""
        from hfkit.backends.torch.tasks import TOKEN_CLASSIFICATION

        from .opening import open_export
        from .tagger import OnnxTagger

        return OnnxTagger(open_export(folder, runtime, TOKEN_CLASSIFICATION))

    def open_embedder(self, folder: ModelFolder, runtime: Runtime, /) -> Embedder:
        """Open a model without a head; see :class:`hfkit.backends.embedders.OpensEmbedders`."""
        from hfkit.backends.torch.tasks import TEXT_EMBEDDING

        from .embedder import OnnxEmbedder
        from .opening import open_export

        return OnnxEmbedder(open_export(folder, runtime, TEXT_EMBEDDING))

    def open_writer(self, folder: ModelFolder, runtime: Runtime, /) -> Writer:
        """Open a model that writes text; see :class:`hfkit.backends.writers.OpensWriters`."""
        from .writer import open_onnx_writer

        return open_onnx_writer(folder, runtime, _writing(folder))

    def open_tokenizer(self, folder: ModelFolder, runtime: Runtime, /) -> tokenizers.Tokenizer:
        """Open the tokenizer that was written beside the export."""
        from .tokenizer import open_exported_tokenizer

        return open_exported_tokenizer(folder, runtime)


def _task(capability: type, folder: ModelFolder) -> Task | None:
    """Name the task of what is to be opened; None if exports do not serve it."""
    from hfkit.backends.torch.tasks import (
        QUESTION_ANSWERING,
        SEQUENCE_CLASSIFICATION,
        TEXT_EMBEDDING,
        TOKEN_CLASSIFICATION,
    )

    if capability is OpensWriters:
        return _writing(folder)
    tasks: dict[type, Task] = {
        OpensScorers: SEQUENCE_CLASSIFICATION,
        OpensSpanScorers: QUESTION_ANSWERING,
        OpensTaggers: TOKEN_CLASSIFICATION,
        OpensEmbedders: TEXT_EMBEDDING,
    }
    return tasks.get(capability)


def _writing(folder: ModelFolder) -> Task:
    from hfkit.backends.torch.tasks import CAUSAL_WRITING, ENCODED_WRITING

    config = folder.config or (folder.base.config if folder.base else {})
    return ENCODED_WRITING if config.get("is_encoder_decoder") else CAUSAL_WRITING
