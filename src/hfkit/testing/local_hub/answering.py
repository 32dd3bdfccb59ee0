"""From a request to its answer: who asks, for what, and which part of the hub knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode

from . import cards, managing, reading, requesting, signing_in, uploading
from .exchange import HubAnswer, answer_refusal
from .refusal import HubRefusedError
from .state import MovedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .exchange import HubQuestion
    from .state import HubState
    from .steps import HubStep
    from .visitors import Visitor

__all__ = ["answer_question"]


class _Part(Protocol):
    def __call__(
        self, state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str], /
    ) -> HubAnswer: ...


_PARTS: dict[HubStep, _Part] = {
    "auth-check": reading.answer_access,
    "branch": managing.answer_branch,
    "commit": uploading.answer_commit,
    "commits": reading.answer_commits,
    "create-repo": managing.answer_creation,
    "delete-repo": managing.answer_deletion,
    "device-code": signing_in.answer_device,
    "info": reading.answer_info,
    "lfs-batch": uploading.answer_batch,
    "lfs-download": reading.answer_download,
    "lfs-upload": uploading.answer_upload,
    "lfs-verify": uploading.answer_verification,
    "list": reading.answer_list,
    "merge": requesting.answer_merge,
    "move-repo": managing.answer_move,
    "paths-info": reading.answer_paths,
    "preupload": uploading.answer_preupload,
    "pull-request": requesting.answer_pull_request,
    "refs": reading.answer_references,
    "resolve": reading.answer_resolve,
    "settings": managing.answer_settings,
    "sign-in": signing_in.answer_sign_in,
    "squash": managing.answer_squash,
    "tag": managing.answer_tag,
    "tree": reading.answer_tree,
    "validate-yaml": cards.answer_validation,
    "whoami": reading.answer_visitor,
}


def answer_question(
    state: HubState, visitor: Visitor, question: HubQuestion, step: HubStep, place: Mapping[str, str]
) -> HubAnswer:
    """Answer a request; what the hub refuses is an answer too."""
    try:
        part = _PARTS.get(step, _unknown)
        return part(state, visitor, question, place)
    except MovedError as moved:
        path = question.path.replace(place["name"], moved.name, 1)
        query = f"?{urlencode(question.query)}" if question.query else ""
        return HubAnswer(307, headers={"Location": f"{state.endpoint}{path}{query}"})
    except HubRefusedError as error:
        answer = answer_refusal(error)
        if error.refusal == "gated" and visitor.role == "anonymous":
            return HubAnswer(401, answer.body, answer.headers)
        return answer


def _unknown(
    _state: HubState, _visitor: Visitor, question: HubQuestion, _place: Mapping[str, str]
) -> HubAnswer:
    raise HubRefusedError("unknown", f"LocalHub does not know {question.method} {question.path}")
