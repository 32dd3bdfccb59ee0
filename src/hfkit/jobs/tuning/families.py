"""What each family of models is made of: the names of its dimensions, and its kind of tokenizer."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from transformers import AutoConfig

from .new_tokenizers import SpecialLayout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PretrainedConfig

    from hfkit.values.architecture import Architecture, Family

    from .new_tokenizers import Pieces

__all__ = ["FamilyTokens", "family_tokens", "new_config"]

_BERT = SpecialLayout(
    tokens=("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    roles=MappingProxyType(
        {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
    ),
    single="[CLS] $A [SEP]",
    pair="[CLS] $A [SEP] $B:1 [SEP]:1",
)
_ROBERTA = SpecialLayout(
    tokens=("<s>", "<pad>", "</s>", "<unk>", "<mask>"),
    roles=MappingProxyType(
        {
            "bos": "<s>",
            "eos": "</s>",
            "cls": "<s>",
            "sep": "</s>",
            "unk": "<unk>",
            "pad": "<pad>",
            "mask": "<mask>",
        }
    ),
    single="<s> $A </s>",
    pair="<s> $A </s> </s> $B </s>",
)
_DECODER = SpecialLayout(
    tokens=("<pad>", "<s>", "</s>"),
    roles=MappingProxyType({"pad": "<pad>", "bos": "<s>", "eos": "</s>"}),
    single="<s> $A",
    pair="<s> $A </s> $B",
)
_T5 = SpecialLayout(
    tokens=("<pad>", "</s>", "<unk>"),
    roles=MappingProxyType({"pad": "<pad>", "eos": "</s>", "unk": "<unk>"}),
    single="$A </s>",
    pair="$A </s> $B </s>",
)


@dataclass(frozen=True, slots=True)
class FamilyTokens:
    """The kind of tokenizer that a family has.

    Attributes:
        pieces: what its tokens are made of.
        layout: its special tokens.
        types: whether the model tells two texts apart by types.
    """

    pieces: Pieces
    layout: SpecialLayout
    types: bool = False


def family_tokens(family: Family) -> FamilyTokens:
    """Say what kind of tokenizer a family has.

    T5 has bytes here, and not the unigrams of the models that were published: those are learned differently each time.
    """
    match family:
        case "bert" | "electra":
            return FamilyTokens("words", _BERT, types=True)
        case "distilbert":
            return FamilyTokens("words", _BERT)
        case "modernbert":
            return FamilyTokens("bytes", _BERT)
        case "roberta" | "bart":
            return FamilyTokens("bytes", _ROBERTA)
        case "gpt2" | "llama" | "qwen3":
            return FamilyTokens("bytes", _DECODER)
        case "t5":
            return FamilyTokens("bytes", _T5)
        case _:
            assert_never(family)


def new_config(architecture: Architecture, *, vocabulary: int) -> PretrainedConfig:
    """Make the configuration of a new model.

    Args:
        architecture: its dimensions.
        vocabulary: how many tokens its tokenizer has.
    """
    layout = family_tokens(architecture.family).layout
    ids = {f"{role}_token_id": layout.id_of(role) for role in ("pad", "bos", "eos") if role in layout.roles}
    sizes = {
        # transformers knows these four names for all families, whatever their own are
        "hidden_size": architecture.hidden,
        "num_hidden_layers": architecture.layers,
        "num_attention_heads": architecture.attention_heads,
        "max_position_embeddings": architecture.max_tokens,
        "vocab_size": vocabulary,
    }
    return AutoConfig.for_model(architecture.family, **{**sizes, **ids, **_own_settings(architecture)})


def _own_settings(architecture: Architecture) -> Mapping[str, int]:
    """Give the settings that go by names of the family's own."""
    inner, heads = architecture.inner_width, architecture.attention_heads
    match architecture.family:
        case "bert" | "llama":
            return {"intermediate_size": inner}
        case "electra":
            return {"intermediate_size": inner, "embedding_size": architecture.hidden}
        case "distilbert":
            return {"hidden_dim": inner}
        case "roberta":  # its positions are counted from behind the id of padding
            positions = architecture.max_tokens + _ROBERTA.id_of("pad") + 1
            return {"intermediate_size": inner, "max_position_embeddings": positions, "type_vocab_size": 1}
        case "modernbert":
            ids = {f"{role}_token_id": _BERT.id_of(role) for role in ("cls", "sep")}
            ends = {"bos_token_id": ids["cls_token_id"], "eos_token_id": ids["sep_token_id"]}
            return {"intermediate_size": inner, **ids, **ends}
        case "gpt2":
            return {"n_inner": inner}
        case "qwen3":
            width = architecture.hidden // heads
            return {"intermediate_size": inner, "num_key_value_heads": heads, "head_dim": width}
        case "t5":
            return {
                "d_ff": inner,
                "d_kv": architecture.hidden // heads,
                "num_decoder_layers": architecture.layers,
                "decoder_start_token_id": _T5.id_of("pad"),
            }
        case "bart":
            return {
                "encoder_ffn_dim": inner,
                "decoder_ffn_dim": inner,
                "decoder_layers": architecture.layers,
                "decoder_attention_heads": heads,
                "decoder_start_token_id": _ROBERTA.id_of("eos"),
                "forced_eos_token_id": _ROBERTA.id_of("eos"),
            }
        case _:
            assert_never(architecture.family)
