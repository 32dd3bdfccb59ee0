"""Which task the data are for: their type says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_MASKED_LM_MAPPING_NAMES,
)

from hfkit.backends.protocols import OpensScorers
from hfkit.backends.registry import find_backend
from hfkit.backends.torch.tokenizer import gives_types
from hfkit.data.chats import Chats
from hfkit.data.labelled import Labelled
from hfkit.data.parallel import Parallel
from hfkit.data.squad import Squad
from hfkit.data.tagged import Tagged
from hfkit.data.texts import Texts
from hfkit.engines.open_tokenizing import open_tokenizing
from hfkit.engines.tokens import open_tokenizer
from hfkit.errors import InputTypeError, SettingError

from .chats import ChatsTask
from .foreseen_texts import ForeseenTextsTask
from .labelled import LabelledTask
from .masked_texts import MaskedTextsTask, Masks
from .packed_reading import reads_packed
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
        seed: of what is drawn.
    """

    folder: ModelFolder
    config: PretrainedConfig
    window: int
    runtime: Runtime
    seed: int

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
        SettingError: the base is of no family that can learn it.
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
        case Texts() if _fills_gaps(data, base):
            return _gaps(data, base)
        case Texts():
            session = open_tokenizing(base.folder, base.runtime)
            packs = reads_packed(base.folder, base.runtime)
            return ForeseenTextsTask(data, session, window=base.window, packs=packs)
        case Chats() if not _fills_gaps(data, base):
            session = open_tokenizing(base.folder, base.runtime)
            packs = reads_packed(base.folder, base.runtime)
            return ChatsTask(data, session, base.folder, window=base.window, packs=packs)
        case Chats():
            raise SettingError(
                f"{base.folder.name} ({base.config.model_type}) fills gaps in texts, and writes none: it cannot chat",
                hint="give a base that goes on from texts, such as GPT-2, Llama or Qwen",
            )
        case _:
            raise InputTypeError(
                f"the data are {type(data).__name__}, from which nothing is learned yet",
                hint="make data of another type of them",
            )


def _fills_gaps(data: TaskData, base: BaseReading) -> bool:
    """Tell whether a base reads a text to both sides, or goes on from it.

    Many encoders have a class that goes on from texts too; they are trained for that by their configuration alone.

    Raises:
        SettingError: it does neither.
    """
    config, named = base.config, f"{base.folder.name} ({base.config.model_type})"
    if config.is_encoder_decoder:
        raise SettingError(
            f"{named} encodes one text and writes another: it does not learn from {type(data).__name__}",
            hint="give it pairs of texts, hfkit.Parallel, or a base that only decodes or encodes",
        )
    decodes = getattr(config, "is_decoder", False) and config.model_type in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
    if config.model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES and not decodes:
        return True
    if config.model_type in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        return False
    raise SettingError(
        f"{named} neither goes on from texts nor fills gaps in them: it does not learn from {type(data).__name__}",
        hint="give a base of a family that transformers knows for causal or masked language modelling",
    )


def _gaps(data: Texts, base: BaseReading) -> MaskedTextsTask:
    """Give the task of a base that fills gaps.

    Raises:
        SettingError: its tokenizer has no mask.
    """
    mask = open_tokenizing(base.folder, base.runtime).special_tokens().mask
    if mask is None:
        raise SettingError(
            f"the tokenizer of {base.folder.name} has no mask to put into gaps",
            hint="name mask_token in its tokenizer_config.json",
        )
    masks = Masks(mask.id, base.config.get_text_config().vocab_size, base.seed)
    return MaskedTextsTask(data, base.tokenizer(), masks, window=base.window, reads_types=base.reads_types())
