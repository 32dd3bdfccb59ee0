from __future__ import annotations

import pytest

from hfkit.text.tool_calls import ToolCallFormat, ToolReply, parse_tool_calls, tool_call_format
from hfkit.values.tools import ToolCall

NOW = ToolCall("now", {})
SUM = ToolCall("sum", {"of": [1, 2]})


@pytest.mark.parametrize(
    ("text", "content", "calls"),
    [
        ('I look.\n<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>', "I look.", (NOW,)),
        (
            '<tool_call>{"name": "now"}</tool_call>So.<tool_call>[{"name": "sum", "arguments": {"of": [1, 2]}}]',
            "So.",
            (NOW, SUM),
        ),
        # A text may end at the closing mark, which then stops it.
        ('<tool_call>{"name": "now", "arguments": {}}\n', "", (NOW,)),
        ('<tool_call>{"name": "now"}</tool_call>', "", (NOW,)),
        # The broken one stays, the whole one is a call.
        (
            '<tool_call>{"name": }</tool_call>\n<tool_call>{"name": "now"}</tool_call>',
            '<tool_call>{"name": }</tool_call>',
            (NOW,),
        ),
    ],
)
def test_hermes(text: str, content: str, calls: tuple[ToolCall, ...]) -> None:
    assert parse_tool_calls(text, ToolCallFormat.HERMES) == ToolReply(content, calls)


@pytest.mark.parametrize(
    ("text", "content", "calls"),
    [
        ('{"name": "now", "parameters": {}}', "", (NOW,)),
        (' {"type": "function", "name": "now", "parameters": {}}\n', "", (NOW,)),
        ('<|python_tag|>{"name": "now"}; {"name": "sum", "parameters": {"of": [1, 2]}}', "", (NOW, SUM)),
        ('Well.<|python_tag|>{"name": "now"};{"name": "su', 'Well.;{"name": "su', (NOW,)),
    ],
)
def test_llama(text: str, content: str, calls: tuple[ToolCall, ...]) -> None:
    assert parse_tool_calls(text, ToolCallFormat.LLAMA) == ToolReply(content, calls)


@pytest.mark.parametrize(
    ("text", "content", "calls"),
    [
        ('[TOOL_CALLS] [{"name": "now", "arguments": {}, "id": "abcdefghi"}]', "", (NOW,)),
        ('Well.[TOOL_CALLS]now{}[TOOL_CALLS]sum[ARGS]{"of": [1, 2]}', "Well.", (NOW, SUM)),
        ("[TOOL_CALLS]now[CALL_ID]abcdefghi[ARGS]{}", "", (NOW,)),
    ],
)
def test_mistral(text: str, content: str, calls: tuple[ToolCall, ...]) -> None:
    assert parse_tool_calls(text, ToolCallFormat.MISTRAL) == ToolReply(content, calls)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('<tool_call>{"name": "now", "arguments": {}', ToolCallFormat.HERMES),  # cut
        ('<tool_call>{"name": "now", "arguments": {}} or so</tool_call>', ToolCallFormat.HERMES),
        ('<tool_call>{"name": "now", "arguments": [1]}</tool_call>', ToolCallFormat.HERMES),
        ('<tool_call>{"name": "", "arguments": {}}</tool_call>', ToolCallFormat.HERMES),
        ('<tool_call>{"name": 3, "arguments": {}}</tool_call>', ToolCallFormat.HERMES),
        ('<tool_call>["now"]</tool_call>', ToolCallFormat.HERMES),
        ('<tool_call>{"name": "now", "arguments": {"a": NaN}}</tool_call>', ToolCallFormat.HERMES),
        ('<tool_call>{"name": "now", "arguments": {"a": "\\ud800"}}</tool_call>', ToolCallFormat.HERMES),
        ("<tool_call>" + "[" * 100_000, ToolCallFormat.HERMES),
        ('{"name": "Ada", "born": 1815}', ToolCallFormat.LLAMA),  # the JSON that somebody asked for
        ('A call: {"name": "now", "parameters": {}}', ToolCallFormat.LLAMA),
        ('{"name": "now", "parameters": {}} Done.', ToolCallFormat.LLAMA),
        ("[TOOL_CALLS]now", ToolCallFormat.MISTRAL),
        ("[TOOL_CALLS]now[ARGS]null", ToolCallFormat.MISTRAL),
        ('[{"name": "now", "arguments": {}}]', ToolCallFormat.MISTRAL),  # decoded without its mark
        ("<｜tool▁call▁begin｜>now<｜tool▁sep｜>{}", ToolCallFormat.DEEPSEEK),
    ],
)
def test_what_is_no_whole_call_stays_text(text: str, form: ToolCallFormat) -> None:
    assert parse_tool_calls(text, form) == ToolReply(text)


@pytest.mark.parametrize(
    ("template", "form"),
    [
        ("{{ messages }}", None),
        ("<tool_call>\n<function=name>", None),  # XML of Qwen3-Coder
        ("<tool_call>{{ name }}<arg_key>", None),  # XML of GLM
        ("<|start_header_id|>{{ role }}", None),
        ("<|start_header_id|>{{ '\"parameters\": ' }}", ToolCallFormat.LLAMA),
        ("{{ '<|python_tag|>' }}", ToolCallFormat.LLAMA),
    ],
)
def test_formats(template: str, form: ToolCallFormat | None) -> None:
    assert tool_call_format(template) is form
