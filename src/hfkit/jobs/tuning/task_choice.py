"""Which task the data are for: their type says it."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from hfkit.data.labelled import Labelled
from hfkit.data.squad import Squad
from hfkit.data.tagged import Tagged
from hfkit.errors import InputTypeError

from .labelled import LabelledTask
from .squad import SquadTask
from .tagged import TaggedTask

if TYPE_CHECKING:
    from transformers import PretrainedConfig

    from hfkit.data.task import TaskData
    from hfkit.engines.tokens import TextTokenizer

    from .tasks import TuningTask

__all__ = ["BaseReading", "task_of"]

# The length that readers are trained at.
_USUAL_WINDOW = 384


@dataclass(frozen=True, slots=True, eq=False)
class BaseReading:
    """How a base reads texts.

    Attributes:
        tokenizer: of the base.
        config: its configuration.
        window: the most tokens of an example.
        reads_types: whether it tells two texts apart by types.
    """

    tokenizer: TextTokenizer
    config: PretrainedConfig
    window: int
    _: KW_ONLY
    reads_types: bool


def task_of(data: TaskData, base: BaseReading) -> TuningTask:
    """Give the task of some data.

    Raises:
        InputTypeError: there is none for data of this type.
    """
    match data:
        case Labelled():
            return LabelledTask(data, base.tokenizer, window=base.window, reads_types=base.reads_types)
        case Squad():
            window = min(base.window, _USUAL_WINDOW)
            return SquadTask(data, base.tokenizer, window=window, reads_types=base.reads_types)
        case Tagged():
            return TaggedTask(data, base.tokenizer, window=base.window, reads_types=base.reads_types)
        case _:
            raise InputTypeError(
                f"the data are {type(data).__name__}, from which nothing is learned yet",
                hint="make data of another type of them",
            )
