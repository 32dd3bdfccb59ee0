"""Which facade a model is for, as its own files say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from hfkit.backends.torch.tasks import (
    CAUSAL_WRITING,
    ENCODED_WRITING,
    QUESTION_ANSWERING,
    SEQUENCE_CLASSIFICATION,
    TOKEN_CLASSIFICATION,
)
from hfkit.errors import ModelError

if TYPE_CHECKING:
    from hfkit.backends.torch.tasks import Task
    from hfkit.hub.folder import ModelFolder

__all__ = ["Verb", "head_of", "verb_of"]

Verb: TypeAlias = Literal["Classify", "Answer", "Tag", "Generate"]
"""The facades whose models can be made smaller."""

_HEADS: tuple[tuple[re.Pattern[str], Verb], ...] = (
    (re.compile(r"ForSequenceClassification$"), "Classify"),
    (re.compile(r"ForQuestionAnswering(Simple)?$"), "Answer"),
    (re.compile(r"ForTokenClassification$"), "Tag"),
    (re.compile(r"(ForCausalLM|LMHeadModel|ForConditionalGeneration)$"), "Generate"),
)


def verb_of(folder: ModelFolder) -> Verb:
    """Name the facade of a model by the class that it was saved as.

    Raises:
        ModelError: it is another one, or not named.
    """
    named = folder.config.get("architectures") or (
        folder.base.config.get("architectures") if folder.base else None
    )
    names = [str(name) for name in named] if isinstance(named, list) else []
    for pattern, verb in _HEADS:
        if any(map(pattern.search, names)):
            return verb
    raise ModelError(
        f"{folder.name} was saved as {names}, must be a model for Classify, Answer, Tag or Generate",
        hint="Quantize takes models for sequence and token classification, question answering and text generation",
    )


def head_of(folder: ModelFolder, verb: Verb) -> Task:
    """Name the head of a model."""
    if verb == "Classify":
        return SEQUENCE_CLASSIFICATION
    if verb == "Answer":
        return QUESTION_ANSWERING
    if verb == "Tag":
        return TOKEN_CLASSIFICATION
    encodes = (folder.base or folder).config.get("is_encoder_decoder") is True
    return ENCODED_WRITING if encodes else CAUSAL_WRITING
