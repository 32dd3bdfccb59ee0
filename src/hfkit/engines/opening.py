"""Open a model with its tokenizer, and say where its answers will come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import tokenizers

from hfkit._version import __version__
from hfkit.backends.protocols import OpensScorers
from hfkit.backends.registry import find_backend
from hfkit.values.provenance import Source

from .pins import check_pin
from .scoring import ScoringSession
from .sessions import share
from .tokens import open_tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.backends.protocols import Scorer
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

    from .tokens import TextTokenizer

__all__ = ["open_scoring"]

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
    name, backend = find_backend(runtime.backend, capability=OpensScorers)
    folder = locate()

    def open_session() -> ScoringSession:
        scorer = backend.open_scorer(folder, runtime)
        tokenizer = open_tokenizer(backend, folder, runtime)
        check_pin(folder, tokenizer.fingerprint)
        owner = folder if (folder.path / "tokenizer_config.json").is_file() else folder.base or folder
        claimed = owner.read_json("tokenizer_config.json").get("model_max_length")
        limits = [limit for limit in (claimed, scorer.card.max_tokens) if isinstance(limit, int)]
        return ScoringSession(
            scorer,
            tokenizer,
            _describe(folder, name, scorer, tokenizer),
            window_limit=min([_UNLIMITED_WINDOW, *limits]),
        )

    # What does not change an answer does not split a session.
    settings = replace(runtime, backend=name, batch_tokens=1, progress="never", offline=False)
    return share(("scoring", type(backend), folder, settings), open_session)


def _describe(folder: ModelFolder, backend: str, scorer: Scorer, tokenizer: TextTokenizer) -> Source:
    card = scorer.card
    notes = card.notes
    if card.labels.generic:
        names = ", ".join(card.labels.names[:_FEW]) + (", ..." if len(card.labels.names) > _FEW else "")
        notes += (f"labels are generic ({names}): the model's config does not name them",)
    own = (("hfkit", __version__), ("tokenizers", tokenizers.__version__))
    return Source(
        model=folder.name,
        revision=folder.revision,
        tokenizer=tokenizer.fingerprint,
        backend=backend,
        device=card.device,
        dtype=card.dtype,
        versions=tuple(sorted({*own, *card.versions})),
        base=f"{folder.base.name}@{folder.base.revision}" if folder.base else None,
        notes=notes,
    )
