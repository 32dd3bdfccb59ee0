"""How the classifier learns: full fine-tunes, averaged, pressed into a low-rank adapter."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING

import torch
from peft import LoraConfig, TaskType
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer, BertForSequenceClassification, set_seed

from pressing import LINEAR, TABLE
from reviews import LABELS
from tuning import Lesson, tune

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from transformers import PreTrainedTokenizerBase

    from reviews import Example
    from tuning import Row

# The longest snippet has 84 tokens, and one in a hundred more than 56.
MAX_TOKENS = 64
RANK = 32
EMBEDDING_RANK = 16
MEMBERS = 2

# The members have the seeds 0 and 1.
LAST = Lesson(rate=2e-4, epochs=1, batch=32, seed=7, smoothing=0.1)


def encoded(examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase) -> list[Row]:
    """Turn examples into rows to learn from."""
    texts = [example.text for example in examples]
    ids = tokenizer(texts, truncation=True, max_length=MAX_TOKENS)["input_ids"]
    return [{"input_ids": row, "labels": each.label} for row, each in zip(ids, examples, strict=True)]


def untrained(base: Path) -> BertForSequenceClassification:
    """Load the base under a new head, the same head every time: averages need a common start."""
    set_seed(0)
    # Without dropout on the attention, the CPU takes its fused kernel: a fifth faster.
    return BertForSequenceClassification.from_pretrained(
        base, num_labels=len(LABELS), attention_probs_dropout_prob=0.0
    )


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
    model, tokenizer = untrained(base), AutoTokenizer.from_pretrained(base)
    lesson = Lesson(rate=1e-4, epochs=2, batch=32, seed=seed, smoothing=0.1)
    tune(model, encoded(examples, tokenizer), tokenizer, lesson)
    file = folder / f"member-{seed}.safetensors"
    save_file(model.state_dict(), file)
    return file


def adapter_config() -> LoraConfig:
    """Adapt every matrix and the word embeddings; pooler and classifier come along whole."""
    return LoraConfig(
        task_type=TaskType.SEQ_CLS,
        r=RANK,
        lora_alpha=RANK,
        # The same ratio of alpha to rank as elsewhere: one scale merges everything.
        rank_pattern={TABLE: EMBEDDING_RANK},
        alpha_pattern={TABLE: EMBEDDING_RANK},
        target_modules=[*LINEAR, TABLE],
        # The classifier comes along of itself, by the task type.
        modules_to_save=["pooler"],
    )
