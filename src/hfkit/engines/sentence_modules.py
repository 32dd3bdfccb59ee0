"""What a model's folder says of how vectors of tokens become one of the text, as sentence-transformers writes it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, get_args

from hfkit.errors import CorruptModelError, ModelError
from hfkit.text.token_pooling import TokenPooling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hfkit.hub.folder import ModelFolder

__all__ = ["MODULES_FILE", "EmbeddingRecipe", "copy_modules", "read_embedding_recipe"]

MODULES_FILE = "modules.json"
"""Which modules a model of sentence-transformers has, and where their settings lie."""

_PROMPTS_FILE = "config_sentence_transformers.json"
# Older ones are named after the architecture: sentence_roberta_config.json.
_TRANSFORMER_FILES = "sentence_*_config.json"

_SILENT = "the model's folder has no modules.json: vectors are means over its tokens, and not normalized"

# What earlier versions of sentence-transformers write, in the order in which several are joined.
_FLAGS: Mapping[str, TokenPooling] = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


@dataclass(frozen=True, slots=True)
class EmbeddingRecipe:
    """How a text becomes a vector behind the model.

    Attributes:
        poolings: how tokens make a text; of several the vectors stand one behind the other.
        normalizes: whether vectors have the length 1.
        max_tokens: the most tokens that are read at a time, special tokens included; None if nothing is said.
        notes: what a careful reader of the vectors should know.
    """

    poolings: tuple[TokenPooling, ...] = ("mean",)
    normalizes: bool = False
    max_tokens: int | None = None
    notes: tuple[str, ...] = ()


def read_embedding_recipe(folder: ModelFolder) -> EmbeddingRecipe:
    """Read the modules of a model; without them the mean over tokens is taken, and a note says so.

    Raises:
        CorruptModelError: a file is not what sentence-transformers writes.
        ModelError: a module, or a setting of one, is not supported.
    """
    owner = _owner(folder)
    if owner is None:
        return EmbeddingRecipe(notes=(_SILENT,))
    modules = _read_modules(owner)
    kinds = [kind for kind, _ in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise ModelError(
            f"{owner.name} computes {' > '.join(kinds) or 'nothing'}, must be Transformer > Pooling, "
            "or Transformer > Pooling > Normalize",
            hint=f"use a model whose {MODULES_FILE} has only these",
        )
    _, pooled = modules[1]
    return EmbeddingRecipe(
        poolings=_poolings(owner, owner.read_json(f"{pooled}/config.json")),
        normalizes=kinds[-1] == "Normalize",
        max_tokens=_most_tokens(owner, modules[0][1]),
        notes=_prompt_notes(owner),
    )


def copy_modules(folder: ModelFolder, target: Path) -> None:
    """Copy what a model's folder says of pooling into that of a model which was made of it, if it says anything."""
    owner = _owner(folder)
    if owner is None:
        return
    settings = owner.path.glob(_TRANSFORMER_FILES)
    files = [owner.path / MODULES_FILE, owner.path / _PROMPTS_FILE, *settings]
    files += [owner.path / path / "config.json" for _, path in _read_modules(owner) if path]
    for file in files:
        if file.is_file():
            place = target / file.relative_to(owner.path)
            place.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, place)


def _owner(folder: ModelFolder) -> ModelFolder | None:
    """Give the folder that has the list of modules: the model's, or of an adapter that of its base."""
    places = (folder, folder.base)
    return next((one for one in places if one and (one.path / MODULES_FILE).is_file()), None)


def _read_modules(owner: ModelFolder) -> list[tuple[str, str]]:
    """Give the kind of each module and its subfolder; what is only there in training is left out."""
    file = owner.path / MODULES_FILE
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
        modules = [(str(entry["type"]).rpartition(".")[2], str(entry["path"])) for entry in entries]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise CorruptModelError(
            f"{file} is no list of modules: {type(error).__name__}: {error}",
            hint="fetch or save the model again",
        ) from error
    for _, path in modules:
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or "\\" in path:
            raise CorruptModelError(
                f"{file} names a module in {path!r}, must be a folder below it",
                hint="take the model from who made it",
            )
    return [(kind, path) for kind, path in modules if kind != "Dropout"]


def _poolings(owner: ModelFolder, settings: Mapping[str, object]) -> tuple[TokenPooling, ...]:
    if settings.get("include_prompt") is False:
        raise ModelError(
            f"{owner.name} leaves the tokens of a prompt out of its vectors, which Embed cannot",
            hint="use a model that pools all of its tokens",
        )
    named = settings.get("pooling_mode")
    if named is None:
        named = [mode for flag, mode in _FLAGS.items() if settings.get(flag)] or ["mean"]
    listed: Sequence[object] = named if isinstance(named, list) else [named]
    known: tuple[TokenPooling, ...] = get_args(TokenPooling)
    chosen = tuple(mode for name in listed for mode in known if mode == name)
    if not listed or len(chosen) != len(listed):
        raise ModelError(
            f"{owner.name} pools by {named!r}, must be of {list(known)}", hint="use a model that pools so"
        )
    return chosen


def _most_tokens(owner: ModelFolder, path: str) -> int | None:
    """Give the longest sequence that the transformer's own settings name; refuse what they ask for beside."""
    if path:
        raise ModelError(
            f"{owner.name} has its transformer in {path!r}, must have it beside {MODULES_FILE}",
            hint="save it anew with a recent sentence-transformers",
        )
    files = sorted(file.name for file in owner.path.glob(_TRANSFORMER_FILES))
    settings = owner.read_json(files[0]) if files else {}
    modalities = settings.get("modality_config")
    text = modalities.get("text") if isinstance(modalities, dict) else None
    output = text.get("method_output_name") if isinstance(text, dict) else None
    if output not in (None, "last_hidden_state"):
        raise ModelError(
            f"{owner.name} pools {output!r}, must pool 'last_hidden_state'",
            hint="use a model that pools what its last layer gives",
        )
    lowers = owner.read_json("tokenizer_config.json").get("do_lower_case")
    if settings.get("do_lower_case") and not lowers:
        raise ModelError(
            f"{owner.name} wants its texts in small letters, which its tokenizer leaves as they are",
            hint=f"set do_lower_case to false in {files[0]} of a copy of the model, and give it text.lower()",
        )
    most = settings.get("max_seq_length")
    return most if isinstance(most, int) and most > 0 else None


def _prompt_notes(owner: ModelFolder) -> tuple[str, ...]:
    """Tell the prompts that a model was trained with: nothing is written before a text that is not seen there."""
    settings = owner.read_json(_PROMPTS_FILE)
    prompts = settings.get("prompts")
    told = (
        {name: text for name, text in prompts.items() if text and isinstance(text, str)}
        if isinstance(prompts, dict)
        else {}
    )
    if not told:
        return ()
    usual = settings.get("default_prompt_name")
    default = f"; sentence-transformers writes that of {usual!r} where none is named" if usual in told else ""
    listed = ", ".join(f"{name}: {text!r}" for name, text in told.items())
    return (
        f"the model was trained with prompts ({listed}){default}. Embed writes none: put them before your texts",
    )
