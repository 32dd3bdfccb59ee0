"""A trained model as a folder that opens."""

from __future__ import annotations

import shutil
from copy import deepcopy
from typing import TYPE_CHECKING, cast

import torch

from hfkit.errors import TrainingError
from hfkit.hub.tokenizer_files import tokenizer_owner
from hfkit.values.methods import Full, Lora, QLora

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from peft import PeftModel
    from transformers import PreTrainedModel

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.methods import Method

__all__ = ["copy_tokenizer", "write_model"]

_TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "*.model",
    "*.spm",
    "chat_template.jinja",
    "chat_template.json",
    "additional_chat_templates/*.jinja",
)

# Of the largest logit: what another order of sums may change in float32.
_TOLERANCE = 1e-4


def write_model(
    model: PreTrainedModel, method: Method, folder: Path, weights: Mapping[str, torch.Tensor] | None = None
) -> None:
    """Write a model, or the small matrices beside one; where they are to be merged, prove that nothing changes.

    Args:
        model: what was trained.
        method: how.
        folder: where to.
        weights: those of a model that is parted over processes, put together; None where it is whole.

    Raises:
        TrainingError: the merged model gives other logits, or it is parted.
    """
    if isinstance(method, Lora) and method.merge:
        if weights is not None:
            raise TrainingError(
                "merge is True, and the model is parted over processes: it cannot be compared before and after",
                hint="leave merge=False: the adapter opens like a model",
            )
        _merged(model).save_pretrained(folder)
        return
    model.save_pretrained(folder, state_dict=weights)  # type: ignore[arg-type]  # any mapping will do
    if not isinstance(method, Full):
        # An adapter's own files say neither which head it is for, nor its labels.
        config = deepcopy(model.config)
        config.architectures = [type(cast("PeftModel", model).get_base_model()).__name__]
        if isinstance(method, QLora):
            del config.quantization_config  # the adapter is opened over the base as it is
        config.save_pretrained(folder)
        (folder / "README.md").unlink(missing_ok=True)  # peft's empty form: it says nothing of this model


def copy_tokenizer(base: ModelFolder, folder: Path) -> None:
    """Copy the files of a base's tokenizer, byte by byte."""
    owner = tokenizer_owner(base).path
    for pattern in _TOKENIZER_FILES:
        for file in owner.glob(pattern):
            copy = folder / file.relative_to(owner)
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, copy)


def _merged(model: PreTrainedModel) -> PreTrainedModel:
    """Add the small matrices into the large ones, and compare the logits before and after."""
    model.eval()  # type: ignore[no-untyped-call]
    chance = torch.Generator().manual_seed(0)
    ids = torch.randint(0, int(model.config.vocab_size), (2, 16), generator=chance).to(model.device)
    given = {"input_ids": ids} | ({"decoder_input_ids": ids} if model.config.is_encoder_decoder else {})
    with torch.inference_mode():
        before = model(**given)[0].float()
    merged = cast("PreTrainedModel", cast("PeftModel", model).merge_and_unload())
    with torch.inference_mode():
        after = merged(**given)[0].float()
    gap = float((before - after).abs().max() / before.abs().max().clamp(min=1))
    if not gap <= _TOLERANCE:
        raise TrainingError(
            f"merged, the model gives other logits, by {gap:.1e} of the largest",
            hint="leave merge=False: the adapter opens like a model",
        )
    return merged
