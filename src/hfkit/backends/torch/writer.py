"""Models that write text, on torch."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import numpy as np
import torch
from transformers.cache_utils import DynamicCache, DynamicLayer, EncoderDecoderCache

from hfkit.backends.held_model import HeldModel
from hfkit.backends.writers import WriterCard
from hfkit.errors import HfkitError, ModelError

from .decoding_batch import DecodingBatch, Step
from .encoded_batch import EncodedBatch, Sources
from .linears import can_prepack, large_linears, prepack, restore_linears
from .open_model import OpenModel
from .sending import send
from .shortcuts import largest_window

if TYPE_CHECKING:
    from transformers import PretrainedConfig

    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.values.runtime import Runtime

    from .kept_keys import KeptKeys
    from .loading import LoadedModel

__all__ = ["TorchWriter"]

# Tokens of the sequences that a model is tried with at opening.
_PROBE = 7

# Of the largest logit: what another order of sums may change.
_TOLERANCE = 1e-4
_PACKED = dict.fromkeys(("int8", "int8_dynamic", "float8", "nf4", "fp4"), 1e-1)
_TOLERANCES = {"float16": 1e-2, "bfloat16": 1e-1, **_PACKED}


class TorchWriter(HeldModel[OpenModel]):
    """A decoder, or an encoder-decoder, on torch."""

    changes_threads_at_once = True

    def __init__(self, loaded: LoadedModel, runtime: Runtime) -> None:
        model = OpenModel(loaded, runtime)
        super().__init__(model)
        self._budget = runtime.batch_tokens
        self._encodes = bool(model.config.is_encoder_decoder)
        parameters = inspect.signature(model.module.forward).parameters
        self._cache = "cache" if "cache" in parameters else "past_key_values"  # renamed in transformers 5.24
        self._takes_positions = "position_ids" in parameters
        self._keeps_logits = "logits_to_keep" in parameters
        name = type(loaded.model).__name__
        layers = _layers(model.config, name)
        self._vocabulary = 0
        token_bytes = self._prove(name)
        self.card: WriterCard = WriterCard(
            vocabulary=self._vocabulary,
            encodes=self._encodes,
            joins=not self._encodes,
            # A window counts columns, and between a shared beginning and what follows there are idle ones.
            shares=not (
                self._encodes or largest_window(model.config) or any(layer.is_sliding for layer in layers)
            ),
            token_bytes=token_bytes,
            max_tokens=model.max_tokens,
            pad_id=0,
            device=model.device,
            dtype=model.dtype,
            versions=model.versions,
            notes=loaded.notes,
        )

    def begin(self) -> DecodingBatch | EncodedBatch:
        """Begin an empty batch; see :class:`hfkit.backends.writers.RunningBatch`."""
        _ = self._model.module  # tells whether it is closed
        if self._encodes:
            return EncodedBatch(self._write_beside, budget=self._budget)
        return DecodingBatch(self._step, budget=self._budget)

    def free_memory(self) -> int:
        """Give the bytes that are free where the model computes."""
        return self._model.free_memory()

    def _step(self, step: Step, kept: KeptKeys) -> FloatArray:
        arguments: dict[str, object] = {
            "input_ids": self._sent(step.ids),
            self._cache: kept.cache,
            "use_cache": True,
        }
        if not step.mask.all():
            arguments["attention_mask"] = self._sent(step.mask.astype(np.int64))
        if self._takes_positions:
            arguments["position_ids"] = self._sent(step.positions)
        if self._keeps_logits:
            arguments["logits_to_keep"] = step.wanted
        with self._model.computing(step.ids):
            return _array(self._model.module(**arguments)["logits"][:, -step.wanted :])

    def _write_beside(self, sources: Sources, ids: IntArray, written: KeptKeys) -> FloatArray:
        module = self._model.module
        mask = self._sent(sources.mask.astype(np.int64))
        with self._model.computing(ids if sources.ids is None else sources.ids):
            if (
                sources.ids is None
            ):  # no layer looks at it again, but how wide it is says what may be attended to
                hidden = torch.zeros((), dtype=module.dtype, device=self._model.enters).expand(*mask.shape, 1)
            else:
                encoder = module.get_encoder()
                hidden = encoder(input_ids=self._sent(sources.ids), attention_mask=mask)[0]
            arguments: dict[str, object] = {
                "encoder_outputs": (hidden,),
                "attention_mask": mask,
                "decoder_input_ids": self._sent(ids),
                self._cache: EncoderDecoderCache(written.cache, sources.kept.cache),
                "use_cache": True,
            }
            return _array(module(**arguments)["logits"])

    def _sent(self, array: IntArray) -> torch.Tensor:
        return send(torch.from_numpy(np.ascontiguousarray(array)), self._model.enters)

    def _prove(self, name: str) -> int:
        """Make sure that the model goes on as if it had read all at once; then lay its weights out.

        Returns:
            Bytes that a token takes.

        Raises:
            ModelError: it does not: what it remembers is not only keys and values.
        """
        model = self._model
        size = getattr(model.config.get_text_config(decoder=True), "vocab_size", _PROBE)
        ids = (size // 3 + np.arange(_PROBE, dtype=np.int64)) % size

        def run(*, together: bool) -> tuple[FloatArray, int]:
            batch, last = self.begin(), ids[-1:]
            if self._encodes:
                start = np.zeros(1, dtype=np.int64)
                logits = batch.read([ids], opening=np.concatenate((start, last)) if together else start)
            else:
                logits = batch.read([ids if together else ids[:-1]])
            return logits if together else batch.write(last[None])[:, -1], batch.bytes

        try:
            expected, _ = run(together=True)
            found, kept = run(together=False)
        except HfkitError as error:
            raise _other_memory(name, f"it fails: {error.message}") from error
        self._vocabulary = expected.shape[-1]
        tolerance = _TOLERANCES.get(model.dtype, _TOLERANCE)
        if not kept or not _alike(expected, found, tolerance):
            raise _other_memory(name, "it goes on otherwise after one token than after all at once")
        if model.device == "cpu" and model.dtype == "float32" and can_prepack():
            prepack(model.module, large_linears(model.module))
            try:
                same = _alike(expected, run(together=True)[0], tolerance)
            except Exception:  # noqa: BLE001  # whatever the model does not bear, it does without
                same = False
            if not same:
                restore_linears(model.module)
        return kept // _PROBE


def _layers(config: PretrainedConfig, name: str) -> list[DynamicLayer]:
    """Ask transformers how the model's layers remember.

    Raises:
        ModelError: some remember in another way than by keys and values.
    """
    layers = DynamicCache(config=config).layers
    others = sorted({type(layer).__name__ for layer in layers if not isinstance(layer, DynamicLayer)})
    if others:
        raise _other_memory(name, f"it keeps {', '.join(others)}")
    return [layer for layer in layers if isinstance(layer, DynamicLayer)]


def _alike(expected: FloatArray, found: FloatArray, tolerance: float) -> bool:
    scale = max(1.0, float(np.abs(expected).max()))
    return bool((np.abs(expected - found) <= tolerance * scale).all())


def _other_memory(name: str, reason: str) -> ModelError:
    return ModelError(
        f"{name} cannot write with hfkit, which remembers keys and values of what was read: {reason}",
        hint="use a model with attention in all layers, such as a Llama, Qwen, GPT-2, T5 or BART",
    )


def _array(logits: torch.Tensor) -> FloatArray:
    """Take logits out of torch: no memory of it crosses the line."""
    return np.array(logits.float().cpu().numpy())
