"""transformers' Trainer with the order of steps, the loss and the evaluation of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from transformers import EarlyStoppingCallback, PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from hfkit.errors import TrainingError

from .batches import count_tokens
from .checkpoints import mark_complete
from .forward import ModelForward
from .processes import Processes
from .steps import StepLoader, StepSampler

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack

    from transformers import PreTrainedModel, TrainerControl, TrainerState

    from hfkit.backends.torch.tasks import Task

    from .batches import Collate
    from .examples import Examples
    from .losses import Loss
    from .tasks import Forward

__all__ = ["RunTrainer"]


class RunTrainer(Trainer):
    """A Trainer that reads the parts of a step as they were planned, and evaluates as the task does.

    Args:
        model: what is trained.
        arguments: Trainer's own settings.
        examples: what it is trained on.
        head: what the model gives.
        collate: lays examples side by side.
        loss: what is made small.
        evaluate: gives the figures of what runs the model as it is.
        rows: examples of a step.
        patience: evaluations without progress after which training ends; None for never.
        bfloat16: whether training computes products in bfloat16. Evaluation does not: it is of the model as it will
            be used. So Trainer is not told, which would have the model itself do it everywhere.
        processes: those that train together.
        advance: is told how many steps were made.

    Attributes:
        processes: those that train together.
        tokens: how many this process has computed, padding left out.
        resumed: the step from which training went on.
        control: what Trainer is told to do next.
    """

    control: TrainerControl

    def __init__(
        self,
        model: PreTrainedModel,
        arguments: TrainingArguments,
        *,
        examples: Examples,
        head: Task,
        collate: Collate,
        loss: Loss,
        evaluate: Callable[[Forward], Mapping[str, float]] | None,
        rows: int,
        patience: int | None,
        bfloat16: bool,
        processes: Processes,
        advance: Callable[[float], None],
    ) -> None:
        def whole_loss(
            output: Any,  # noqa: ANN401  # transformers' outputs differ
            labels: torch.Tensor,
            num_items_in_batch: torch.Tensor | int,
        ) -> torch.Tensor:
            return loss(output, labels) / num_items_in_batch

        callbacks: list[TrainerCallback] = [_StopAtNan(), _Advance(advance)]
        if patience is not None:
            callbacks.append(EarlyStoppingCallback(patience))
        super().__init__(
            model,
            arguments,
            train_dataset=cast("Any", examples),
            eval_dataset=cast("Any", examples) if evaluate else None,  # read by evaluate, and by nobody else
            compute_loss_func=whole_loss,
            callbacks=callbacks,
        )
        self.remove_callback(PrinterCallback)  # what it would print is in the report
        self._examples = examples
        self._head = head
        self._collate = collate
        self._figures = evaluate
        self._rows = rows
        self._bfloat16 = bfloat16
        self.processes: Processes = processes
        self.tokens: int = 0
        self.resumed: int = 0

    @property
    def sharded(self) -> bool:
        """Whether no process has a whole model, as FSDP and DeepSpeed part it."""
        return bool(self.is_fsdp_enabled or self.is_deepspeed_enabled)

    def forward(self) -> ModelForward:
        """Give what runs the model, as it is, on examples."""
        if not self.sharded:
            return ModelForward(
                cast("PreTrainedModel", self.model), self._head, self._collate, self.processes
            )
        # A parted model computes only where all processes run it: each of them sees all examples.
        model = cast("PreTrainedModel", self.model_wrapped)
        return ModelForward(model, self._head, self._collate, Processes())

    def whole_weights(self) -> Mapping[str, torch.Tensor] | None:
        """Put a model together that is parted, in the first process; None where it is whole. All processes must ask."""
        if not self.sharded:
            return None
        return cast("Mapping[str, torch.Tensor]", self.accelerator.get_state_dict(self.model_wrapped))

    def get_train_dataloader(self) -> StepLoader:
        """Give the loader; it is not prepared by accelerate, as it knows its process itself."""
        sampler = StepSampler(
            self._examples,
            rows=self._rows,
            parts=self.args.gradient_accumulation_steps,
            processes=self.processes.count,
            process=self.processes.number,
            seed=self.args.seed,
        )
        return StepLoader(self._examples, sampler, self._collate)

    def evaluate(self, *_: object, metric_key_prefix: str = "eval", **__: object) -> dict[str, float]:
        """Evaluate as the task does, and tell Trainer."""
        if self._figures is None:
            return {}
        figures = {
            f"{metric_key_prefix}_{name}": value for name, value in self._figures(self.forward()).items()
        }
        self.log(figures)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, figures)
        return figures

    def training_step(self, *args: Any, **kwargs: Any) -> torch.Tensor:  # noqa: ANN401  # Trainer's own
        """Make a forward and a backward pass; on the processor, stop at once where the loss is no number."""
        if not self.tokens:
            self.resumed = self.state.global_step
        self.tokens += count_tokens(args[1])
        loss = super().training_step(*args, **kwargs)
        if loss.device.type == "cpu" and not torch.isfinite(loss):
            raise _not_finite(self.state)
        return loss

    def floating_point_ops(self, inputs: dict[str, Any]) -> int:  # noqa: ARG002  # Trainer's own name
        """Count none: nobody reads the number, and Trainer would look through all weights for it in every step."""
        return 0

    def compute_loss_context_manager(self) -> ExitStack:
        """Compute products of the forward pass, and so of the backward pass, in the number type of the run."""
        stack = super().compute_loss_context_manager()
        if self._bfloat16:
            stack.enter_context(torch.autocast(self.args.device.type, torch.bfloat16))
        return stack

    def _save_checkpoint(self, model: Any, trial: Any) -> None:  # noqa: ANN401  # Trainer's own
        super()._save_checkpoint(model, trial)
        checkpoint = _checkpoint(self.args.output_dir, self.state.global_step)
        self.processes.gather(None)  # each has written the state of its own chance
        self.processes.on_first(lambda: mark_complete(checkpoint))


class _StopAtNan(TrainerCallback):
    """Stops where the mean loss since the last log is no number: an accelerator is not asked after every step."""

    def on_log(
        self,
        args: TrainingArguments,  # noqa: ARG002  # Trainer's own names
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        logs: Mapping[str, float] | None = None,
        **_: object,
    ) -> None:
        loss = (logs or {}).get("loss")
        if loss is not None and loss != loss:  # noqa: PLR0124  # only what is no number differs from itself
            raise _not_finite(state)


class _Advance(TrainerCallback):
    """Tells of every step, and first of those that an earlier call has made."""

    def __init__(self, advance: Callable[[float], None]) -> None:
        self._advance = advance

    def on_train_begin(
        self,
        args: TrainingArguments,  # noqa: ARG002  # Trainer's own names
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        **_: object,
    ) -> None:
        self._advance(state.global_step)

    def on_step_end(
        self,
        args: TrainingArguments,  # noqa: ARG002  # Trainer's own names
        state: TrainerState,  # noqa: ARG002
        control: TrainerControl,  # noqa: ARG002
        **_: object,
    ) -> None:
        self._advance(1)


def _not_finite(state: TrainerState) -> TrainingError:
    return TrainingError(
        f"the loss is no number in step {state.global_step + 1} of {state.max_steps}",
        hint="use a lower learning_rate, or precision='float32'; the last good checkpoint was kept",
    )


def _checkpoint(folder: str | None, step: int) -> Path:
    return Path(str(folder)) / f"checkpoint-{step}"
