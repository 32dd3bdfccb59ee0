"""All that a run needs before its first step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from hfkit.backends.torch.placement import choose_device
from hfkit.backends.torch.weights import read_config
from hfkit.engines.locating import locate_weights
from hfkit.errors import SettingError
from hfkit.values.architecture import Architecture

from .batches import Collate
from .new_bases import new_base
from .processes import Processes, join_processes
from .task_choice import BaseReading, task_of
from .tasks import EvaluatesApart

if TYPE_CHECKING:
    from hfkit.data.table import Table
    from hfkit.data.task import TaskData
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.tuning import TuneSettings

    from .examples import Examples
    from .tasks import TuningTask

__all__ = ["Prepared", "prepare"]

# Where neither model nor tokenizer names a limit.
_UNLIMITED = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A base, the task of the data, and the examples as the base reads them.

    Attributes:
        folder: the files of the base.
        task: what is learned.
        train: examples to learn from.
        validation: examples to compare states by; None if there are none.
        window: the most tokens of an example.
        collate: lays examples side by side.
        device: where it is trained.
        bfloat16: whether products are computed in bfloat16.
        processes: those that train together.
    """

    folder: ModelFolder
    task: TuningTask
    train: Examples
    validation: Examples | None
    window: int
    collate: Collate
    device: torch.device
    bfloat16: bool
    processes: Processes


def prepare(settings: TuneSettings, data: TaskData, found: ModelFolder | None = None) -> Prepared:
    """Make the base of an architecture, open the base's tokenizer, and tokenize the examples.

    Args:
        settings: how it is trained.
        data: what is learned.
        found: the files of the base, where they were looked for already.

    Raises:
        ModelError: the base cannot be opened; a subclass says why.
        HubError: it is not here and cannot be fetched; a subclass says why.
        DataError: rows cannot be learned from; a subclass says why.
        SettingError: ``max_tokens`` is more than the base reads.
    """
    if isinstance(settings.base, Architecture):
        folder = new_base(settings.base, data)
    else:
        folder = found or locate_weights(settings.base, settings.runtime)
    config = read_config(folder, settings.runtime)
    window = _window(folder, getattr(config, "max_position_embeddings", None), settings.max_tokens)
    task = task_of(data, BaseReading(folder, config, window, settings.runtime, settings.seed))
    device = choose_device(settings.runtime.device)
    pad_id = config.pad_token_id
    train = task.examples(data.train)
    return Prepared(
        folder,
        task,
        train,
        None if data.validation is None else _looked_at(task, data.validation),
        window,
        Collate(
            pad_id=0 if pad_id is None else pad_id,
            labels=task.labels,
            multiple=1 if device.type == "cpu" else 8,
            packed=window if train.packs else None,
        ),
        device,
        bfloat16=_computes_bfloat16(settings, device),
        processes=join_processes(device),
    )


def _looked_at(task: TuningTask, table: Table) -> Examples:
    return task.evaluated(table) if isinstance(task, EvaluatesApart) else task.examples(table)


def _window(folder: ModelFolder, positions: object, asked: int | None) -> int:
    claimed = folder.read_json("tokenizer_config.json").get("model_max_length")
    limit = min([_UNLIMITED, *(limit for limit in (claimed, positions) if isinstance(limit, int))])
    if asked is not None and asked > limit:
        raise SettingError(
            f"max_tokens is {asked}, {folder.name} reads at most {limit}",
            hint="leave max_tokens=None for the model's own limit",
        )
    return asked or limit


def _computes_bfloat16(settings: TuneSettings, device: torch.device) -> bool:
    match settings.precision:
        case "auto" if device.type == "cpu":
            return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # noqa: SLF001  # there is no public way to ask
        case "auto":
            return device.type == "cuda" and torch.cuda.is_bf16_supported()
        case other:
            return other == "bfloat16"
