"""Which chat template a model's chats are written with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.errors import SettingError, TokenizerError
from hfkit.values.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hfkit.hub.folder import ModelFolder

__all__ = ["chat_templates", "choose_template"]

_DEFAULT = "default"
_FOR_TOOLS = "tool_use"


def chat_templates(owner: ModelFolder) -> Mapping[str, str]:
    """Read a model's chat templates by name; ``"default"`` is the one that is used unasked.

    Files of their own come before ``tokenizer_config.json``, as in transformers.
    """
    files = {
        file.stem: file.read_text(encoding="utf-8")
        for file in sorted((owner.path / "additional_chat_templates").glob("*.jinja"))
    }
    single = owner.path / "chat_template.jinja"
    if single.is_file():
        files[_DEFAULT] = single.read_text(encoding="utf-8")
    if files:
        return files
    for name in ("tokenizer_config.json", "chat_template.json"):
        match owner.read_json(name).get("chat_template"):
            case str() as template:
                return {_DEFAULT: template}
            case list() as entries:
                return {str(entry["name"]): str(entry["template"]) for entry in entries}
            case dict() as entries:
                return {str(key): str(template) for key, template in entries.items()}
            case _:
                continue
    return {}


def choose_template(
    templates: Mapping[str, str], chosen: str | None, *, model: str, tools: bool = False
) -> str:
    """Choose one: the caller's own, the one that the caller names, that for tools, or the default.

    Args:
        templates: the model's own, by name.
        chosen: a template, or the name of one of the model's; None for none.
        model: the model's name, for errors.
        tools: whether it is to show tools; a template named ``"tool_use"`` is then before the default, as in
            transformers.

    Raises:
        TokenizerError: the model has none.
        SettingError: it has several and no default.
    """
    if chosen is not None and chosen in templates:
        return templates[chosen]
    if chosen is not None:
        if "{" not in chosen:
            raise SettingError(
                f"template {chosen!r} is neither a Jinja template nor one of {sorted(templates)}",
                hint=did_you_mean(chosen, templates) or "give the template's text, or leave it out",
            )
        return chosen
    if not templates:
        raise TokenizerError(
            f"{model} has no chat template",
            hint="use a model made for chats, or give a template: template=...",
        )
    if tools and _FOR_TOOLS in templates:
        return templates[_FOR_TOOLS]
    if _DEFAULT not in templates:
        raise SettingError(
            f"{model} has several chat templates and no default, {sorted(templates)}",
            hint="name one: template=...",
        )
    return templates[_DEFAULT]
