"""Which parts of a model are a head of a task's own, and which layers store their matrices the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
)

from hfkit.jobs.tuning.targets import new_head, stores_transposed

if TYPE_CHECKING:
    from transformers import PreTrainedModel

SMALL = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}


def model_of(kind: object, family: str, **settings: object) -> PreTrainedModel:
    config = AutoConfig.for_model(family, vocab_size=20, **settings)
    return cast("PreTrainedModel", kind.from_config(config))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "family", "settings", "head"),
    [
        (AutoModelForSequenceClassification, "bert", SMALL, ("classifier",)),
        (AutoModelForMaskedLM, "bert", SMALL, ("cls.predictions.transform",)),
        (AutoModelForMaskedLM, "roberta", SMALL, ("lm_head.dense", "lm_head.layer_norm")),
        (
            AutoModelForMaskedLM,
            "distilbert",
            {"dim": 8, "n_layers": 1, "n_heads": 2, "hidden_dim": 8},
            ("vocab_transform", "vocab_layer_norm"),
        ),
        (AutoModelForCausalLM, "llama", SMALL, ()),
        (AutoModelForCausalLM, "gpt2", {"n_embd": 8, "n_layer": 1, "n_head": 2}, ()),
    ],
)
def test_what_tells_words_is_no_head(
    kind: object, family: str, settings: dict[str, object], head: tuple[str, ...]
) -> None:
    """It is tied to the table of embeddings, or as large: small matrices beside all else would be none."""
    assert new_head(model_of(kind, family, **settings)) == head


def test_gpt2_stores_its_matrices_the_other_way_round() -> None:
    gpt2 = model_of(AutoModelForCausalLM, "gpt2", n_embd=8, n_layer=1, n_head=2)
    llama = model_of(AutoModelForCausalLM, "llama", **SMALL)
    assert stores_transposed(gpt2, ("c_attn",))
    assert not stores_transposed(gpt2, ("lm_head",))
    assert not stores_transposed(llama, ("q_proj",))
