"""From what was written to results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.errors import RefusedValueError
from hfkit.text.tool_calls import parse_tool_calls, tool_call_format
from hfkit.values.generation import Continuation, Generation

from .chats import choose_template

if TYPE_CHECKING:
    from hfkit.text.tool_calls import ToolReply

    from .lines import Line
    from .writing import Order, WritingSession, Written

__all__ = ["make_generation"]


def make_generation(written: Written, order: Order, session: WritingSession) -> Generation[object]:
    """Make the result of one prompt."""
    scored = order.logprobs is not None or order.decoding.alternatives > 1
    return Generation(
        prompt=written.prompt.text,
        continuations=tuple(
            _continuation(line, score if scored else None, order, session) for line, score in written.lines
        ),
        prompt_tokens=len(written.prompt.ids),
        coverage=written.prompt.coverage,
        source=session.source,
    )


def _continuation(
    line: Line, score: float | None, order: Order, session: WritingSession
) -> Continuation[object]:
    parsed, refusal, whole = None, None, True
    if order.shape is not None:
        # What may end here may also go on: where it was cut, 47 might have become 4711.
        whole = (
            line.guide is not None and line.guide.complete and line.finish != "length" and not line.stopped
        )
        if whole and line.guide is not None:
            try:
                parsed = order.shape.decode(line.guide.text)
            except RefusedValueError as error:
                whole, refusal = False, error.message
    reply = _reply(line, order, session) if order.tools else None
    return Continuation(
        text=line.text,
        finish_reason=line.finish or "length",
        tokens=tuple(line.tokens),
        score=score,
        logprobs=tuple(line.logprobs) if order.logprobs is not None else None,
        tool_calls=reply.calls if reply else (),
        said=reply.content if reply else None,
        parsed=parsed,
        has_value=whole,
        refusal=refusal,
    )


def _reply(line: Line, order: Order, session: WritingSession) -> ToolReply | None:
    """Find calls of tools in the model's own words, special tokens included: some mark calls by them."""
    form = tool_call_format(
        choose_template(session.tokenizer.templates, order.template, model=session.source.model, tools=True)
    )
    if form is None:
        return None
    ends = session.settings.ends
    ids = line.tokens[:-1] if line.tokens and line.tokens[-1] in ends else line.tokens
    reply = parse_tool_calls(session.tokenizer.text_of(ids, special_tokens=True), form)
    return reply if reply.calls else None
