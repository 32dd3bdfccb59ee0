"""Whether a model's own code may run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.errors import UntrustedCodeError

if TYPE_CHECKING:
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["check_code"]


def check_code(folder: ModelFolder, runtime: Runtime) -> bool:
    """Decide what to pass to transformers as ``trust_remote_code``.

    Returns:
        True if the model brings code of its own and was trusted by name and commit; False if it needs none.

    Raises:
        UntrustedCodeError: it needs its own code and was not trusted, or the code lies elsewhere.
    """
    named = _named_code(folder)
    if not named:
        return False
    from transformers import CONFIG_MAPPING

    if f"{folder.name}@{folder.revision}" not in runtime.trust_remote_code:
        if folder.config.get("model_type") in CONFIG_MAPPING:
            return False  # transformers has an implementation of its own
        raise UntrustedCodeError(
            f"{folder.name} wants to run code from its repository ({', '.join(named)})",
            hint="read that code; then Runtime(trust_remote_code=('org/name@commit',)) trusts that one commit",
        )
    elsewhere = [name for name in named if "--" in name]
    if elsewhere:
        raise UntrustedCodeError(
            f"{folder.name} takes code from another repository, which no commit pins: {', '.join(elsewhere)}",
            hint="copy that code into the model's own repository",
        )
    return True


def _named_code(folder: ModelFolder) -> list[str]:
    """List the classes that any of a model's files names as its own; transformers reads all of them."""
    named: list[str] = []
    for file in ("config.json", "tokenizer_config.json", "processor_config.json", "generation_config.json"):
        auto_map = folder.read_json(file).get("auto_map")
        groups = auto_map.values() if isinstance(auto_map, dict) else [auto_map]
        for group in groups:
            named += [str(name) for name in (group if isinstance(group, list) else [group]) if name]
    return named
