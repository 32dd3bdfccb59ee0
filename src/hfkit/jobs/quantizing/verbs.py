"""Which facade a model is for, as its own files say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from hfkit.backends.torch.tasks import (
    CAUSAL_WRITING,
    ENCODED_WRITING,
    QUESTION_ANSWERING,
    SEQUENCE_CLASSIFICATION,
    TEXT_EMBEDDING,
    TOKEN_CLASSIFICATION,
)
from hfkit.engines.sentence_modules import MODULES_FILE
from hfkit.errors import ModelError

if TYPE_CHECKING:
    from hfkit.backends.torch.tasks import Task
    from hfkit.hub.folder import ModelFolder

__all__ = ["Verb", "head_of", "verb_of"]

Verb: TypeAlias = Literal["Classify", "Answer", "Tag", "Embed", "Generate"]
"""The facades whose models can be made smaller."""

_HEADS: tuple[tuple[re.Pattern[str], Verb], ...] = (
    (re.compile(r"ForSequenceClassification$"), "Classify"),
    (re.compile(r"ForQuestionAnswering(Simple)?$"), "Answer"),
    (re.compile(r"ForTokenClassification$"), "Tag"),
)
_WRITES = re.compile(r"(ForCausalLM|LMHeadModel|ForConditionalGeneration)$")
_HEADLESS = re.compile(r"Model$")

# A tokenizer of texts: models of sound or pictures have no head either.
_READS_TEXTS = ("tokenizer.json", "vocab.txt")


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
    if (folder.path / MODULES_FILE).is_file():  # whatever it was saved as, sentence-transformers pools it
        return "Embed"
    if any(map(_WRITES.search, names)):
        return "Generate"
    if any(map(_HEADLESS.search, names)) and _encodes_texts(folder.base or folder):
        return "Embed"
    raise ModelError(
        f"{folder.name} was saved as {names}, must be a model for Classify, Answer, Tag, Embed or Generate",
        hint="Quantize takes models for sequence and token classification, question answering and text generation, and "
        "encoders without a head",
    )


def _encodes_texts(folder: ModelFolder) -> bool:
    """Tell whether a model without a head may be an encoder of texts."""
    encodes = "vocab_size" in folder.config and folder.config.get("is_encoder_decoder") is not True
    return encodes and any((folder.path / name).is_file() for name in _READS_TEXTS)


def head_of(folder: ModelFolder, verb: Verb) -> Task:
    """Name the head of a model."""
    if verb == "Classify":
        return SEQUENCE_CLASSIFICATION
    if verb == "Answer":
        return QUESTION_ANSWERING
    if verb == "Tag":
        return TOKEN_CLASSIFICATION
    if verb == "Embed":
        return TEXT_EMBEDDING
    encodes = (folder.base or folder).config.get("is_encoder_decoder") is True
    return ENCODED_WRITING if encodes else CAUSAL_WRITING
