from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateError
from transformers.utils.chat_template_utils import render_jinja_template

from hfkit import Message
from hfkit.errors import InputError
from hfkit.testing.strategies import texts
from hfkit.text.chat import render_chat
from hfkit.text.tool_calls import ToolCallFormat, parse_tool_calls, tool_call_format
from hfkit.values.tools import Tool, ToolCall

HERMES = """{% if tools %}{% for tool in tools %}{{ tool | tojson }}
{% endfor %}Answer within <tool_call></tool_call>.
{% endif %}{% for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}{% if message.tool_calls %}{% for call in message.tool_calls %}
{% set call = call.function %}

<tool_call>
{"name": "{{ call.name }}", "arguments": {{ call.arguments | tojson }}}
</tool_call>{% endfor %}{% endif %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""

LIST = """{% if tools %}{{ tools | tojson }} <tool_call>[{"name": "f", "arguments": {}}]</tool_call>{% endif %}
{% for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}{% if message.tool_calls %}<tool_call>
{{ message.tool_calls | map(attribute='function') | list | tojson }}</tool_call>{% endif %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""

LLAMA = """{% if not tools is defined %}{% set tools = none %}{% endif %}{{ bos_token }}
{% if tools is not none %}{% for t in tools %}{{ t | tojson(indent=4) }}{% endfor %}{% endif %}
{% for message in messages %}
{{ '<|start_header_id|>' + message.role + '<|end_header_id|>\n\n' }}{% if 'tool_calls' in message %}
{% if message.tool_calls | length != 1 %}{{ raise_exception('only single tool-calls at once') }}{% endif %}
{% set call = message.tool_calls[0].function %}
{{ '{"name": "' + call.name + '", "parameters": ' + call.arguments | tojson + '}' }}
{% else %}{{ message.content | trim }}{% endif %}<|eot_id|>{% endfor %}
{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"""

MARKED_LLAMA = LLAMA.replace("""{{ '{"name": "'""", """{{ message.content + '<|python_tag|>{"name": "'""")

MISTRAL = """{{ bos_token }}{% for message in messages %}{% if message.role == 'user' %}
{% if tools is not none %}[AVAILABLE_TOOLS]{{ tools | tojson }}[/AVAILABLE_TOOLS]{% endif %}
[INST]{{ message.content }}[/INST]{% elif message.tool_calls is defined %}{{ message.content }}[TOOL_CALLS][
{% for call in message.tool_calls %}{% if call.id is not defined or call.id | length != 9 %}
{{ raise_exception('ids must have length 9') }}{% endif %}
{{ (call.function | tojson)[:-1] + ', "id": "' + call.id + '"}' }}{% if not loop.last %}, {% endif %}
{% endfor %}]{{ eos_token }}{% elif message.role == 'tool' %}
[TOOL_RESULTS]{"content": {{ message.content }}, "call_id": "{{ message.tool_call_id }}"}[/TOOL_RESULTS]
{% else %}{{ message.content + eos_token }}{% endif %}{% endfor %}"""

NAMED_MISTRAL = """{% if tools %}[AVAILABLE_TOOLS]{{ tools | tojson }}[/AVAILABLE_TOOLS]{% endif %}
{% for message in messages %}{% if message.role == 'user' %}[INST]{{ message.content }}[/INST]{% else %}
{{ message.content }}{% for call in message.tool_calls or [] %}
{{ '[TOOL_CALLS]' + call.function.name + '[ARGS]' + call.function.arguments | tojson }}{% endfor %}
{{ eos_token }}{% endif %}{% endfor %}"""

OLDER_NAMED_MISTRAL = (
    NAMED_MISTRAL.replace("'[ARGS]'", "'[CALL_ID]' + call.id + '[ARGS]'")
    .replace("call.", "tool_call.")
    .replace("for call in", "for tool_call in")
)

DEEPSEEK = """{{ tools | tojson if tools else '' }}{% for message in messages %}
{{ ('<｜User｜>' if message.role == 'user' else '<｜Assistant｜>') + message.content }}
{% if message.tool_calls %}{{ '<｜tool▁calls▁begin｜>' }}{% for call in message.tool_calls %}
{{ '<｜tool▁call▁begin｜>function<｜tool▁sep｜>' + call.function.name + '\n```json\n' }}
{{ (call.function.arguments | tojson) + '\n```' + '<｜tool▁call▁end｜>' }}
{% endfor %}{{ '<｜tool▁calls▁end｜><｜end▁of▁sentence｜>' }}{% endif %}{% endfor %}
{{ '<｜Assistant｜>' if add_generation_prompt else '' }}"""

LATER_DEEPSEEK = (
    DEEPSEEK.replace("function<｜tool▁sep｜>", "")
    .replace("'\\n```json\\n'", "'<｜tool▁sep｜>'")
    .replace("'\\n```' + ", "")
)

TEMPLATES = {
    "hermes": (HERMES, ToolCallFormat.HERMES),
    "list": (LIST, ToolCallFormat.HERMES),
    "llama": (LLAMA, ToolCallFormat.LLAMA),
    "marked-llama": (MARKED_LLAMA, ToolCallFormat.LLAMA),
    "mistral": (MISTRAL, ToolCallFormat.MISTRAL),
    "named-mistral": (NAMED_MISTRAL, ToolCallFormat.MISTRAL),
    "older-named-mistral": (OLDER_NAMED_MISTRAL, ToolCallFormat.MISTRAL),
    "deepseek": (DEEPSEEK, ToolCallFormat.DEEPSEEK),
    "later-deepseek": (LATER_DEEPSEEK, ToolCallFormat.DEEPSEEK),
}
ENDS = ("<|im_end|>", "<|eot_id|>", "</s>", "<｜end▁of▁sentence｜>")
VARIABLES = {"bos_token": "<s>", "eos_token": "</s>"}
EVERY_TEMPLATE = pytest.mark.parametrize(("template", "form"), TEMPLATES.values(), ids=TEMPLATES)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts(max_size=6)
    | st.sampled_from(["</tool_call>", "[TOOL_CALLS]", '"}', "}]", "<｜tool▁call▁end｜>", "```", ";"]),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(texts(max_size=3), values, max_size=3),
    max_leaves=6,
)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.\-]{0,12}", fullmatch=True)
CALLS = st.builds(ToolCall, NAMES, st.dictionaries(texts(max_size=4), VALUES, max_size=3))
SOME_CALLS = st.lists(CALLS, min_size=1, max_size=3).map(tuple)
TOOLS = st.lists(
    st.builds(
        Tool,
        NAMES,
        texts(max_size=4),
        st.fixed_dictionaries({"type": st.just("object"), "properties": st.dictionaries(NAMES, VALUES)}),
    ),
    max_size=2,
)
WORDS = st.text("abc XYZ,.\n", max_size=20)


@EVERY_TEMPLATE
@given(calls=SOME_CALLS, content=WORDS)
def test_calls_come_back_as_the_template_wrote_them(
    template: str, form: ToolCallFormat, calls: tuple[ToolCall, ...], content: str
) -> None:
    """What a model's own template makes of calls is read as these calls, and what was said beside them stays."""
    if form is ToolCallFormat.LLAMA:
        calls = calls[:1]
        content = content if template is MARKED_LLAMA else ""
    asked = Message("user", "Go.")
    chat = [asked, Message("assistant", content, tool_calls=calls)]
    opened = render_chat(template, [asked], variables=VARIABLES, generation_prompt=True)
    whole = render_chat(template, chat, variables=VARIABLES, generation_prompt=False)
    assert whole.startswith(opened.rstrip("\n"))
    written = whole[len(opened) :].strip("\n")
    for end in ENDS:
        written = written.removesuffix(end)
    reply = parse_tool_calls(written, form)
    assert reply.calls == calls
    assert reply.content == content.strip()


@EVERY_TEMPLATE
def test_a_format_is_told_by_its_template(template: str, form: ToolCallFormat) -> None:
    assert tool_call_format(template) is form


@pytest.mark.parametrize("form", ToolCallFormat)
@given(data=st.data())
def test_nothing_raises_and_nothing_is_lost(form: ToolCallFormat, data: st.DataObject) -> None:
    """Whatever a model writes: without calls the text stays to the letter."""
    marks = ["<tool_call>", "</tool_call>", "<|python_tag|>", "[TOOL_CALLS]", "[ARGS]", "[CALL_ID]", ";"]
    marks += [
        "<｜tool▁call▁begin｜>",
        "<｜tool▁sep｜>",
        "<｜tool▁call▁end｜>",
        "function",
        "```json\n",
        "```",
    ]
    json_like = [
        '{"name": "f", "arguments": {}}',
        '{"name": "f"',
        "[",
        "]",
        "{",
        "}",
        "NaN",
        '"\\ud800"',
        "1e999",
    ]
    pieces = st.sampled_from(marks + json_like) | texts(max_size=3)
    text = "".join(data.draw(st.lists(pieces, max_size=8)))
    reply = parse_tool_calls(text, form)
    if not reply.calls:
        assert reply.content == text
    for call in reply.calls:
        assert call.name
        json.dumps(dict(call.arguments), allow_nan=False)


@pytest.mark.parametrize("template", [template for template, _ in TEMPLATES.values()], ids=TEMPLATES)
@given(content=WORDS, calls=SOME_CALLS, tools=TOOLS, named=st.booleans())
def test_a_chat_with_tools_is_rendered_as_transformers_renders_it(
    template: str,
    content: str,
    calls: tuple[ToolCall, ...],
    tools: list[Tool],
    named: bool,  # noqa: FBT001
) -> None:
    """The same text, or a refusal by both; ids that a template wants count the calls."""
    results = [Message("tool", "8", name=call.name if named else None) for call in calls]
    chat = [Message("user", "Go."), Message("assistant", content, tool_calls=calls), *results]
    ids = [f"{number:09}" for number in range(len(calls))]
    plain: Any = [
        {"role": "user", "content": "Go."},
        {
            "role": "assistant",
            "content": content,
            "tool_calls": [
                {"id": id_, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
                for id_, call in zip(ids, calls, strict=True)
            ],
        },
        *(
            {"role": "tool", "content": "8", "tool_call_id": id_} | ({"name": call.name} if named else {})
            for id_, call in zip(ids, calls, strict=True)
        ),
    ]
    shown: Any = [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters,
            },
        }
        for tool in tools
    ]
    render: Any = render_jinja_template  # its annotations are wrong: it gives a list of texts, and more
    try:
        (expected,), _ = render(
            [plain],
            tools=shown or None,
            chat_template=template,
            add_generation_prompt=True,
            **VARIABLES,
        )
    except TemplateError:
        with pytest.raises(InputError, match="only single tool-calls"):
            render_chat(template, chat, variables=VARIABLES, generation_prompt=True, tools=tools)
        return
    assert render_chat(template, chat, variables=VARIABLES, generation_prompt=True, tools=tools) == expected
