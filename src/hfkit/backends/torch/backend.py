"""What the torch backend can open."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from hfkit.errors import WrongHeadError

if TYPE_CHECKING:
    import tokenizers

    from hfkit.backends.embedders import Embedder
    from hfkit.backends.protocols import Scorer, SpanScorer
    from hfkit.backends.taggers import Tagger
    from hfkit.backends.writers import Writer
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["TorchBackend"]


class TorchBackend:
    """Runs transformers' models on torch; imports neither before it opens something."""

    name = "torch"

    def missing(self) -> str | None:
        """Give the install line if torch, transformers or accelerate is not there."""
        if all(map(find_spec, ("torch", "transformers", "accelerate"))):
            return None
        return "pip install 'hfkit[torch]'"

    def open_scorer(self, folder: ModelFolder, runtime: Runtime, /) -> Scorer:
        """Open a sequence classification model; see :class:`hfkit.backends.protocols.OpensScorers`."""
        from hfkit.text.labels import LabelScheme

        from .loading import load_model
        from .scorer import TorchScorer
        from .tasks import SEQUENCE_CLASSIFICATION

        LabelScheme.from_config(folder.config)  # before seconds are spent on weights
        return TorchScorer(load_model(folder, runtime, SEQUENCE_CLASSIFICATION), runtime)

    def open_span_scorer(self, folder: ModelFolder, runtime: Runtime, /) -> SpanScorer:
        """Open a question answering model; see :class:`hfkit.backends.protocols.OpensSpanScorers`."""
        from .loading import load_model
        from .span_scorer import TorchSpanScorer
        from .tasks import QUESTION_ANSWERING

        return TorchSpanScorer(load_model(folder, runtime, QUESTION_ANSWERING), runtime)

    def open_tagger(self, folder: ModelFolder, runtime: Runtime, /) -> Tagger:
        """Open a token classification model; see :class:`hfkit.backends.taggers.OpensTaggers`."""
        from hfkit.text.labels import LabelScheme

        from .loading import load_model
        from .tagger import TorchTagger
        from .tasks import TOKEN_CLASSIFICATION

        labels = LabelScheme.from_config(folder.config)  # before seconds are spent on weights
        return TorchTagger(load_model(folder, runtime, TOKEN_CLASSIFICATION), labels, runtime)

    def open_embedder(self, folder: ModelFolder, runtime: Runtime, /) -> Embedder:
        """Open a model without a head; see :class:`hfkit.backends.embedders.OpensEmbedders`."""
        from .embedder import TorchEmbedder
        from .loading import load_model
        from .tasks import TEXT_EMBEDDING

        if (folder.base or folder).config.get("is_encoder_decoder"):
            raise WrongHeadError(
                f"{folder.name} encodes and decodes, a text embedding model only encodes",
                hint="use an encoder, such as one that sentence-transformers saved",
            )
        return TorchEmbedder(load_model(folder, runtime, TEXT_EMBEDDING), runtime)

    def open_writer(self, folder: ModelFolder, runtime: Runtime, /) -> Writer:
        """Open a model that writes text; see :class:`hfkit.backends.writers.OpensWriters`."""
        from .loading import load_model
        from .tasks import CAUSAL_WRITING, ENCODED_WRITING
        from .writer import TorchWriter

        config = folder.config or (folder.base.config if folder.base else {})
        task = ENCODED_WRITING if config.get("is_encoder_decoder") else CAUSAL_WRITING
        return TorchWriter(load_model(folder, runtime, task), runtime)

    def open_tokenizer(self, folder: ModelFolder, runtime: Runtime, /) -> tokenizers.Tokenizer:
        """Open a tokenizer exactly as transformers would, whatever files it is made of."""
        from .tokenizer import load_tokenizer

        return load_tokenizer(folder, runtime)
