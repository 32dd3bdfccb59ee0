"""Models that write text, on torch."""

from __future__ import annotations

import inspect
from functools import partial
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
_TOLERANCES = {"float16": 1e-2, "bfloat16": 1e-1}

# Of what packed weights change where all is forgotten. Where inputs are rounded to 8 bits too, a sum in another order
# tips some of them over, and what follows with them: it was at most 0.27 for SmolLM2-135M, on 6 texts in 10 packings.
_NOISE = 0.5


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
        self._packed = loaded.packed is not None
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
            ModelError: it does not: what it remembers is not only keys and values; or it gives no numbers.
        """
        model = self._model
        size = getattr(model.config.get_text_config(decoder=True), "vocab_size", _PROBE)
        ids = (size // 3 + np.arange(_PROBE, dtype=np.int64)) % size

        start, last = np.zeros(1, dtype=np.int64), ids[-1:]

        def at_once(ids: IntArray, opening: IntArray) -> FloatArray:
            batch = self.begin()
            return batch.read([ids], opening=opening) if self._encodes else batch.read([ids])

        def one_by_one() -> tuple[FloatArray, int]:
            batch = self.begin()
            if self._encodes:
                batch.read([ids], opening=start)
            else:
                batch.read([ids[:-1]])
            return batch.write(last[None])[:, -1], batch.bytes

        together = partial(at_once, ids, np.concatenate((start, last)))
        try:
            expected = together()
            found, kept = one_by_one()
            forgotten = at_once(ids if self._encodes else last, last) if self._packed else None
        except HfkitError as error:
            raise _other_memory(name, f"it fails: {error.message}") from error
        self._vocabulary = expected.shape[-1]
        if not np.isfinite(expected).all():
            raise _no_numbers(name, model.dtype, packed=self._packed)
        tolerance = _TOLERANCES.get(model.dtype, _TOLERANCE)
        same = (
            _alike(expected, found, tolerance)
            if forgotten is None
            else _distance(expected, found) <= _NOISE * _distance(expected, forgotten)
        )
        if not kept or not same:
            raise _other_memory(name, "it goes on otherwise after one token than after all at once")
        if model.device == "cpu" and model.dtype == "float32" and can_prepack():
            prepack(model.module, large_linears(model.module))
            try:
                same = _alike(expected, together(), tolerance)
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


def _distance(expected: FloatArray, found: FloatArray) -> float:
    return float(np.square(expected - found).mean() ** 0.5)


def _no_numbers(name: str, dtype: str, *, packed: bool) -> ModelError:
    return ModelError(
        f"{name} gives numbers that are not finite in {dtype}",
        hint="make it anew with hfkit.Quantize, or use the model that it was made from"
        if packed
        else "use Runtime(dtype='float32'); if that does not help, the weights are damaged",
    )


def _other_memory(name: str, reason: str) -> ModelError:
    return ModelError(
        f"{name} cannot write with hfkit, which remembers keys and values of what was read: {reason}",
        hint="use a model with attention in all layers, such as a Llama, Qwen, GPT-2, T5 or BART",
    )


def _array(logits: torch.Tensor) -> FloatArray:
    """Take logits out of torch: no memory of it crosses the line."""
    return np.array(logits.float().cpu().numpy())
