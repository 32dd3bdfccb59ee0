"""Train a model, and write it where it can be opened."""

from __future__ import annotations

import shutil
from functools import partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import transformers
from transformers import TrainingArguments

from hfkit.backends.torch.quiet import quiet_transformers
from hfkit.backends.torch.threads import limited_threads
from hfkit.hub.tokenizer_files import tokenizer_owner

from .adapting import adapt
from .bases import open_base
from .forward import run_forward
from .run_folder import RunFolder
from .trainer import RunTrainer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hfkit.data.task import TaskData
    from hfkit.values.tuning import TuneSettings

    from .preparing import Prepared

__all__ = ["run"]

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
)


def run(settings: TuneSettings, prepared: Prepared, data: TaskData, folder: RunFolder) -> RunTrainer:
    """Train from the last checkpoint on, or from the beginning, and put the best state into the output folder."""
    folder.begin()
    base = open_base(
        prepared.folder, settings.runtime, prepared.task.head, prepared.task.config, seed=settings.seed
    )
    model = adapt(base.model, settings.method)
    forward = partial(
        run_forward,
        model,
        collate=prepared.collate,
        outputs=prepared.task.head.outputs,
        per_token=prepared.task.head.per_token,
    )
    evaluate = None
    if prepared.validation is not None and data.validation is not None:
        evaluate = partial(prepared.task.figures, data.validation, prepared.validation, forward)
    steps_per_epoch = ceil(len(prepared.train) / settings.batch_size)
    steps = settings.steps or ceil(settings.epochs * steps_per_epoch)
    with quiet_transformers(), limited_threads(settings.runtime.threads):
        trainer = RunTrainer(
            model,
            _arguments(settings, prepared, folder.path, steps, evaluates=evaluate is not None),
            examples=prepared.train,
            collate=prepared.collate,
            loss=prepared.task.loss(settings, data.train),
            evaluate=evaluate,
            rows=settings.batch_size,
            patience=settings.patience,
        )
        checkpoint = folder.checkpoint
        trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
        result = folder.path / "result"
        shutil.rmtree(result, ignore_errors=True)
        trainer.model.save_pretrained(result)
        trainer.model.config.save_pretrained(result)  # an adapter's folder keeps no names of labels else
    _copy_tokenizer(prepared, result)
    folder.finish(result)
    return trainer


def _arguments(
    settings: TuneSettings, prepared: Prepared, folder: Path, steps: int, *, evaluates: bool
) -> TrainingArguments:
    every: Mapping[str, object]
    if settings.evaluate_every is None:
        every = {"save_strategy": "epoch", "eval_strategy": "epoch" if evaluates else "no"}
    else:
        count = settings.evaluate_every
        every = {
            "save_strategy": "steps",
            "save_steps": count,
            "eval_strategy": "steps" if evaluates else "no",
            "eval_steps": count,
        }
    best = {
        "load_best_model_at_end": True,
        "metric_for_best_model": prepared.task.goal.name,
        "greater_is_better": prepared.task.goal.higher,
    }
    schedule = {"linear": "linear", "cosine": "cosine", "constant": "constant_with_warmup"}
    return TrainingArguments(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=settings.batch_size,
        learning_rate=settings.rate,
        lr_scheduler_type=schedule[settings.schedule],
        warmup_steps=ceil(settings.warmup * steps),
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_gradient_norm,
        gradient_checkpointing=settings.gradient_checkpointing,
        optim="adamw_torch_fused",
        seed=settings.seed,
        bf16=prepared.bfloat16,
        fp16=settings.precision == "float16",
        use_cpu=prepared.device.type == "cpu",
        save_total_limit=2,
        logging_steps=max(1, steps // 200),
        logging_nan_inf_filter=False,
        remove_unused_columns=False,
        report_to="none",
        disable_tqdm=True,
        **every,  # type: ignore[arg-type]
        **(best if evaluates else {}),  # type: ignore[arg-type]
    )


def _copy_tokenizer(prepared: Prepared, result: Path) -> None:
    owner = tokenizer_owner(prepared.folder)
    for pattern in _TOKENIZER_FILES:
        for file in owner.path.glob(pattern):
            shutil.copyfile(file, result / file.name)
