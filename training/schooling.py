"""The reader's lessons: single sentences, passages, then real paragraphs."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from peft import LoraConfig, PeftModel, TaskType, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer, BertForQuestionAnswering, set_seed

from passages import Surroundings, alone, split_by_content
from pressing import LINEAR, pressed
from qamr import read_questions, read_sentences
from reading import open_tokenizer, rows
from tuning import Lesson, Row, tune

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.text.squad import SquadExample

RANK = 64
SENTENCES = 13_000
SHORT_PASSAGES = 6_000
LONG_PASSAGES = 4_500
EPOCHS = 4
DROPOUT = 0.1

FIRST = Lesson(rate=2e-4, epochs=1, batch=16, seed=0, order="sequential")
SECOND = Lesson(rate=3e-4, epochs=1, batch=16, seed=1, order="sequential")
LAST = Lesson(rate=2e-4, epochs=EPOCHS, batch=16, seed=2)

# Questions that say enough to be asked of a passage; the two kinds of passages draw from them.
_CLEAR = 12_000

# Batches whose rows are sorted together: enough for like lengths, few enough to keep the order rough.
_SORTED = 50


def untrained(base: Path, *, dropout: float) -> BertForQuestionAnswering:
    """Load the base under a new head; only its matrices learn, for only they fit into an adapter."""
    set_seed(0)
    # Without dropout on the attention, the CPU takes its fused kernel: a fifth faster.
    model = BertForQuestionAnswering.from_pretrained(
        base, attention_probs_dropout_prob=0.0, hidden_dropout_prob=dropout
    )
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith("qa_outputs") or ("encoder" in name and parameter.ndim > 1))
    return model


def schooled(data: Path, base: Path, work: Path) -> PeftModel:
    """Teach the reader QAMR: all matrices on short contexts, then an adapter on longer ones.

    What each lesson leaves is kept in the work folder and taken from there by the next call.
    """
    tokenizer, fast = AutoTokenizer.from_pretrained(base), open_tokenizer(base)
    sentences = read_sentences(data / "qamr")
    asked = read_questions(data / "qamr", sentences)
    poor, rich = split_by_content(asked, SENTENCES, _CLEAR, seed=0)

    whole = untrained(base, dropout=0.0)
    first = work / "first.safetensors"
    if not first.is_file():
        around = Surroundings(list(sentences.values()), seed=0)
        shorter = [
            around.passage(each, 2 + 3 * place // SHORT_PASSAGES)
            for place, each in enumerate(rich[:SHORT_PASSAGES])
        ]
        tune(whole, in_order(rows(fast, [*map(alone, poor), *shorter]), FIRST), tokenizer, FIRST)
        save_file(whole.state_dict(), first)
    whole.load_state_dict(load_file(first))

    adapter = pressed(untrained(base, dropout=0.0), whole, _adapter_config())
    second = work / "second.safetensors"
    if not second.is_file():
        around = Surroundings(list(sentences.values()), seed=1)
        fresh = rich[SHORT_PASSAGES : SHORT_PASSAGES + LONG_PASSAGES]
        longer = [around.passage(each, 3 + place % 5) for place, each in enumerate(fresh)]
        tune(adapter, in_order(rows(fast, longer), SECOND), tokenizer, SECOND)
        save_file(adapter.state_dict(), second)
    adapter.load_state_dict(load_file(second))
    return adapter


def graduated(base: Path, adapter: PeftModel, examples: Sequence[SquadExample]) -> PeftModel:
    """Teach a copy of the adapter paragraphs of Wikipedia, with dropout, as they are few."""
    copy = get_peft_model(untrained(base, dropout=DROPOUT), _adapter_config())
    copy.load_state_dict(adapter.state_dict())
    tune(copy, rows(open_tokenizer(base), examples), AutoTokenizer.from_pretrained(base), LAST)
    return copy


def _adapter_config() -> LoraConfig:
    """Adapt every matrix of the encoder; the head comes along whole, by the task type."""
    return LoraConfig(task_type=TaskType.QUESTION_ANS, r=RANK, lora_alpha=RANK, target_modules=LINEAR)


def in_order(learned: Sequence[Row], lesson: Lesson) -> list[Row]:
    """Keep the order of the rows roughly, so that easy ones come first, with batches of like length."""
    chance = random.Random(lesson.seed)  # noqa: S311  # a fixed order, not a secret
    ordered = []
    for start in range(0, len(learned), _SORTED * lesson.batch):
        chunk = sorted(learned[start : start + _SORTED * lesson.batch], key=_length)
        batches = [chunk[place : place + lesson.batch] for place in range(0, len(chunk), lesson.batch)]
        # A last batch that is not full would shift all that come after it.
        *full, last = batches
        chance.shuffle(full)
        ordered += [row for batch in [*full, last] for row in batch]
    return ordered


def _length(row: Row) -> int:
    """Count a row's tokens."""
    ids = row["input_ids"]
    return len(ids) if isinstance(ids, list) else 1
