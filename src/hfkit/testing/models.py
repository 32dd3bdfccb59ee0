"""Tiny models of real architectures with random weights, written in about a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never, cast

from .tokenizers import write_byte_pairs, write_unigrams, write_word_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from transformers import PreTrainedModel

    from hfkit.text.labels import Problem

__all__ = [
    "TinyFamily",
    "save_model",
    "write_tiny_classifier",
    "write_tiny_embedder",
    "write_tiny_reader",
    "write_tiny_tagger",
]

TinyFamily: TypeAlias = Literal["bert", "distilbert", "roberta", "xlm-roberta", "electra", "gpt2", "xlnet"]
"""The architectures; each with its own kind of tokenizer, positions and head."""


def write_tiny_classifier(
    folder: Path,
    *,
    family: TinyFamily = "bert",
    labels: Sequence[str] = ("negative", "neutral", "positive"),
    problem: Problem = "single_label_classification",
    limit: int = 64,
    seed: int = 0,
) -> Path:
    """Write a sequence classification model that transformers opens like any other.

    Args:
        folder: where; made if need be.
        family: the architecture.
        labels: the labels' names.
        problem: how the labels relate.
        limit: the longest sequence, special tokens included.
        seed: of the weights.

    Returns:
        The folder.
    """
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification

    config = AutoConfig.for_model(family, **_settings(family, folder, limit))
    config.id2label = dict(enumerate(labels))
    config.label2id = {name: number for number, name in enumerate(labels)}
    config.problem_type = problem
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = cast("PreTrainedModel", AutoModelForSequenceClassification.from_config(config))  # type: ignore[no-untyped-call]
        _draw_weights(model)
    return save_model(model, folder)


def write_tiny_reader(folder: Path, *, family: TinyFamily = "bert", limit: int = 64, seed: int = 0) -> Path:
    """Write a question answering model that transformers opens like any other.

    Args:
        folder: where; made if need be.
        family: the architecture.
        limit: the longest sequence, special tokens included.
        seed: of the weights.

    Returns:
        The folder.
    """
    import torch
    from transformers import AutoConfig, AutoModelForQuestionAnswering

    config = AutoConfig.for_model(family, **_settings(family, folder, limit))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = cast("PreTrainedModel", AutoModelForQuestionAnswering.from_config(config))  # type: ignore[no-untyped-call]
        _draw_weights(model)
    return save_model(model, folder)


def write_tiny_tagger(
    folder: Path,
    *,
    family: TinyFamily = "bert",
    tags: Sequence[str] = ("O", "B-person", "I-person", "B-place", "I-place"),
    limit: int = 64,
    seed: int = 0,
) -> Path:
    """Write a token classification model that transformers opens like any other.

    Args:
        folder: where; made if need be.
        family: the architecture.
        tags: the names of its labels.
        limit: the longest sequence, special tokens included.
        seed: of the weights.

    Returns:
        The folder.
    """
    import torch
    from transformers import AutoConfig, AutoModelForTokenClassification

    config = AutoConfig.for_model(family, **_settings(family, folder, limit))
    config.id2label = dict(enumerate(tags))
    config.label2id = {name: number for number, name in enumerate(tags)}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = cast("PreTrainedModel", AutoModelForTokenClassification.from_config(config))  # type: ignore[no-untyped-call]
        _draw_weights(model)
    return save_model(model, folder)


def write_tiny_embedder(folder: Path, *, family: TinyFamily = "bert", limit: int = 64, seed: int = 0) -> Path:
    """Write a model without a head that transformers opens like any other.

    Nothing beside it says how tokens are pooled, as in a folder of sentence-transformers.

    Args:
        folder: where; made if need be.
        family: the architecture.
        limit: the longest sequence, special tokens included.
        seed: of the weights.

    Returns:
        The folder.
    """
    import torch
    from transformers import AutoConfig, AutoModel

    config = AutoConfig.for_model(family, **_settings(family, folder, limit))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = cast("PreTrainedModel", AutoModel.from_config(config))  # type: ignore[no-untyped-call]
        _draw_weights(model)
    return save_model(model, folder)


def _draw_weights(model: PreTrainedModel) -> None:
    """Draw weights larger than the usual start, so that texts differ in score."""
    import torch

    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.2)


def save_model(model: PreTrainedModel, folder: Path) -> Path:
    """Save a model as transformers does, without its reports and bars; give the folder."""
    from hfkit.backends.torch.quiet import quiet_transformers

    with quiet_transformers():
        model.save_pretrained(folder)
    return folder


def _settings(family: TinyFamily, folder: Path, limit: int) -> dict[str, int]:
    """Write the family's kind of tokenizer and give the settings of its configuration."""
    encoder = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    # RoBERTa counts positions from behind its padding id, 1.
    shifted = {**encoder, "max_position_embeddings": limit + 2, "type_vocab_size": 1, "pad_token_id": 1}
    match family:
        case "bert":
            return {
                **encoder,
                "vocab_size": write_word_pieces(folder, limit=limit),
                "max_position_embeddings": limit,
            }
        case "electra":
            sizes = {"embedding_size": 16, "max_position_embeddings": limit}
            return {**encoder, **sizes, "vocab_size": write_word_pieces(folder, limit=limit)}
        case "distilbert":
            sizes = {
                "dim": 32,
                "n_layers": 2,
                "n_heads": 4,
                "hidden_dim": 64,
                "max_position_embeddings": limit,
            }
            return {**sizes, "vocab_size": write_word_pieces(folder, limit=limit)}
        case "roberta":
            return {**shifted, "vocab_size": write_byte_pairs(folder, limit=limit)}
        case "xlm-roberta":
            return {**shifted, "vocab_size": write_unigrams(folder, limit=limit)}
        case "gpt2":
            sizes = {
                "n_embd": 32,
                "n_layer": 2,
                "n_head": 4,
                "n_positions": limit,
                "bos_token_id": 0,
                "eos_token_id": 0,
            }
            return {**sizes, "vocab_size": write_byte_pairs(folder, limit=limit, family=family)}
        case "xlnet":  # pools the last column, so it cannot be padded at the right
            sizes = {"d_model": 32, "n_layer": 2, "n_head": 4, "d_inner": 64, "pad_token_id": 1}
            return {**sizes, "vocab_size": write_unigrams(folder, limit=limit)}
        case _ as unreachable:
            assert_never(unreachable)
