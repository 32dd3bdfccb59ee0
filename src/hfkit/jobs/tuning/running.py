"""Train a model, and write it where it can be opened."""

from __future__ import annotations

import json
import shutil
from functools import partial
from math import ceil
from time import perf_counter
from typing import TYPE_CHECKING

from transformers import TrainingArguments

from hfkit.backends.torch.quiet import quiet_transformers
from hfkit.backends.torch.threads import limited_threads
from hfkit.engines.progress import progress_bar

from .adapting import adapt
from .bases import open_base
from .four_bits import packing_of
from .reporting import report_of
from .results import copy_tokenizer, write_model
from .run_folder import REPORT_FILE
from .surroundings import running_errors
from .tasks import TellsConfusion
from .trainer import RunTrainer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hfkit.data.task import TaskData
    from hfkit.values.classification_scores import Confusion
    from hfkit.values.tune_plan import TunePlan
    from hfkit.values.tune_report import TuneReport
    from hfkit.values.tuning import TuneSettings

    from .preparing import Prepared
    from .run_folder import RunFolder
    from .tasks import Forward

__all__ = ["run"]

# About so many losses are kept of a run, however long it is.
_LOGGED = 200


def run(
    settings: TuneSettings, prepared: Prepared, data: TaskData, plan: TunePlan, folder: RunFolder
) -> TuneReport:
    """Train from the last checkpoint on, or from the beginning, and put the best state into the output folder.

    Raises:
        TrainingError: the loss is no number.
        OutOfMemoryError: the device's memory is too small for a single example of a step.
    """
    base = open_base(
        prepared.folder,
        settings.runtime,
        prepared.task.head,
        prepared.task.config,
        seed=settings.seed,
        dropout=settings.dropout,
        packing=packing_of(settings.method, prepared.device),
    )
    model = adapt(base, settings, prepared.folder)
    evaluate = None
    if prepared.validation is not None and data.validation is not None:
        evaluate = partial(prepared.task.figures, data.validation, prepared.validation)
    checkpoint = folder.checkpoint
    started = perf_counter()
    mode = settings.runtime.progress if prepared.processes.first else "never"
    with (
        quiet_transformers(),
        limited_threads(settings.runtime.threads),
        progress_bar(plan.steps, mode=mode, unit="step") as advance,
    ):
        trainer = RunTrainer(
            model,
            _arguments(settings, prepared, plan, folder.path, evaluates=evaluate is not None),
            examples=prepared.train,
            head=prepared.task.head,
            collate=prepared.collate,
            loss=prepared.task.loss(settings, data.train),
            evaluate=evaluate,
            rows=settings.batch_size,
            patience=settings.patience,
            bfloat16=prepared.bfloat16,
            processes=prepared.processes,
            advance=advance,
        )
        with running_errors():
            trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
        seconds = perf_counter() - started
        report = report_of(
            trainer,
            settings,
            data,
            plan,
            goal=prepared.task.goal.name,
            confusion=_confusion(prepared, trainer.forward()),
            output=folder.output,
            seconds=seconds,
        )

        weights = trainer.whole_weights()

        def finish() -> None:
            result = folder.path / "result"
            shutil.rmtree(result, ignore_errors=True)
            base.restore()
            write_model(model, settings.method, result, weights)
            copy_tokenizer(prepared.folder, result)
            written = {"run": folder.digest, **report.to_dict()}
            text = json.dumps(written, ensure_ascii=False, indent=2)
            (result / REPORT_FILE).write_text(f"{text}\n", encoding="utf-8")
            folder.finish(result)

        prepared.processes.on_first(finish)
    return report


def _confusion(prepared: Prepared, forward: Forward) -> Confusion | None:
    """Say which labels the model that is kept takes for which."""
    if prepared.validation is None or not isinstance(prepared.task, TellsConfusion):
        return None
    return prepared.task.confusion(prepared.validation, forward)


def _arguments(
    settings: TuneSettings, prepared: Prepared, plan: TunePlan, folder: Path, *, evaluates: bool
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
        max_steps=plan.steps,
        per_device_train_batch_size=-(-settings.batch_size // (plan.parts * plan.processes)),
        gradient_accumulation_steps=plan.parts,
        learning_rate=settings.rate,
        lr_scheduler_type=schedule[settings.schedule],
        warmup_steps=ceil(settings.warmup * plan.steps),
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_gradient_norm,
        gradient_checkpointing=settings.gradient_checkpointing,
        optim="adamw_torch_fused",
        seed=settings.seed,
        use_cpu=prepared.device.type == "cpu",
        save_total_limit=2,
        logging_steps=max(1, plan.steps // _LOGGED),
        logging_nan_inf_filter=False,
        remove_unused_columns=False,
        report_to="none",
        disable_tqdm=True,
        **every,  # type: ignore[arg-type]
        **(best if evaluates else {}),  # type: ignore[arg-type]
    )
