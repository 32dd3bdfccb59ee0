"""Read a tokenizer off its files where transformers is not installed."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, TypeGuard

import tokenizers

from hfkit.backends.recipe import Recipe
from hfkit.errors import MissingDependencyError, TokenizerError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hfkit.backends.recipe import NamedToken
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.padding import Side

__all__ = ["bare_recipe"]

_NAMED = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")

# Settings of tokenizer_config.json that change neither ids nor text, or that are read below.
_KNOWN = {
    *_NAMED,
    *("add_prefix_space", "added_tokens_decoder", "additional_special_tokens", "backend", "chat_template"),
    *("clean_up_tokenization_spaces", "do_basic_tokenize", "do_lower_case", "errors", "extra_special_tokens"),
    *("is_local", "local_files_only", "max_length", "max_len", "model_input_names", "model_max_length"),
    *("name_or_path", "never_split", "pad_to_multiple_of", "pad_token_type_id", "padding_side"),
    *("processor_class", "special_tokens_map_file", "stride", "strip_accents", "tokenize_chinese_chars"),
    *(
        "tokenizer_class",
        "tokenizer_file",
        "trim_offsets",
        "truncation_side",
        "truncation_strategy",
        "use_fast",
    ),
}

_WITH_TYPES = {
    "BertTokenizer",
    "ElectraTokenizer",
    "DebertaV2Tokenizer",
    "DebertaTokenizer",
    "FunnelTokenizer",
}

_UNLIMITED = int(1e20)

_INSTALL = "pip install 'hfkit[torch]'"

_NOTE = "read from tokenizer.json and tokenizer_config.json, not compared with transformers, which is not installed"


def bare_recipe(owner: ModelFolder) -> Recipe:
    """Apply the settings beside a ``tokenizer.json`` that are known to change it.

    Raises:
        MissingDependencyError: there is no such file, or a setting that only transformers knows.
        TokenizerError: the file cannot be read.
    """
    file = owner.path / "tokenizer.json"
    if not file.is_file():
        raise MissingDependencyError(
            f"{owner.path} holds no tokenizer.json, and transformers, which reads other files, is not installed",
            hint=_INSTALL,
        )
    config = owner.read_json("tokenizer_config.json")
    unknown = sorted(config.keys() - _KNOWN)
    if unknown:
        raise MissingDependencyError(
            f"{owner.path / 'tokenizer_config.json'} sets {', '.join(unknown)}, which only transformers knows",
            hint=_INSTALL,
        )
    try:
        definition = json.loads(file.read_text(encoding="utf-8"))
        _apply(definition, config, owner)
        tokenizer = tokenizers.Tokenizer.from_str(json.dumps(definition))
    except MissingDependencyError:
        raise
    except Exception as error:  # the library raises bare Exception for a malformed file
        raise TokenizerError(f"{file} cannot be read: {error}", hint="save the tokenizer again") from error
    named = _add_named(tokenizer, {**owner.read_json("special_tokens_map.json"), **config})
    listed = _listed_tokens(owner, config)
    extra = _add_extra(tokenizer, config, listed)
    padding, truncation = definition.get("padding") or {}, definition.get("truncation") or {}
    kind = str(config.get("tokenizer_class") or "").removesuffix("Fast")
    names = config.get("model_input_names")
    if not isinstance(names, list):
        names = (
            ["input_ids", "token_type_ids", "attention_mask"]
            if kind in _WITH_TYPES
            else ["input_ids", "attention_mask"]
        )
    limit = config.get("model_max_length")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return Recipe(
        definition=tokenizer.to_str(),
        named=named,
        extra=extra,
        pad_type_id=int(padding.get("pad_type_id", 0)),
        padding_side=_side(config.get("padding_side") or padding.get("direction")),
        truncation_side=_side(config.get("truncation_side") or truncation.get("direction")),
        input_names=tuple(map(str, names)),
        max_tokens=int(limit) if isinstance(limit, int | float) and limit < _UNLIMITED else None,
        cleans_spaces=config.get("clean_up_tokenization_spaces") is True
        and definition["model"].get("type") != "BPE",
        notes=(_NOTE,),
    )


def _apply(definition: dict[str, object], config: Mapping[str, object], owner: ModelFolder) -> None:
    """Put what ``tokenizer_config.json`` overrides into the definition."""
    normalizer = definition.get("normalizer")
    overrides = {
        "do_lower_case": "lowercase",
        "strip_accents": "strip_accents",
        "tokenize_chinese_chars": "handle_chinese_chars",
    }
    for setting, part in overrides.items():
        if setting not in config:
            continue
        if _is_kind(normalizer, "BertNormalizer"):
            normalizer[part] = config[setting]
        elif setting == "do_lower_case" and config[setting] is False:
            continue
        elif config[setting]:
            raise _unknown(setting, owner)
    if "add_prefix_space" in config:
        pre = definition.get("pre_tokenizer")
        if _is_kind(pre, "ByteLevel"):
            pre["add_prefix_space"] = bool(config["add_prefix_space"])
        elif config["add_prefix_space"] and not _is_kind(pre, "Metaspace"):
            raise _unknown("add_prefix_space", owner)


def _unknown(setting: str, owner: ModelFolder) -> MissingDependencyError:
    return MissingDependencyError(
        f"{owner.path / 'tokenizer_config.json'} sets {setting}, and its tokenizer.json has no part for it",
        hint=_INSTALL,
    )


def _is_kind(part: object, kind: str) -> TypeGuard[dict[str, object]]:
    return isinstance(part, dict) and part.get("type") == kind


def _add_named(tokenizer: tokenizers.Tokenizer, config: Mapping[str, object]) -> tuple[NamedToken, ...]:
    named = []
    for name in _NAMED:
        text = _text(config.get(name))
        if text is not None:
            if tokenizer.token_to_id(text) is None or text not in _added(tokenizer):
                tokenizer.add_special_tokens([text])
            named.append((name, text, _id(tokenizer, text)))
    return tuple(named)


def _listed_tokens(owner: ModelFolder, config: Mapping[str, object]) -> list[object]:
    """Give the special tokens without a part of their own; transformers reads the list of an older file too."""
    older = owner.read_json("special_tokens_map.json")
    for settings, name in product((config, older), ("extra_special_tokens", "additional_special_tokens")):
        listed = settings.get(name)
        if listed and not isinstance(listed, list):
            raise MissingDependencyError(
                f"{owner.path} sets {name} to a {type(listed).__name__}, which only transformers knows",
                hint=_INSTALL,
            )
        if isinstance(listed, list) and listed:
            return listed
    return []


def _add_extra(
    tokenizer: tokenizers.Tokenizer, config: Mapping[str, object], listed: list[object]
) -> tuple[tuple[str, int], ...]:
    decoder = config.get("added_tokens_decoder")
    for token in decoder.values() if isinstance(decoder, dict) else ():
        if isinstance(token, dict) and token["content"] not in _added(tokenizer):
            tokenizer.add_tokens([tokenizers.AddedToken(**token)])
    texts = [text for text in map(_text, listed) if text is not None]
    tokenizer.add_special_tokens([text for text in texts if text not in _added(tokenizer)])
    return tuple((text, _id(tokenizer, text)) for text in texts)


def _id(tokenizer: tokenizers.Tokenizer, text: str) -> int:
    id_: int | None = tokenizer.token_to_id(text)
    if id_ is None:
        raise ValueError(f"{text!r} was added and is not there")
    return id_


def _added(tokenizer: tokenizers.Tokenizer) -> set[str]:
    return {token.content for token in tokenizer.get_added_tokens_decoder().values()}


def _text(token: object) -> str | None:
    content = token.get("content") if isinstance(token, dict) else token
    return content if isinstance(content, str) else None


def _side(value: object) -> Side:
    return "left" if str(value).lower() == "left" else "right"
