from __future__ import annotations

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

CHATML = """{%- for message in messages %}
{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] | trim + '<|im_end|>' + '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}"""

ALTERNATING = """{{ bos_token }}{% for message in messages %}
{% if (message.role == 'user') != (loop.index0 % 2 == 0) %}
{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}
{% endif %}
{% if message.role == 'user' %}{{ '[INST] ' + message.content + ' [/INST]' }}{% else %}
    {{ message.content + eos_token }}{% endif %}{% endfor %}"""

EVERYTHING = """{% set ns = namespace(count=0, last=none) %}{% for message in messages %}
{% if loop.index > 3 %}{% break %}{% endif %}{% set ns.count = ns.count + 1 %}
{% generation %}{{ message | tojson(indent=2) }}{% endgeneration %}{% endfor %}
{{ dict(a=ns.count) | tojson }}{{ dict.fromkeys(['x', 'y'], 1) | tojson }}{{ tools is none }}{{ strftime_now('%Y') }}
{{ messages | map(attribute='role') | list }}"""

MESSAGES = st.lists(
    st.builds(Message, st.sampled_from(["user", "assistant", "system"]), texts(max_size=6)),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize(
    "template", [CHATML, ALTERNATING, EVERYTHING], ids=["chatml", "alternating", "everything"]
)
@given(messages=MESSAGES, generation_prompt=st.booleans())
def test_a_chat_is_rendered_as_transformers_renders_it(
    template: str,
    messages: list[Message],
    generation_prompt: bool,  # noqa: FBT001
) -> None:
    """The same text, or a refusal by both."""
    variables = {"bos_token": "<s>", "eos_token": "</s>"}
    plain: Any = [[{"role": message.role, "content": message.content} for message in messages]]
    render: Any = render_jinja_template  # its annotations are wrong: it gives a list of texts, and more
    try:
        (expected,), _ = render(
            plain, chat_template=template, add_generation_prompt=generation_prompt, **variables
        )
    except TemplateError:
        with pytest.raises(InputError, match="roles must alternate"):
            render_chat(template, messages, variables=variables, generation_prompt=generation_prompt)
        return
    rendered = render_chat(template, messages, variables=variables, generation_prompt=generation_prompt)
    assert rendered == expected
