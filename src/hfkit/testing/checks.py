"""The promises of a backend, each a check: a backend is done when they all pass.

::

    @pytest.mark.parametrize("check", hfkit.testing.checks(MyBackend(), model_dir), ids=str)
    def test_backend(check: hfkit.testing.Check) -> None:
        check()
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from hfkit.backends.embedders import OpensEmbedders
from hfkit.backends.protocols import Backend, OpensScorers, OpensSpanScorers
from hfkit.backends.taggers import OpensTaggers
from hfkit.backends.writers import OpensWriters
from hfkit.errors import HfkitError

from .embedder_checks import EMBEDDER_CHECKS
from .folder_checks import FOLDER_CHECKS
from .model_checks import MODEL_CHECKS
from .opened import capability_for
from .promise import BrokenPromiseError, promise_of, require
from .running_checks import RUNNING_CHECKS
from .scorer_checks import SCORER_CHECKS
from .span_checks import SPAN_CHECKS
from .tagger_checks import TAGGER_CHECKS
from .writer_checks import WRITER_CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .opened import Capability

__all__ = ["Check", "checks"]


_OWN = {
    OpensScorers: (*SCORER_CHECKS, *MODEL_CHECKS),
    OpensSpanScorers: (*SPAN_CHECKS, *MODEL_CHECKS),
    OpensTaggers: (*TAGGER_CHECKS, *MODEL_CHECKS),
    OpensEmbedders: (*EMBEDDER_CHECKS, *MODEL_CHECKS),
    OpensWriters: (*WRITER_CHECKS, *RUNNING_CHECKS),
}

_NAME = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Check:
    """One promise of a backend, in one English sentence.

    Attributes:
        promise: the sentence.
        run: raises :class:`BrokenPromiseError` if it is broken.
        gap: why the backend is known to break it; such a check fails once it is kept.
    """

    promise: str
    run: Callable[[], None]
    gap: str | None = None

    def __call__(self) -> None:
        """Run the check.

        Raises:
            BrokenPromiseError: the promise is broken, or is kept though ``gap`` says that it is not.
        """
        if self.gap is None:
            self.run()
            return
        try:
            self.run()
        except (BrokenPromiseError, HfkitError):
            return
        raise BrokenPromiseError(
            f"{self.promise}: kept, though its gap says {self.gap!r}", hint="take it off the known gaps"
        )

    def __str__(self) -> str:
        return self.promise


def checks(backend: object, model_dir: Path, *, gaps: Mapping[str, str] | None = None) -> list[Check]:
    """List the promises that hold for a backend with one kind of model; ask once for each kind it opens.

    Args:
        backend: an instance of the backend.
        model_dir: a folder with a tokenizer and a model that the backend can open. The ``architectures``
            of its ``config.json`` say of which kind it is: question answering, token classification, one that
            writes text, one without a head, else sequence classification; those with labels have at least two.
        gaps: known gaps, from a promise to the reason why it is not kept.

    Returns:
        The checks, to be called one by one.

    Raises:
        BrokenPromiseError: ``gaps`` names a promise that there is none of.
    """
    known = dict(gaps or {})
    capability = capability_for(model_dir)
    found = [
        Check(promise_of(_names_itself), partial(_names_itself, backend)),
        Check(promise_of(_opens_the_kind), partial(_opens_the_kind, backend, capability)),
    ]
    if isinstance(backend, capability):
        found += [
            Check(promise_of(check), partial(check, backend, model_dir))
            for check in (*_OWN[capability], *FOLDER_CHECKS)
        ]
    unknown = set(known) - {check.promise for check in found}
    require(
        not unknown, f"gaps name {sorted(unknown)}, which are no promises", hint="copy the promise's sentence"
    )
    return [Check(check.promise, check.run, known.get(check.promise)) for check in found]


def _names_itself(backend: object) -> None:
    """A backend has a lower-case name and says what it lacks."""
    require(isinstance(backend, Backend), f"{type(backend).__name__} has no name or no missing()")
    name = getattr(backend, "name", None)
    require(isinstance(name, str) and bool(_NAME.fullmatch(name)), f"its name is {name!r}")
    missing = backend.missing() if isinstance(backend, Backend) else None
    require(
        missing is None or "pip install" in missing,
        f"missing() gives {missing!r}, must be a pip install line",
    )


def _opens_the_kind(backend: object, capability: Capability) -> None:
    """A backend has the method that opens the kind of model that it is checked with."""
    require(
        isinstance(backend, capability),
        f"{type(backend).__name__} is no {capability.__name__}",
        hint="write that method, or give a model of the kind that the backend opens",
    )
