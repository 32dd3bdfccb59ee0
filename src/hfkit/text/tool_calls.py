"""Calls of tools in what a model wrote, by the format that its chat template shows it.

A format is told by the template's own text, not by the name of a model: a model that was tuned further keeps the
template of the one it came from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NoReturn, assert_never

from hfkit.values.tools import ToolCall

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ToolCallFormat", "ToolReply", "parse_tool_calls", "tool_call_format"]


class ToolCallFormat(Enum):
    """How a model writes the calls of tools that it wants.

    Attributes:
        HERMES: ``<tool_call>{"name": ..., "arguments": {...}}</tool_call>``, one or several, or several in a list;
            Hermes, Qwen2.5, Qwen3, SmolLM2.
        LLAMA: ``{"name": ..., "parameters": {...}}`` as the whole reply, or behind ``<|python_tag|>``;
            Llama 3.1 to 3.3.
        MISTRAL: ``[TOOL_CALLS][{"name": ..., "arguments": {...}}]``, or from version 11 of its tokenizers on
            ``[TOOL_CALLS]name{...}`` and ``[TOOL_CALLS]name[ARGS]{...}``.
        DEEPSEEK: between ``<｜tool▁call▁begin｜>`` and ``<｜tool▁call▁end｜>``; V3, V3.1, R1 and what
            was distilled from it.
    """

    HERMES = "hermes"
    LLAMA = "llama"
    MISTRAL = "mistral"
    DEEPSEEK = "deepseek"


@dataclass(frozen=True, slots=True)
class ToolReply:
    """What a model wrote, taken apart.

    Attributes:
        content: what it said beside the calls, without blanks at both ends; the whole text as it is where there are
            none.
        calls: the tools that it wants to be called, in its order.
    """

    content: str
    calls: tuple[ToolCall, ...] = ()


def tool_call_format(template: str) -> ToolCallFormat | None:
    """Tell by a chat template how its model writes calls of tools; None if that is not known.

    >>> tool_call_format("{{ '<tool_call>' + call.function | tojson + '</tool_call>' }}")
    <ToolCallFormat.HERMES: 'hermes'>
    """
    if "[TOOL_CALLS]" in template:
        return ToolCallFormat.MISTRAL
    if "<｜tool▁call▁begin｜>" in template:
        return ToolCallFormat.DEEPSEEK
    if "<tool_call>" in template:
        # Some write XML between the same marks: Qwen3-Coder and GLM.
        return None if "<function=" in template or "<arg_key>" in template else ToolCallFormat.HERMES
    if "<|python_tag|>" in template or ("<|start_header_id|>" in template and '"parameters": ' in template):
        return ToolCallFormat.LLAMA
    return None


def parse_tool_calls(text: str, form: ToolCallFormat) -> ToolReply:
    """Find the calls of tools in what a model wrote.

    What is no whole call stays where it is: broken JSON, arguments that are no object, or a call that was cut. Nothing
    is lost and nothing raises.

    Args:
        text: what the model wrote, **special tokens included** but for the one that ended it: the marks of Llama and
            Mistral are special tokens, and a text decoded without them has no calls of Mistral's.
        form: how it writes calls.

    Source: the formats are those of the models' own chat templates.

    >>> parse_tool_calls('<tool_call>{"name": "now", "arguments": {}}</tool_call>', ToolCallFormat.HERMES).calls
    (ToolCall(name='now', arguments={}),)
    """
    found = list(_parts(text, form))
    if not found:
        return ToolReply(text)
    kept, at = [], 0
    for part in found:
        kept.append(text[at : part.start])
        at = part.end
    kept.append(text[at:])
    return ToolReply("".join(kept).strip(), tuple(call for part in found for call in part.calls))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a text that is calls and nothing else, from its first mark to its last."""

    start: int
    end: int
    calls: tuple[ToolCall, ...]


def _parts(text: str, form: ToolCallFormat) -> Iterator[_Part]:
    match form:
        case ToolCallFormat.HERMES:
            return _hermes(text)
        case ToolCallFormat.LLAMA:
            return _llama(text)
        case ToolCallFormat.MISTRAL:
            return _mistral(text)
        case ToolCallFormat.DEEPSEEK:
            return _deepseek(text)
        case _ as unreachable:
            assert_never(unreachable)


_NAME = re.compile(r"[\w.\-]+")
_BLANKS = re.compile(r"\s*")


def _hermes(text: str) -> Iterator[_Part]:
    at = 0
    while (start := text.find("<tool_call>", at)) >= 0:
        at = start + len("<tool_call>")
        value, end = _json_at(text, at)
        calls = _calls(value, ("arguments",))
        end = _skip(text, end)
        if not calls:
            continue
        if text.startswith("</tool_call>", end):
            end += len("</tool_call>")
        elif end < len(text):  # the end of the text closes it too: models stop at the mark
            continue
        yield _Part(start, end, calls)
        at = end


def _llama(text: str) -> Iterator[_Part]:
    mark = "<|python_tag|>"
    start = text.find(mark)
    marked = start >= 0
    at = end = start + len(mark) if marked else 0
    calls: tuple[ToolCall, ...] = ()
    while True:
        value, stop = _json_at(text, at)
        more = _calls(value, ("parameters", "arguments"), required=not marked)
        if not more:
            break
        calls += more
        at = end = _skip(text, stop)
        if text.startswith(";", at):  # between calls, when there are several
            at += 1
    # Without a mark JSON is a call only as the whole reply: it might be the answer that was asked for.
    if calls and (marked or end == len(text)):
        yield _Part(max(start, 0), end, calls)


def _mistral(text: str) -> Iterator[_Part]:
    at = 0
    while (start := text.find("[TOOL_CALLS]", at)) >= 0:
        at = start + len("[TOOL_CALLS]")
        named = _NAME.match(text, _skip(text, at))
        if named is None:
            value, end = _json_at(text, at)
            calls = _calls(value, ("arguments",))
        else:
            end = named.end()
            if text.startswith("[CALL_ID]", end):
                id_ = _NAME.match(text, end + len("[CALL_ID]"))
                end = end if id_ is None else id_.end()
            if text.startswith("[ARGS]", end):
                end += len("[ARGS]")
            value, end = _json_at(text, end)
            calls = _calls({"name": named[0], "arguments": value}, ("arguments",))
        if calls:
            yield _Part(start, end, calls)
            at = end


_DEEPSEEK_CALL = re.compile(
    r"<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>)?(?P<name>[\w.\-]+)(?:<｜tool▁sep｜>|\s*```json\s)"
)
_DEEPSEEK_END = re.compile(r"\s*(?:```)?\s*<｜tool▁call▁end｜>\s*")


def _deepseek(text: str) -> Iterator[_Part]:
    opened, closed = "<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"
    at = 0
    while (begun := _DEEPSEEK_CALL.search(text, at)) is not None:
        start, at = begun.start(), begun.end()
        value, end = _json_at(text, at)
        calls = _calls({"name": begun["name"], "arguments": value}, ("arguments",))
        ended = _DEEPSEEK_END.match(text, end)
        if not calls or ended is None:
            continue
        at = ended.end()
        if text.endswith(opened, 0, start):
            start -= len(opened)
        if text.startswith(closed, at):
            at += len(closed)
        yield _Part(start, at, calls)


def _calls(value: object, keys: tuple[str, ...], *, required: bool = False) -> tuple[ToolCall, ...]:
    """Read one call or a list of them; none where anything is not as it must be.

    Args:
        value: what the JSON said.
        keys: under which names the arguments may stand.
        required: whether they must be there; else a call without them has none.
    """
    entries = value if isinstance(value, list) else [value]
    calls = []
    for entry in entries:
        if not isinstance(entry, Mapping):
            return ()
        name = entry.get("name")
        given: list[object] = [entry[key] for key in keys if key in entry]
        arguments = given[0] if given else None if required else {}
        if not isinstance(name, str) or not name or not isinstance(arguments, Mapping):
            return ()
        calls.append(ToolCall(name, arguments))
    return tuple(calls)


def _json_at(text: str, at: int) -> tuple[object, int]:
    """Read the JSON value that begins here, and tell where it ends; None where there is none that is whole."""
    at = _skip(text, at)
    try:
        value, end = _DECODER.raw_decode(text, at)
        json.dumps(value, ensure_ascii=False).encode(
            "utf-8"
        )  # half of a surrogate pair may hide in an escape
    except (ValueError, RecursionError):
        return None, at
    return value, end


def _skip(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return at if blanks is None else blanks.end()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
