"""A request as it came, an answer as it goes, and JSON between them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, cast
from urllib.parse import urlencode

from .refusal import HubRefusedError, Refusal

__all__ = [
    "HubAnswer",
    "HubQuestion",
    "Json",
    "answer_json",
    "answer_page",
    "answer_range",
    "answer_refusal",
    "read_flag",
    "read_object",
    "read_objects",
    "read_text",
]

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

_STATUS: dict[Refusal, tuple[int, str | None]] = {
    "anonymous": (401, None),
    "bad-request": (400, None),
    "bad-token": (401, None),
    "conflict": (409, None),
    "forbidden": (403, None),
    "gated": (403, "GatedRepo"),
    "hidden": (401, "RepoNotFound"),  # who gave no token might see it with one
    "no-entry": (404, "EntryNotFound"),
    "no-repository": (404, "RepoNotFound"),
    "no-revision": (404, "RevisionNotFound"),
    "stale-parent": (412, None),
    "unknown": (404, None),
}


@dataclass(frozen=True, slots=True)
class HubQuestion:
    """A request: its path is still quoted, its headers' names are in small letters."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class HubAnswer:
    """An answer, whole."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def answer_json(value: Json, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HubAnswer:
    """Answer with a JSON text."""
    return HubAnswer(
        status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})}
    )


def answer_refusal(error: HubRefusedError, *, headers: Mapping[str, str] | None = None) -> HubAnswer:
    """Answer as the hub refuses: a status, a code that huggingface_hub turns into its errors, and a sentence."""
    status, code = _STATUS[error.refusal]
    message = " ".join(error.message.split()).encode("ascii", "replace").decode()
    codes = {"X-Error-Code": code} if code else {}
    return answer_json(
        {"error": error.message},
        status=status,
        headers={"X-Error-Message": message, **codes, **(headers or {})},
    )


def answer_page(entries: Sequence[Json], question: HubQuestion, *, size: int) -> HubAnswer:
    """Answer with the page of a list that is asked for, and a link to the next."""
    begin = int(question.query.get("cursor", "0"))
    end = begin + size
    if end >= len(entries):
        return answer_json(entries[begin:])
    query = urlencode({**question.query, "cursor": str(end)})
    url = f"http://{question.headers.get('host', '')}{question.path}?{query}"
    return answer_json(entries[begin:end], headers={"Link": f'<{url}>; rel="next"'})


def answer_range(content: bytes, question: HubQuestion, headers: Mapping[str, str]) -> HubAnswer:
    """Answer with some bytes, or the part of them that the Range header asks for."""
    headers = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes", **headers}
    if question.headers.get("if-none-match", "") == headers.get("ETag"):
        return HubAnswer(304, headers=headers)
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", question.headers.get("range", "bytes=-"))
    if asked is None or asked.groups() == ("", ""):
        return HubAnswer(200, content, headers)
    first, last = asked.groups()
    size = len(content)
    begin = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if begin >= end:
        return HubAnswer(416, headers={"Content-Range": f"bytes */{size}"})
    return HubAnswer(206, content[begin:end], {**headers, "Content-Range": f"bytes {begin}-{end - 1}/{size}"})


def read_objects(body: bytes) -> list[Mapping[str, Json]]:
    """Read JSON objects, one a line; at least one.

    Raises:
        HubRefusedError: there is none, or a line is something else.
    """
    objects = []
    for line in body.splitlines():
        try:
            value = cast("Json", json.loads(line))
        except ValueError:
            raise HubRefusedError("bad-request", "The body is not JSON") from None
        if not isinstance(value, Mapping):
            raise HubRefusedError("bad-request", "The body is no JSON object")
        objects.append(value)
    if not objects:
        raise HubRefusedError("bad-request", "The body is empty")
    return objects


def read_object(body: bytes) -> Mapping[str, Json]:
    """Read one JSON object.

    Raises:
        HubRefusedError: it is none.
    """
    return read_objects(body)[0]


def read_text(fields: Mapping[str, Json], name: str, otherwise: str | None = None) -> str:
    """Read a text from a JSON object.

    Raises:
        HubRefusedError: it is not there and nothing stands in for it, or it is no text.
    """
    value = fields.get(name)
    value = otherwise if value is None else value
    if not isinstance(value, str):
        raise HubRefusedError("bad-request", f"{name!r} must be a text")
    return value


def read_flag(query: Mapping[str, str], name: str) -> bool:
    """Read a flag from a query."""
    return query.get(name, "").lower() in ("1", "true")
