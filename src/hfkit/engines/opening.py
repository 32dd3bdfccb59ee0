"""Open a model with its tokenizer, and say where its answers will come from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import tokenizers

from hfkit._version import __version__
from hfkit.backends.embedders import OpensEmbedders
from hfkit.backends.free_memory import TellsMemory, free_memory
from hfkit.backends.protocols import OpensScorers, OpensSpanScorers
from hfkit.backends.registry import find_backend
from hfkit.backends.taggers import OpensTaggers
from hfkit.backends.writers import OpensWriters
from hfkit.values.provenance import Source

from .answering import AnsweringSession
from .embedding import EmbeddingSession
from .model_settings import ModelSettings
from .open_tokenizing import open_tokenizing
from .pins import check_pin
from .scoring import ScoringSession
from .sentence_modules import read_embedding_recipe
from .sessions import share
from .tagging import TaggingSession
from .tokens import open_tokenizer, plain_tokenizer
from .writing import WritingSession

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.backends.protocols import ModelCard, ScorerCard
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

    from .guides import Guides
    from .tokens import TextTokenizer

__all__ = ["open_answering", "open_embedding", "open_scoring", "open_tagging", "open_writing"]

C = TypeVar("C")

# Where neither model nor tokenizer names a limit: attention grows with the square of a window.
_UNLIMITED_WINDOW = 8192

# Labels to name in a note.
_FEW = 3


def open_scoring(locate: Callable[[], ModelFolder], runtime: Runtime) -> ScoringSession:
    """Open a model for scoring, or join the session that has it open.

    Args:
        locate: finds the model's files; called once it is known that a backend can run them.
        runtime: where and how.

    Raises:
        ModelError: the folder holds no such model; a subclass says why.
        SettingError: the runtime names a backend that does not exist.
        MissingDependencyError: the backend's packages are not installed.
    """
    name, backend, folder = _choose(OpensScorers, locate, runtime)

    def open_session() -> ScoringSession:
        scorer = backend.open_scorer(folder, runtime)
        opened = _open_beside(scorer.card, backend, name, folder, runtime, notes=_label_notes(scorer.card))
        return ScoringSession(
            scorer, opened.tokenizer, opened.source, runtime, window_limit=opened.window_limit
        )

    return share(("scoring", type(backend), folder, _key(runtime, name)), open_session)


def open_answering(locate: Callable[[], ModelFolder], runtime: Runtime) -> AnsweringSession:
    """Open a model for answering, or join the session that has it open; as :func:`open_scoring`."""
    name, backend, folder = _choose(OpensSpanScorers, locate, runtime)

    def open_session() -> AnsweringSession:
        scorer = backend.open_span_scorer(folder, runtime)
        opened = _open_beside(scorer.card, backend, name, folder, runtime)
        return AnsweringSession(
            scorer, opened.tokenizer, opened.source, runtime, window_limit=opened.window_limit
        )

    return share(("answering", type(backend), folder, _key(runtime, name)), open_session)


def open_tagging(locate: Callable[[], ModelFolder], runtime: Runtime) -> TaggingSession:
    """Open a model for tagging, or join the session that has it open; as :func:`open_scoring`."""
    name, backend, folder = _choose(OpensTaggers, locate, runtime)

    def open_session() -> TaggingSession:
        tagger = backend.open_tagger(folder, runtime)
        opened = _open_beside(tagger.card, backend, name, folder, runtime, notes=_label_notes(tagger.card))
        return TaggingSession(
            tagger, opened.tokenizer, opened.source, runtime, window_limit=opened.window_limit
        )

    return share(("tagging", type(backend), folder, _key(runtime, name)), open_session)


def open_embedding(locate: Callable[[], ModelFolder], runtime: Runtime) -> EmbeddingSession:
    """Open a model for embedding, or join the session that has it open; as :func:`open_scoring`."""
    name, backend, folder = _choose(OpensEmbedders, locate, runtime)
    recipe = read_embedding_recipe(folder)

    def open_session() -> EmbeddingSession:
        embedder = backend.open_embedder(folder, runtime)
        opened = _open_beside(embedder.card, backend, name, folder, runtime, notes=recipe.notes)
        limits = [limit for limit in (opened.window_limit, recipe.max_tokens) if limit]
        return EmbeddingSession(
            embedder, opened.tokenizer, recipe, opened.source, runtime, window_limit=min(limits)
        )

    return share(("embedding", type(backend), folder, recipe, _key(runtime, name)), open_session)


def open_writing(locate: Callable[[], ModelFolder], runtime: Runtime) -> WritingSession:
    """Open a model for writing, or join the session that has it open; as :func:`open_scoring`."""
    name, backend, folder = _choose(OpensWriters, locate, runtime)

    def open_session() -> WritingSession:
        tokenizer = open_tokenizing(folder, runtime)
        check_pin(folder, tokenizer.source.tokenizer)
        writer = backend.open_writer(folder, runtime)
        special = tokenizer.special_tokens()
        settings = ModelSettings.read(
            folder,
            begin=None if special.bos is None else special.bos.id,
            end=None if special.eos is None else special.eos.id,
        )
        memory = writer.free_memory if isinstance(writer, TellsMemory) else free_memory

        def guides() -> Guides:
            from .guides import Guides  # an engine of its own, for those who hold texts to a shape

            plain = plain_tokenizer(backend, folder, runtime)
            return Guides(plain, vocabulary=writer.card.vocabulary, ends=settings.ends)

        source = _source(folder, name, writer.card, tokenizer.source.tokenizer)
        return WritingSession(
            writer, tokenizer, settings, source, folder=folder, memory=memory, guides=guides
        )

    return share(("writing", type(backend), folder, _key(runtime, name)), open_session)


def _choose(
    capability: type[C], locate: Callable[[], ModelFolder], runtime: Runtime
) -> tuple[str, C, ModelFolder]:
    """Find the backend that is to open a model, and the model."""
    located = cache(locate)
    name, backend = find_backend(
        runtime.backend,
        capability=capability,
        is_ready=lambda asked: asked.ready(located(), runtime, capability),
    )
    return name, backend, located()


@dataclass(frozen=True, slots=True, eq=False)
class _Opened:
    """What a session needs beside its model."""

    tokenizer: TextTokenizer
    source: Source
    window_limit: int


def _key(runtime: Runtime, backend: str) -> Runtime:
    """Leave out what does not change an answer: it does not split a session."""
    return replace(
        runtime,
        backend=backend,
        batch_tokens=1,
        cache_tokens=None,
        progress="never",
        offline=False,
        lock=None,
    )


def _open_beside(
    card: ModelCard,
    backend: object,
    backend_name: str,
    folder: ModelFolder,
    runtime: Runtime,
    *,
    notes: tuple[str, ...] = (),
) -> _Opened:
    """Open the tokenizer of a model that is open, and say where its answers will come from."""
    tokenizer = open_tokenizer(backend, folder, runtime)
    check_pin(folder, tokenizer.fingerprint)
    owner = folder if (folder.path / "tokenizer_config.json").is_file() else folder.base or folder
    claimed = owner.read_json("tokenizer_config.json").get("model_max_length")
    limits = [limit for limit in (claimed, card.max_tokens) if isinstance(limit, int)]
    source = _source(folder, backend_name, card, tokenizer.fingerprint, notes=notes)
    return _Opened(tokenizer, source, min([_UNLIMITED_WINDOW, *limits]))


def _source(
    folder: ModelFolder, backend: str, card: ModelCard, fingerprint: str, *, notes: tuple[str, ...] = ()
) -> Source:
    own = (("hfkit", __version__), ("tokenizers", tokenizers.__version__))
    return Source(
        model=folder.name,
        revision=folder.revision,
        tokenizer=fingerprint,
        backend=backend,
        device=card.device,
        dtype=card.dtype,
        versions=tuple(sorted({*own, *card.versions})),
        base=f"{folder.base.name}@{folder.base.revision}" if folder.base else None,
        notes=card.notes + notes,
    )


def _label_notes(card: ScorerCard) -> tuple[str, ...]:
    """Note labels that say nothing."""
    if not card.labels.generic:
        return ()
    names = ", ".join(card.labels.names[:_FEW]) + (", ..." if len(card.labels.names) > _FEW else "")
    return (f"labels are generic ({names}): the model's config does not name them",)
