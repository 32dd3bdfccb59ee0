"""Answers to who opens, looks at and merges pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .exchange import answer_json, read_object, read_text
from .reading import show_date
from .refusal import HubRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .exchange import HubAnswer, HubQuestion, Json
    from .repositories import HubPullRequest, HubRepository
    from .state import HubState
    from .visitors import Visitor

__all__ = ["answer_merge", "answer_pull_request"]


def answer_pull_request(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Open a pull request, tell of one, or list them."""
    if question.method == "POST":
        fields = read_object(question.body)
        if fields.get("pullRequest") is not True:
            raise HubRefusedError("bad-request", "This hub knows pull requests, no other discussions")
        title, description = read_text(fields, "title"), read_text(fields, "description", "")
        changed = state.change(
            state.write(visitor, place),
            lambda now: now.with_pull_request(
                title=title, description=description, author=visitor.name, date=state.now()
            ),
        )
        return answer_json({"num": changed.pull_requests[-1].number})
    repository = state.see(visitor, place)
    if "number" not in place:
        shown = [_show(repository, request) for request in repository.pull_requests]
        return answer_json({"discussions": shown, "count": len(shown), "start": 0})
    found = [request for request in repository.pull_requests if str(request.number) == place["number"]]
    if not found:
        raise HubRefusedError("no-entry", f"There is no pull request {place['number']}")
    return answer_json(_show(repository, found[0]))


def answer_merge(
    state: HubState, visitor: Visitor, _question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Merge a pull request into the main branch."""
    number = int(place["number"])
    changed = state.change(
        state.write(visitor, place),
        lambda now: now.with_merge(number, author=visitor.name, date=state.now()),
    )
    date = show_date(changed.commit().date)
    event: Json = {
        "id": changed.commit().id,
        "type": "status-change",
        "createdAt": date,
        "author": {"name": visitor.name},
        "data": {"status": "merged"},
    }
    return answer_json({"newStatusEvent": event, "newEvent": event})


def _show(repository: HubRepository, request: HubPullRequest) -> Json:
    opened: Json = {
        "id": f"{request.number}",
        "type": "comment",
        "createdAt": show_date(request.date),
        "author": {"name": request.author},
        "data": {"edited": False, "hidden": False, "latest": {"raw": request.description}},
    }
    return {
        "num": request.number,
        "title": request.title,
        "author": {"name": request.author},
        "createdAt": show_date(request.date),
        "status": "merged" if request.merged else "open",
        "repo": {"name": repository.name, "type": repository.kind},
        "isPullRequest": True,
        "events": [opened],
        "filesWithConflicts": [],
        "changes": {"base": "refs/heads/main", "mergeCommitId": request.merged},
    }
