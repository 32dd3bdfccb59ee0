"""What a model is to read around a source: what Summarize or Translate will put there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.engines.wordings import words_for_summaries
from hfkit.errors import SettingError
from hfkit.hub.tokenizer_files import tokenizer_owner
from hfkit.text.languages import is_language
from hfkit.text.translation import TranslationPlan, marks_languages, plan_translation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hfkit.hub.folder import ModelFolder

__all__ = ["plan_words", "taught_words"]


def plan_words(
    folder: ModelFolder,
    vocabulary: Mapping[str, int],
    *,
    languages: tuple[str, str] | None,
    instruction: str | None,
) -> TranslationPlan:
    """Decide what to put around a source.

    Args:
        folder: the base.
        vocabulary: the id of each of its tokens.
        languages: of sources and targets; None if nothing is translated, or there is no choice.
        instruction: words to put before a source; None for those that the base was taught.

    Raises:
        SettingError: the base marks languages and does not know these, knows several and none is named, or is given
            words that it does not read; or a code is of no language.
    """
    source, target = languages or (None, None)
    if marks_languages(folder.config):
        if instruction is not None:
            raise SettingError(
                f"instruction is {instruction!r}, and {folder.name} does not read one",
                hint="leave it out: the model is told by languages",
            )
        return _known_plan(folder, vocabulary, source, target)
    if languages is None:
        return TranslationPlan(prefix=words_for_summaries(folder) if instruction is None else instruction)
    for code in languages:
        if not is_language(code):
            raise SettingError(
                f"languages name {code!r}, which is no code of a language that hfkit knows",
                hint="use codes of ISO 639, such as ('en', 'de')",
            )
    if instruction is not None:
        return TranslationPlan(source, target, prefix=instruction)
    try:
        return _known_plan(folder, vocabulary, source, target)
    except SettingError:  # the base does not know the pair yet: it is learned without words
        return TranslationPlan(source, target)


def taught_words(config: Mapping[str, object], plan: TranslationPlan) -> dict[str, object]:
    """Give the settings by which Summarize and Translate will find what was put around the sources.

    What the base was taught before and is not taught now is left out: it is of another model than the one that results.

    Args:
        config: of the base.
        plan: what is put around the sources.
    """
    tasks = config.get("task_specific_params")
    known: Mapping[str, object] = tasks if isinstance(tasks, dict) else {}
    if marks_languages(config) or (plan == TranslationPlan() and not known):
        return {}
    codes = [code.replace("-", "_") for code in (plan.source, plan.target) if code is not None]
    name = f"translation_{'_to_'.join(codes)}" if codes else "summarization"
    before = known.get(name)
    return {
        "task_specific_params": {
            name: {**(before if isinstance(before, dict) else {}), "prefix": plan.prefix},
        }
    }


def _known_plan(
    folder: ModelFolder, vocabulary: Mapping[str, int], source: str | None, target: str | None
) -> TranslationPlan:
    try:
        return plan_translation(
            model=folder.name,
            config=folder.config,
            tokenizer=tokenizer_owner(folder).read_json("tokenizer_config.json"),
            vocabulary=vocabulary,
            source=source,
            target=target,
        )
    except SettingError as error:
        raise SettingError(
            error.message, hint="say from which language into which: languages=('en', 'de')"
        ) from error
