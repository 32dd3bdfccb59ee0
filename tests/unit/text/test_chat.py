from __future__ import annotations

from types import MappingProxyType

import pytest

from hfkit.errors import InputError, InputTypeError, SettingError
from hfkit.text.chat import render_chat
from hfkit.values.chat import Message
from hfkit.values.tools import Tool, ToolCall

ASKED = Message("user", "Is it cold?")
CALLS = "{% for message in messages %}{{ message.tool_calls | tojson }}{% endfor %}"
IDS = (
    "{% for m in messages %}{% for tool_call in m.tool_calls or [] %}({{ tool_call.id }}){% endfor %}"
    "{{ m.content }}{{ '=' + m.tool_call_id if m.tool_call_id }}{% endfor %}"
)


def render(template: str, *messages: Message, tools: tuple[Tool, ...] = ()) -> str:
    return render_chat(template, messages, variables={}, generation_prompt=False, tools=tools)


@pytest.mark.parametrize(
    "template",
    [
        "{{ tools | tojson }}",
        "{% if not tools is defined %}{% set tools = none %}{% endif %}{{ tools | tojson }}",
        "{% if custom_tools is defined %}{% set tools = custom_tools %}{% endif %}{{ tools | tojson }}",
        "{% for m in messages %}{% if tools %}{{ tools | tojson }}{% endif %}{% endfor %}",
        "{% macro show() %}{{ tools | tojson }}{% endmacro %}{{ show() }}",
    ],
)
def test_tools_reach_a_template_that_names_them(template: str) -> None:
    tool = Tool("weather", "Look outside.", MappingProxyType({"type": "object", "required": ("city",)}))
    expected = (
        '[{"type": "function", "function": {"name": "weather", "description": "Look outside.", '
        '"parameters": {"type": "object", "required": ["city"]}}}]'
    )
    assert render(template, ASKED, tools=(tool,)) == expected


@pytest.mark.parametrize(
    "template", ["{{ messages }}", "{# tools #}", "{% set tools = 1 %}{{ tools }}", "tools"]
)
def test_a_template_without_tools_refuses_them(template: str) -> None:
    with pytest.raises(SettingError) as caught:
        render(template, ASKED, tools=(Tool("weather", "Look outside."),))
    assert caught.value.message == (
        "the chat template shows the model no tools, so it would not hear of ['weather']"
    )
    assert caught.value.hint == "use a model made for tools, or a template that writes them"
    assert render("{{ messages | length }}", ASKED) == "1"


def test_a_template_without_calls_refuses_them() -> None:
    asking = Message("assistant", "", tool_calls=(ToolCall("weather", {}),))
    with pytest.raises(
        InputError, match=r"^the chat template writes no calls of tools, and the chat holds some"
    ):
        render("{{ messages[0].content }}", ASKED, asking)


def test_only_what_a_message_has_is_told() -> None:
    template = "{% for message in messages %}{{ message.keys() | list }}{% endfor %}{# tool_calls #}"
    named = Message("tool", "-4 °C", name="weather")
    asking = Message("assistant", "", tool_calls=(ToolCall("weather", {"city": "Oslo"}),))
    assert render(template, ASKED, asking, named) == (
        "['role', 'content']['role', 'content', 'tool_calls']['role', 'content', 'name']"
    )
    assert render(CALLS.replace("for message in messages", "for message in messages[1:]"), ASKED, asking) == (
        '[{"type": "function", "function": {"name": "weather", "arguments": {"city": "Oslo"}}}]'
    )


def test_results_are_of_the_call_of_their_name_or_of_the_next() -> None:
    calls = (ToolCall("a", {}), ToolCall("b", {}), ToolCall("a", {}))
    first = Message("assistant", "", tool_calls=calls)
    second = Message("assistant", "", tool_calls=(ToolCall("c", {}),))
    results = [Message("tool", "b", name="b"), Message("tool", "a"), Message("tool", "a", name="a")]
    rendered = render(IDS, first, *results, Message("tool", "?"), second, Message("tool", "c", name="other"))
    assert rendered == (
        "(000000000)(000000001)(000000002)b=000000001a=000000000a=000000002?(000000003)c=000000003"
    )


def test_what_has_no_json_is_refused_by_name() -> None:
    calls = (ToolCall("weather", {"when": {"days": {1, 2}}}),)
    with pytest.raises(InputTypeError) as caught:
        render(CALLS, Message("assistant", "", tool_calls=calls))
    assert caught.value.message == (
        "arguments of the call of 'weather' hold {1, 2}, a set, must be JSON values"
    )
    with pytest.raises(
        SettingError, match="parameters of the tool 'weather' hold the key 3, must be a JSON schema"
    ):
        render("{{ tools }}", ASKED, tools=(Tool("weather", "", {"properties": {3: 4}}),))
