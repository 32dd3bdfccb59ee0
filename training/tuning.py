"""How the classifier learns: full fine-tunes, averaged, pressed into a low-rank adapter."""

from __future__ import annotations

import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING

import torch
from peft import LoraConfig, PeftModel, TaskType, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import (
    AutoTokenizer,
    BertForSequenceClassification,
    DataCollatorWithPadding,
    PreTrainedTokenizerBase,
    Trainer,
    TrainingArguments,
    set_seed,
)

from data import LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from data import Example

# The longest snippet has 84 tokens, and one in a hundred more than 56.
MAX_TOKENS = 64
RANK = 32
EMBEDDING_RANK = 16
MEMBERS = 2

_LINEAR = ["query", "key", "value", "output.dense", "intermediate.dense"]
_TABLE = "word_embeddings"


class Encoded(torch.utils.data.Dataset[dict[str, list[int] | int]]):
    """Examples as token ids, padded later, batch by batch."""

    def __init__(self, examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase) -> None:
        texts = [example.text for example in examples]
        ids = tokenizer(texts, truncation=True, max_length=MAX_TOKENS)["input_ids"]
        self._rows = [{"input_ids": row, "labels": e.label} for row, e in zip(ids, examples, strict=True)]

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> dict[str, list[int] | int]:
        return self._rows[index]


def untrained(base: Path) -> BertForSequenceClassification:
    """Load the base under a new head, the same head every time: averages need a common start."""
    set_seed(0)
    # Without dropout on the attention, the CPU takes its fused kernel: a fifth faster.
    return BertForSequenceClassification.from_pretrained(
        base, num_labels=len(LABELS), attention_probs_dropout_prob=0.0
    )


def tune(
    model: torch.nn.Module,
    examples: Sequence[Example],
    tokenizer: PreTrainedTokenizerBase,
    *,
    seed: int,
    epochs: int,
    rate: float,
) -> None:
    """Train a model's trainable weights in place."""
    with tempfile.TemporaryDirectory() as scratch:
        arguments = TrainingArguments(
            output_dir=scratch,
            num_train_epochs=epochs,
            per_device_train_batch_size=32,
            learning_rate=rate,
            lr_scheduler_type="linear",
            warmup_steps=0.1,
            weight_decay=0.01,
            label_smoothing_factor=0.1,
            train_sampling_strategy="group_by_length",
            full_determinism=True,
            seed=seed,
            use_cpu=True,
            save_strategy="no",
            logging_steps=100,
            disable_tqdm=True,
            report_to="none",
        )
        Trainer(
            model=model,
            args=arguments,
            train_dataset=Encoded(examples, tokenizer),
            data_collator=DataCollatorWithPadding(tokenizer),
        ).train()


def averaged(base: Path, examples: Sequence[Example], folder: Path) -> BertForSequenceClassification:
    """Average the weights of full fine-tunes that saw the examples in different orders.

    Each is trained in a process of its own, on one thread: that is faster than one after the other
    on all threads, and the bits do not depend on the number of cores.

    Source: Wortsman et al. 2022, arXiv:2203.05482.
    """
    with ProcessPoolExecutor(MEMBERS, mp_context=get_context("spawn")) as pool:
        files = list(pool.map(partial(_member, base, examples, folder), range(MEMBERS)))
    weights = [load_file(file) for file in files]
    soup = untrained(base)
    soup.load_state_dict({name: torch.stack([w[name] for w in weights]).mean(dim=0) for name in weights[0]})
    return soup


def _member(base: Path, examples: Sequence[Example], folder: Path, seed: int) -> Path:
    """Fine-tune all weights once and save them."""
    torch.set_num_threads(1)
    model = untrained(base)
    tune(model, examples, AutoTokenizer.from_pretrained(base), seed=seed, epochs=2, rate=1e-4)
    file = folder / f"member-{seed}.safetensors"
    save_file(model.state_dict(), file)
    return file


def pressed(base: Path, tuned: BertForSequenceClassification) -> PeftModel:
    """Press what a full fine-tune changed into a LoRA adapter: the best approximation of its rank.

    The change of each linear layer and of the word embeddings is cut to its largest singular values;
    the pooler and the classifier are kept whole. What changed in the norms, the biases and the
    position embeddings is dropped.
    """
    model = get_peft_model(
        untrained(base),
        LoraConfig(
            task_type=TaskType.SEQ_CLS,
            r=RANK,
            lora_alpha=RANK,
            # The same ratio of alpha to rank as elsewhere: one scale merges everything.
            rank_pattern={_TABLE: EMBEDDING_RANK},
            alpha_pattern={_TABLE: EMBEDDING_RANK},
            target_modules=[*_LINEAR, _TABLE],
            # The classifier comes along of itself, by the task type.
            modules_to_save=["pooler"],
        ),
    )
    weights = tuned.state_dict()
    state = model.state_dict()
    for name, value in state.items():
        layer, _, part = name.removeprefix("base_model.model.").partition(".lora_")
        match part:
            case "A.default.weight":
                down, up = _factors(weights[f"{layer}.weight"] - _before(state, layer), RANK)
                value.copy_(down)
                state[name.replace("lora_A", "lora_B")].copy_(up)
            case "embedding_A.default":
                # PEFT keeps the factors of a table the other way around.
                change = weights[f"{layer}.weight"] - _before(state, layer)
                down, up = _factors(change.T, EMBEDDING_RANK)
                value.copy_(down)
                state[name.replace("_A.", "_B.")].copy_(up)
            case "" if ".modules_to_save." in layer:
                value.copy_(weights[layer.replace("modules_to_save.default.", "")])
    return model


def _before(state: dict[str, torch.Tensor], layer: str) -> torch.Tensor:
    """Return the base's weight of a layer under an adapter."""
    return state[f"base_model.model.{layer}.base_layer.weight"]


def _factors(change: torch.Tensor, rank: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Split a change into the A and B whose product B @ A comes nearest to it."""
    left, singular, right = torch.linalg.svd(change, full_matrices=False)
    half = singular[:rank].sqrt()
    return half[:, None] * right[:rank], left[:, :rank] * half
