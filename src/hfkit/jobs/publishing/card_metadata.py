"""The metadata of a card, as the hub reads it: each name with its lines of YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.text.cards import has_metadata

from .card_figures import metadata_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hfkit.values.publish_settings import PublishSettings

    from .subject import FolderSubject

__all__ = ["card_faults", "card_metadata"]

_PIPELINES = {
    "Classify": "text-classification",
    "Answer": "question-answering",
    "Tag": "token-classification",
    "Embed": "feature-extraction",
    "Generate": "text-generation",
}


def card_metadata(settings: PublishSettings, subject: FolderSubject) -> Mapping[str, str]:
    """Write down what is known, in YAML."""
    from huggingface_hub import CardData
    from huggingface_hub.repocard_data import eval_results_to_model_index

    known: dict[str, object] = {}
    if settings.license:
        known["license"] = settings.license
    if subject.is_model:
        known["library_name"] = "peft" if subject.adapter else "transformers"
        encodes = subject.config.get("is_encoder_decoder") is True
        if (
            subject.verb and not encodes
        ):  # one that encodes may summarize, translate or answer: its author knows
            known["pipeline_tag"] = _PIPELINES[subject.verb]
        base = subject.base_name
        if base:
            known["base_model"] = base
    known["tags"] = ["hfkit"]
    results = [result for report in settings.reports for result in metadata_of(report)]
    if results:
        known["model-index"] = eval_results_to_model_index(settings.repository.partition("/")[2], results)
    return {
        name: f"{CardData(ignore_metadata_errors=False, **{name: value}).to_yaml()}\n"
        for name, value in known.items()
    }


def card_faults(card: str) -> str | None:
    """Say what the hub would refuse of a card; None where it takes it."""
    from huggingface_hub import ModelCard

    if not has_metadata(card):
        return None
    try:
        # Behind a mark of the encoding the client sees no metadata, and says so.
        ModelCard(card.removeprefix("\ufeff"))
    except Exception as error:  # noqa: BLE001  # of the YAML library, which has no types here, and of the validation
        return " ".join(str(error).split())
    return None
