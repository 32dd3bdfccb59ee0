"""Translate: documents from one language into another, sentence by sentence or passage by passage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.errors import SettingError
from hfkit.hub.tokenizer_files import tokenizer_owner
from hfkit.text.joining import replace_spans
from hfkit.text.languages import language_name
from hfkit.text.translation import TranslationPlan, marks_languages, plan_translation
from hfkit.values.provenance import Coverage
from hfkit.values.translations import Translation

from .inputs import name_of
from .piecewise import Piecewise
from .wordings import Wording, require_room
from .writing import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hfkit.values.decoding import Decoding
    from hfkit.values.statistics import Statistics

    from .piecewise import WrittenDocument
    from .writing import WritingSession

__all__ = ["TranslatingSession", "TranslationOrder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationOrder:
    """How documents are translated.

    Attributes:
        source: the documents' language, as a code; None for the only one that the model knows.
        target: the language to translate into, likewise.
        decoding: how tokens are chosen.
        max_new_tokens: the most tokens of the translation of a passage.
        instruction: what stands before a passage; None for the model's own words, or hfkit's in a chat.
        template: a chat template, or the name of one of the model's; None for its default.
        window: the most tokens of a passage; None for half of ``max_new_tokens``, or what the model has room for.
    """

    source: str | None
    target: str | None
    decoding: Decoding
    max_new_tokens: int
    instruction: str | None
    template: str | None
    window: int | None


class TranslatingSession:
    """An open model that translates, and what it wants around texts."""

    def __init__(self, writing: WritingSession) -> None:
        self.writing = writing
        self._plans: dict[tuple[str | None, str | None], TranslationPlan] = {}

    def run(
        self,
        chunks: Iterable[Sequence[str]],
        order: TranslationOrder,
        *,
        budget: int | None,
        advance: Callable[[float], None],
        single: bool,
    ) -> Iterator[tuple[list[Translation], Statistics]]:
        """Translate documents chunk by chunk.

        Args:
            chunks: documents that were checked.
            order: how.
            budget: the most tokens to be remembered at a time; None for what the memory allows.
            advance: is told how many documents were done.
            single: there is only one document, and errors need no position.

        Yields:
            The translations of a chunk, and what they cost.

        Raises:
            SettingError: the model does not know a language, or there is no room for a passage.
            InputTooLongError: a document has too many passages.
        """
        plan = self._plan(order)
        writing = self._piecewise(order, plan, budget)
        index = 0
        for chunk in chunks:
            spans = [
                writing.spans(text, name_of(None if single else index + place))
                for place, text in enumerate(chunk)
            ]
            index += len(chunk)
            written, statistics = writing.write(chunk, spans, advance=advance)
            yield [self._result(document, plan) for document in written], statistics

    def _plan(self, order: TranslationOrder) -> TranslationPlan:
        folder = self.writing.folder
        config = (
            folder.config or (folder.base or folder).config
        )  # an adapter may have been taught other words
        if order.instruction is not None:
            if marks_languages(config):
                raise SettingError(
                    f"instruction is {order.instruction!r}, and {self.writing.source.model} does not read one",
                    hint="leave it out: the model is told by source and target",
                )
            return TranslationPlan(order.source, order.target, prefix=order.instruction)
        if not self.writing.card.encodes:
            return _in_words(self.writing.source.model, order.source, order.target)
        key = (order.source, order.target)
        if key not in self._plans:  # vocabularies are long
            self._plans[key] = plan_translation(
                model=self.writing.source.model,
                config=config,
                tokenizer=tokenizer_owner(folder).read_json("tokenizer_config.json"),
                vocabulary=self.writing.tokenizer.vocabulary,
                source=order.source,
                target=order.target,
            )
        return self._plans[key]

    def _piecewise(self, order: TranslationOrder, plan: TranslationPlan, budget: int | None) -> Piecewise:
        chat = not self.writing.card.encodes
        wording = Wording(
            tokenizer=self.writing.tokenizer,
            prefix=f"{plan.prefix}\n\n" if chat else plan.prefix,
            chat=chat,
            template=order.template,
            around=plan.around,
        )
        room = require_room(self.writing, wording, max_new_tokens=order.max_new_tokens, window=order.window)
        return Piecewise(
            session=self.writing,
            wording=wording,
            order=Order(
                decoding=order.decoding,
                max_new_tokens=order.max_new_tokens,
                first=plan.first,
                opening=plan.opening,
            ),
            # Half, so that a translation that is longer than its source finds room too.
            room=order.window or max(1, min(room, order.max_new_tokens // 2)),
            together=chat,
            budget=budget,
        )

    def _result(self, document: WrittenDocument, plan: TranslationPlan) -> Translation:
        passages = document.passages
        spans = [(passage.start, passage.end) for passage in passages]
        cut = any(passage.finish_reason == "length" for passage in passages)
        return Translation(
            text=replace_spans(document.text, spans, [passage.text for passage in passages]),
            source_language=plan.source,
            target_language=plan.target,
            passages=passages,
            finish_reason="length" if cut else passages[-1].finish_reason,
            coverage=Coverage(len(document.text), len(document.text), len(passages)),
            prompt_tokens=document.prompt_tokens,
            new_tokens=document.new_tokens,
            source=self.writing.source,
        )


def _in_words(model: str, source: str | None, target: str | None) -> TranslationPlan:
    """Say in words between which languages a chat model is to translate."""
    if target is None:
        raise SettingError(
            f"target names no language, and {model} could translate into any",
            hint="give target=, for example 'de'",
        )
    into = _name("target", target)
    out_of = "" if source is None else f" from {_name('source', source)}"
    return TranslationPlan(
        source,
        target,
        prefix=f"Translate the following text{out_of} into {into}. Answer with the translation only.",
    )


def _name(setting: str, code: str) -> str:
    name = language_name(code)
    if name is None:
        raise SettingError(
            f"{setting} {code!r} is no code of a language that hfkit knows",
            hint="use a code of ISO 639, such as 'de'; or say it in an instruction",
        )
    return name
