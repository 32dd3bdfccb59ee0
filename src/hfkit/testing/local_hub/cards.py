"""The metadata at the top of a README.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from .exchange import answer_json, read_object, read_text
from .refusal import HubRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .exchange import HubAnswer, HubQuestion, Json
    from .state import HubState
    from .visitors import Visitor

__all__ = ["answer_validation", "read_card"]


def read_card(content: bytes) -> Mapping[str, Json]:
    """Read a card's metadata; what cannot be read is empty."""
    try:
        return _metadata(content.decode("utf-8", "replace"))
    except HubRefusedError:
        return {}


def answer_validation(
    _state: HubState, _visitor: Visitor, question: HubQuestion, _place: Mapping[str, str]
) -> HubAnswer:
    """Say what is wrong with a card's metadata."""
    try:
        empty = not _metadata(read_text(read_object(question.body), "content"))
    except HubRefusedError as error:
        return answer_json({"errors": [{"message": error.message}], "warnings": []}, status=400)
    warnings: list[Json] = [{"message": "empty or missing yaml metadata in repo card"}] if empty else []
    return answer_json({"errors": [], "warnings": warnings})


def _metadata(text: str) -> Mapping[str, Json]:
    from huggingface_hub.repocard import REGEX_YAML_BLOCK, RepoCard

    if REGEX_YAML_BLOCK.search(text) is None:
        return {}
    try:
        card = RepoCard(text).data
        return cast("Mapping[str, Json]", card.to_dict())  # type: ignore[no-untyped-call]
    except Exception as error:  # the YAML library's errors, which have no types here
        raise HubRefusedError("bad-request", f"Invalid metadata: {error}") from error
