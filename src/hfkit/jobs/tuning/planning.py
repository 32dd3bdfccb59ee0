"""Say what a training would do, without doing it."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

from hfkit.backends.free_memory import free_memory
from hfkit.text.epochs import plan_steps, wasted_tokens
from hfkit.values.architecture import Architecture
from hfkit.values.methods import Full, QLora
from hfkit.values.tune_plan import TunePlan

from .adapting import adapt
from .bases import open_base
from .four_bits import count_numbers, packing_of
from .measuring import measure_steps
from .targets import linear_targets

if TYPE_CHECKING:
    from hfkit.data.task import TaskData
    from hfkit.values.data_report import DataReport
    from hfkit.values.tuning import TuneSettings

    from .measuring import StepCost
    from .preparing import Prepared

__all__ = ["choose_parts", "plan_training"]

_USABLE = 0.8  # of what is free


def plan_training(settings: TuneSettings, prepared: Prepared, data: TaskData) -> TunePlan:
    """Open the base, make three steps to measure them, and let go of it."""
    base = open_base(
        prepared.folder,
        settings.runtime,
        prepared.task.head,
        prepared.task.config,
        seed=settings.seed,
        dropout=settings.dropout,
        packing=packing_of(settings.method, prepared.device),
    )
    targets = () if isinstance(settings.method, Full) else linear_targets(base.model, settings.method.targets)
    model = adapt(base, settings, prepared.folder).to(prepared.device)  # type: ignore[arg-type]  # transformers' own
    if settings.gradient_checkpointing:
        model.gradient_checkpointing_enable()
    loss = prepared.task.loss(settings, data.train)
    cost = measure_steps(model, prepared, loss, rows=settings.batch_size, seed=settings.seed)
    lengths = prepared.train.lengths
    epoch = plan_steps(lengths, rows=settings.batch_size, seed=settings.seed, epoch=0)
    computed = [prepared.collate.computed(lengths[step]) for step in epoch]
    largest = max(computed)
    count = max(prepared.processes.count, settings.processes)
    own = -(-largest // count)
    free = free_memory() // (count if prepared.device.type == "cpu" else 1)
    parts = choose_parts(cost, own, rows=-(-settings.batch_size // count), free=free)
    steps = settings.steps or ceil(settings.epochs * len(epoch))
    return TunePlan(
        base=prepared.folder.name,
        revision=prepared.folder.revision,
        task=type(data).__name__,
        method=repr(settings.method),
        targets=targets,
        new=base.new,
        trainable=sum(count_numbers(part) for part in model.parameters() if part.requires_grad),
        parameters=sum(map(count_numbers, model.parameters())),
        examples=len(prepared.train),
        cut=prepared.train.cut,
        window=prepared.window,
        steps=steps,
        steps_per_epoch=len(epoch),
        tokens_per_epoch=int(lengths.sum()),
        padding=wasted_tokens(lengths, epoch, computed=prepared.collate.computed),
        parts=parts,
        processes=count,
        precision="bfloat16" if prepared.bfloat16 else "float32",
        device=str(prepared.device),
        memory=cost.memory(own // parts),
        seconds=cost.seconds_per_token * sum(computed) / len(epoch) * steps / count,
        check=_check(settings, prepared, data),
        notes=_notes(settings, prepared),
    )


def _check(settings: TuneSettings, prepared: Prepared, data: TaskData) -> DataReport:
    """Look through the data, lengths in tokens of the base."""
    if not isinstance(settings.base, Architecture):
        return data.check(settings.base, window=prepared.window, runtime=settings.runtime)
    found = data.check(prepared.folder.path, window=prepared.window, runtime=settings.runtime)
    return replace(found, model=prepared.folder.name)


def _notes(settings: TuneSettings, prepared: Prepared) -> tuple[str, ...]:
    if isinstance(settings.base, Architecture):
        learned = prepared.folder.config["vocab_size"]
        return (
            f"all weights are drawn by chance, and {learned:,} tokens were learned from the training texts",
        )
    if isinstance(settings.method, QLora):
        return (
            "figures are measured over the base in 4 bits, and the result is used over the whole base: evaluate it",
        )
    return ()


def choose_parts(cost: StepCost, tokens: int, *, rows: int, free: int) -> int:
    """Give the fewest forward passes of a step that fit into what is free."""
    parts = 1
    while parts < rows and cost.memory(-(-tokens // parts)) > free * _USABLE:
        parts *= 2
    return min(parts, rows)
