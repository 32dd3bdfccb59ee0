"""Say what would become of a model, from the shapes of its weights."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from hfkit.errors import MissingDependencyError, ModelError
from hfkit.hub.folder import EXPORT_FILES, MODEL_FILES, fingerprint_files
from hfkit.hub.tokenizer_files import tokenizer_owner
from hfkit.values.quantize_plan import QuantizePlan, SkippedWeights
from hfkit.values.schemes import BitsAndBytes, Cast, Int4, Int8, StaticInt8, Torchao

from .export_sizes import ExportSizes
from .fates import fates_of
from .stored_weights import read_stored_weights, rest_of, stored_as
from .verbs import verb_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime
    from hfkit.values.schemes import Scheme

    from .fate import Fate
    from .stored_weights import StoredWeight
    from .verbs import Verb

__all__ = ["files_of", "plan_quantizing", "require_packages"]

# Of what is packed: how, as config.json says.
_CONFIG_BYTES = 600

_OTHERWISE = ", or use scheme=hfkit.Cast('bfloat16'), which needs torch alone"


def require_packages(scheme: Scheme) -> None:
    """See that what a scheme needs is installed.

    Raises:
        MissingDependencyError: it is not; the hint names a scheme that needs less.
    """
    needed, line, otherwise = _needs(scheme)
    missing = [name for name in needed if not find_spec(name)]
    if missing:
        raise MissingDependencyError(
            f"{scheme!r} needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed",
            hint=f"{line}{otherwise}",
        )


def _needs(scheme: Scheme) -> tuple[tuple[str, ...], str, str]:
    """Give the packages of a scheme, the line that installs them, and what would do with fewer."""
    match scheme:
        case Int8() | StaticInt8() | Int4():
            packages = ("torch", "transformers", "onnx", "onnxruntime")
            return packages, "pip install 'hfkit[export]'", _OTHERWISE
        case Cast():
            return ("torch", "transformers"), "pip install 'hfkit[torch]'", ""
        case Torchao():
            return ("torch", "transformers", "torchao"), "pip install 'hfkit[torchao]'", _OTHERWISE
        case BitsAndBytes():
            return ("torch", "transformers", "bitsandbytes"), "pip install 'hfkit[bitsandbytes]'", _OTHERWISE


def plan_quantizing(folder: ModelFolder, scheme: Scheme, runtime: Runtime) -> QuantizePlan:
    """Say what a scheme would change in a model; opens no weights.

    Raises:
        DeviceError: this machine does not run the scheme.
        ModelError: the model is quantized already, or of a kind that is not taken; a subclass says what is wrong
            with its files.
        MissingDependencyError: a package that the scheme needs is not installed.
    """
    require_packages(scheme)
    _require_whole(folder)
    if isinstance(scheme, Torchao | BitsAndBytes):
        from .packing import require_packing

        require_packing(scheme, runtime)
    verb = verb_of(folder)
    if verb == "Generate" and isinstance(scheme, StaticInt8):
        raise ModelError(
            f"{folder.name} is for Generate, {scheme!r} is for models that read",
            hint="use scheme=hfkit.Int8(), whose scales are found on the way",
        )
    weights = read_stored_weights(folder)
    fate = fates_of(folder, scheme, verb, runtime)
    fates = [fate(weight) for weight in weights]
    changed = tuple(weight.name for weight, fate in zip(weights, fates, strict=True) if fate.stays is None)
    if not changed:
        reasons = "; ".join(dict.fromkeys(fate.stays for fate in fates if fate.stays)) or "it is empty"
        raise ModelError(
            f"{folder.name} has no weights that {scheme!r} makes smaller: {reasons}",
            hint="it is as small already; choose another scheme, or give the model that it was made from",
        )
    beside = sum(
        size for name, size, *_ in _stamp(tokenizer_owner(folder)) if not name.endswith(".safetensors")
    )
    notes = []
    if folder.base:
        notes.append(f"the adapter is merged into {folder.base.name}, and the result is a whole model")
    if isinstance(scheme, Torchao | BitsAndBytes):
        stored, rest = stored_as(folder), rest_of(folder, scheme)
        if stored != rest:
            notes.append(
                f"what is not packed becomes {rest}: products with whole numbers by torchao leave the range of {stored}"
            )
    return QuantizePlan(
        model=folder.name,
        revision=folder.revision,
        verb=verb,
        scheme=repr(scheme),
        changed=changed,
        skipped=_skipped(weights, fates),
        bytes=files_of(folder),
        expected_bytes=sum(fate.bytes for fate in fates) + beside + _besides(folder, verb, scheme, weights),
        runs_on=_place(scheme),
        notes=tuple(notes),
    )


def _besides(folder: ModelFolder, verb: Verb, scheme: Scheme, weights: Sequence[StoredWeight]) -> int:
    """Give the bytes of what is neither a weight nor the tokenizer's."""
    match scheme:
        case Int8() | StaticInt8() | Int4():
            return ExportSizes(folder, verb, scheme).graph(weights)
        case Torchao() | BitsAndBytes():
            return _CONFIG_BYTES
        case Cast():
            return 0


def files_of(folder: ModelFolder) -> int:
    """Give the bytes of the files that a model is made of, those of an adapter's base included."""
    return sum(size for one in (folder, folder.base) if one for _, size, *_ in _stamp(one))


def _stamp(folder: ModelFolder) -> tuple[tuple[str, int, int, int], ...]:
    return fingerprint_files(folder.path, MODEL_FILES)


def _require_whole(folder: ModelFolder) -> None:
    """See that a model is not quantized, and that its weights are here."""
    owner = folder.base or folder
    if owner.config.get("quantization_config"):
        raise ModelError(
            f"{owner.name} is quantized already, as its config.json says",
            hint="give the model that it was made from: what was rounded cannot be rounded better",
        )
    exported = any((folder.path / name).is_file() for name in EXPORT_FILES)
    if exported and not any(folder.path.glob("*.safetensors")):
        raise ModelError(
            f"{folder.name} holds an ONNX export and no weights, must be a model with its weights",
            hint="give the model that it was made from",
        )


def _skipped(weights: Sequence[StoredWeight], fates: Sequence[Fate]) -> tuple[SkippedWeights, ...]:
    found: dict[str, list[StoredWeight]] = {}
    for weight, fate in zip(weights, fates, strict=True):
        if fate.stays is not None:
            found.setdefault(fate.stays, []).append(weight)
    return tuple(
        SkippedWeights(reason, tuple(one.name for one in those), sum(one.numbers for one in those))
        for reason, those in found.items()
    )


def _place(scheme: Scheme) -> str:
    match scheme:
        case Int8() | StaticInt8() | Int4():
            return "ONNX Runtime on the processor, without torch: pip install 'hfkit[onnx]'"
        case Cast():
            return "torch, on the processor or an accelerator: pip install 'hfkit[torch]'"
        case Torchao():
            return "torch with torchao: pip install 'hfkit[torchao]'"
        case BitsAndBytes():
            return "torch with bitsandbytes: pip install 'hfkit[bitsandbytes]'"
