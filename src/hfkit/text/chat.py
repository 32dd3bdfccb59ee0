"""Chats as prompts: the templates that models bring, rendered as transformers renders them."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from hfkit.errors import InputError, MissingDependencyError, SettingError, TokenizerError

from .turns import plain_messages, plain_tools

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import jinja2

    from hfkit.values.chat import Message
    from hfkit.values.tools import Tool

__all__ = ["render_chat"]

_OWN_TEMPLATE = "give a template of your own: template=..."


class _RefusalError(Exception):
    """A template said by itself that a chat is none for it."""


def render_chat(
    template: str,
    messages: Sequence[Message],
    *,
    variables: Mapping[str, str],
    generation_prompt: bool,
    tools: Sequence[Tool] = (),
) -> str:
    """Write a chat as the one text that a model reads.

    Args:
        template: a Jinja template, as ``tokenizer_config.json`` or ``chat_template.jinja`` holds it.
        messages: the chat, oldest first.
        variables: what else the template may name: the special tokens.
        generation_prompt: whether to end with the words that open the model's own turn.
        tools: what the model may ask to be called.

    Raises:
        MissingDependencyError: jinja2 is not installed.
        TokenizerError: the template is no valid Jinja, fails, or writes no valid text.
        InputError: the template refuses the chat, or would leave calls of tools out in silence.
        SettingError: the template would leave the tools out in silence.

    Source: ``render_jinja_template`` of transformers 5.23; the same sandbox, filters and globals.
    """
    try:
        import jinja2  # noqa: F401  # so that no template is blamed for it
    except ImportError as error:
        raise MissingDependencyError("jinja2 is not installed", hint="pip install 'hfkit[chat]'") from error
    try:
        compiled = _compiled(template)
    except Exception as error:  # a template nested too deep fails as Python does
        raise TokenizerError(
            f"the chat template is no valid Jinja: {error}",
            hint=_OWN_TEMPLATE,
        ) from error
    if tools and "tools" not in _variables(template):
        raise SettingError(
            f"the chat template shows the model no tools, so it would not hear of {[tool.name for tool in tools]}",
            hint="use a model made for tools, or a template that writes them",
        )
    if "tool_calls" not in template and any(message.tool_calls for message in messages):
        raise InputError(
            "the chat template writes no calls of tools, and the chat holds some",
            hint="use a model made for tools, or say in words what was called",
        )
    given = {
        "messages": plain_messages(messages, template),
        "tools": plain_tools(tools) or None,
        "documents": None,
        "add_generation_prompt": generation_prompt,
    }
    try:
        prompt = compiled.render(given | dict(variables))
        prompt.encode("utf-8")
    except _RefusalError as error:
        raise InputError(
            f"the chat template refuses the chat: {error}", hint="look at the roles and their order"
        ) from error
    except UnicodeEncodeError as error:
        raise TokenizerError(
            f"the chat template writes half of a surrogate pair, {error.object[error.start]!a}",
            hint=_OWN_TEMPLATE,
        ) from error
    except Exception as error:  # a template may fail in any way of Python's
        raise TokenizerError(f"the chat template fails: {error}", hint=_OWN_TEMPLATE) from error
    return prompt


@lru_cache(maxsize=32)
def _compiled(template: str) -> jinja2.Template:
    from jinja2 import ext, nodes, pass_eval_context
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(ext.Extension):
        """Lets templates mark what the assistant says; nobody asks here."""

        tags = {"generation"}  # noqa: RUF012  # jinja2 declares it so

        def parse(self, parser: jinja2.parser.Parser) -> nodes.Node:
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            return nodes.CallBlock(self.call_method("_same"), [], [], body).set_lineno(line)

        @pass_eval_context
        def _same(self, _: nodes.EvalContext, caller: jinja2.runtime.Macro) -> str:
            return caller()

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, ext.loopcontrols]
    )
    environment.filters["tojson"] = _tojson
    environment.globals |= {
        "raise_exception": _refuse,
        "strftime_now": _strftime_now,
        "dict": _PlainDict(),
        "namespace": _plain_namespace(),
    }
    return environment.from_string(template)


@lru_cache(maxsize=32)
def _variables(template: str) -> frozenset[str]:
    """Name what a template reads that it does not set itself."""
    from jinja2 import meta

    return frozenset(meta.find_undeclared_variables(_compiled(template).environment.parse(template)))


class _PlainDict:
    """``dict`` without the attributes through which a template could get out."""

    def __call__(self, *entries: Iterable[tuple[str, object]], **named: object) -> dict[str, object]:
        return dict(*entries, **named)

    def fromkeys(self, keys: Iterable[object], value: object = None) -> dict[object, object]:
        return dict.fromkeys(keys, value)


def _plain_namespace() -> type:
    """Make the class of namespaces that keep nothing under a private name."""
    from jinja2.exceptions import SecurityError
    from jinja2.utils import Namespace

    def refuse_private(name: object) -> None:
        if isinstance(name, str) and name.startswith("_"):
            raise SecurityError(f"a chat template may not store {name!r} in a namespace")

    class PlainNamespace(Namespace):
        def __init__(*given: object, **named: object) -> None:  # namespace(self=...) is allowed
            own = cast("PlainNamespace", given[0])
            entries = dict(*cast("tuple[dict[str, object], ...]", given[1:]), **named)
            for name in entries:
                refuse_private(name)
            Namespace.__init__(own, entries)

        def __setitem__(self, name: str, value: object) -> None:
            refuse_private(name)
            Namespace.__setitem__(self, name, value)

    return PlainNamespace


def _refuse(message: str) -> None:
    raise _RefusalError(message)


def _tojson(
    value: object,
    ensure_ascii: bool = False,  # noqa: FBT001, FBT002  # templates call it by position
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,  # noqa: FBT001, FBT002
) -> str:
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def _strftime_now(form: str) -> str:
    return datetime.now().strftime(form)  # noqa: DTZ005  # the user's own clock, as transformers has it
