"""What a model of translation wants around a text, so that it knows from which language and into which.

Models differ in it: a mark in the source, a token that the translation has to begin with, a sentence in front, or
nothing, because they know two languages only. Which one it is, their own files say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.errors import SettingError, TokenizerError

from .languages import find_language, is_language

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TranslationPlan", "marks_languages", "plan_translation"]

_FLORES = re.compile(r"[a-z]{3}_[A-Z][a-z]{3}")
_MANY_TO_MANY = re.compile(r"__([a-z]{2,3})__")
_MBART = re.compile(r"[a-z]{2}_[A-Z]{2}")
_MARIAN = re.compile(r">>(\S+)<<")
_TASK = re.compile(r"translation_(\w+?)_to_(\w+)")
# The first mBART puts the language behind the text and starts the decoder with it; mBART-50 is like all others.
_FIRST_MBART = ("MBartTokenizer", "MBartTokenizerFast")


@dataclass(frozen=True, slots=True)
class TranslationPlan:
    """What to put around a text that is to be translated.

    Attributes:
        source: the text's language, as the model calls it; None where it does not say.
        target: the language to translate into, as the model calls it; None where it does not say.
        prefix: text to put before it.
        around: ids to put before its own and behind them; None for the tokenizer's own special tokens.
        opening: the id that the decoder begins with; None for the model's own.
        first: the id that the translation has to begin with; None for the model's own.
    """

    source: str | None = None
    target: str | None = None
    prefix: str = ""
    around: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    opening: int | None = None
    first: int | None = None


def marks_languages(config: Mapping[str, object]) -> bool:
    """Say whether a model knows languages by marks or by what it was made for, so that no words can tell it."""
    return config.get("model_type") in ("marian", "m2m_100", "nllb-moe", "mbart")


def plan_translation(
    *,
    model: str,
    config: Mapping[str, object],
    tokenizer: Mapping[str, object],
    vocabulary: Mapping[str, int],
    source: str | None,
    target: str | None,
) -> TranslationPlan:
    """Find out what a model wants around a text.

    Args:
        model: its name, for errors.
        config: its ``config.json``.
        tokenizer: its ``tokenizer_config.json``.
        vocabulary: the id of every token, added ones included.
        source: the text's language, as a code; None for the only one that the model knows.
        target: the language to translate into, as a code; None for the only one.

    Raises:
        SettingError: the model does not know a language, knows several and none is named, or says nothing of
            languages and one is named.
        TokenizerError: a model that marks languages has a tokenizer without marks.

    Source: ``src_lang`` of the tokenizers of transformers 5.23, and ``get_lang_id``; the prefixes of T5 are in
    ``task_specific_params``.
    """
    asked = _Asked(model, source, target)
    if config.get("model_type") == "marian":
        return _marian(asked, tokenizer, vocabulary)
    if marks_languages(config):
        return _many_to_many(asked, tokenizer, vocabulary)
    tasks = config.get("task_specific_params")
    prefixes = _prefixes(tasks) if isinstance(tasks, dict) else {}
    if prefixes:
        return _by_prefix(asked, prefixes)
    for setting, code in (("source", source), ("target", target)):
        if code is not None:
            raise SettingError(
                f"{setting} is {code!r}, and {model} does not say which languages it knows",
                hint="leave source and target out if it was made for these two, or use another model",
            )
    return TranslationPlan()


@dataclass(frozen=True, slots=True)
class _Asked:
    model: str
    source: str | None
    target: str | None

    def find(self, setting: str, code: str | None, known: Mapping[str, object]) -> str:
        """Find the model's own code; the only one where none is named."""
        if code is not None:
            return find_language(code, known, setting=setting, model=self.model)
        if len(known) == 1:
            return next(iter(known))
        raise SettingError(
            f"{self.model} knows {len(known)} languages, and {setting} names none",
            hint=f"give {setting}=, for example {min(known)!r}",
        )

    def require(self, setting: str, code: str | None, own: str | None) -> str | None:
        """Refuse a language that is not the one a model was made for; groups of languages are not looked into."""
        if code is not None and own is not None and is_language(own):
            return find_language(code, (own,), setting=setting, model=self.model)
        return own if code is None else code


def _marian(asked: _Asked, tokenizer: Mapping[str, object], vocabulary: Mapping[str, int]) -> TranslationPlan:
    own = {name: tokenizer.get(name) for name in ("source_lang", "target_lang")}
    sources, targets = (value if isinstance(value, str) else None for value in own.values())
    source = asked.require("source", asked.source, sources)
    marks = {match[1]: token for token in vocabulary if (match := _MARIAN.fullmatch(token))}
    if not marks:
        return TranslationPlan(source, asked.require("target", asked.target, targets))
    target = asked.find("target", asked.target, marks)
    return TranslationPlan(source, target, prefix=f"{marks[target]} ")


def _many_to_many(
    asked: _Asked, tokenizer: Mapping[str, object], vocabulary: Mapping[str, int]
) -> TranslationPlan:
    ids = _language_ids(vocabulary)
    end = vocabulary.get(_end(tokenizer))
    if not ids or end is None:
        raise TokenizerError(
            f"the tokenizer of {asked.model} has no tokens for {'an end' if ids else 'languages'}",
            hint="save it again with transformers",
        )
    source = asked.find("source", asked.source, ids)
    target = asked.find("target", asked.target, ids)
    mark = ids[source]
    if tokenizer.get("tokenizer_class") in _FIRST_MBART:
        return TranslationPlan(source, target, around=((), (end, mark)), opening=ids[target])
    around = ((), (end, mark)) if tokenizer.get("legacy_behaviour") is True else ((mark,), (end,))
    return TranslationPlan(source, target, around=around, first=ids[target])


def _language_ids(vocabulary: Mapping[str, int]) -> dict[str, int]:
    """Give the id of each language, by whichever way of writing codes the vocabulary has."""
    for pattern in (_MANY_TO_MANY, _FLORES, _MBART):
        found = {
            match[match.lastindex or 0]: id_
            for token, id_ in vocabulary.items()
            if (match := pattern.fullmatch(token)) and is_language(match[match.lastindex or 0])
        }
        if found:
            return found
    return {}


def _end(tokenizer: Mapping[str, object]) -> str:
    end = tokenizer.get("eos_token")
    content = end.get("content") if isinstance(end, dict) else end
    return content if isinstance(content, str) else "</s>"


def _prefixes(tasks: Mapping[str, object]) -> dict[tuple[str, str], str]:
    """Read which pairs of languages a model was taught, and with which words."""
    prefixes = {}
    for name, settings in tasks.items():
        match = _TASK.fullmatch(name)
        prefix = settings.get("prefix") if isinstance(settings, dict) else None
        if match and isinstance(prefix, str):
            prefixes[match[1], match[2]] = prefix
    return prefixes


def _by_prefix(asked: _Asked, prefixes: Mapping[tuple[str, str], str]) -> TranslationPlan:
    source = asked.find("source", asked.source, dict.fromkeys(source for source, _ in prefixes))
    targets = {target: None for own, target in prefixes if own == source}
    target = asked.find("target", asked.target, targets)
    return TranslationPlan(source, target, prefix=prefixes[source, target])
