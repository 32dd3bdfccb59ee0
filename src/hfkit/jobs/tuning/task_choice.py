"""Which task the data are for: their type says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.backends.protocols import OpensScorers
from hfkit.backends.registry import find_backend
from hfkit.backends.torch.tokenizer import gives_types
from hfkit.data.labelled import Labelled
from hfkit.data.parallel import Parallel
from hfkit.data.squad import Squad
from hfkit.data.tagged import Tagged
from hfkit.engines.tokens import open_tokenizer
from hfkit.errors import InputTypeError

from .labelled import LabelledTask
from .parallel import ParallelTask
from .squad import SquadTask
from .tagged import TaggedTask

if TYPE_CHECKING:
    from transformers import PretrainedConfig

    from hfkit.data.task import TaskData
    from hfkit.engines.tokens import TextTokenizer
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

    from .tasks import TuningTask

__all__ = ["BaseReading", "task_of"]

# The length that readers are trained at.
_USUAL_WINDOW = 384


@dataclass(frozen=True, slots=True, eq=False)
class BaseReading:
    """How a base reads texts.

    Attributes:
        folder: the files of the base.
        config: its configuration.
        window: the most tokens of an example.
        runtime: whose code may run.
    """

    folder: ModelFolder
    config: PretrainedConfig
    window: int
    runtime: Runtime

    def tokenizer(self) -> TextTokenizer:
        """Open its tokenizer, for tasks that look at the places of tokens."""
        _, backend = find_backend("torch", capability=OpensScorers, is_ready=lambda _: True)
        return open_tokenizer(backend, self.folder, self.runtime)

    def reads_types(self) -> bool:
        """Tell whether it tells two texts apart by types."""
        return gives_types(self.folder, self.config, self.runtime)


def task_of(data: TaskData, base: BaseReading) -> TuningTask:
    """Give the task of some data.

    Raises:
        InputTypeError: there is none for data of this type.
    """
    match data:
        case Labelled():
            return LabelledTask(data, base.tokenizer(), window=base.window, reads_types=base.reads_types())
        case Squad():
            window = min(base.window, _USUAL_WINDOW)
            return SquadTask(data, base.tokenizer(), window=window, reads_types=base.reads_types())
        case Tagged():
            return TaggedTask(data, base.tokenizer(), window=base.window, reads_types=base.reads_types())
        case Parallel():
            return ParallelTask(data, base.folder, window=base.window, runtime=base.runtime)
        case _:
            raise InputTypeError(
                f"the data are {type(data).__name__}, from which nothing is learned yet",
                hint="make data of another type of them",
            )
