"""Answers to who makes, moves and marks repositories."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .exchange import answer_json, read_object, read_text
from .refusal import HubRefusedError
from .repositories import HubRepository
from .state import url_prefix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .exchange import HubAnswer, HubQuestion, Json
    from .repositories import RepositoryKind
    from .state import HubState
    from .visitors import Visitor

__all__ = [
    "answer_branch",
    "answer_creation",
    "answer_deletion",
    "answer_move",
    "answer_settings",
    "answer_squash",
    "answer_tag",
]

_KINDS: dict[str, RepositoryKind] = {"model": "model", "dataset": "dataset", "space": "space"}


def answer_creation(
    state: HubState, visitor: Visitor, question: HubQuestion, _place: Mapping[str, str]
) -> HubAnswer:
    """Make a repository."""
    visitor.check_write()
    fields = read_object(question.body)
    name, kind = _named(fields, visitor)
    private = fields.get("visibility") == "private" or fields.get("private") is True
    made = HubRepository.new(name, kind=kind, private=private, author=visitor.name, date=state.now())
    url = f"{state.endpoint}/{url_prefix(kind)}{name}"
    try:
        state.add(made)
    except HubRefusedError as error:  # the client reads the address from the refusal too
        return answer_json({"error": error.message, "url": url}, status=409)
    return answer_json({"url": url, "name": name, "id": name, "private": private})


def answer_deletion(
    state: HubState, visitor: Visitor, question: HubQuestion, _place: Mapping[str, str]
) -> HubAnswer:
    """Delete a repository and all its commits."""
    name, kind = _named(read_object(question.body), visitor)
    state.remove(state.write(visitor, {"kind": kind, "name": name}))
    return answer_json({})


def _named(fields: Mapping[str, Json], visitor: Visitor) -> tuple[str, RepositoryKind]:
    kind = read_text(fields, "type", "model")
    if kind not in _KINDS:
        raise HubRefusedError("bad-request", f"Repositories of type {kind!r} are not known here")
    organization = read_text(fields, "organization", visitor.name)
    return f"{organization}/{read_text(fields, 'name')}", _KINDS[kind]


def answer_move(
    state: HubState, visitor: Visitor, question: HubQuestion, _place: Mapping[str, str]
) -> HubAnswer:
    """Give a repository another name."""
    fields = read_object(question.body)
    place = {"kind": read_text(fields, "type", "model"), "name": read_text(fields, "fromRepo")}
    repository = state.write(visitor, place)
    state.move(repository, replace(repository, name=read_text(fields, "toRepo")))
    return answer_json({})


def answer_settings(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Make a repository private or public, gated or open."""
    fields = read_object(question.body)

    def step(repository: HubRepository) -> HubRepository:
        private = fields.get("visibility", "private" if repository.private else "public") == "private"
        return replace(repository, private=private, gated=bool(fields.get("gated", repository.gated)))

    state.change(state.write(visitor, place), step)
    return answer_json({})


def answer_branch(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Make or delete a branch."""
    repository, name = state.write(visitor, place), place["path"]
    if question.method == "DELETE":
        state.change(repository, lambda now: now.without_branch(name))
    else:
        begin = read_text(read_object(question.body), "startingPoint", "main")
        state.change(repository, lambda now: now.with_branch(name, at=begin))
    return answer_json({})


def answer_tag(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Make or delete a tag."""
    repository, revision = state.write(visitor, place), place["revision"]
    if question.method == "DELETE":
        state.change(repository, lambda now: now.without_tag(revision))
    else:
        name = read_text(read_object(question.body), "tag")
        state.change(repository, lambda now: now.with_tag(name, at=revision))
    return answer_json({})


def answer_squash(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Make one commit of a branch."""
    title = read_text(read_object(question.body), "message")
    state.change(
        state.write(visitor, place),
        lambda now: now.with_squash(place["path"], title=title, author=visitor.name, date=state.now()),
    )
    return answer_json({})
