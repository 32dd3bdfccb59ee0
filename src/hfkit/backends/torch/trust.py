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
    auto_map = folder.config.get("auto_map")
    if not isinstance(auto_map, dict) or not auto_map:
        return False
    from transformers import CONFIG_MAPPING

    trusted = f"{folder.name}@{folder.revision}" in runtime.trust_remote_code
    if not trusted:
        if folder.config.get("model_type") in CONFIG_MAPPING:
            return False  # transformers has an implementation of its own
        raise UntrustedCodeError(
            f"{folder.name} wants to run code from its repository ({', '.join(map(str, auto_map.values()))})",
            hint="read that code; then Runtime(trust_remote_code=('org/name@commit',)) trusts that one commit",
        )
    elsewhere = [str(value) for value in auto_map.values() if "--" in str(value)]
    if elsewhere:
        raise UntrustedCodeError(
            f"{folder.name} takes code from another repository, which no commit pins: {', '.join(elsewhere)}",
            hint="copy that code into the model's own repository",
        )
    return True
